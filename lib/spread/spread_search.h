/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by load: the search for a better one. */
#ifndef IRQKIT_SPREAD_SEARCH_H
#define IRQKIT_SPREAD_SEARCH_H

#include "spread/spread_weigh.h"

/* Places free items, heaviest first, where they add least to the busiest CPU. */
void search_place_free(struct search *s, struct trial *p);
/*
 * Lists by CPU the items that search_improve() may move: all, or those that cannot stay.
 */
void search_list(const struct search *s, struct trial *p, bool all);
/* Moves and exchanges listed items until the worst CPU has @goal, or nothing helps. */
void search_improve(struct search *s, struct trial *p, uint64_t goal);

#endif
