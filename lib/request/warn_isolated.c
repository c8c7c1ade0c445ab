/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Interrupts that a request lets fire on isolated CPUs. With CPUs 2 and 3 isolated:
 *
 *	allowed on    gets    warned about
 *	0-1           0-2     CPU 2: it was not allowed there
 *	0-7           2       CPU 2: it was handled on another CPU
 *	0-7           0-3     no: it is allowed nowhere where it was not before
 *	2             2       no: nothing changes
 */
#include "request/warn_isolated.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "kernel/ctx.h"
#include "plan/plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What is warned about. */
struct disturbed {
	struct irqkit_cpuset *cpus; /* owned */
	size_t n_irqs;
	int first; /* of these interrupts */
};

static void disturbed_clear(struct disturbed *disturbed)
{
	irqkit_cpuset_free(disturbed->cpus);
}

/* Is `isolated` a part of this SET, or of a QUEUE=SET? Only ^isolated is none. */
static bool has_word(const char *text)
{
	static const char word[] = "isolated", separators[] = ",=";

	while (text && *text) {
		size_t n = strcspn(text, separators);

		if (n == strlen(word) && strncmp(text, word, n) == 0)
			return true;
		text += n + (text[n] != '\0');
	}
	return false;
}

static bool means_isolated(const struct irqkit_request *request)
{
	bool means = has_word(request->cpus);

	for (size_t i = 0; i < request->n_pins && !means; i++)
		means = has_word(request->pins[i]);
	return means;
}

/* Is the interrupt handled on one of these CPUs now? If that is not known: no. */
static bool is_handled_there(struct irqkit_machine *machine,
	const struct irqkit_step *step, const struct irqkit_cpuset *cpus)
{
	struct irqkit_irq *irq = irqkit_machine_find_irq(
		machine, (unsigned int)irqkit_step_get_irq(step));
	const struct irqkit_cpuset *effective;

	return irq && irqkit_irq_get_effective(irq, &effective) == 0 &&
		!irqkit_cpuset_is_empty(effective) &&
		irqkit_cpuset_is_subset(effective, cpus);
}

static int look_at(struct irqkit_machine *machine, const struct irqkit_step *step,
	const struct irqkit_cpuset *isolated, struct disturbed *disturbed)
{
	const struct irqkit_cpuset *old = irqkit_step_get_old_cpus(step);
	const struct irqkit_cpuset *new = irqkit_step_get_new_cpus(step);
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	bool had_others, has_others;

	if (irqkit_step_get_knob(step) != IRQKIT_KNOB_AFFINITY ||
		irqkit_step_get_result(step) != IRQKIT_PLANNED || !old || !new ||
		!irqkit_cpuset_has_common(new, isolated))
		return 0;
	if (irqkit_cpuset_copy(new, &cpus) < 0)
		return -ENOMEM;
	irqkit_cpuset_keep_set(cpus, isolated);
	had_others = !irqkit_cpuset_is_subset(old, isolated);
	has_others = !irqkit_cpuset_is_subset(new, isolated);
	if (irqkit_cpuset_is_subset(cpus, old) &&
		(has_others || !had_others || is_handled_there(machine, step, cpus)))
		return 0;
	if (disturbed->n_irqs++ == 0)
		disturbed->first = irqkit_step_get_irq(step);
	return irqkit_cpuset_add_set(disturbed->cpus, cpus);
}

/* What is special about the CPUs. */
static const char *describe(
	struct irqkit_machine *machine, const struct irqkit_cpuset *cpus)
{
	const struct irqkit_cpuset *isolated = irqkit_topology_get_cpus(
		machine->topology, IRQKIT_CPUS_ISOLATED);

	if (!isolated || !irqkit_cpuset_has_common(cpus, isolated))
		return "nohz_full";
	return irqkit_cpuset_is_subset(cpus, isolated) ? "isolated"
						       : "isolated or nohz_full";
}

static int warn(struct irqkit_request *request, struct irqkit_machine *machine,
	const struct disturbed *disturbed)
{
	bool is_one = irqkit_cpuset_count(disturbed->cpus) == 1;
	_cleanup_free_ char *list = NULL;
	char irqs[48];

	if (irqkit_cpuset_format_list(disturbed->cpus, &list) < 0)
		return -ENOMEM;
	if (disturbed->n_irqs == 1)
		snprintf(irqs, sizeof(irqs), "interrupt %d", disturbed->first);
	else
		snprintf(irqs, sizeof(irqs), "%zu interrupts", disturbed->n_irqs);
	request_warn(request,
		"%s may now fire on CPU%s %s, which %s %s; use the SET "
		"'housekeeping' to avoid such CPUs",
		irqs, is_one ? "" : "s", list, is_one ? "is" : "are",
		describe(machine, disturbed->cpus));
	return 0;
}

int request_warn_isolated(struct irqkit_request *request, struct irqkit_machine *machine,
	const struct irqkit_plan *plan, size_t n_before)
{
	struct disturbed disturbed CLEANUP(disturbed_clear) = { 0 };
	_cleanup_cpuset_ struct irqkit_cpuset *isolated = NULL;
	int r;

	if (means_isolated(request) ||
		irqkit_plan_count_results(plan, IRQKIT_PLANNED) == 0)
		return 0;
	r = irqkit_machine_read_isolated(machine, &isolated);
	if (r == 0)
		r = irqkit_cpuset_new(&disturbed.cpus);
	if (r < 0 || irqkit_cpuset_is_empty(isolated))
		return r;
	for (size_t i = n_before; i < irqkit_plan_count(plan) && r == 0; i++)
		r = look_at(machine, irqkit_plan_get(plan, i), isolated, &disturbed);
	return r < 0 || disturbed.n_irqs == 0 ? r : warn(request, machine, &disturbed);
}
