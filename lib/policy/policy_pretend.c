/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Later lines see what earlier ones will have done: the records of the machine hold the
 * values that are planned, as if they had been read, until the plan is complete.
 */
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/queues.h"
#include "policy/policy.h"

#include <errno.h>
#include <string.h>

/*
 * If several CPUs are allowed, the kernel keeps the CPU that handles the interrupt if it
 * can. NULL: no change.
 */
static int find_effective(struct irqkit_irq *irq, const struct irqkit_cpuset *cpus,
	struct irqkit_cpuset **ret_set)
{
	const struct irqkit_cpuset *now;
	_cleanup_cpuset_ struct irqkit_cpuset *set = NULL;
	int first = irqkit_cpuset_next(cpus, -1);
	int r = irqkit_irq_get_effective(irq, &now);

	/* an interrupt that is not in use, or a kernel that does not say */
	if (r < 0 || irqkit_cpuset_is_empty(now) || irqkit_cpuset_is_subset(now, cpus))
		return r == -ENOMEM ? r : 0;
	r = irqkit_cpuset_new(&set);
	if (r == 0 && first >= 0)
		r = irqkit_cpuset_add(set, (unsigned int)first);
	if (r == 0)
		*ret_set = TAKE(set);
	return r;
}

static int pretend_affinity(struct irqkit_irq *irq, const struct knob_value *value)
{
	_cleanup_cpuset_ struct irqkit_cpuset *effective = NULL;
	int r = find_effective(irq, value->cpus, &effective);

	return r < 0 ? r : irq_pretend(irq, value->text, value->cpus, effective);
}

static struct irqkit_irq *find_irq(
	struct irqkit_machine *machine, const struct irqkit_step *step)
{
	return step->knob == IRQKIT_KNOB_AFFINITY && step->irq >= 0
		? irqkit_machine_find_irq(machine, (unsigned int)step->irq)
		: NULL;
}

int policy_pretend(struct irqkit_machine *machine, const struct irqkit_step *step)
{
	struct irqkit_irq *irq = find_irq(machine, step);

	if (step->result == IRQKIT_SKIPPED || !step->new_value.text)
		return 0;
	if (irq)
		return pretend_affinity(irq, &step->new_value);
	if (step->queue)
		return queue_pretend(step->queue, step->file, step->new_value.text);
	if (step->knob == IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES)
		machine->planned_flow_entries = step->new_value.number;
	return 0;
}

void policy_end_pretending(struct irqkit_machine *machine, const struct irqkit_step *step)
{
	struct irqkit_irq *irq = find_irq(machine, step);

	if (irq)
		irq_end_pretending(irq);
	if (step->queue)
		queue_end_pretending(step->queue, step->file);
	if (step->knob == IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES)
		machine->planned_flow_entries = 0;
}
