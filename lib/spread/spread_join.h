/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by load: where a queue begins whose interrupts are on several CPUs. */
#ifndef IRQKIT_SPREAD_JOIN_H
#define IRQKIT_SPREAD_JOIN_H

#include "spread/spread_weigh.h"

/*
 * Joins the units of a queue that are apart in @s, on one of their CPUs or else on the best
 * one, as long as no CPU gets more than @limit by it; those of which one cannot stay in any
 * case. Changes @p, where they are placed.
 *
 * @is_idle: joins only those of which at least one cannot stay
 * @ret_start: by item, as units_init() takes it; the caller frees it
 */
int spread_join(const struct search *s, struct trial *p, bool is_idle, uint64_t limit,
	uint32_t **ret_start);

#endif
