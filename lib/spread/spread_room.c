/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Room on CPUs: their vectors, and how many interrupts were placed on them. */
#include "spread/spread_room.h"
#include "base/cpuset.h"
#include "base/macros.h"

#include <stdlib.h>

void spread_count_room(struct irqkit_spread *spread, bool is_strict)
{
	for (uint32_t i = 0; i < spread->n_cpus; i++) {
		spread->room[i] = spread->cpus[i].vectors;
		spread->taken[i] = spread->is_fresh
			? 0
			: spread->cpus[i].pinned * A_SLOT + spread->cpus[i].pinned_tx;
	}
	for (uint32_t i = 0; i < spread->n_items && !is_strict; i++) {
		const struct spread_item *item = &spread->items[i];

		if (item_can_stay(item) && spread->room[item->now_index] < UNLIMITED)
			spread->room[item->now_index]++;
	}
	spread->is_strict = is_strict;
	spread->n_unplaced = 0;
}

void spread_drop_places(struct irqkit_spread *spread)
{
	for (uint32_t i = 0; i < spread->n_items; i++) {
		struct spread_item *item = &spread->items[i];

		irqkit_cpuset_free(TAKE(item->cpus));
		free(TAKE(item->reason));
		item->place = item->full = NONE;
	}
}

bool spread_has_room(
	const struct irqkit_spread *spread, const struct spread_item *item, uint32_t cpu)
{
	return spread->room[cpu] > 0 || (spread->is_strict && cpu == item->now_index);
}

void spread_use_vector(struct irqkit_spread *spread, uint32_t cpu, int n)
{
	if (spread->cpus[cpu].vectors == UNLIMITED)
		return;
	/* one that stays has its vector, even if another was counted on it */
	if (n > 0 && spread->room[cpu] < (uint32_t)n)
		spread->room[cpu] = 0;
	else
		spread->room[cpu] -= (uint32_t)n;
}

void spread_take(struct irqkit_spread *spread, struct spread_item *item, uint32_t cpu)
{
	item->place = cpu;
	spread->taken[cpu] += A_SLOT;
	if (spread->is_strict && item_can_stay(item))
		spread_use_vector(spread, item->now_index, -1);
	spread_use_vector(spread, cpu, 1);
}

int spread_give(struct irqkit_spread *spread, struct spread_item *item, uint32_t cpu)
{
	spread_take(spread, item, cpu);
	return spread->is_strict ? 0 : spread_widen(spread, item);
}

struct spread_cost spread_get_cost(const struct irqkit_spread *spread,
	const struct spread_choice *among, uint32_t cpu)
{
	uint64_t taken = spread->taken[cpu];
	bool is_far = among->near && !pool_has(among->near, cpu);
	struct spread_cost cost = { .all = taken * 2 + is_far, .core = taken };

	for (uint32_t i = spread->cpus[cpu].next_thread; i != cpu;
		i = spread->cpus[i].next_thread)
		cost.core += spread->taken[i];
	if (among->own)
		cost.own = taken / A_SLOT < among->most ? among->own[cpu] : UINT64_MAX;
	if (among->alike)
		cost.alike = among->alike[cpu];
	return cost;
}

uint32_t spread_next(const struct irqkit_spread *spread, struct spread_item *item,
	const struct spread_choice *among)
{
	struct spread_cost least = { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX },
			   least_full = least;
	uint32_t best = NONE, full = NONE;
	bool is_full_before = false; /* the full one, before the best one */

	for (uint32_t k = 0; k < spread->n_cpus; k++) {
		uint32_t i = (among->start + k) % spread->n_cpus;
		struct spread_cost cost;

		if (!pool_has(among->pool, i))
			continue;
		cost = spread_get_cost(spread, among, i);
		if (!cost_is_less(cost, least))
			continue;
		if (spread_has_room(spread, item, i)) {
			is_full_before = full != NONE;
			least = cost;
			best = i;
		} else if (cost_is_less(cost, least_full)) {
			least_full = cost;
			full = i;
		}
	}
	/* one that was full is better than the best, if it has less, or as much before it */
	item->full = full != NONE &&
			(cost_is_less(least_full, least) ||
				(!cost_is_less(least, least_full) && is_full_before))
		? full
		: NONE;
	return best;
}

/* ------------------------------------------------------------------------------- */
/* Width                                                                           */

/* How near are two CPUs: the smaller the nearer. */
static unsigned int distance(const struct spread_cpu *a, const struct spread_cpu *b)
{
	if (a->llc >= 0 && a->llc == b->llc)
		return 0;
	return a->node >= 0 && a->node == b->node ? 1 : 2;
}

/* Further CPUs are the next ones in order of preference, near ones first. */
int spread_widen(struct irqkit_spread *spread, struct spread_item *item)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	const struct spread_cpu *place = &spread->cpus[item->place];
	const uint64_t *reach = item_get_reach(item);
	unsigned int count = 1;
	int r = irqkit_cpuset_new(&cpus);

	if (r == 0)
		r = irqkit_cpuset_add(cpus, place->cpu);
	for (unsigned int away = 0; away < 3 && count < spread->width; away++) {
		for (uint32_t k = 1; k < spread->n_cpus && count < spread->width; k++) {
			uint32_t i = (item->place + k) % spread->n_cpus;

			if (!pool_has(reach, i) || spread->room[i] == 0 ||
				distance(place, &spread->cpus[i]) != away)
				continue;
			if (r == 0)
				r = irqkit_cpuset_add(cpus, spread->cpus[i].cpu);
			spread->taken[i]++;
			spread_use_vector(spread, i, 1);
			count++;
		}
	}
	if (r < 0)
		return r;
	irqkit_cpuset_free(item->cpus);
	item->cpus = TAKE(cpus);
	return 0;
}
