/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The CPUs that are isolated now, and those that other commands will not treat as isolated. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "machine/machine.h"
#include "plan/plan.h"
#include "request/isolate.h"
#include "topology/topology.h"

/* With those that have no tick. */
EXPORT int irqkit_machine_read_isolated(
	struct irqkit_machine *machine, struct irqkit_cpuset **ret_cpus)
{
	static const enum irqkit_cpus kinds[] = { IRQKIT_CPUS_ISOLATED,
		IRQKIT_CPUS_NOHZ_FULL };
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	int r = irqkit_cpuset_new(&cpus);

	for (size_t i = 0; i < LENGTH(kinds) && r == 0; i++) {
		const struct irqkit_cpuset *set = irqkit_topology_get_cpus(
			machine->topology, kinds[i]);

		r = set ? irqkit_cpuset_add_set(cpus, set) : 0;
	}
	if (r == 0)
		r = topology_get_error(machine->topology);
	if (r == 0)
		*ret_cpus = TAKE(cpus);
	return r;
}

const struct irqkit_cpuset *isolate_find_planned(
	const struct irqkit_plan *plan, size_t n, enum irqkit_knob knob)
{
	while (n-- > 0)
		if (plan->steps[n].knob == knob)
			return plan->steps[n].new_value.cpus;
	return NULL;
}

/*
 * A default affinity that nothing confirms is ignored: see topology_isolated.c. This happens in
 * a saved root without a mask of the workqueues, because the threads there cannot be moved.
 */
EXPORT int irqkit_machine_read_unseen(struct irqkit_machine *machine,
	const struct irqkit_plan *plan, const struct irqkit_cpuset *cpus,
	struct irqkit_cpuset **ret_cpus)
{
	size_t n = irqkit_plan_count(plan);
	_cleanup_cpuset_ struct irqkit_cpuset *unseen = NULL;
	const struct irqkit_cpuset *isolated;
	int r;

	if (isolate_find_planned(plan, n, IRQKIT_KNOB_WORKQUEUE) ||
		!isolate_find_planned(plan, n, IRQKIT_KNOB_DEFAULT_AFFINITY))
		return irqkit_cpuset_new(ret_cpus);
	r = irqkit_cpuset_copy(cpus, &unseen);
	if (r < 0)
		return r;
	topology_forget_set_apart(machine->topology);
	isolated = irqkit_topology_get_cpus(machine->topology, IRQKIT_CPUS_ISOLATED);
	if (isolated)
		irqkit_cpuset_remove_set(unseen, isolated);
	r = topology_get_error(machine->topology);
	if (r == 0)
		*ret_cpus = TAKE(unseen);
	return r;
}
