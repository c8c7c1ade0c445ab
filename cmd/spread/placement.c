/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine -> the input of the placement policy; its answer -> steps. */
#include "spread/placement.h"
#include "base/basics.h"
#include "base/say.h"
#include "change/refusals.h"
#include "measure/open_machine.h"

#include <errno.h>
#include <string.h>

void placement_clear(struct placement *placement)
{
	irqkit_spread_free(placement->spread);
	irqkit_cpuset_free(placement->cpus);
	free(placement->irqs);
	free(placement->place);
	free(placement->is_named);
	free(placement->skipped);
	free(placement->owners);
}

/* ------------------------------------------------------------------------------- */
/* The CPUs, as input of the policy                                                */

/* One number for all members of a group; @alone if the group is not known. */
static int group_number(const struct irqkit_cpuset *group, int alone)
{
	return group ? irqkit_cpuset_next(group, -1) : alone;
}

static int core_number(struct placement *p, unsigned int cpu)
{
	return group_number(irqkit_topology_get_siblings(p->topology, cpu), (int)cpu);
}

static enum status tell_cpus(struct placement *p)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		p->topology, IRQKIT_CPUS_ONLINE);
	unsigned int *order;
	size_t n;
	int r = irqkit_topology_get_order(p->topology, p->cpus, &order, &n);

	if (r < 0) {
		say_error("cannot order the CPUs: %s", strerror(-r));
		return STATUS_REFUSED;
	}
	for (size_t i = 0; i < n && r >= 0; i++) {
		const struct irqkit_cpuset *llc = irqkit_topology_get_llc(
			p->topology, order[i]);
		int node = irqkit_topology_get_node(p->topology, order[i]);

		r = irqkit_spread_add_cpu(p->spread, order[i], core_number(p, order[i]),
			group_number(llc, node), node);
	}
	free(order);
	irqkit_cpuset_foreach (cpu, online)
		if (r >= 0 && !irqkit_cpuset_has(p->cpus, cpu))
			r = irqkit_spread_add_bystander(
				p->spread, cpu, core_number(p, cpu));
	return r < 0 ? say_no_memory() : STATUS_DONE;
}

/* Chooses the CPUs and the interrupts. */
static enum status choose_cpus_and_interrupts(struct placement *placement,
	struct change *change, const struct placement_wish *wish)
{
	enum status status;

	*placement = (struct placement){
		.machine = change->machine,
		.topology = irqkit_machine_get_topology(change->machine),
		.devices = irqkit_machine_get_devices(change->machine),
	};
	if (irqkit_spread_new(&placement->spread) < 0)
		return say_no_memory();
	status = placement_choose_cpus(placement, wish);
	if (status == STATUS_DONE)
		status = placement_choose_interrupts(placement, change, wish);
	return status;
}

enum status placement_check(struct change *change, const struct placement_wish *wish)
{
	struct placement placement CLEANUP(placement_clear) = { 0 };
	enum status status = change_read_machine(change);

	if (status != STATUS_DONE)
		return status;
	return change_judge(change, choose_cpus_and_interrupts(&placement, change, wish));
}

enum status placement_build(struct placement *placement, struct change *change,
	const struct placement_wish *wish, const struct irqkit_snapshot *counts)
{
	enum status status = choose_cpus_and_interrupts(placement, change, wish);

	if (status == STATUS_DONE)
		status = tell_cpus(placement);
	if (status != STATUS_DONE)
		return status;
	irqkit_spread_set_width(placement->spread, wish->width);
	irqkit_spread_set_split(placement->spread, wish->is_split);
	irqkit_spread_set_gain(placement->spread, wish->gain);
	irqkit_spread_set_idle(placement->spread, wish->idle);
	status = placement_tell_rows(placement, wish, counts);
	if (status == STATUS_DONE &&
		irqkit_spread_place(placement->spread, wish->policy) < 0)
		status = say_no_memory();
	return status;
}

enum status placement_add_steps(const struct placement *placement, struct change *change)
{
	for (size_t i = 0; i < placement->n; i++) {
		struct irqkit_irq *irq = placement->irqs[i];
		const struct irqkit_cpuset *cpus = irqkit_spread_get_cpus(
			placement->spread, i);
		const char *reason = irqkit_spread_get_reason(placement->spread, i);
		unsigned int flags = placement->is_named[i] ? 0 : IRQKIT_STEP_OPTIONAL;
		int r = cpus
			? irqkit_plan_add_affinity(change->plan, irq, cpus, reason, flags)
			: irqkit_plan_add_kept(change->plan, irq, reason);

		if (r == -ENOENT)
			r = change_add_gone(change, irq);
		if (r < 0)
			return change_say_unreadable(change, irq, r);
	}
	for (size_t i = 0; i < placement->n_skipped; i++) {
		struct irqkit_irq *irq = placement->skipped[i];

		if (irqkit_plan_add_skipped(change->plan, irq, find_obstacle(irq)) < 0)
			return say_no_memory();
	}
	return STATUS_DONE;
}

long placement_find(const struct placement *placement, int irq)
{
	const struct irqkit_irq *record = irq < 0
		? NULL
		: irqkit_machine_find_irq(placement->machine, (unsigned int)irq);

	return record ? (long)placement->place[irqkit_irq_get_index(record)] - 1 : -1;
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

void placement_leave_unmoved(
	const struct placement *placement, const struct change *change)
{
	for (size_t i = 0; i < placement->n; i++)
		if (!is_moved(change, irqkit_plan_get(change->plan, i)))
			irqkit_spread_leave(placement->spread, i);
}
