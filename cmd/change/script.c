/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plan -> a POSIX shell script that does the same at every boot. Interrupts are found
 * by the names of their handlers, and among those with the same names by their order;
 * interfaces and queues by theirs, threads by what in their names stays the same. Names
 * are quoted, and nothing in them is ever run.
 */
#include "change/script.h"
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"

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

static const char name_functions[] =
	"\n"
	"# safe NAME: fit for a terminal\n"
	"safe() {\n"
	"	printf '%s' \"$1\" | tr -c '[:alnum:] ,.:_/@-' '?'\n"
	"}\n";

static const char irq_functions[] =
	"\n"
	"# all interrupts and the names of their handlers, lowest first: 24 eth0,eth1\n"
	"irqs=$(\n"
	"	for file in /sys/kernel/irq/*/actions; do\n"
	"		names=\n"
	"		IFS= read -r names <\"$file\" || :\n"
	"		number=${file#/sys/kernel/irq/}\n"
	"		printf '%s %s\\n' \"${number%/actions}\" \"$names\"\n"
	"	done | sort -n\n"
	")\n"
	"\n"
	"# irq_of NAMES N: the number of the N-th interrupt with these handlers\n"
	"irq_of() {\n"
	"	printf '%s\\n' \"$irqs\" | names=$1 awk -v n=\"$2\" '\n"
	"		substr($0, index($0, \" \") + 1) == ENVIRON[\"names\"] && ++found == n { print $1 }'\n"
	"}\n"
	"\n"
	"# affinity NAMES N CPUS: the N-th interrupt with these handlers goes to CPUS\n"
	"affinity() {\n"
	"	irq=$(irq_of \"$1\" \"$2\")\n"
	"	if [ -z \"$irq\" ]; then\n"
	"		fail \"no interrupt $2 of '$(safe \"$1\")' is there\"\n"
	"		return\n"
	"	fi\n"
	"	knob=/proc/irq/$irq/smp_affinity_list\n"
	"	# never write what is there already: on Xen that moves the interrupt\n"
	"	[ \"$(cat \"$knob\")\" != \"$3\" ] || return 0\n"
	"	echo \"$3\" >\"$knob\" || :\n"
	"	[ \"$(cat \"$knob\")\" = \"$3\" ] || fail \"$irq ($(safe \"$1\")) does not go to CPUs $3\"\n"
	"}\n";

static const char mask_functions[] =
	"\n"
	"# plain MASK: without commas and leading zeros\n"
	"plain() {\n"
	"	echo \"$1\" | sed 's/,//g; s/^0*//'\n"
	"}\n"
	"\n"
	"# mask KNOB MASK: the file gets this mask\n"
	"mask() {\n"
	"	if [ ! -e \"$1\" ]; then\n"
	"		fail \"no $(safe \"$1\") is there\"\n"
	"		return\n"
	"	fi\n"
	"	[ \"$(plain \"$(cat \"$1\")\")\" != \"$(plain \"$2\")\" ] || return 0\n"
	"	echo \"$2\" >\"$1\" || :\n"
	"	[ \"$(plain \"$(cat \"$1\")\")\" = \"$(plain \"$2\")\" ] || fail \"$(safe \"$1\") is not $2\"\n"
	"}\n";

static const char number_functions[] =
	"\n"
	"# number KNOB N: the file gets this number\n"
	"number() {\n"
	"	if [ ! -e \"$1\" ]; then\n"
	"		fail \"no $(safe \"$1\") is there\"\n"
	"		return\n"
	"	fi\n"
	"	[ \"$(cat \"$1\")\" != \"$2\" ] || return 0\n"
	"	echo \"$2\" >\"$1\" || :\n"
	"	[ \"$(cat \"$1\")\" = \"$2\" ] || fail \"$(safe \"$1\") is not $2\"\n"
	"}\n";

static const char raise_functions[] =
	"\n"
	"# raise KNOB N: the same, if it has less\n"
	"raise() {\n"
	"	[ \"$(cat \"$1\" 2>/dev/null || echo 0)\" -ge \"$2\" ] || number \"$1\" \"$2\"\n"
	"}\n";

