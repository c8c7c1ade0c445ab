/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A placement of the library, as reports and notes look at it. */
#include "spread/placed.h"

#include <stdlib.h>

static bool find_relieved(struct placed *placed)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		placed->topology, IRQKIT_CPUS_ONLINE);
	const struct irqkit_cpuset *fit = irqkit_topology_get_cpus(
		placed->topology, IRQKIT_CPUS_HOUSEKEEPING);

	if (irqkit_cpuset_copy(placed->cpus, &placed->judged) < 0)
		return false;
	irqkit_cpuset_foreach (cpu, online)
		if (irqkit_spread_is_judged(placed->spread, cpu) &&
			irqkit_cpuset_add(placed->judged, cpu) < 0)
			return false;
	if (irqkit_cpuset_copy(placed->judged, &placed->relieved) < 0)
		return false;
	irqkit_cpuset_remove_set(placed->relieved, placed->cpus);
	if (irqkit_cpuset_copy(placed->relieved, &placed->unfit) < 0)
		return false;
	if (fit)
		irqkit_cpuset_remove_set(placed->unfit, fit);
	return true;
}

bool placed_init(struct placed *placed, const struct irqkit_placement *placement,
	const struct irqkit_machine *machine)
{
	*placed = (struct placed){
		.placement = placement,
		.topology = irqkit_machine_get_topology(machine),
		.devices = irqkit_machine_get_devices(machine),
		.spread = irqkit_placement_get_spread(placement),
		.cpus = irqkit_placement_get_cpus(placement),
		.n = irqkit_placement_count_irqs(placement),
		.n_owners = irqkit_placement_count_devices(placement),
	};
	placed->owners = calloc(placed->n_owners + 1, sizeof(*placed->owners));
	if (!placed->owners || !find_relieved(placed))
		return false;
	for (size_t i = 0; i < placed->n_owners; i++)
		placed->owners[i] = (struct placed_device){
			.device = irqkit_placement_get_device(placement, i),
			.n_queues = irqkit_placement_count_queues(placement, i),
			.n_cpus = irqkit_placement_count_cpus(placement, i),
			.node = irqkit_placement_get_node(placement, i),
		};
	return true;
}

void placed_clear(struct placed *placed)
{
	free(placed->owners);
	irqkit_cpuset_free(placed->judged);
	irqkit_cpuset_free(placed->relieved);
	irqkit_cpuset_free(placed->unfit);
}

long placed_find(const struct placed *placed, int irq)
{
	size_t index;

	if (irq < 0 ||
		irqkit_placement_find_irq(placed->placement, (unsigned int)irq, &index) <
			0)
		return -1;
	return (long)index;
}

static bool is_moved(const struct change *change, const struct irqkit_step *step)
{
	switch (irqkit_step_get_result(step)) {
	case IRQKIT_SKIPPED:
	case IRQKIT_FAILED:
	case IRQKIT_ROLLED_BACK:
		return false;
	case IRQKIT_PLANNED:
		return !change_writes(change->options);
	default:
		return true;
	}
}

void placed_leave_unmoved(const struct placed *placed, const struct change *change)
{
	for (size_t i = 0; i < placed->n; i++)
		if (!is_moved(change, irqkit_plan_get(change->plan, i)))
			irqkit_spread_leave(placed->spread, i);
}
