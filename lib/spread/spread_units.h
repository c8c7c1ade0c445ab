/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by load: what is moved as a whole. */
#ifndef IRQKIT_SPREAD_UNITS_H
#define IRQKIT_SPREAD_UNITS_H

#include "base/macros.h"
#include "spread/spread.h"

/* Its items are units.members[first], ..., first + count - 1. */
struct unit {
	uint32_t first;
	uint32_t count;
	const uint64_t *pool; /* the CPUs that all its items may go to */
	uint32_t now; /* the CPU where it may stay, or NONE */
	/*
	 * The items of a queue are on several CPUs, and are units of their own that stay
	 * there. Of the first one: how many units that are, and the CPUs that all of them
	 * may go to. Otherwise 0 and NULL.
	 */
	uint32_t n_parts;
	const uint64_t *common;
};

struct units {
	const struct irqkit_spread *spread;
	uint32_t *members; /* owned; items that can be placed, by device and queue */
	uint32_t n_members;
	struct unit *list; /* owned; in the order of the members */
	uint32_t n;
	struct arena arena; /* for pools */
};

/* In @start: the items of the queue stay apart. */
#define UNIT_APART (NONE - 1)

/*
 * Makes one unit of the interrupts of a queue that have a CPU in common to which they may
 * go; with @is_split, and of no queue, each interrupt is a unit.
 *
 * @start: by item, where the items of a queue are on several CPUs: the CPU where the
 *         unit begins, NONE if it begins nowhere, or UNIT_APART. NULL: all stay apart
 */
int units_init(struct units *units, const struct irqkit_spread *spread, bool is_split,
	const uint32_t *start);
void units_free(struct units *units);
#define _cleanup_units_ CLEANUP(units_free)

/* Are there queues whose items stay apart? */
bool units_has_parts(const struct units *units);

static inline const struct spread_item *units_get_item(
	const struct units *units, const struct unit *unit, uint32_t index)
{
	return &units->spread->items[units->members[unit->first + index]];
}

#endif
