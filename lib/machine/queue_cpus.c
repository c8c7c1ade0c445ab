/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The CPUs that handle the interrupt of a queue. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/device.h"
#include "machine/machine.h"

/* The record of its interrupt, also if that has no handler; or NULL. */
static struct irqkit_irq *find_irq(
	struct irqkit_machine *machine, const struct irqkit_queue *queue)
{
	struct irqkit_irq *irq = NULL;

	if (queue->irq >= 0)
		irqkit_machine_need_irq(machine, (unsigned int)queue->irq, &irq);
	return irq;
}

static const struct irqkit_cpuset *get_current(struct irqkit_irq *irq)
{
	const struct irqkit_cpuset *set = NULL;

	if (irq &&
		(irqkit_irq_get_effective(irq, &set) < 0 || irqkit_cpuset_is_empty(set)))
		irqkit_irq_get_affinity(irq, &set);
	return set;
}

EXPORT const struct irqkit_cpuset *irqkit_machine_get_queue_cpus(
	struct irqkit_machine *machine, const struct irqkit_queue *queue)
{
	return get_current(find_irq(machine, queue));
}

EXPORT const struct irqkit_cpuset *irqkit_machine_get_settled_queue_cpus(
	struct irqkit_machine *machine, const struct irqkit_queue *queue)
{
	struct irqkit_irq *irq = find_irq(machine, queue);
	const struct irqkit_cpuset *current = get_current(irq), *affinity;

	if (current && irqkit_irq_get_affinity(irq, &affinity) == 0 &&
		!irqkit_cpuset_is_subset(current, affinity))
		return affinity;
	return current;
}
