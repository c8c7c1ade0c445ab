/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of the placement by queue, which several files share while they place queues. */
#ifndef IRQKIT_SPREAD_PLACING_H
#define IRQKIT_SPREAD_PLACING_H

#include "spread/spread_queue.h"
#include "spread/spread_room.h"

struct placing {
	const struct slots *slots;
	const struct slots_way *way;
	struct irqkit_spread *spread;
	uint32_t *n_first; /* owned; by core: the first queues of devices on it */
	uint32_t *rank; /* owned; by core: its place among those of a pool, or NONE */
	uint32_t *distance; /* owned; by rank: to the next core with a first queue */
	uint32_t *
		start; /* owned; by device: where it starts in the order of CPUs, or NONE */
	uint32_t *n_placed; /* owned; by device: slots */
	uint64_t *load; /* owned; by CPU: of what was placed */
	uint32_t *own; /* owned; by CPU: queues of device @own_device */
	uint32_t own_device;
	/* owned; by CPU: what serves rx, or tx, if they are kept apart */
	uint32_t *n_rx, *n_tx;
};

static inline bool placing_keeps(const struct placing *p, const struct slot *slot)
{
	return p->way->keeps && p->way->keeps[slot - p->slots->slots];
}

/* By CPU, what serves the direction of @item; NULL: that does not matter. */
static inline uint32_t *placing_find_alike(
	const struct placing *p, const struct spread_item *item)
{
	if (!p->spread->is_split || item->direction == IRQKIT_SERVES_BOTH ||
		item->direction == IRQKIT_SERVES_NONE)
		return NULL;
	return item->direction == IRQKIT_SERVES_RX ? p->n_rx : p->n_tx;
}

/* Does a device have queues on other nodes, although its node has enough CPUs? */
static inline bool placing_is_crowded(const struct placing *p, const struct slot *slot)
{
	return p->way->is_wide && slots_fit_node(p->slots, slot);
}

/* spread_first.c: where in the order of CPUs a device starts with its first queue. */
uint32_t first_find_start(
	struct placing *p, struct spread_item *item, const struct spread_choice *among);
/* First queues that share a core change places with others of their devices. */
int first_part_all(struct placing *p);

#endif
