/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the machine to the input of the placement policy, and what it knows afterwards. */
#include "request/placement.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "machine/cpu_use.h"
#include "request/request_current.h"
#include "request/request_select.h"
#include "topology/topology.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void placement_free(struct irqkit_placement *placement)
{
	if (!placement)
		return;
	irqkit_spread_free(placement->spread);
	irqkit_cpuset_free(placement->cpus);
	set_order_clear(&placement->order);
	for (size_t i = 0; placement->allowed && i < placement->n; i++)
		irqkit_cpuset_free(placement->allowed[i]);
	free(placement->allowed);
	free(placement->irqs);
	free(placement->is_named);
	free(placement->skipped);
	free(placement->owners);
	free(placement);
}

/* ------------------------------------------------------------------------------- */
/* The CPUs, as input of the policy                                                */

/* One number for all members of a group; @alone if the group is not known. */
static int group_number(const struct irqkit_cpuset *group, int alone)
{
	return group ? irqkit_cpuset_next(group, -1) : alone;
}

static int core_number(struct irqkit_placement *p, unsigned int cpu)
{
	return group_number(
		irqkit_topology_get_siblings(p->machine->topology, cpu), (int)cpu);
}

/* The CPUs of @set in the order of the topology. */
static int tell_part(struct irqkit_placement *p, const struct irqkit_cpuset *set)
{
	struct irqkit_topology *topology = p->machine->topology;
	_cleanup_free_ unsigned int *order = NULL;
	size_t n = 0;
	int r = irqkit_topology_get_order(topology, set, &order, &n);

	if (r < 0)
		return request_fail_with(
			p->request, r, "cannot order the CPUs: %s", strerror(-r));
	for (size_t i = 0; i < n && r >= 0; i++) {
		const struct irqkit_cpuset *llc = irqkit_topology_get_llc(
			topology, order[i]);
		int node = irqkit_topology_get_node(topology, order[i]);

		r = irqkit_spread_add_cpu(p->spread, order[i], core_number(p, order[i]),
			group_number(llc, node), node);
		if (r >= 0)
			r = irqkit_spread_set_slowness(p->spread, order[i],
				topology_get_slowness(topology, order[i]));
	}
	return r;
}

/* The CPUs of the part of a SET that begins with this member; moves @next past it. */
static int take_part(
	const struct irqkit_placement *p, size_t *next, struct irqkit_cpuset **ret_part)
{
	const struct set_order *order = &p->order;
	unsigned int number = order->members[*next].part;
	_cleanup_cpuset_ struct irqkit_cpuset *part = NULL;
	int r = irqkit_cpuset_new(&part);

	for (; r == 0 && *next < order->n && order->members[*next].part == number;
		++*next)
		r = irqkit_cpuset_add(part, order->members[*next].cpu);
	if (r < 0)
		return r;
	irqkit_cpuset_keep_set(part, p->cpus);
	*ret_part = TAKE(part);
	return 0;
}

/* One part after the other, as they are written: a part itself has no order. */
static int tell_parts(struct irqkit_placement *p)
{
	size_t next = 0;
	int r = 0;

	while (next < p->order.n && r >= 0) {
		_cleanup_cpuset_ struct irqkit_cpuset *part = NULL;

		r = take_part(p, &next, &part);
		if (r == 0)
			r = tell_part(p, part);
	}
	return r;
}

static int tell_cpus(struct irqkit_placement *p)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		p->machine->topology, IRQKIT_CPUS_ONLINE);
	int r = p->order.n ? tell_parts(p) : tell_part(p, p->cpus);

	irqkit_cpuset_foreach (cpu, online)
		if (r >= 0 && !irqkit_cpuset_has(p->cpus, cpu))
			r = irqkit_spread_add_bystander(
				p->spread, cpu, core_number(p, cpu));
	return r < 0 ? r : 0;
}

int placement_new(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_placement **ret_placement)
{
	struct irqkit_placement *p = calloc(1, sizeof(*p));
	int r;

	if (!p)
		return -ENOMEM;
	p->request = request;
	p->machine = machine;
	r = irqkit_spread_new(&p->spread);
	if (r == 0)
		r = placement_choose_cpus(p);
	if (r == 0)
		r = placement_choose_irqs(p);
	if (r == 0 && request_uses_current(request))
		r = placement_allow_current(p);
	if (r < 0)
		placement_free(p);
	else
		*ret_placement = p;
	return r;
}

int placement_add_steps(struct irqkit_placement *p, struct irqkit_plan *plan)
{
	for (size_t i = 0; i < p->n; i++) {
		struct irqkit_irq *irq = p->irqs[i];
		const struct irqkit_cpuset *cpus = irqkit_spread_get_cpus(p->spread, i);
		const char *reason = irqkit_spread_get_reason(p->spread, i);
		unsigned int flags = p->is_named[i] ? 0 : IRQKIT_STEP_OPTIONAL;
		int r = cpus ? irqkit_plan_add_affinity(plan, irq, cpus, reason, flags)
			     : irqkit_plan_add_kept(plan, irq, reason);

		if (r == -ENOENT)
			r = request_add_gone(p->request, plan, irq);
		if (r < 0)
			return request_fail_unreadable(p->request, irq, r);
	}
	for (size_t i = 0; i < p->n_skipped; i++) {
		struct irqkit_irq *irq = p->skipped[i];
		int r = irqkit_plan_add_skipped(
			plan, irq, irqkit_irq_find_obstacle(irq, false));

		if (r < 0)
			return r;
	}
	return 0;
}

