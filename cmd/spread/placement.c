/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the machine to the input of the placement policy, and from its answer to steps. */
#include "spread/placement.h"

#include <errno.h>
#include <string.h>

void placement_free(struct placement *placement)
{
	irqkit_spread_free(placement->spread);
	irqkit_topology_free(placement->topology);
	irqkit_cpuset_free(placement->cpus);
	free(placement->interrupts);
	free(placement->skipped);
	free(placement->owners);
}

/* ------------------------------------------------------------------------------- */
/* Which CPUs                                                                      */

static enum status keep_node(struct placement *p, unsigned int node)
{
	const struct irqkit_cpuset *cpus =
		irqkit_topology_get_node_cpus(p->topology, node);

	if (!cpus) {
		say_error("--node: there is no NUMA node %u here", node);
		return STATUS_MISUSE;
	}
	irqkit_cpuset_keep_set(p->cpus, cpus);
	if (!irqkit_cpuset_is_empty(p->cpus))
		return STATUS_DONE;
	say_error("--node: node %u has none of the CPUs that may be used", node);
	return STATUS_MISUSE;
}

static enum status choose_cpus(struct placement *p, const struct placement_wish *wish)
{
	const struct irqkit_cpuset *cpus;
	enum status status = STATUS_DONE;

	if (wish->cpus) {
		status = machine_read_cpus(
			"--cpus", wish->cpus, p->topology, NULL, &p->cpus);
	} else {
		cpus = irqkit_topology_get_cpus(p->topology, IRQKIT_CPUS_HOUSEKEEPING);
		if (!cpus || irqkit_cpuset_is_empty(cpus))
			cpus = irqkit_topology_get_cpus(p->topology, IRQKIT_CPUS_ONLINE);
		if (!cpus || irqkit_cpuset_copy(cpus, &p->cpus) < 0)
			return say_no_memory();
	}
	if (status == STATUS_DONE && wish->node_policy == NODE_NUMBER)
		status = keep_node(p, wish->node);
	return status;
}

/* One number for all members of a group; where none is told, @alone. */
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
	const struct irqkit_cpuset *online =
		irqkit_topology_get_cpus(p->topology, IRQKIT_CPUS_ONLINE);
	unsigned int *order;
	size_t n;
	int r = irqkit_topology_get_order(p->topology, p->cpus, &order, &n);

	if (r < 0)
		return say_no_memory();
	for (size_t i = 0; i < n && r >= 0; i++) {
		const struct irqkit_cpuset *llc =
			irqkit_topology_get_llc(p->topology, order[i]);
		int node = irqkit_topology_get_node(p->topology, order[i]);

		r = irqkit_spread_add_cpu(p->spread, order[i], core_number(p, order[i]),
			group_number(llc, node), node);
	}
	free(order);
	irqkit_cpuset_foreach(cpu, online)
		if (r >= 0 && !irqkit_cpuset_has(p->cpus, (unsigned int)cpu))
			r = irqkit_spread_add_bystander(p->spread, (unsigned int)cpu,
				core_number(p, (unsigned int)cpu));
	return r < 0 ? say_no_memory() : STATUS_DONE;
}

/* ------------------------------------------------------------------------------- */
/* Which interrupts                                                                */

/* All interrupts of network devices that have queues. */
static enum status choose_net(struct placement *p, const struct irqkit_snapshot *snapshot)
{
	size_t n_devices = 0;

	if (irqkit_devices_count_net(p->devices, &n_devices) < 0)
		n_devices = 0;
	for (size_t i = 0; i < irqkit_snapshot_count(snapshot); i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(snapshot, i);
		int irq = irqkit_interrupt_get_irq(row);

		for (size_t d = 0; irq >= 0 && d < n_devices; d++) {
			struct irqkit_device *device =
				irqkit_devices_get_net(p->devices, d);

			if (!irqkit_device_count_queues(device) ||
				!irqkit_device_find_irq(device, (unsigned int)irq))
				continue;
			p->interrupts[p->n++] = row;
			break;
		}
	}
	if (p->n > 0)
		return STATUS_DONE;
	if (machine_say_no_sys(p->devices))
		return STATUS_NO_MATCH;
	say_error("no network device has interrupts here: name what to spread ('irqkit show' "
		  "lists what there is)");
	return STATUS_NO_MATCH;
}

/* Those of @change's words that match something now, to @words; how many. */
static size_t keep_present(const struct change *change, const char **words)
{
	const struct call *call = change->call;
	size_t n = 0;

	for (size_t i = 0; i < call->n_words; i++) {
		struct selection one CLEANUP(selection_free) = { 0 };

		if (select_interrupts(change->devices, change->snapshot, &call->words[i],
			    1, false, &one) == STATUS_DONE)
			words[n++] = call->words[i];
	}
	return n;
}

static enum status choose_words(
	struct placement *p, struct change *change, const struct placement_wish *wish)
{
	struct selection chosen CLEANUP(selection_free) = { 0 };
	const struct call *call = change->call;
	const char **words = calloc(call->n_words, sizeof(*words));
	enum status status = STATUS_NO_MATCH;
	size_t n = call->n_words;

