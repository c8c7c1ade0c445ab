/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Units: what is placed as one. vif0-q0-tx and vif0-q0-rx belong on one CPU, and are one
 * unit; an interrupt whose queue is not known is a unit of its own.
 */
#include "doctor/facts_units.h"
#include "base/array.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/device.h"
#include "doctor/thresholds.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The CPU that handled it most often; -1: it never fired. */
static int find_busiest(const struct irqkit_interrupt *row)
{
	uint64_t most = 0;
	int busiest = -1;

	for (size_t i = 0; i < irqkit_interrupt_count_served(row); i++) {
		unsigned int cpu;
		uint64_t count = irqkit_interrupt_get_served(row, i, &cpu);

		if (count > most) {
			most = count;
			busiest = (int)cpu;
		}
	}
	return busiest;
}

int facts_find_cpu(const struct facts *facts, struct irqkit_irq *irq)
{
	const struct irqkit_cpuset *affinity = NULL, *effective = NULL;

	(void)facts;
	irqkit_irq_get_affinity(irq, &affinity);
	if (irqkit_irq_get_effective(irq, &effective) < 0 ||
		irqkit_cpuset_is_empty(effective))
		effective = NULL;
	if (affinity && irqkit_cpuset_count(affinity) == 1)
		return irqkit_cpuset_next(affinity, -1);
	/* a pending move goes to one of several CPUs, and only the kernel knows which */
	if (affinity && effective && !irqkit_cpuset_is_empty(affinity) &&
		!irqkit_cpuset_is_subset(effective, affinity))
		return -1;
	return effective ? irqkit_cpuset_next(effective, -1) : find_busiest(irq->row);
}

/* ------------------------------------------------------------------------------- */

static struct irqkit_device *find_owner(const struct facts *facts, unsigned int irq)
{
	size_t n = 0;

	if (irqkit_devices_count_owners(facts->devices, irq, &n) < 0 || n == 0)
		return NULL;
	return irqkit_devices_get_owner(facts->devices, irq, 0);
}

static int compare_device(const void *member, const void *key)
{
	uintptr_t device = (uintptr_t)(*(struct fact_device *const *)member)->device;

	return (device > (uintptr_t)key) - (device < (uintptr_t)key);
}

static size_t find_owner_place(
	const struct facts *facts, const struct irqkit_device *device)
{
	return array_lower_bound(facts->owner_of, facts->n_owner_of,
		sizeof(*facts->owner_of), device, compare_device);
}

struct fact_device *facts_find_device(
	const struct facts *facts, const struct irqkit_device *device)
{
	size_t at = find_owner_place(facts, device);

	return at < facts->n_owner_of && facts->owner_of[at]->device == device
		? facts->owner_of[at]
		: NULL;
}

/* Keeps the order by address. */
static int index_owner(struct facts *facts, struct fact_device *owner)
{
	size_t at = find_owner_place(facts, owner->device);
	struct fact_device **place;

	if (!GROW(facts->owner_of, facts->n_owner_of, facts->owner_of_room))
		return -ENOMEM;
	place = &facts->owner_of[at];
	memmove(place + 1, place, (facts->n_owner_of++ - at) * sizeof(*place));
	*place = owner;
	return 0;
}

static int find_usable(const struct facts *facts, struct fact_device *owner)
{
	const struct irqkit_cpuset *near;
	int r = irqkit_cpuset_copy(facts->housekeeping, &owner->usable);

	if (irqkit_machine_find_node(facts->machine, owner->device, -1, &owner->node) < 0)
		owner->node = -1;
	near = owner->node < 0 ? NULL
			       : irqkit_topology_get_node_cpus(
					 facts->topology, (unsigned int)owner->node);
	if (r == 0 && near && irqkit_cpuset_has_common(near, owner->usable))
		irqkit_cpuset_keep_set(owner->usable, near);
	return r;
}

static void name_owner(struct fact_device *owner, struct irqkit_device *device)
{
	owner->device = device;
	owner->name = device->name;
	owner->is_net = device->kind == IRQKIT_DEVICE_NET;
}

static int need_owner(
	struct facts *facts, struct irqkit_device *device, struct fact_device **ret_owner)
{
	struct fact_device *owner = facts_find_device(facts, device);

	if (!owner) {
		owner = &facts->owners[facts->n_owners++];
		name_owner(owner, device);
		*ret_owner = owner;
		return index_owner(facts, owner) < 0 ? -ENOMEM
						     : find_usable(facts, owner);
	}
	*ret_owner = owner;
	return 0;
}

/* The first queue that the interrupt serves; -1: none. */
static int find_queue(const struct irqkit_device_irq *irq)
{
	uint32_t rx = irq ? irq->first_queue[IRQKIT_RX] : NO_NUMBER;
	uint32_t tx = irq ? irq->first_queue[IRQKIT_TX] : NO_NUMBER;

	return rx == NO_NUMBER && tx == NO_NUMBER ? -1 : (int)(rx < tx ? rx : tx);
}