/* Did the user choose an order, other than that of the numbers? Then queues follow it. */
static bool has_order(const struct set_order *order)
{
	for (size_t i = 1; i < order->n; i++)
		if (order->members[i].part != order->members[i - 1].part &&
			order->members[i].cpu < order->members[i - 1].cpu)
			return true;
	return false;
}

static int decide(struct irqkit_placement *p)
{
	const struct irqkit_request *request = p->request;
	int r = tell_cpus(p);

	if (r < 0)
		return r;
	irqkit_spread_set_width(p->spread, request->width);
	irqkit_spread_set_split(p->spread, request->is_split);
	irqkit_spread_set_leave_node(
		p->spread, request->node_policy == IRQKIT_NODE_PREFERRED);
	irqkit_spread_set_fresh(p->spread, has_order(&p->order));
	irqkit_spread_set_gain(p->spread, request->gain);
	irqkit_spread_set_idle(p->spread, request->idle);
	if (request->load) {
		irqkit_load_weigh(request->load, request->weigh);
		p->is_time = irqkit_load_get_weigh(request->load) == IRQKIT_WEIGH_TIME;
	}
	r = placement_tell_rows(p,
		request->counts ? request->counts : p->machine->snapshot, request->load);
	if (r == 0)
		r = placement_tell_pinned(p);
	return r == 0 ? irqkit_spread_place(p->spread, request->policy) : r;
}

int request_plan_spread(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan)
{
	int r = placement_new(request, machine, &request->placement);

	if (r == 0)
		r = decide(request->placement);
	if (r == 0)
		r = placement_add_steps(request->placement, plan);
	return r == 0 ? request_check_any_movable(request, plan) : r;
}

/* ------------------------------------------------------------------------------- */

EXPORT struct irqkit_spread *irqkit_placement_get_spread(
	const struct irqkit_placement *placement)
{
	return placement->spread;
}

EXPORT const struct irqkit_cpuset *irqkit_placement_get_cpus(
	const struct irqkit_placement *placement)
{
	return placement->cpus;
}

EXPORT size_t irqkit_placement_count_irqs(const struct irqkit_placement *placement)
{
	return placement->n;
}

size_t placement_find(const struct irqkit_placement *p, const struct irqkit_irq *irq)
{
	size_t at = use_find(p->irqs, p->n, irq);

	return at < p->n ? at + 1 : 0;
}

EXPORT int irqkit_placement_find_irq(
	const struct irqkit_placement *placement, unsigned int number, size_t *ret_index)
{
	const struct irqkit_irq *irq = irqkit_machine_find_irq(
		placement->machine, number);
	size_t place = irq ? placement_find(placement, irq) : 0;

	if (place == 0)
		return -ENOENT;
	*ret_index = place - 1;
	return 0;
}

EXPORT size_t irqkit_placement_count_absent(const struct irqkit_placement *placement)
{
	return placement->n_absent;
}

EXPORT size_t irqkit_placement_count_on_one_of_many(
	const struct irqkit_placement *placement)
{
	return placement->n_on_one_of_many;
}

EXPORT bool irqkit_placement_has_few(const struct irqkit_placement *placement)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		placement->machine->topology, IRQKIT_CPUS_ONLINE);
	double sum = 0;

	if (placement->is_time)
		return false;
	irqkit_cpuset_foreach (cpu, online)
		if (irqkit_spread_is_judged(placement->spread, cpu))
			sum += (double)irqkit_spread_get_load_before(
				placement->spread, cpu);
	return sum < IRQKIT_FEW_INTERRUPTS;
}

EXPORT bool irqkit_placement_is_less_even(const struct irqkit_placement *placement)
{
	double before = irqkit_spread_get_imbalance_before(placement->spread);
	double after = irqkit_spread_get_imbalance_after(placement->spread);

	return before > 0 && after > before + 0.1 && after > before * 1.05 &&
		!irqkit_placement_has_few(placement);
}

/* Do interrupts leave a CPU that is isolated, and that the user has not named? */
static bool relieves_unfit(const struct irqkit_placement *p)
{
	const struct irqkit_cpuset *fit = irqkit_topology_get_cpus(
		p->machine->topology, IRQKIT_CPUS_HOUSEKEEPING);
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		p->machine->topology, IRQKIT_CPUS_ONLINE);

	irqkit_cpuset_foreach (cpu, online)
		if (irqkit_spread_is_judged(p->spread, cpu) && fit &&
			!irqkit_cpuset_has(fit, cpu) && !irqkit_cpuset_has(p->cpus, cpu))
			return true;
	return false;
}

EXPORT bool irqkit_placement_is_worse(const struct irqkit_placement *placement)
{
	return placement->request->policy != IRQKIT_POLICY_LOAD &&
		irqkit_placement_is_less_even(placement) && !relieves_unfit(placement);
}

EXPORT size_t irqkit_placement_count_devices(const struct irqkit_placement *placement)
{
	return placement->n_owners;
}

EXPORT struct irqkit_device *irqkit_placement_get_device(
	const struct irqkit_placement *placement, size_t index)
{
	return placement->owners[index].device;
}

EXPORT size_t irqkit_placement_count_queues(
	const struct irqkit_placement *placement, size_t index)
{
	return placement->owners[index].n_queues;
}

EXPORT size_t irqkit_placement_count_cpus(
	const struct irqkit_placement *placement, size_t index)
{
	return placement->owners[index].n_cpus;
}

EXPORT int irqkit_placement_get_node(
	const struct irqkit_placement *placement, size_t index)
{
	return placement->owners[index].node;
}
