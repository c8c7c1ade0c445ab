/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The first queues of devices, which get all traffic that is not hashed, are kept apart:
 * half of the cores from each other, then a quarter, ...
 */
#include "spread/spread_placing.h"
#include "spread/spread_reason.h"

#include <string.h>

/* ------------------------------------------------------------------------------- */
/* Where a first queue goes                                                        */

static bool is_candidate(const struct placing *p, const struct spread_item *item,
	const struct spread_choice *among, struct spread_cost cost, uint32_t cpu)
{
	struct spread_cost of;

	if (!pool_has(among->pool, cpu) || !spread_has_room(p->spread, item, cpu))
		return false;
	of = spread_get_cost(p->spread, among, cpu);
	return !cost_is_less(of, cost) && !cost_is_less(cost, of);
}

static uint32_t count_first(const struct placing *p, uint32_t cpu)
{
	return p->n_first[p->spread->cpus[cpu].core_index];
}

/* Numbers the cores that have CPUs in @pool, in the order of the CPUs. */
static uint32_t rank_cores(struct placing *p, const uint64_t *pool)
{
	const struct irqkit_spread *spread = p->spread;
	uint32_t n = 0;

	memset(p->rank, 0xff, ((size_t)spread->n_cpus + 1) * sizeof(*p->rank));
	for (uint32_t i = 0; i < spread->n_cpus; i++) {
		uint32_t core = spread->cpus[i].core_index;

		if (!pool_has(pool, i) || p->rank[core] != NONE)
			continue;
		/* keep away from the cores with more first queues than others */
		p->distance[n] = p->n_first[core];
		p->rank[core] = n++;
	}
	return n;
}

/* Computes how far each core is, in a ring, from the next core with more than @few first queues. */
static void find_distances(struct placing *p, uint32_t n, uint32_t few)
{
	for (uint32_t i = 0; i < n; i++)
		p->distance[i] = p->distance[i] > few ? 0 : n;
	for (uint32_t k = 1; k < 2 * n; k++) {
		uint32_t before = p->distance[(k - 1) % n] + 1;
		uint32_t after = p->distance[(2 * n - k) % n] + 1;

		if (p->distance[k % n] > before)
			p->distance[k % n] = before;
		if (p->distance[(2 * n - k - 1) % n] > after)
			p->distance[(2 * n - k - 1) % n] = after;
	}
}

/*
 * A device starts with the first of the CPUs with the fewest queues, unless its core has
 * more first queues than others have: then with the one that is farthest from them.
 */
uint32_t first_find_start(
	struct placing *p, struct spread_item *item, const struct spread_choice *among)
{
	uint32_t first = spread_next(p->spread, item, among), best = 0;
	uint32_t few, n, distance = 0;
	struct spread_cost cost;

	if (first == NONE)
		return 0;
	cost = spread_get_cost(p->spread, among, first);
	few = count_first(p, first);
	for (uint32_t i = 0; i < p->spread->n_cpus; i++)
		if (is_candidate(p, item, among, cost, i) && count_first(p, i) < few)
			few = count_first(p, i);
	if (count_first(p, first) == few)
		return 0;
	n = rank_cores(p, among->pool);
	find_distances(p, n, few);
	for (uint32_t i = 0; i < p->spread->n_cpus; i++) {
		uint32_t rank = p->rank[p->spread->cpus[i].core_index];

		if (!is_candidate(p, item, among, cost, i) || count_first(p, i) != few ||
			p->distance[rank] <= distance)
			continue;
		distance = p->distance[rank];
		best = i;
	}
	return best;
}

/* ------------------------------------------------------------------------------- */
/* First queues change places                                                      */

/* Exchanges the placements of two queues. */
static void trade(struct spread_item *a, struct spread_item *b)
{
	struct spread_item was = *a;

	a->place = b->place;
	a->round = b->round;
	a->is_local = b->is_local;
	b->place = was.place;
	b->round = was.round;
	b->is_local = was.is_local;
}