static bool carries_data(const struct irqkit_device_irq *irq)
{
	static const bool no_data[] = {
		[IRQKIT_ROLE_CONFIG] = true,
		[IRQKIT_ROLE_LINK] = true,
		[IRQKIT_ROLE_ADMIN] = true,
		[IRQKIT_ROLE_ERROR] = true,
		[IRQKIT_ROLE_UNUSED] = true,
		[IRQKIT_ROLE_UNKNOWN] = false,
	};

	return !irq || !no_data[irq->role];
}

static int compare_queue(const void *member, const void *key)
{
	int queue = (*(struct unit *const *)member)->queue;

	return (queue > *(const int *)key) - (queue < *(const int *)key);
}

static size_t find_queue_place(const struct fact_device *owner, int queue)
{
	return array_lower_bound(owner->by_queue, owner->n_by_queue,
		sizeof(*owner->by_queue), &queue, compare_queue);
}

static struct unit *find_unit(const struct fact_device *owner, int queue)
{
	size_t at = owner && queue >= 0 ? find_queue_place(owner, queue) : 0;

	return owner && queue >= 0 && at < owner->n_by_queue &&
			owner->by_queue[at]->queue == queue
		? owner->by_queue[at]
		: NULL;
}

/* Keeps the order by number. */
static int index_unit(struct fact_device *owner, struct unit *unit)
{
	size_t at = find_queue_place(owner, unit->queue);
	struct unit **place;

	if (!GROW(owner->by_queue, owner->n_by_queue, owner->by_queue_room))
		return -ENOMEM;
	place = &owner->by_queue[at];
	memmove(place + 1, place, (owner->n_by_queue++ - at) * sizeof(*place));
	*place = unit;
	return 0;
}

static char *name_unit(const struct unit *unit, const struct irqkit_irq *irq)
{
	char *name;
	int r;

	if (unit->device && unit->queue >= 0)
		r = asprintf(&name, "%s:%d", unit->device->name, unit->queue);
	else if (irqkit_interrupt_count_actions(irq->row))
		r = asprintf(&name, "%s (%d)", irqkit_interrupt_get_action(irq->row, 0),
			irqkit_irq_get_number(irq));
	else
		r = asprintf(&name, "interrupt %d", irqkit_irq_get_number(irq));
	return r < 0 ? NULL : name;
}

static int new_unit(struct facts *facts, struct fact_device *owner,
	const struct irqkit_device_irq *own, struct irqkit_irq *irq,
	struct unit **ret_unit)
{
	struct unit *unit = &facts->units[facts->n_units++];

	unit->device = owner;
	unit->queue = find_queue(own);
	unit->is_data = carries_data(own);
	unit->cpu = facts_find_cpu(facts, irq);
	unit->name = name_unit(unit, irq);
	*ret_unit = unit;
	if (!unit->name || (owner && unit->queue >= 0 && index_unit(owner, unit) < 0))
		return -ENOMEM;
	if (!owner || !unit->is_data)
		return 0;
	if (!GROW(owner->units, owner->n_units, owner->units_room))
		return -ENOMEM;
	owner->units[owner->n_units++] = unit;
	owner->n_queues += unit->queue >= 0;
	return 0;
}

static int add_irq(struct facts *facts, struct irqkit_irq *irq)
{
	unsigned int number = (unsigned int)irqkit_irq_get_number(irq);
	struct irqkit_device *device = find_owner(facts, number);
	const struct irqkit_device_irq *own = device
		? irqkit_device_find_irq(device, number)
		: NULL;
	enum irqkit_movable movable = IRQKIT_MOVABLE;
	struct fact_device *owner = NULL;
	struct unit *unit;
	int r = device ? need_owner(facts, device, &owner) : 0;

	if (r < 0)
		return r;
	irqkit_irq_get_movable(irq, &movable);
	unit = find_unit(owner, find_queue(own));
	if (!unit)
		r = new_unit(facts, owner, own, irq, &unit);
	if (r < 0 || !GROW(unit->irqs, unit->n_irqs, unit->irqs_room))
		return -ENOMEM;
	unit->irqs[unit->n_irqs++] = irq;
	facts->unit_of[irqkit_irq_get_index(irq)] = unit;
	unit->count += facts_count(facts, irq);
	unit->is_movable |= movable == IRQKIT_MOVABLE;
	unit->is_managed |= movable == IRQKIT_MANAGED;
	if (owner && unit->is_data)
		owner->count += facts_count(facts, irq);
	return 0;
}

/* Timers and IPIs have numbers on some systems, and would hide everything else. */
static bool is_background(struct irqkit_irq *irq)
{
	enum irqkit_movable movable;

	return irqkit_irq_get_number(irq) < 0 ||
		irqkit_interrupt_is_background(irq->row) ||
		(irqkit_irq_get_movable(irq, &movable) == 0 && movable == IRQKIT_PER_CPU);
}