static const char thread_functions[] =
	"\n"
	"# threads_of FRONT: the kernel threads whose names are FRONT and a number, by that\n"
	"# number; of one name, the oldest first\n"
	"threads_of() {\n"
	"	for file in /proc/[0-9]*/comm; do\n"
	"		name=\n"
	"		IFS= read -r name 2>/dev/null <\"$file\" || :\n"
	"		case $name in \"$1\"*) ;; *) continue ;; esac\n"
	"		rest=${name#\"$1\"}\n"
	"		case $rest in *[!0-9]*) continue ;; esac\n"
	"		pid=${file#/proc/}\n"
	"		pid=${pid%/comm}\n"
	"		# a name is anyone's, but only kernel threads are children of thread 2\n"
	"		grep -q '^PPid:[[:space:]]*2$' \"/proc/$pid/status\" 2>/dev/null || continue\n"
	"		echo \"${rest:-0} $pid\"\n"
	"	done | sort -n -k1,1 -k2,2 | cut -d ' ' -f 2\n"
	"}\n"
	"\n"
	"# thread FRONT N CPUS: the N-th of them runs on CPUS\n"
	"thread() {\n"
	"	pid=$(threads_of \"$1\" | sed -n \"$2p\")\n"
	"	if [ -z \"$pid\" ]; then\n"
	"		fail \"no kernel thread $2 of '$(safe \"$1\")' is there\"\n"
	"	elif ! taskset -p -c \"$3\" \"$pid\" >/dev/null; then\n"
	"		fail \"thread $pid ($(safe \"$1\")) does not go to CPUs $3\"\n"
	"	fi\n"
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

/* Are these its names, when joined? */
static bool has_names(const struct irqkit_interrupt *interrupt, const char *names)
{
	for (size_t i = 0; i < irqkit_interrupt_count_actions(interrupt); i++) {
		const char *name = irqkit_interrupt_get_action(interrupt, i);

		if ((i > 0 && *names++ != ',') ||
			strncmp(names, name, strlen(name)) != 0)
			return false;
		names += strlen(name);
	}
	return !*names;
}

