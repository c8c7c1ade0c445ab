/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The input of the placement policy: load, device, queue and place of each interrupt. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/irq_queue.h"
#include "load/load_record.h"
#include "machine/cpu_use.h"
#include "request/placement.h"

#include <errno.h>
#include <limits.h>

/* ------------------------------------------------------------------------------- */
/* What is known about an interrupt                                                */

static size_t find_owner(
	struct irqkit_placement *p, struct irqkit_device *device, int node)
{
	if (device && device->owner_place < p->n_owners &&
		p->owners[device->owner_place].device == device)
		return device->owner_place;
	if (device)
		device->owner_place = p->n_owners;
	p->owners[p->n_owners] = (struct placement_device){ .device = device,
		.node = node };
	return p->n_owners++;
}

/* The CPUs that may handle an interrupt, and the CPUs that do; NULL: not known, or no matter. */
struct served {
	const struct irqkit_cpuset *affinity;
	const struct irqkit_cpuset *effective;
};

static struct served get_served(struct irqkit_irq *irq)
{
	struct served served = { 0 };

	irqkit_irq_get_affinity(irq, &served.affinity);
	/* then it is handled by that CPU in any case */
	if (served.affinity && irqkit_cpuset_count(served.affinity) == 1)
		return served;
	if (irqkit_irq_get_effective(irq, &served.effective) == 0 &&
		irqkit_cpuset_is_empty(served.effective))
		served.effective = NULL;
	return served;
}

static int find_node(
	const struct irqkit_placement *p, struct irqkit_device *device, int irq)
{
	int node;

	return irqkit_machine_find_node(p->machine, device, irq, &node) < 0 ? -1 : node;
}

/* The queues of some devices, as disks, have no numbers: they are counted here. */
static int count_queue(
	const struct placement_device *owner, int irq, enum irqkit_serves *ret_serves)
{
	if (irqkit_device_count_queues(owner->device) ||
		device_find_role(owner->device, irq) != IRQKIT_ROLE_QUEUE)
		return -1;
	*ret_serves = IRQKIT_SERVES_BOTH;
	return (int)owner->n_queues;
}

/* The CPUs that an interrupt of this device may go to. */
static void tell_node(struct irqkit_placement *p, size_t index,
	struct placement_device *owner, int node)
{
	const struct irqkit_cpuset *local = node >= 0
		? irqkit_topology_get_node_cpus(p->machine->topology, (unsigned int)node)
		: NULL;

	if ((p->request->node_policy != IRQKIT_NODE_LOCAL &&
		    p->request->node_policy != IRQKIT_NODE_PREFERRED) ||
		!local || !irqkit_cpuset_has_common(local, p->cpus)) {
		owner->n_cpus = irqkit_cpuset_count(p->cpus);
		return;
	}
	irqkit_spread_set_node(p->spread, index, node);
	owner->n_cpus = 0;
	irqkit_cpuset_foreach (cpu, local)
		owner->n_cpus += irqkit_cpuset_has(p->cpus, cpu);
}

static void tell_owner(struct irqkit_placement *p, size_t index, int irq)
{
	enum irqkit_serves serves = IRQKIT_SERVES_NONE;
	struct irqkit_device *device = devices_find_first_owner(p->machine->devices, irq);
	bool is_follower = false;
	int queue = -1, node = find_node(p, device, irq);
	size_t at = find_owner(p, device, node);
	struct placement_device *owner = &p->owners[at];

	if (device)
		queue = device_find_irq_queue(device, irq, &serves, &is_follower);
	if (device && queue < 0)
		queue = count_queue(owner, irq, &serves);
	owner->n_queues += serves == IRQKIT_SERVES_BOTH || serves == IRQKIT_SERVES_RX;
	irqkit_spread_set_queue(
		p->spread, index, device ? (unsigned int)at : UINT_MAX, queue, serves);
	if (is_follower)
		irqkit_spread_set_follower(p->spread, index);
	if (device && device_has_only_queue(device))
		irqkit_spread_set_only_queue(p->spread, index);
	tell_node(p, index, owner, node);
}

static int tell_affinity(
	struct irqkit_placement *p, size_t index, const struct served *served)
{
	p->n_on_one_of_many += p->request->width > 1 && served->affinity &&
		served->effective && irqkit_cpuset_count(served->affinity) > 1 &&
		irqkit_cpuset_count(served->effective) == 1;
	return irqkit_spread_set_affinity(p->spread, index, served->affinity);
}

static int tell_interrupt(
	struct irqkit_placement *p, struct irqkit_irq *record, uint64_t load)
{
	const struct served served = get_served(record);
	int irq = irqkit_irq_get_number(record);
	const struct irqkit_cpuset *hint;
	int index = irqkit_spread_add_interrupt(
		p->spread, (unsigned int)irq, load, irqkit_irq_find_cpu(record));