	if (!words)
		return say_no_memory();
	memcpy(words, call->words, n * sizeof(*words));
	if (wish->passes_absent)
		n = keep_present(change, words);
	p->n_absent = call->n_words - n;
	if (n > 0)
		status = select_interrupts(change->devices, change->snapshot, words, n,
			false, &chosen);
	free(words);
	for (size_t i = 0; status == STATUS_DONE && i < chosen.n; i++)
		if (irqkit_interrupt_get_irq(chosen.interrupts[i]) >= 0)
			p->interrupts[p->n++] = chosen.interrupts[i];
	return status;
}

/* Those that cannot be moved are put aside. */
static enum status sort_out(
	struct placement *p, struct change *change, const struct placement_wish *wish)
{
	size_t n = p->n, kept = 0;

	for (size_t i = 0; i < n; i++) {
		enum irqkit_movable movable;

		if (wish->is_left_out &&
			wish->is_left_out(wish->data, p->interrupts[i]))
			continue;
		if (irqkit_irq_read_movable(change->ctx, p->interrupts[i], &movable) == 0 &&
			movable != IRQKIT_MOVABLE)
			p->skipped[p->n_skipped++] = p->interrupts[i];
		else
			p->interrupts[kept++] = p->interrupts[i];
	}
	p->n = kept;
	if (kept > 0)
		return STATUS_DONE;
	if (p->n_skipped == n)
		return change_say_immovable(change, n);
	say_error("none of these %zu can be moved: the kernel refused it", n);
	return STATUS_IMMOVABLE;
}

static enum status choose_interrupts(
	struct placement *p, struct change *change, const struct placement_wish *wish)
{
	size_t n = irqkit_snapshot_count(change->snapshot);
	enum status status;

	p->interrupts = calloc(n + 1, sizeof(*p->interrupts));
	p->skipped = calloc(n + 1, sizeof(*p->skipped));
	p->owners = calloc(n + 1, sizeof(*p->owners));
	if (!p->interrupts || !p->skipped || !p->owners)
		return say_no_memory();
	status = change->call->n_words ? choose_words(p, change, wish)
				       : choose_net(p, change->snapshot);
	return status == STATUS_DONE ? sort_out(p, change, wish) : status;
}

/* The CPUs and the interrupts that are meant. */
static enum status choose(struct placement *placement, struct change *change,
	const struct placement_wish *wish)
{
	enum status status;

	*placement = (struct placement){ 0 };
	status = machine_topology(change->ctx, change->snapshot, &placement->topology);
	placement->devices = change->devices;
	if (status == STATUS_DONE && irqkit_spread_new(&placement->spread) < 0)
		status = say_no_memory();
	if (status == STATUS_DONE)
		status = choose_cpus(placement, wish);
	if (status == STATUS_DONE)
		status = choose_interrupts(placement, change, wish);
	return status;
}

enum status placement_check(struct change *change, const struct placement_wish *wish)
{
	struct placement placement CLEANUP(placement_free) = { 0 };
	enum status status = change_read(change);

	return status == STATUS_DONE ? choose(&placement, change, wish) : status;
}

enum status placement_build(struct placement *placement, struct change *change,
	const struct placement_wish *wish, const struct irqkit_snapshot *counts)
{
	enum status status = choose(placement, change, wish);

	if (status == STATUS_DONE)
		status = tell_cpus(placement);
	if (status != STATUS_DONE)
		return status;
	irqkit_spread_set_width(placement->spread, wish->width);
	irqkit_spread_set_split(placement->spread, wish->is_split);
	irqkit_spread_set_gain(placement->spread, wish->gain);
	irqkit_spread_set_idle(placement->spread, wish->idle);
	status = placement_tell_rows(placement, change, wish, counts);
	if (status == STATUS_DONE &&
		irqkit_spread_place(placement->spread, wish->policy) < 0)
		status = say_no_memory();
	return status;
}

enum status placement_add_steps(const struct placement *placement, struct change *change)
{
	for (size_t i = 0; i < placement->n; i++) {
		const struct irqkit_interrupt *interrupt = placement->interrupts[i];
		const struct irqkit_cpuset *cpus =
			irqkit_spread_get_cpus(placement->spread, i);
		const char *reason = irqkit_spread_get_reason(placement->spread, i);
		int r = cpus ? irqkit_plan_add_affinity(change->plan, interrupt, cpus,
				       reason, IRQKIT_STEP_OPTIONAL)
			     : irqkit_plan_add_kept(change->plan, interrupt, reason);

		if (r == -ENOENT)
			r = change_add_gone(change, interrupt);
		if (r < 0)
			return change_say_unreadable(interrupt, r);
	}
	for (size_t i = 0; i < placement->n_skipped; i++) {
		const struct irqkit_interrupt *interrupt = placement->skipped[i];
		enum irqkit_movable movable = IRQKIT_MOVABLE;

		irqkit_irq_read_movable(change->ctx, interrupt, &movable);
		if (irqkit_plan_add_skipped(change->plan, interrupt,
			    immovable_word(movable)) < 0)
			return say_no_memory();
	}
	return STATUS_DONE;
}

long placement_find(const struct placement *placement, int irq)
{
	for (size_t i = 0; i < placement->n; i++)
		if (irqkit_interrupt_get_irq(placement->interrupts[i]) == irq)
			return (long)i;
	return -1;
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