/* Which of those with the same names this is, from 1. */
static size_t find_rank(const struct change *change, int irq, const char *names)
{
	size_t rank = 1;

	for (size_t i = 0; i < irqkit_snapshot_count(change->snapshot); i++) {
		const struct irqkit_interrupt *other =
			irqkit_snapshot_get(change->snapshot, i);
		int other_irq = irqkit_interrupt_get_irq(other);

		rank += other_irq >= 0 && other_irq < irq && has_names(other, names);
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

/* ---- threads ----------------------------------------------------------------------- */

/*
 * What in the name of a thread is the same at every boot: in napi/eth0-8193 the number is
 * not, in all others it belongs to the name. Returns its length.
 */
static size_t front_of(const char *name)
{
	size_t len = strlen(name);

	if (strncmp(name, "napi/", 5) != 0)
		return len;
	while (len > 0 && name[len - 1] >= '0' && name[len - 1] <= '9')
		len--;
	return len;
}

/* The number behind the front. */
static unsigned long number_of(const char *name)
{
	return strtoul(name + front_of(name), NULL, 10);
}

/* The process of a step, by its path: /proc/PID/status */
static unsigned long pid_of(const struct irqkit_step *step)
{
	return strtoul(irqkit_step_get_path(step) + strlen("/proc/"), NULL, 10);
}

/* Looks for all threads of an interface: those of a plan may be only some of them. */
struct thread_rank {
	const char *name;
	unsigned long pid;
	size_t rank; /* from 1 */
};

static bool comes_before(const char *name, unsigned long pid, const struct thread_rank *than)
{
	unsigned long number = number_of(name), other = number_of(than->name);

	return number < other || (number == other && pid < than->pid);
}

static void rank_among(struct thread_rank *rank, struct irqkit_device *device)
{
	size_t front = front_of(rank->name), n = 0;

	if (irqkit_device_count_threads(device, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		const struct irqkit_thread *thread = irqkit_device_get_thread(device, i);
		const char *name = irqkit_thread_get_name(thread);

		rank->rank += front_of(name) == front &&
			strncmp(name, rank->name, front) == 0 &&
			comes_before(name, irqkit_thread_get_pid(thread), rank);
	}
}

static bool print_thread(const struct change *change, const struct irqkit_step *step)
{
	const char *name = irqkit_step_get_target(step);
	struct thread_rank rank = { name, pid_of(step), 1 };
	_cleanup_free_ char *front = strndup(name, front_of(name));
	_cleanup_free_ char *quoted = front ? text_quote(front) : NULL;

	if (!quoted)
		return false;
	if (strncmp(name, "irq/", 4) == 0) {
		printf("# a thread of an interrupt follows that by itself\n");
		return true;
	}
	for (size_t i = 0; i < change->n_owners; i++)
		rank_among(&rank, change->owners[i]);
	/* an undo knows the thread alone; napi/eth0-8193 is one of eth0's */
	if (change->n_owners == 0 && strncmp(name, "napi/", 5) == 0 && strlen(front) > 6) {
		_cleanup_free_ char *owner = strndup(name + 5, strlen(front) - 6);
		struct irqkit_device *device;

		if (!owner || irqkit_devices_find_net(change->devices, owner, &device) < 0) {
			printf("# whose thread this was isn't known any more\n");
			return true;
		}
		rank_among(&rank, device);
	}
	printf("thread %s %zu %s\n", quoted, rank.rank, irqkit_step_get_new(step));
	return true;
}

/* ------------------------------------------------------------------------------- */

static bool print_file(const char *function, const struct irqkit_step *step)
{
	_cleanup_free_ char *path = text_quote(irqkit_step_get_path(step));

	if (path)
		printf("%s %s %s\n", function, path, irqkit_step_get_new(step));
	return path;
}

static bool print_step(const struct change *change, const struct irqkit_step *step)
{
	switch (irqkit_step_get_knob(step)) {
	case IRQKIT_KNOB_AFFINITY:
		return print_affinity(change, step);
	case IRQKIT_KNOB_THREAD:
		return print_thread(change, step);
	case IRQKIT_KNOB_RPS_FLOW_CNT:
		return print_file("number", step);
	case IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES:
		/* never lowered, but by taking back what raised it */
		return print_file(change->undone ? "number" : "raise", step);
	default:
		return print_file("mask", step);
	}
}

/* What a script is made of, and whether it needs that for a step. */
static const struct {
	const char *text;
	unsigned int knobs; /* a bit for each kind */
} functions[] = {
	{ name_functions, ~0u },
	{ irq_functions, 1u << IRQKIT_KNOB_AFFINITY },
	{ mask_functions,
		1u << IRQKIT_KNOB_DEFAULT_AFFINITY | 1u << IRQKIT_KNOB_RPS_CPUS |
			1u << IRQKIT_KNOB_XPS_CPUS | 1u << IRQKIT_KNOB_XPS_RXQS },
	{ number_functions,
		1u << IRQKIT_KNOB_RPS_FLOW_CNT | 1u << IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES },
	{ raise_functions, 1u << IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES },
	{ thread_functions, 1u << IRQKIT_KNOB_THREAD },
};

static void print_functions(const struct change *change)
{
	unsigned int knobs = 0;

	for (size_t i = 0; i < irqkit_plan_count(change->plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(change->plan, i);

		if (is_in_script(step))
			knobs |= 1u << irqkit_step_get_knob(step);
	}
	for (size_t f = 0; f < LENGTH(functions); f++)
		if (knobs & functions[f].knobs &&
			!(functions[f].text == raise_functions && change->undone))
			fputs(functions[f].text, stdout);
}

enum status script_print(const struct change *change)
{
	_cleanup_free_ char *line = text_escape(change->call->line);
	bool ok = line != NULL;

	printf(head, irqkit_version(), line ? line : "");
	print_functions(change);
	putchar('\n');
	for (size_t i = 0; i < irqkit_plan_count(change->plan) && ok; i++) {
		const struct irqkit_step *step = irqkit_plan_get(change->plan, i);

		if (is_in_script(step))
			ok = print_step(change, step);
	}
	printf("\nexit \"$failed\"\n");
	if (ok)
		return STATUS_DONE;
	return say_no_memory();
}
