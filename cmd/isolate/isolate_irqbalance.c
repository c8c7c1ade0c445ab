/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * irqbalance leaves banned CPUs alone. If it is told which, it does not ask the kernel for
 * isolated ones any more: setup_banned_cpus() in its cputree.c. So the line has all of them.
 */
#include "isolate/isolate_irqbalance.h"
#include "base/basics.h"

#include <stdio.h>

static void free_irqbalance(struct irqkit_irqbalance **irqbalance)
{
	irqkit_irqbalance_free(*irqbalance);
}

static char *format_all(struct irqkit_machine *machine, const struct irqkit_cpuset *cpus)
{
	_cleanup_cpuset_ struct irqkit_cpuset *all = NULL;
	char *list = NULL;

	if (irqkit_machine_read_isolated(machine, &all) < 0 ||
		irqkit_cpuset_add_set(all, cpus) < 0 ||
		irqkit_cpuset_format_list(all, &list) < 0)
		return NULL;
	return list;
}

char *isolate_explain_irqbalance(
	const struct change *change, const struct irqkit_cpuset *cpus)
{
	struct irqkit_irqbalance *irqbalance CLEANUP(free_irqbalance) = NULL;
	const struct common *common = &change->call->common;
	_cleanup_free_ char *list = NULL, *all = NULL;
	const char *file, *restart;
	char *text;

	if ((common->is_quiet && !common->is_json) ||
		irqkit_irqbalance_new(
			irqkit_machine_get_devices(change->machine), &irqbalance) < 0 ||
		irqkit_cpuset_format_list(cpus, &list) < 0)
		return NULL;
	all = format_all(change->machine, cpus);
	file = irqkit_irqbalance_get_file(irqbalance);
	restart = irqkit_irqbalance_get_restart(irqbalance);
	if (!all ||
		asprintf(&text,
			"irqbalance (pid %u) is running and may move interrupts to CPU%s "
			"%s; to keep it off, %s IRQBALANCE_BANNED_CPULIST=%s %s%s and "
			"%s%s%s",
			irqkit_irqbalance_get_pid(irqbalance),
			irqkit_cpuset_count(cpus) == 1 ? "" : "s", list,
			file ? "add" : "set", all, file ? "to " : "in its environment",
			file ? file : "", restart ? "run '" : "restart irqbalance",
			restart ? restart : "", restart ? "'" : "") < 0)
		return NULL;
	return text;
}
