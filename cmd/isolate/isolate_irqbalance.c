/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * irqbalance leaves banned CPUs alone. If it is told which, it does not ask the kernel for
 * isolated ones any more: setup_banned_cpus() in its cputree.c. So the line has all of them.
 */
#include "isolate/isolate_irqbalance.h"
#include "base/basics.h"

#include <stdio.h>
#include <string.h>

static void free_irqbalance(struct irqkit_irqbalance **irqbalance)
{
	irqkit_irqbalance_free(*irqbalance);
}

/* What irqbalance itself has banned is lost, too. */
static int add_banned(const struct irqkit_plan *plan, struct irqkit_cpuset *cpus)
{
	int r = 0;

	for (size_t i = 0; i < irqkit_plan_count(plan) && r == 0; i++) {
		const struct irqkit_step *step = irqkit_plan_get(plan, i);

		if (irqkit_step_get_knob(step) == IRQKIT_KNOB_BANNED_CPUS)
			r = irqkit_cpuset_add_set(cpus, irqkit_step_get_new_cpus(step));
	}
	return r;
}

static char *format_all(const struct change *change, const struct irqkit_cpuset *cpus)
{
	_cleanup_cpuset_ struct irqkit_cpuset *all = NULL;
	char *list = NULL;

	if (irqkit_machine_read_isolated(change->machine, &all) < 0 ||
		irqkit_cpuset_add_set(all, cpus) < 0 ||
		add_banned(change->plan, all) < 0 ||
		irqkit_cpuset_format_list(all, &list) < 0)
		return NULL;
	return list;
}

/* Does every irqbalance that the plan asks keep off the CPUs, or will it? */
static bool is_asked(const struct irqkit_plan *plan)
{
	bool is_asked = false;

	for (size_t i = 0; i < irqkit_plan_count(plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(plan, i);

		if (irqkit_step_get_knob(step) != IRQKIT_KNOB_BANNED_CPUS)
			continue;
		if (irqkit_step_get_result(step) == IRQKIT_SKIPPED)
			return false;
		is_asked = true;
	}
	return is_asked;
}

/* "run 'systemctl restart irqbalance'"; NULL: no memory. */
static char *format_restart(const struct irqkit_irqbalance *irqbalance)
{
	const char *restart = irqkit_irqbalance_get_restart(irqbalance);
	char *text;

	if (!restart)
		return strdup("restart irqbalance");
	return asprintf(&text, "run '%s'", restart) < 0 ? NULL : text;
}

/* "add IRQBALANCE_BANNED_CPULIST=2-3 to /etc/default/irqbalance"; NULL: no memory. */
static char *format_cure(const struct irqkit_irqbalance *irqbalance, const char *all)
{
	const char *file = irqkit_irqbalance_get_file(irqbalance);
	char *text;

	return asprintf(&text, "%s IRQBALANCE_BANNED_CPULIST=%s %s%s",
		       file ? "add" : "set", all, file ? "to " : "in its environment",
		       file ? file : "") < 0
		? NULL
		: text;
}

static char *explain(const struct change *change,
	const struct irqkit_irqbalance *irqbalance, const struct irqkit_cpuset *cpus,
	const char *list, const char *all)
{
	_cleanup_free_ char *restart = format_restart(irqbalance);
	_cleanup_free_ char *cure = format_cure(irqbalance, all);
	unsigned int pid = irqkit_irqbalance_get_pid(irqbalance);
	const char *s = irqkit_cpuset_count(cpus) == 1 ? "" : "s";
	char *text;
	int r;

	if (!restart || !cure)
		return NULL;
	if (is_asked(change->plan))
		r = asprintf(&text,
			"irqbalance (pid %u) %s off CPU%s %s, but only until it is "
			"restarted; to keep it off after that, %s",
			pid, change->options->is_dry_run ? "would keep" : "keeps", s,
			list, cure);
	else
		r = asprintf(&text,
			"irqbalance (pid %u) is running and may move interrupts to CPU%s "
			"%s; to keep it off, %s and %s",
			pid, s, list, cure, restart);
	return r < 0 ? NULL : text;
}

char *isolate_explain_irqbalance(
	const struct change *change, const struct irqkit_cpuset *cpus)
{
	struct irqkit_irqbalance *irqbalance CLEANUP(free_irqbalance) = NULL;
	const struct common *common = &change->call->common;
	_cleanup_free_ char *list = NULL, *all = NULL;

	if ((common->is_quiet && !common->is_json) ||
		irqkit_irqbalance_new(
			irqkit_machine_get_devices(change->machine), &irqbalance) < 0 ||
		irqkit_cpuset_format_list(cpus, &list) < 0)
		return NULL;
	all = format_all(change, cpus);
	return all ? explain(change, irqbalance, cpus, list, all) : NULL;
}
