/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by load: the search for a better one. */
#ifndef IRQKIT_SPREAD_SEARCH_H
#define IRQKIT_SPREAD_SEARCH_H

#include "spread/spread_weigh.h"

/* Places free units, heaviest first, where they add least to the busiest CPU. */
void search_place_free(struct search *s, struct trial *p);
/*
 * Lists by CPU the units that search_improve() may move: all, or those that cannot stay.
 */
void search_list(const struct search *s, struct trial *p, bool all);
/* Moves and exchanges listed units until the worst CPU has @goal, or nothing helps. */
void search_improve(struct search *s, struct trial *p, uint64_t goal);

/* What both searches need. */
void search_move(struct trial *p, const struct search *s, uint32_t unit, uint32_t to);
/* The worst of two cores, were @delta moved from CPU @from to CPU @to. */
uint64_t search_peak(const struct search *s, const struct trial *p, uint32_t from,
	uint32_t to, uint64_t delta);
/*
 * Are there enough vectors on both CPUs if @n_go interrupts go from CPU @from to CPU @to,
 * and @n_come come back?
 */
bool search_has_room(const struct search *s, const struct trial *p, uint32_t from,
	uint32_t to, uint32_t n_go, uint32_t n_come);
/*
 * May the worst CPU get less than @below by what goes to @to from @from, which is the worst
 * CPU or a thread of its core? @ret_wanted: how much should go
 */
bool search_may_relieve(const struct search *s, const struct trial *p, uint32_t worst,
	uint32_t from, uint32_t to, uint64_t below, uint64_t *ret_wanted);

#endif
