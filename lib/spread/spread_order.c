/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by rules that know no load: queue by queue, by number, by hint. */
#include "spread/spread_order.h"
#include "base/macros.h"
#include "spread/spread_room.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* Queue by queue                                                                  */

/* Interrupts that belong on one CPU are adjacent, in the order of the CPUs. */
struct slot {
	uint32_t item;
	uint32_t device;
	uint32_t is_other; /* 1: of no queue; after those of the device's queues */
	uint32_t queue;
	uint32_t direction; /* where rx and tx are kept apart, otherwise 0 */
};

static struct slot slot_of(const struct irqkit_spread *spread, uint32_t i)
{
	const struct spread_item *item = &spread->items[i];
	bool is_other = item->queue < 0;

	return (struct slot){
		.item = i,
		.device = item->device,
		.is_other = is_other,
		.queue = is_other ? 0 : (uint32_t)item->queue,
		.direction = spread->is_split && !is_other ? item->direction : 0,
	};
}

static int compare_key(const struct slot *a, const struct slot *b)
{
	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	if (a->is_other != b->is_other)
		return a->is_other < b->is_other ? -1 : 1;
	if (a->queue != b->queue)
		return a->queue < b->queue ? -1 : 1;
	if (a->direction != b->direction)
		return a->direction < b->direction ? -1 : 1;
	return 0;
}

static int compare_slots(const void *left, const void *right)
{
	const struct slot *a = left, *b = right;
	int order = compare_key(a, b);

	return order ? order : (a->item > b->item) - (a->item < b->item);
}

/* The first CPU of a pool; pools aren't empty. */
static uint32_t first_of(const uint64_t *pool)
{
	uint32_t word = 0;

	while (!pool[word])
		word++;
	return word * 64 + (uint32_t)__builtin_ctzll(pool[word]);
}

#define QUEUE_NAME_SIZE 32

/* "rx-3", or "queue 3" if the interrupt serves both directions; "" for no queue. */
static void name_queue(const struct spread_item *item, char text[static QUEUE_NAME_SIZE])
{
	static const char *const formats[] = {
		[IRQKIT_SERVES_NONE] = "queue %d",
		[IRQKIT_SERVES_BOTH] = "queue %d",
		[IRQKIT_SERVES_RX] = "rx-%d",
		[IRQKIT_SERVES_TX] = "tx-%d",
	};

	text[0] = '\0';
	if (item->queue >= 0)
		snprintf(text, QUEUE_NAME_SIZE, formats[item->direction], item->queue);
}

/* "rx-3, next CPU of node 1" */
static int explain_next(struct spread_item *item, uint32_t round)
{
	bool is_first = round == 0 && item->place == first_of(item->pool);
	char what[QUEUE_NAME_SIZE], where[NODE_NAME_SIZE];

	name_queue(item, what);
	spread_name_node(item, where);
	return spread_set_reason(item, "%s%s%s CPU%s%s", what, *what ? ", " : "",
		is_first ? "first" : "next", where, round > 0 ? ", reused" : "");
}

static int explain_with(struct spread_item *item, const struct spread_item *leader)
{
	char what[QUEUE_NAME_SIZE], with[QUEUE_NAME_SIZE];

	if (item->queue < 0)
		return spread_set_reason(item,
			"same CPU as the device's first "
			"queue");
	name_queue(item, what);
	name_queue(leader, with);
	if (strcmp(what, with) != 0)
		return spread_set_reason(item, "%s, same CPU as %s", what, with);
	return spread_set_reason(item, "%s, same CPU as interrupt %u", what, leader->irq);
}

/* Can it go to the CPU of @leader? */
static bool can_follow(const struct irqkit_spread *spread, const struct spread_item *item,
	const struct spread_item *leader)
{
	return leader && leader->place != NONE && pool_has(item->pool, leader->place) &&
		spread_has_room(spread, item, leader->place);
}

/* Does not count as a queue of its own, and not as an extra interrupt. */
static int follow(struct irqkit_spread *spread, struct spread_item *item,
	const struct spread_item *leader)
{
	int r = spread_give(spread, item, leader->place);

	spread->taken[leader->place] -= A_SLOT;
	return r < 0 ? r : explain_with(item, leader);
}

static int place_next(
	struct irqkit_spread *spread, struct spread_item *item, const uint64_t *pool)
{
	uint32_t next = spread_next(spread, item, pool);
	uint32_t round;
	int r;

	if (next == NONE) {
		spread->n_unplaced++;
		return 0;
	}
	round = (uint32_t)(spread->taken[next] / A_SLOT);
	r = spread_give(spread, item, next);
	return r < 0 ? r : explain_next(item, round);
}

