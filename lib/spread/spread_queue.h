/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by queue: one after the other, each to the next CPU. */
#ifndef IRQKIT_SPREAD_QUEUE_H
#define IRQKIT_SPREAD_QUEUE_H

#include "spread/spread_slots.h"

/* How slots_place() places them. */
struct slots_way {
	/*
	 * The node of a device is only preferred, not required, also if it has a CPU for
	 * each of the queues.
	 */
	bool is_wide;
	/*
	 * Up to so many queues on a CPU, those of a device rather get different CPUs than
	 * CPUs with fewer queues. 0: never.
	 */
	uint32_t most;
	const bool *keeps; /* by slot: it stays where it is; NULL: none */
};

/* Places all items again. */
int slots_place(const struct slots *slots, const struct slots_way *way);

#endif
