/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Room on CPUs: their vectors, and how many interrupts were placed on them. */
#ifndef IRQKIT_SPREAD_ROOM_H
#define IRQKIT_SPREAD_ROOM_H

#include "spread/spread.h"

/*
 * Counts the vectors before anything is placed; @is_strict: as in struct irqkit_spread.
 */
void spread_count_room(struct irqkit_spread *spread, bool is_strict);
bool spread_has_room(
	const struct irqkit_spread *spread, const struct spread_item *item, uint32_t cpu);
/* Counts one vector more, or with -1 one less, if the vectors of the CPU are counted. */
void spread_use_vector(struct irqkit_spread *spread, uint32_t cpu, int n);
/* Drops all places and their reasons. */
void spread_drop_places(struct irqkit_spread *spread);
/* Places @item on @cpu. */
void spread_take(struct irqkit_spread *spread, struct spread_item *item, uint32_t cpu);
/*
 * The same, and widens it; if vectors are counted strictly, that comes after all others.
 */
int spread_give(struct irqkit_spread *spread, struct spread_item *item, uint32_t cpu);
/* Among which CPUs spread_next() chooses, and by what. */
struct spread_choice {
	const uint64_t *pool;
	const uint64_t *near; /* better than others of the pool; NULL: all are alike */
	uint32_t start; /* where the order of the CPUs begins */
	/*
	 * By CPU, the queues of the same device: up to @most queues of all devices on a
	 * CPU, fewer of these come before fewer of all. NULL: they do not matter.
	 */
	const uint32_t *own;
	uint64_t most;
	/* By CPU, what serves the same direction. NULL: it does not matter. */
	const uint32_t *alike;
};

/* The smaller the better. */
struct spread_cost {
	uint64_t own;
	uint64_t all;
	uint64_t core; /* of all CPUs of the core */
	uint64_t alike;
};

static inline bool cost_is_less(struct spread_cost a, struct spread_cost b)
{
	if (a.own != b.own)
		return a.own < b.own;
	if (a.all != b.all)
		return a.all < b.all;
	return a.core != b.core ? a.core < b.core : a.alike < b.alike;
}

struct spread_cost spread_get_cost(const struct irqkit_spread *spread,
	const struct spread_choice *among, uint32_t cpu);
/*
 * The CPU with the fewest placed interrupts; of several, one whose core has the fewest, then
 * one with the fewest of this direction, and then the first one from the start on. NONE: no
 * vectors.
 */
uint32_t spread_next(const struct irqkit_spread *spread, struct spread_item *item,
	const struct spread_choice *among);
/* Gives a placed interrupt as many CPUs as it is to have. */
int spread_widen(struct irqkit_spread *spread, struct spread_item *item);

#endif