/* Are the interrupts of both on one CPU each, and may they change places? */
static bool can_trade(
	const struct placing *p, const struct slot *slot, const struct slot *other)
{
	const struct spread_item *a = slots_get_leader(p->slots, slot);
	const struct spread_item *b = slots_get_leader(p->slots, other);

	if (other->kind != SLOT_QUEUE || slot->count != other->count ||
		placing_find_alike(p, a) != placing_find_alike(p, b) ||
		a->place == NONE || b->place == NONE || a->is_local != b->is_local ||
		p->spread->cpus[a->place].slowness != p->spread->cpus[b->place].slowness)
		return false;
	for (uint32_t i = 0; i < slot->count; i++) {
		const struct spread_item *x = slots_get(p->slots, slot, i);
		const struct spread_item *y = slots_get(p->slots, other, i);

		if (x->pool != a->pool || y->pool != a->pool || x->place != a->place ||
			y->place != b->place || x->full != NONE || y->full != NONE)
			return false;
	}
	return true;
}

/* The queue of the device whose core has the fewest first queues, if that is better. */
static const struct slot *find_trade(const struct placing *p, const struct slot *slot)
{
	const struct slots *slots = p->slots;
	uint32_t few = count_first(p, slots_get_leader(slots, slot)->place) - 1;
	const struct slot *best = NULL;

	for (uint32_t i = slot->next; i != NONE; i = slots->slots[i].next) {
		const struct slot *other = &slots->slots[i];

		if (placing_keeps(p, other) || !can_trade(p, slot, other) ||
			count_first(p, slots_get_leader(slots, other)->place) >= few)
			continue;
		few = count_first(p, slots_get_leader(slots, other)->place);
		best = other;
	}
	return best;
}

static int explain_trade(
	struct placing *p, const struct slot *slot, uint32_t index, bool is_apart)
{
	struct spread_item *item = slots_get(p->slots, slot, index);
	int r = spread_widen(p->spread, item);

	if (r < 0)
		return r;
	return index == 0
		? spread_explain_next(item, is_apart, placing_is_crowded(p, slot))
		: spread_explain_with(item, slots_get_leader(p->slots, slot));
}

/*
 * If all CPUs with the fewest queues had a first queue already, another first queue shares a core
 * with one of them. If its device has a queue on a core with fewer first queues, these two queues
 * change places.
 */
static int part_first(struct placing *p, const struct slot *slot)
{
	const struct slot *other = find_trade(p, slot);
	int r = 0;

	if (!other)
		return 0;
	p->n_first[p->spread->cpus[slots_get_leader(p->slots, slot)->place].core_index]--;
	for (uint32_t i = 0; i < slot->count && r == 0; i++) {
		struct spread_item *a = slots_get(p->slots, slot, i);
		struct spread_item *b = slots_get(p->slots, other, i);

		p->load[a->place] += b->load - a->load;
		p->load[b->place] += a->load - b->load;
		trade(a, b);
		r = explain_trade(p, slot, i, true);
		if (r == 0)
			r = explain_trade(p, other, i, false);
	}
	p->n_first[p->spread->cpus[slots_get_leader(p->slots, slot)->place].core_index]++;
	return r;
}

int first_part_all(struct placing *p)
{
	const struct slots *slots = p->slots;
	int r = 0;

	/* keep an order of CPUs that the user chose, and counted vectors */
	if (p->spread->is_fresh || p->spread->is_strict || p->spread->width > 1)
		return 0;
	for (uint32_t d = 0; d < slots->n_devices && r == 0; d++) {
		const struct slot *slot = slots->devices[d].first == NONE
			? NULL
			: &slots->slots[slots->devices[d].first];

		if (slot && slot->is_first && slot->kind == SLOT_QUEUE &&
			!placing_keeps(p, slot) &&
			slots_get_leader(slots, slot)->place != NONE)
			r = part_first(p, slot);
	}
	return r;
}
