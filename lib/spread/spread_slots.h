/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by queue: what belongs on one CPU. */
#ifndef IRQKIT_SPREAD_SLOTS_H
#define IRQKIT_SPREAD_SLOTS_H

#include "base/macros.h"
#include "spread/spread.h"

/* In the order of placement. */
enum slot_kind {
	SLOT_QUEUE,
	SLOT_UNKNOWN, /* an interrupt of unknown purpose: it may carry traffic */
	SLOT_TX, /* tx of the only queue of a device, if it is busy: it need not go with rx */
	SLOT_FOLLOWER /* one for each device: it goes with the device's first queue */
};

/* Its interrupts are slots.members[first], ..., first + count - 1. */
struct slot {
	enum slot_kind kind;
	uint32_t first;
	uint32_t count;
	uint32_t device; /* an index of slots.devices */
	uint32_t next; /* the next slot of the device; NONE: the last */
	bool is_first; /* it has the first queue of a device */
};

struct slot_device {
	uint32_t first; /* its first slot */
	uint32_t last; /* its last slot */
	uint32_t n_wanted; /* how many CPUs its queues and unknown interrupts want */
};

struct slots {
	struct irqkit_spread *spread;
	uint32_t *members; /* owned; items */
	struct slot *slots; /* owned; sorted by kind, device, queue */
	uint32_t n;
	struct slot_device *devices; /* owned */
	uint32_t n_devices;
	int fastest; /* the smallest slowness of the CPUs */
};

int slots_init(struct slots *slots, struct irqkit_spread *spread);
void slots_free(struct slots *slots);
#define _cleanup_slots_ CLEANUP(slots_free)

static inline struct spread_item *slots_get(
	const struct slots *slots, const struct slot *slot, uint32_t index)
{
	return &slots->spread->items[slots->members[slot->first + index]];
}

/* The interrupt that the others of a slot follow. */
static inline struct spread_item *slots_get_leader(
	const struct slots *slots, const struct slot *slot)
{
	return slots_get(slots, slot, 0);
}

/* The first slot of its device. */
static inline struct slot *slots_get_head(
	const struct slots *slots, const struct slot *slot)
{
	return &slots->slots[slots->devices[slot->device].first];
}

/* Has its node a CPU for each of the queues of its device? */
bool slots_fit_node(const struct slots *slots, const struct slot *slot);
uint32_t slots_count_pool(const struct irqkit_spread *spread, const uint64_t *pool);

#endif
