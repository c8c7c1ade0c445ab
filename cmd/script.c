/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plan -> a POSIX shell script that does the same at every boot. Interrupts are found
 * by the names of their handlers, and among those with the same names by their order;
 * names are quoted, and nothing in them is ever run.
 */
#include "change.h"

#include <stdio.h>
#include <string.h>

static const char head[] =
	"#!/bin/sh\n"
	"# Written by irqkit %s for: %s\n"
	"# Interrupts are found by the names of their handlers, since their numbers change\n"
	"# from boot to boot. Exits with 0 if all is as asked for, else with 1.\n"
	"# shellcheck disable=SC2016 # a name may hold what looks like an expansion\n"
	"set -u\n"
	"export LC_ALL=C # names are bytes\n"
	"failed=0\n"
	"\n"
	"fail() {\n"
	"	echo \"irqkit script: $*\" >&2\n"
	"	failed=1\n"
	"}\n";

static const char irq_functions[] =
	"\n"
	"# irqs_of NAMES: the numbers of the interrupts with these handlers, lowest first\n"
	"irqs_of() {\n"
	"	for file in /sys/kernel/irq/*/actions; do\n"
	"		names=\n"
	"		IFS= read -r names <\"$file\" || :\n"
	"		[ \"$names\" = \"$1\" ] || continue\n"
	"		number=${file#/sys/kernel/irq/}\n"
	"		echo \"${number%/actions}\"\n"
	"	done | sort -n\n"
	"}\n"
	"\n"
	"# affinity NAMES N CPUS: the N-th interrupt with these handlers goes to CPUS\n"
	"affinity() {\n"
	"	what=$(printf '%s' \"$1\" | tr -c '[:alnum:] ,.:_/@-' '?')\n"
	"	irq=$(irqs_of \"$1\" | sed -n \"$2p\")\n"
	"	if [ -z \"$irq\" ]; then\n"
	"		fail \"no interrupt $2 of '$what' is there\"\n"
	"		return\n"
	"	fi\n"
	"	knob=/proc/irq/$irq/smp_affinity_list\n"
	"	# never write what is there already: on Xen that moves the interrupt\n"
	"	[ \"$(cat \"$knob\")\" != \"$3\" ] || return 0\n"
	"	echo \"$3\" >\"$knob\" || :\n"
	"	[ \"$(cat \"$knob\")\" = \"$3\" ] || fail \"$irq ($what) does not go to CPUs $3\"\n"
	"}\n";

static const char default_functions[] =
	"\n"
	"# plain MASK: without commas and leading zeros\n"
	"plain() {\n"
	"	echo \"$1\" | sed 's/,//g; s/^0*//'\n"
	"}\n"
	"\n"
	"# default_affinity MASK: for interrupts to come\n"
	"default_affinity() {\n"
	"	knob=/proc/irq/default_smp_affinity\n"
	"	[ \"$(plain \"$(cat \"$knob\")\")\" != \"$(plain \"$1\")\" ] || return 0\n"
	"	echo \"$1\" >\"$knob\" || :\n"
	"	[ \"$(plain \"$(cat \"$knob\")\")\" = \"$(plain \"$1\")\" ] ||\n"
	"		fail \"the default affinity is not $1\"\n"
	"}\n";

static bool is_in_script(const struct irqkit_step *step)
{
	return irqkit_step_get_new(step) && irqkit_step_get_result(step) != IRQKIT_SKIPPED;
}

/* The names as /sys/kernel/irq/N/actions has them: "a,b". */
static char *join_names(const struct irqkit_interrupt *interrupt)
{
	char *joined = strdup("");

	for (size_t i = 0; joined && i < irqkit_interrupt_count_actions(interrupt); i++) {
		_cleanup_free_ char *before = joined;

		if (asprintf(&joined, "%s%s%s", before, i ? "," : "",
			    irqkit_interrupt_get_action(interrupt, i)) < 0)
			joined = NULL;
	}
	return joined;
}

/* Which of those with the same names this is, from 1. */
static size_t find_rank(const struct change *change, int irq, const char *names)
{
	size_t rank = 1;

	for (size_t i = 0; i < irqkit_snapshot_count(change->snapshot); i++) {
		const struct irqkit_interrupt *other =
			irqkit_snapshot_get(change->snapshot, i);
		int other_irq = irqkit_interrupt_get_irq(other);
		_cleanup_free_ char *other_names = NULL;

		if (other_irq < 0 || other_irq >= irq)
			continue;
		other_names = join_names(other);
		rank += other_names && strcmp(names, other_names) == 0;
	}
	return rank;
}

static bool print_affinity(const struct change *change, const struct irqkit_step *step)
{
	int irq = irqkit_step_get_irq(step);
	_cleanup_free_ char *names = NULL, *quoted = NULL, *cpus = NULL;
	char label[16];
	const struct irqkit_interrupt *interrupt;

	snprintf(label, sizeof(label), "%d", irq);
	interrupt = irqkit_snapshot_find(change->snapshot, label);
	names = interrupt ? join_names(interrupt) : NULL;
	quoted = names ? text_quote(names) : NULL;
	irqkit_cpuset_format_list(irqkit_step_get_new_cpus(step), &cpus);
	if (!quoted || !cpus)
		return false;
	if (!*names)
		printf("# interrupt %d has no handler, so no name to find it by\n", irq);
	else
		printf("affinity %s %zu %s\n", quoted, find_rank(change, irq, names),
			cpus);
	return true;
}

enum status script_print(const struct change *change)
{
	size_t n = irqkit_plan_count(change->plan), n_irqs = 0, n_steps = 0;
	_cleanup_free_ char *line = text_escape(change->call->line);
	bool ok = line != NULL;

	for (size_t i = 0; i < n; i++) {
		const struct irqkit_step *step = irqkit_plan_get(change->plan, i);

		n_steps += is_in_script(step);
		n_irqs += is_in_script(step) && irqkit_step_get_irq(step) >= 0;
	}
	printf(head, irqkit_version(), line ? line : "");
	if (n_irqs)
		fputs(irq_functions, stdout);
	if (n_steps > n_irqs)
		fputs(default_functions, stdout);
	putchar('\n');
	for (size_t i = 0; i < n && ok; i++) {
		const struct irqkit_step *step = irqkit_plan_get(change->plan, i);

		if (!is_in_script(step))
			continue;
		if (irqkit_step_get_irq(step) >= 0)
			ok = print_affinity(change, step);
		else
			printf("default_affinity %s\n", irqkit_step_get_new(step));
	}
	printf("\nexit \"$failed\"\n");
	if (ok)
		return STATUS_DONE;
	say_error("out of memory");
	return STATUS_REFUSED;
}
