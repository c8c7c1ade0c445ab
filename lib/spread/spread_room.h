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
/* Places @item on @cpu. */
void spread_take(struct irqkit_spread *spread, struct spread_item *item, uint32_t cpu);
/*
 * The same, and widens it; if vectors are counted strictly, that comes after all others.
 */
int spread_give(struct irqkit_spread *spread, struct spread_item *item, uint32_t cpu);
/*
 * The CPU of @pool with the fewest placed interrupts; of several, one of @near, if that is
 * not NULL, and then the first one from @start on. NONE: no vectors.
 */
uint32_t spread_next(const struct irqkit_spread *spread, struct spread_item *item,
	const uint64_t *pool, const uint64_t *near, uint32_t start);
/* What spread_next() compares. */
uint64_t spread_cost(
	const struct irqkit_spread *spread, const uint64_t *near, uint32_t cpu);
/* Gives a placed interrupt as many CPUs as it is to have. */
int spread_widen(struct irqkit_spread *spread, struct spread_item *item);

#endif
