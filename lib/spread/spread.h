/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the placement policy share. Nothing here does any I/O. */
#ifndef IRQKIT_SPREAD_H
#define IRQKIT_SPREAD_H

#include "base/arena.h"

#include <irqkit.h>

#define NONE UINT32_MAX
#define UNLIMITED UINT32_MAX
#define A_SLOT (UINT64_C(1) << 32)

struct spread_cpu {
	unsigned int cpu;
	int core;
	int llc;
	int node;
	bool is_target; /* interrupts may be placed here */
	uint32_t vectors; /* how many more it takes, or UNLIMITED */
	uint64_t fixed; /* load that isn't being placed */
	uint32_t pinned; /* queues that aren't being placed, and are pinned to it */
	uint32_t pinned_first; /* of them, the first queues of their devices */
	uint32_t pinned_tx; /* tx interrupts of irqkit_spread_add_tx() */
	uint32_t serving_rx, serving_tx; /* of irqkit_spread_add_direction() */
	int slowness; /* more for slower CPUs */

	/* made by irqkit_spread_place() */
	uint32_t core_index; /* numbers cores from 0 */
	uint32_t next_thread; /* the CPUs of a core are a ring */

	/* results */
	bool is_judged; /* a target, or it handles load that is being placed */
	uint64_t before;
	uint64_t after;
};

struct spread_item {
	unsigned int irq;
	uint64_t load;
	int now; /* the CPU that handles it, or -1 */
	uint32_t device; /* NONE: of no device */
	int queue; /* -1: none */
	enum irqkit_serves direction;
	int node; /* -1: any */
	bool is_follower; /* belongs on the CPU of its device's first queue */
	bool has_only_queue; /* its device has no other queue */
	struct irqkit_cpuset *allowed; /* owned; NULL: any */
	struct irqkit_cpuset *affinity; /* owned; NULL: not given */
	struct irqkit_cpuset *hint; /* owned; NULL: none */

	/* made by irqkit_spread_place() */
	const uint64_t *pool; /* in the arena: the CPUs it may go to; NULL: none */
	/*
	 * In the arena: those of its CPUs that are of its node. NULL: none, or the pool is
	 * of its node only.
	 */
	const uint64_t *near;
	bool is_local; /* is its CPU one of its node? */
	uint32_t now_index; /* NONE: not one of our CPUs */

	/* results */
	uint32_t place; /* the first of its CPUs, or NONE: left as it is */
	uint32_t round; /* by queue: how many queues were placed on its CPU before */
	uint32_t full; /* a CPU that would have been better, without vectors; or NONE */
	struct irqkit_cpuset *cpus; /* owned; NULL: left as it is */
	char *reason; /* owned */
};

struct irqkit_spread {
	struct spread_cpu *cpus; /* owned; in order of preference */
	uint32_t n_cpus;
	uint32_t *index_of; /* owned; CPU number -> index, or NONE */
	size_t n_index_of;
	struct spread_item *items; /* owned */
	uint32_t n_items;
	unsigned int width;
	unsigned int gain;
	uint64_t idle;
	bool is_split;
	bool may_leave_node; /* if its device has more queues than its node has CPUs */
	bool is_fresh; /* by queue: places as if no queue were anywhere */

	struct arena arena; /* for pools */
	enum irqkit_policy policy; /* of the last irqkit_spread_place() */
	uint32_t *room; /* owned; vectors that are left, by CPU */
	/*
	 * Vectors: an interrupt that leaves a CPU gives its vector back. Counting with
	 * that makes the answer the same wherever the interrupts are now. Where it is
	 * not enough room for all, they are counted strictly, in the order of placement.
	 */
	bool is_strict;
	uint32_t n_unplaced; /* for want of vectors */
	/*
	 * How many were placed on a CPU as the first of theirs, in units of A_SLOT, plus
	 * how many as a further one. Owned.
	 */
	uint64_t *taken;
	uint64_t bound;
};

static inline bool pool_has(const uint64_t *pool, uint32_t cpu)
{
	return pool[cpu / 64] >> cpu % 64 & 1;
}

/* The CPUs among which its further ones are chosen. */
static inline const uint64_t *item_get_reach(const struct spread_item *item)
{
	return item->near && item->is_local ? item->near : item->pool;
}

/* Is it handled by a CPU where it may stay? */
static inline bool item_can_stay(const struct spread_item *item)
{
	return item->pool && item->now_index != NONE &&
		pool_has(item->pool, item->now_index);
}

/* Queues and interrupts that are pinned to a CPU and are not placed. */
struct spread_pinned {
	uint32_t queues;
	uint32_t first_queues; /* of these, first queues of devices */
	uint32_t tx; /* tx interrupts of irqkit_spread_add_tx() */
	uint32_t serves_rx, serves_tx; /* of irqkit_spread_add_direction() */
};

/* -ENOENT: there is no such CPU. */
int spread_add_pinned(struct irqkit_spread *spread, unsigned int cpu,
	const struct spread_pinned *pinned);

int spread_set_reason(struct spread_item *item, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
#define NODE_NAME_SIZE 32
/* " of node 1" if its CPUs are of only one node, otherwise "". */
void spread_name_node(const struct spread_item *item, char text[static NODE_NAME_SIZE]);
#define QUEUE_NAME_SIZE 32
/* "rx-3", or "queue 3" if the interrupt serves both directions; "" for no queue. */
void spread_name_queue(const struct spread_item *item, char text[static QUEUE_NAME_SIZE]);

#endif
