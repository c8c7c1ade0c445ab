/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by load: rx and tx of a queue are moved as one, with the sum of their loads. */
#include "spread/spread_units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct key {
	uint32_t device;
	uint32_t queue;
	uint32_t item;
};

static int compare_queues(const struct key *a, const struct key *b)
{
	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	return (a->queue > b->queue) - (a->queue < b->queue);
}

static int compare_keys(const void *left, const void *right)
{
	const struct key *a = left, *b = right;
	int order = compare_queues(a, b);

	return order ? order : (a->item > b->item) - (a->item < b->item);
}

/* An interrupt without a queue is a unit by itself: its number stands for a device. */
static struct key make_key(
	const struct irqkit_spread *spread, bool is_split, uint32_t item)
{
	const struct spread_item *of = &spread->items[item];

	if (is_split || of->device == NONE || of->queue < 0)
		return (struct key){ .device = item, .queue = NONE, .item = item };
	return (struct key){ of->device, (uint32_t)of->queue, item };
}

/* The items that can be placed, sorted, so that those of a queue are neighbours. */
static struct key *sort_items(
	const struct irqkit_spread *spread, bool is_split, uint32_t *ret_n)
{
	struct key *keys = calloc((size_t)spread->n_items + 1, sizeof(*keys));
	uint32_t n = 0;

	if (!keys)
		return NULL;
	for (uint32_t i = 0; i < spread->n_items; i++)
		if (spread->items[i].pool)
			keys[n++] = make_key(spread, is_split, i);
	qsort(keys, n, sizeof(*keys), compare_keys);
	*ret_n = n;
	return keys;
}

/* ------------------------------------------------------------------------------- */
/* The CPUs of a queue                                                             */

static bool is_empty(const uint64_t *pool, size_t n_words)
{
	for (size_t i = 0; i < n_words; i++)
		if (pool[i])
			return false;
	return true;
}

/* The CPUs that all @n items may go to; NULL: there are none. */
static int find_common(
	struct units *units, const uint32_t *items, uint32_t n, const uint64_t **ret_pool)
{
	const struct irqkit_spread *spread = units->spread;
	size_t n_words = spread->n_cpus / 64 + 1;
	const uint64_t *first = spread->items[items[0]].pool;
	uint64_t *pool = NULL;

	for (uint32_t k = 1; k < n; k++) {
		const uint64_t *other = spread->items[items[k]].pool;

		if (other == first)
			continue;
		if (!pool) {
			pool = arena_alloc(&units->arena, n_words * sizeof(*pool));
			if (!pool)
				return -ENOMEM;
			memcpy(pool, first, n_words * sizeof(*pool));
		}
		for (size_t word = 0; word < n_words; word++)
			pool[word] &= other[word];
	}
	*ret_pool = pool && is_empty(pool, n_words) ? NULL : pool ? pool : first;
	return 0;
}

/* A pool of the one CPU where an item stays. */
static const uint64_t *make_fixed(struct units *units, uint32_t cpu)
{
	size_t n_words = units->spread->n_cpus / 64 + 1;
	uint64_t *pool = arena_alloc(&units->arena, n_words * sizeof(*pool));

	if (!pool)
		return NULL;
	memset(pool, 0, n_words * sizeof(*pool));
	pool[cpu / 64] = UINT64_C(1) << cpu % 64;
	return pool;
}

/* Are the items on one CPU, or is none of them anywhere? */
static bool is_together(
	const struct irqkit_spread *spread, const uint32_t *items, uint32_t n)
{
	for (uint32_t k = 1; k < n; k++) {
		const struct spread_item *a = &spread->items[items[0]];
		const struct spread_item *b = &spread->items[items[k]];

		if ((item_can_stay(a) ? a->now_index : NONE) !=
			(item_can_stay(b) ? b->now_index : NONE))
			return false;
	}
	return true;
}

/* ------------------------------------------------------------------------------- */

static struct unit *add_unit(
	struct units *units, uint32_t first, uint32_t count, const uint64_t *pool)
{
	struct unit *unit = &units->list[units->n++];

	*unit = (struct unit){
		.first = first, .count = count, .pool = pool, .now = NONE
	};
	return unit;
}

/* Each by itself. @stays: one that can stay has no other CPU */
static int add_singly(struct units *units, uint32_t first, uint32_t n, bool stays)
{
	for (uint32_t i = first; i < first + n; i++) {
		const struct spread_item *item = &units->spread->items[units->members[i]];
		struct unit *unit = add_unit(units, i, 1, item->pool);

		if (!item_can_stay(item))
			continue;
		unit->now = item->now_index;
		if (stays)
			unit->pool = make_fixed(units, unit->now);
		if (!unit->pool)
			return -ENOMEM;
	}
	return 0;
}

static int add_apart(
	struct units *units, uint32_t first, uint32_t n, const uint64_t *common)
{
	uint32_t at = units->n;
	int r = add_singly(units, first, n, true);

	units->list[at].n_parts = n;
	units->list[at].common = common;
	return r;
}

/* The items of a queue, or one of no queue. */
static int add_queue(
	struct units *units, uint32_t first, uint32_t n, const uint32_t *start)
{
	const struct irqkit_spread *spread = units->spread;
	const uint32_t *items = &units->members[first];
	const struct spread_item *item = &spread->items[items[0]];
	const uint64_t *common = NULL;
	struct unit *unit;
	int r = find_common(units, items, n, &common);

	if (r < 0)
		return r;
	if (!common)
		return add_singly(units, first, n, false);
	if (is_together(spread, items, n)) {
		unit = add_unit(units, first, n, common);
		if (item_can_stay(item))
			unit->now = item->now_index;
		return 0;
	}
	if (!start || start[items[0]] == UNIT_APART)
		return add_apart(units, first, n, common);
	add_unit(units, first, n, common)->now = start[items[0]];
	return 0;
}

int units_init(struct units *units, const struct irqkit_spread *spread, bool is_split,
	const uint32_t *start)
{
	_cleanup_free_ struct key *keys = NULL;
	uint32_t n = 0;
	int r = 0;

	*units = (struct units){ .spread = spread };
	keys = sort_items(spread, is_split, &n);
	units->members = calloc((size_t)n + 1, sizeof(*units->members));
	units->list = calloc((size_t)n + 1, sizeof(*units->list));
	if (!keys || !units->members || !units->list)
		return -ENOMEM;
	units->n_members = n;
	for (uint32_t i = 0; i < n; i++)
		units->members[i] = keys[i].item;
	for (uint32_t i = 0, k; i < n && r == 0; i = k) {
		for (k = i + 1; k < n && compare_queues(&keys[k], &keys[i]) == 0;)
			k++;
		r = add_queue(units, i, k - i, start);
	}
	return r;
}

void units_free(struct units *units)
{
	free(units->members);
	free(units->list);
	arena_free(&units->arena);
}

bool units_has_parts(const struct units *units)
{
	for (uint32_t i = 0; i < units->n; i++)
		if (units->list[i].n_parts)
			return true;
	return false;
}