	if (index < 0)
		return -ENOMEM;
	tell_owner(p, (size_t)index, irq);
	if (p->allowed &&
		irqkit_spread_set_allowed(p->spread, (size_t)index, p->allowed[index]) <
			0)
		return -ENOMEM;
	if (tell_affinity(p, (size_t)index, &served) < 0)
		return -ENOMEM;
	if (p->request->policy == IRQKIT_POLICY_HINT &&
		irqkit_irq_get_hint(record, &hint) == 0 &&
		!irqkit_cpuset_is_empty(hint) &&
		irqkit_spread_set_hint(p->spread, (size_t)index, hint) < 0)
		return -ENOMEM;
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Interrupts that are not placed                                                  */

/* The same by what was measured; rows that are not in it have no load. */
static void tell_weight(
	struct irqkit_placement *p, const struct irqkit_load *load, size_t index)
{
	const struct irqkit_interrupt *row = irqkit_load_get_counts(load, index);

	if (!row || irqkit_interrupt_is_background(row))
		return;
	for (size_t i = 0; i < irqkit_interrupt_count_served(row); i++) {
		unsigned int cpu;
		uint64_t weight = irqkit_load_get_weight_on(load, index, i, &cpu);

		irqkit_spread_add_load(p->spread, cpu, weight);
	}
}

/* Background does not count as load of its CPU: it would hide how uneven the rest is. */
static void tell_load(struct irqkit_placement *p, const struct irqkit_interrupt *counts)
{
	if (irqkit_interrupt_is_background(counts))
		return;
	for (size_t i = 0; i < irqkit_interrupt_count_served(counts); i++) {
		unsigned int cpu;
		uint64_t count = irqkit_interrupt_get_served(counts, i, &cpu);

		irqkit_spread_add_load(p->spread, cpu, count);
	}
}

static void tell_each_other(struct irqkit_placement *p,
	const struct irqkit_snapshot *counts, const struct irqkit_load *load)
{
	size_t n = irqkit_machine_count_irqs(p->machine);
	size_t n_counts = load ? load->n_rows : irqkit_snapshot_count(counts);

	for (size_t i = 0; i < n && i < n_counts; i++) {
		struct irqkit_irq *irq = irqkit_machine_get_irq(p->machine, i);

		if (irqkit_irq_get_number(irq) < 0 || use_is_own(p->irqs, p->n, irq))
			continue;
		if (load)
			tell_weight(p, load, i);
		else
			tell_load(p, irqkit_snapshot_get(counts, i));
	}
}

static void tell_sums(struct irqkit_placement *p, const uint64_t *sums, size_t n)
{
	for (size_t cpu = 0; cpu < n; cpu++)
		if (sums[cpu])
			irqkit_spread_add_load(p->spread, (unsigned int)cpu, sums[cpu]);
}

/* Uses the sums of all interrupts, if they fit the counts and did not overflow. */
static int tell_others(struct irqkit_placement *p, const struct irqkit_snapshot *counts,
	struct irqkit_load *load)
{
	_cleanup_free_ uint64_t *sums = NULL;
	size_t n;
	int r = -EOVERFLOW;

	if (load && load->machine == p->machine &&
		load->n_rows == irqkit_machine_count_irqs(p->machine))
		r = load_sum_others(load, p->irqs, p->n, &sums, &n);
	else if (!load && counts == p->machine->snapshot)
		r = machine_sum_others(p->machine, p->irqs, p->n, &sums, &n);
	if (r == 0)
		tell_sums(p, sums, n);
	else if (r == -EOVERFLOW)
		tell_each_other(p, counts, load);
	return r == -EOVERFLOW ? 0 : r;
}

/* Rows without counts have no load. */
static uint64_t find_load(const struct irqkit_snapshot *counts,
	const struct irqkit_load *load, size_t index)
{
	if (load)
		return index < load->n_rows ? irqkit_load_get_weight(load, index) : 0;
	return index < irqkit_snapshot_count(counts)
		? irqkit_interrupt_get_total(irqkit_snapshot_get(counts, index))
		: 0;
}

int placement_tell_rows(struct irqkit_placement *p, const struct irqkit_snapshot *counts,
	struct irqkit_load *load)
{
	int r = 0;

	for (size_t i = 0; i < p->n && r == 0; i++)
		r = tell_interrupt(p, p->irqs[i],
			find_load(counts, load, irqkit_irq_get_index(p->irqs[i])));
	if (r == 0)
		r = tell_others(p, counts, load);
	return r == 0 ? placement_tell_vectors(p) : r;
}
