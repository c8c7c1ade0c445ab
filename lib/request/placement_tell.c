/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The input of the placement policy: load, device, queue and place of each interrupt. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/device.h"
#include "load/load_record.h"
#include "request/placement.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* An x86 CPU has 256 vectors; the kernel reserves some, so about this many are left. */
#define VECTORS_PER_CPU 200u
/* How many more than its part a CPU may get: loads differ. */
#define MANY_ON_A_CPU 16u
/* With fewer interrupts than this in all, no CPU can run out of them. */
#define MANY_INTERRUPTS 150u

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

/* The first queue of the device that has this interrupt, and its directions. */
static int find_queue(
	const struct irqkit_device *device, int number, enum irqkit_serves *ret_serves)
{
	const struct irqkit_device_irq *irq = irqkit_device_find_irq(
		device, (unsigned int)number);
	bool has_rx = irq && irq->first_queue[IRQKIT_RX] != NO_NUMBER;
	bool has_tx = irq && irq->first_queue[IRQKIT_TX] != NO_NUMBER;

	*ret_serves = has_rx && has_tx ? IRQKIT_SERVES_BOTH
		: has_rx	       ? IRQKIT_SERVES_RX
		: has_tx	       ? IRQKIT_SERVES_TX
				       : IRQKIT_SERVES_NONE;
	/* NO_NUMBER is above all of them */
	return has_rx || has_tx
		? (int)(irq->first_queue[IRQKIT_RX] < irq->first_queue[IRQKIT_TX]
				  ? irq->first_queue[IRQKIT_RX]
				  : irq->first_queue[IRQKIT_TX])
		: -1;
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

struct irqkit_device *placement_find_device(const struct irqkit_placement *p, int irq)
{
	size_t n = 0;

	if (irqkit_devices_count_owners(p->machine->devices, (unsigned int)irq, &n) < 0 ||
		n == 0)
		return NULL;
	return irqkit_devices_get_owner(p->machine->devices, (unsigned int)irq, 0);
}

static enum irqkit_role find_role(const struct irqkit_device *device, int irq)
{
	const struct irqkit_device_irq *own = irqkit_device_find_irq(
		device, (unsigned int)irq);

	return own ? irqkit_device_irq_get_role(own) : IRQKIT_ROLE_UNKNOWN;
}

int placement_find_queue(struct irqkit_device *device, int irq,
	enum irqkit_serves *ret_serves, bool *ret_is_follower)
{
	int queue = find_queue(device, irq, ret_serves);

	*ret_is_follower = false;
	if (queue >= 0)
		return queue;
	switch (find_role(device, irq)) {
	case IRQKIT_ROLE_LINK:
	case IRQKIT_ROLE_CONFIG:
	case IRQKIT_ROLE_ADMIN:
	case IRQKIT_ROLE_ERROR:
	case IRQKIT_ROLE_UNUSED:
		*ret_is_follower = true;
		return -1;
	default:
		return -1;
	}
}

/* The queues of some devices, as disks, have no numbers: they are counted here. */
static int count_queue(
	const struct placement_device *owner, int irq, enum irqkit_serves *ret_serves)
{
	if (irqkit_device_count_queues(owner->device) ||
		find_role(owner->device, irq) != IRQKIT_ROLE_QUEUE)
		return -1;
	*ret_serves = IRQKIT_SERVES_BOTH;
	return (int)owner->n_queues;
}

/* Are there one rx and one tx queue, and no interrupt that may be of another one? */
bool placement_has_only_queue(const struct irqkit_device *device)
{
	return irqkit_device_count_direction(device, IRQKIT_RX) == 1 &&
		irqkit_device_count_direction(device, IRQKIT_TX) == 1;
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
	struct irqkit_device *device = placement_find_device(p, irq);
	bool is_follower = false;
	int queue = -1, node = find_node(p, device, irq);
	size_t at = find_owner(p, device, node);
	struct placement_device *owner = &p->owners[at];

	if (device)
		queue = placement_find_queue(device, irq, &serves, &is_follower);
	if (device && queue < 0)
		queue = count_queue(owner, irq, &serves);
	owner->n_queues += serves == IRQKIT_SERVES_BOTH || serves == IRQKIT_SERVES_RX;
	irqkit_spread_set_queue(
		p->spread, index, device ? (unsigned int)at : UINT_MAX, queue, serves);
	if (is_follower)
		irqkit_spread_set_follower(p->spread, index);
	if (device && placement_has_only_queue(device))
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

/* Only the local APICs of x86 have so few; other chips have PCI-MSI in their names too. */
static bool is_of_apic(const char *chip)
{
	static const char *const begins[] = {
		"IO-APIC",
		"IR-IO-APIC",
		"PCI-MSI",
		"IR-PCI-MSI",
		"DMAR-MSI",
	};

	for (size_t i = 0; chip && i < LENGTH(begins); i++)
		if (strncmp(chip, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static bool has_few_vectors(const struct irqkit_snapshot *snapshot)
{
	size_t n = irqkit_snapshot_count(snapshot);

	for (size_t i = 0; i < n && n > MANY_INTERRUPTS; i++) {
		if (is_of_apic(
			    irqkit_interrupt_get_chip(irqkit_snapshot_get(snapshot, i))))
			return true;
	}
	return false;
}

/* How many interrupts each CPU handles, up to the last one that may be used. */
struct vectors {
	unsigned int *used; /* owned; by number of CPU; NULL: they are not counted */
	size_t n_cpus;
	unsigned int n_anywhere; /* have never fired: any CPU may handle them */
};

static void vectors_free(struct vectors *vectors)
{
	free(vectors->used);
}

/* Counts vectors only on a machine where a CPU can run out of them. */
static int start_vectors(const struct irqkit_placement *p,
	const struct irqkit_snapshot *snapshot, struct vectors *vectors)
{
	if (!has_few_vectors(snapshot))
		return 0;
	irqkit_cpuset_foreach (cpu, p->cpus)
		vectors->n_cpus = (size_t)cpu + 1;
	vectors->used = calloc(vectors->n_cpus + 1, sizeof(*vectors->used));
	return vectors->used ? 0 : -ENOMEM;
}

/* By the counts, which are known: it may be on each CPU that has ever handled it. */
static void count_possible_vectors(struct irqkit_irq *irq, struct vectors *vectors)
{
	const struct irqkit_interrupt *row = irqkit_irq_get_row(irq);
	size_t n = irqkit_interrupt_count_served(row);

	if (!vectors->used)
		return;
	vectors->n_anywhere += n == 0;
	for (size_t i = 0; i < n; i++) {
		unsigned int cpu;

		irqkit_interrupt_get_served(row, i, &cpu);
		if (cpu < vectors->n_cpus)
			vectors->used[cpu]++;
	}
}

/* By its files: an interrupt that is being moved still has the vector that it had. */
static void count_vector(struct irqkit_irq *irq, struct vectors *vectors)
{
	const struct irqkit_cpuset *effective;
	int now;

	if (irqkit_irq_get_effective(irq, &effective) == 0 &&
		!irqkit_cpuset_is_empty(effective))
		now = irqkit_cpuset_next(effective, -1);
	else
		now = irqkit_irq_find_cpu(irq);
	if (now >= 0 && (size_t)now < vectors->n_cpus)
		vectors->used[now]++;
}

/* Could a CPU have too few vectors left for twice its part, and for some more? */
static bool can_be_short(const struct irqkit_placement *p, const struct vectors *vectors)
{
	size_t n_cpus = irqkit_cpuset_count(p->cpus);
	size_t needed = 2 * (p->n / (n_cpus ? n_cpus : 1) + 1) + MANY_ON_A_CPU;

	irqkit_cpuset_foreach (cpu, p->cpus)
		if (vectors->used[cpu] + vectors->n_anywhere + needed > VECTORS_PER_CPU)
			return true;
	return false;
}

/*
 * The files of each of the other interrupts would be read for this: only where, by the
 * counts, a CPU can be short of vectors. Otherwise the counts show what is surely left.
 */
static void count_vectors(const struct irqkit_placement *p, struct vectors *vectors)
{
	size_t next = 0, n = irqkit_machine_count_irqs(p->machine);

	if (!vectors->used)
		return;
	if (!can_be_short(p, vectors)) {
		for (size_t cpu = 0; cpu < vectors->n_cpus; cpu++)
			vectors->used[cpu] += vectors->n_anywhere;
		return;
	}
	memset(vectors->used, 0, vectors->n_cpus * sizeof(*vectors->used));
	for (size_t i = 0; i < n; i++) {
		struct irqkit_irq *irq = irqkit_machine_get_irq(p->machine, i);

		if (next < p->n && p->irqs[next] == irq)
			next++;
		else if (irqkit_irq_get_number(irq) >= 0)
			count_vector(irq, vectors);
	}
}

static void tell_vectors(struct irqkit_placement *p, const struct vectors *vectors)
{
	if (!vectors->used)
		return;
	irqkit_cpuset_foreach (cpu, p->cpus) {
		unsigned int used = vectors->used[cpu];

		irqkit_spread_set_vectors(p->spread, cpu,
			used < VECTORS_PER_CPU ? VECTORS_PER_CPU - used : 0);
	}
}

int placement_tell_rows(struct irqkit_placement *p, const struct irqkit_snapshot *counts,
	const struct irqkit_load *load)
{
	struct vectors vectors CLEANUP(vectors_free) = { 0 };
	int r = start_vectors(p, p->machine->snapshot, &vectors);
	size_t n = irqkit_machine_count_irqs(p->machine), next = 0;

	/* a look back at what was applied may have other rows */
	for (size_t i = 0; i < irqkit_snapshot_count(counts) && i < n && r == 0; i++) {
		struct irqkit_irq *irq = irqkit_machine_get_irq(p->machine, i);
		const struct irqkit_interrupt *count = irqkit_snapshot_get(counts, i);

		if (next < p->n && p->irqs[next] == irq) {
			r = tell_interrupt(p, p->irqs[next++],
				load ? irqkit_load_get_weight(load, i)
				     : irqkit_interrupt_get_total(count));
		} else if (irqkit_irq_get_number(irq) >= 0) {
			if (load)
				tell_weight(p, load, i);
			else
				tell_load(p, count);
			count_possible_vectors(irq, &vectors);
		}
	}
	if (r < 0)
		return r;
	count_vectors(p, &vectors);
	tell_vectors(p, &vectors);
	return 0;
}