static int place_slots(struct irqkit_spread *spread, const struct slot *slots)
{
	const struct slot *leader = slots; /* the first of this slot */
	const struct slot *device = slots; /* the first of this device */
	int r = 0;

	for (uint32_t i = 0; i < spread->n_items && r == 0; i++) {
		const struct slot *slot = &slots[i];
		struct spread_item *item = &spread->items[slot->item], *with = NULL;

		if (slot->device != device->device)
			device = slot;
		if (compare_key(slot, leader) != 0)
			leader = slot;
		if (slot->is_other && !device->is_other && slot->device != NONE)
			with = &spread->items[device->item];
		else if (!slot->is_other && slot != leader)
			with = &spread->items[leader->item];
		if (!item->pool)
			continue;
		if (can_follow(spread, item, with))
			r = follow(spread, item, with);
		else
			r = place_next(spread, item, item->pool);
	}
	return r;
}

int spread_by_queue(struct irqkit_spread *spread)
{
	_cleanup_free_ struct slot *slots = calloc(
		(size_t)spread->n_items + 1, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < spread->n_items; i++)
		slots[i] = slot_of(spread, i);
	qsort(slots, spread->n_items, sizeof(*slots), compare_slots);
	return place_slots(spread, slots);
}

/* ------------------------------------------------------------------------------- */
/* By number                                                                       */

static unsigned int count_pool(const struct irqkit_spread *spread, const uint64_t *pool)
{
	unsigned int count = 0;

	for (uint32_t word = 0; word <= spread->n_cpus / 64; word++)
		count += (unsigned int)__builtin_popcountll(pool[word]);
	return count;
}

/* From the @skip-th CPU of the pool on, by ascending number, the first with room. */
static uint32_t find_by_number(
	const struct irqkit_spread *spread, struct spread_item *item, unsigned int skip)
{
	item->full = NONE;
	for (int round = 0; round < 2; round++) {
		for (size_t cpu = 0; cpu < spread->n_index_of; cpu++) {
			uint32_t i = spread->index_of[cpu];

			if (i == NONE || !pool_has(item->pool, i))
				continue;
			if (skip > 0)
				skip--;
			else if (spread_has_room(spread, item, i))
				return i;
			else if (item->full == NONE)
				item->full = i;
		}
	}
	return NONE;
}

/* "26 modulo 4 is 2, of node 1" */
static int explain_number(struct spread_item *item, unsigned int count)
{
	char where[NODE_NAME_SIZE];

	spread_name_node(item, where);
	return spread_set_reason(item, "%u modulo %u is %u%s%s", item->irq, count,
		item->irq % count, *where ? "," : "", where);
}

int spread_by_irq(struct irqkit_spread *spread)
{
	for (uint32_t i = 0; i < spread->n_items; i++) {
		struct spread_item *item = &spread->items[i];
		unsigned int count = item->pool ? count_pool(spread, item->pool) : 0;
		uint32_t cpu;
		int r;

		if (count == 0)
			continue;
		cpu = find_by_number(spread, item, item->irq % count);
		if (cpu == NONE) {
			spread->n_unplaced++;
			continue;
		}
		r = spread_give(spread, item, cpu);
		if (r == 0)
			r = explain_number(item, count);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* By hint                                                                         */

/* The CPUs of the pool that are in the hint. */
static bool hint_pool(const struct irqkit_spread *spread, const struct spread_item *item,
	uint64_t *pool)
{
	bool has_any = false;

	memset(pool, 0, (spread->n_cpus / 64 + 1) * sizeof(*pool));
	for (uint32_t i = 0; i < spread->n_cpus; i++) {
		if (!pool_has(item->pool, i) ||
			!irqkit_cpuset_has(item->hint, spread->cpus[i].cpu))
			continue;
		pool[i / 64] |= UINT64_C(1) << i % 64;
		has_any = true;
	}
	return has_any;
}

static int place_by_hint(
	struct irqkit_spread *spread, struct spread_item *item, uint64_t *pool)
{
	int r;

	if (!item->pool)
		return 0;
	if (!item->hint || irqkit_cpuset_is_empty(item->hint))
		return spread_set_reason(item, "stays: no hint from its driver");
	if (!hint_pool(spread, item, pool))
		return spread_set_reason(
			item, "stays: none of these CPUs is in its hint");
	r = place_next(spread, item, pool);
	if (r < 0 || item->place == NONE)
		return r;
	return spread_set_reason(item, "hint of its driver");
}

int spread_by_hint(struct irqkit_spread *spread)
{
	_cleanup_free_ uint64_t *pool = calloc(spread->n_cpus / 64 + 1, sizeof(*pool));
	int r = 0;

	if (!pool)
		return -ENOMEM;
	for (uint32_t i = 0; i < spread->n_items && r == 0; i++)
		r = place_by_hint(spread, &spread->items[i], pool);
	return r;
}
