/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by rules that know no load: by number, by hint. */
#include "spread/spread_order.h"
#include "base/macros.h"
#include "spread/spread_room.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	const struct spread_choice among = { .pool = pool };
	uint32_t cpu;
	int r;

	if (!item->pool)
		return 0;
	if (!item->hint || irqkit_cpuset_is_empty(item->hint))
		return spread_set_reason(item, "stays: no hint from its driver");
	if (!hint_pool(spread, item, pool))
		return spread_set_reason(
			item, "stays: none of these CPUs is in its hint");
	cpu = spread_next(spread, item, &among);
	if (cpu == NONE) {
		spread->n_unplaced++;
		return 0;
	}
	r = spread_give(spread, item, cpu);
	return r < 0 ? r : spread_set_reason(item, "hint of its driver");
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
