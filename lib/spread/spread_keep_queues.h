/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by queue: which single queues stay where they are. */
#ifndef IRQKIT_SPREAD_KEEP_QUEUES_H
#define IRQKIT_SPREAD_KEEP_QUEUES_H

#include "spread/spread_score.h"

/*
 * Sets @keeps, by slot, for as many as can stay so that the others, placed around them, may make
 * a placement as good as @fresh. @same_first: those that @fresh does not move come first;
 * otherwise the first ones stay.
 */
int spread_choose_queues(const struct spread_places *now,
	const struct spread_places *fresh, bool same_first, bool *keeps);

#endif