static bool is_busy(const struct facts *facts, const struct fact_device *device)
{
	double rate = facts_rate(facts, device->count);

	for (size_t i = 0; i < device->n_units; i++)
		if (device->units[i]->cpu >= 0 &&
			facts_busy(facts, (unsigned int)device->units[i]->cpu) * 100 >=
				BUSY_CPU_PERCENT)
			return true;
	return rate >= 0 ? rate >= BUSY_PER_SECOND : device->count >= BUSY_TOTAL;
}

int facts_find_units(struct facts *facts)
{
	size_t n = irqkit_machine_count_irqs(facts->machine);
	int r = 0;

	facts->units = calloc(n + 1, sizeof(*facts->units));
	facts->owners = calloc(n + 1, sizeof(*facts->owners));
	facts->unit_of = calloc(n + 1, sizeof(*facts->unit_of));
	if (!facts->units || !facts->owners || !facts->unit_of)
		return -ENOMEM;
	for (size_t i = 0; i < n && r == 0; i++) {
		struct irqkit_irq *irq = irqkit_machine_get_irq(facts->machine, i);

		if (!is_background(irq))
			r = add_irq(facts, irq);
	}
	for (size_t i = 0; i < facts->n_units; i++)
		facts->count += facts->units[i].count;
	for (size_t i = 0; i < facts->n_owners; i++)
		facts->owners[i].is_busy = is_busy(facts, &facts->owners[i]);
	return r;
}

int facts_new_behind(struct facts *facts, struct irqkit_device *device, struct unit *unit,
	struct fact_device **ret_behind)
{
	struct fact_device *behind = calloc(1, sizeof(*behind));

	if (behind)
		name_owner(behind, device);
	if (!behind || !GROW(behind->units, behind->n_units, behind->units_room) ||
		find_usable(facts, behind) < 0) {
		facts_free_behind(behind);
		return -ENOMEM;
	}
	behind->units[behind->n_units++] = unit;
	behind->count = unit->count;
	behind->is_busy = is_busy(facts, behind);
	*ret_behind = behind;
	return 0;
}

void facts_free_behind(struct fact_device *behind)
{
	if (!behind)
		return;
	free(behind->units);
	irqkit_cpuset_free(behind->usable);
	free(behind);
}

void facts_free_units(struct facts *facts)
{
	for (size_t i = 0; i < facts->n_units; i++) {
		free(facts->units[i].name);
		free(facts->units[i].irqs);
	}
	for (size_t i = 0; i < facts->n_owners; i++) {
		free(facts->owners[i].units);
		free(facts->owners[i].by_queue);
		irqkit_cpuset_free(facts->owners[i].usable);
	}
	free(facts->units);
	free(facts->owners);
	free(facts->owner_of);
	free(facts->unit_of);
	free(facts->cpu_loads);
}

/* ------------------------------------------------------------------------------- */

int unit_add_targets(const struct unit *unit, struct target_words *words)
{
	bool is_queue = unit->device && unit->device->is_net && unit->queue >= 0;
	size_t n = is_queue ? 1 : unit->n_irqs;

	for (size_t i = 0; i < n; i++) {
		char *word;

		if (!GROW(words->words, words->n, words->room))
			return -ENOMEM;
		if (is_queue)
			word = strdup(unit->name);
		else if (asprintf(&word, "%d", irqkit_irq_get_number(unit->irqs[i])) < 0)
			word = NULL;
		if (!word)
			return -ENOMEM;
		words->words[words->n++] = word;
	}
	return 0;
}

void target_words_free(struct target_words *words)
{
	for (size_t i = 0; i < words->n; i++)
		free(words->words[i]);
	free(words->words);
}

bool facts_is_placed(struct facts *facts, const struct unit *unit)
{
	if (!facts->has_read_placed && irqkit_placed_read(facts->ctx, &facts->placed) < 0)
		facts->placed = NULL;
	facts->has_read_placed = true;
	if (!facts->placed)
		return false;
	for (size_t i = 0; i < unit->n_irqs; i++)
		if (irqkit_placed_has(facts->placed,
			    (unsigned int)irqkit_irq_get_number(unit->irqs[i])))
			return true;
	return false;
}

bool facts_is_busy(const struct facts *facts, const struct fact_device *device)
{
	(void)facts;
	return device->is_busy;
}

int facts_find_served(const struct facts *facts, const struct fact_device *device,
	struct irqkit_cpuset **ret_cpus)
{
	struct irqkit_cpuset *cpus;
	int r = irqkit_cpuset_new(&cpus);

	(void)facts;
	if (r < 0)
		return r;
	for (size_t i = 0; i < device->n_units && r == 0; i++)
		if (device->units[i]->cpu >= 0)
			r = irqkit_cpuset_add(cpus, (unsigned int)device->units[i]->cpu);
	if (r < 0)
		irqkit_cpuset_free(cpus);
	else
		*ret_cpus = cpus;
	return r;
}
