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

/* Of several CPUs, the kernel keeps the one that handles the interrupt if it can. */
static int pretend_effective(struct irqkit_irq *irq, const struct irqkit_cpuset *cpus)
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
	if (r < 0)
		return r;
	irq_forget_effective(irq);
	irq->effective = (struct irq_cpus){ .set = TAKE(set), .has_read = true };
	return 0;
}

static int pretend_affinity(struct irqkit_irq *irq, const struct knob_value *value)
{
	_cleanup_cpuset_ struct irqkit_cpuset *set = NULL;
	_cleanup_free_ char *text = strdup(value->text);
	int r = irqkit_cpuset_copy(value->cpus, &set);

	if (r == 0)
		r = text ? pretend_effective(irq, value->cpus) : -ENOMEM;
	if (r < 0)
		return r;
	irqkit_cpuset_free(irq->affinity.set);
	free(irq->affinity.text);
	irq->affinity.set = TAKE(set);
	irq->affinity.text = TAKE(text);
	irq->affinity_error = 0;
	irq->has_read_affinity = true;
	return 0;
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

	if (irq) {
		irq_forget_affinity(irq);
		irq_forget_effective(irq);
	}
	if (step->queue)
		queue_forget(step->queue, step->file);
	if (step->knob == IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES)
		machine->planned_flow_entries = 0;
}
