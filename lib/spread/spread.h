/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the placement policy share. Nothing here does any I/O. */
#ifndef IRQKIT_SPREAD_H
#define IRQKIT_SPREAD_H

#include "private.h"

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

	/* made by irqkit_spread_place() */
	uint32_t core_index; /* numbers cores from 0 */
	uint32_t next_thread; /* the CPUs of a core are a ring */

	/* results */
	uint64_t before;
	uint64_t after;
};

struct spread_item {
	unsigned int irq;
	uint64_t load;
	int now; /* the CPU that serves it, or -1 */
	uint32_t device; /* NONE: of no device */
	int queue; /* -1: none */
	enum irqkit_serves direction;
	int node; /* -1: any */
	struct irqkit_cpuset *allowed; /* owned; NULL: any */
	struct irqkit_cpuset *affinity; /* owned; NULL: not told */
	struct irqkit_cpuset *hint; /* owned; NULL: none */

	/* made by irqkit_spread_place() */
	const uint64_t *pool; /* in the arena: the CPUs it may go to; NULL: none */
	bool is_local; /* the pool is of its node only */
	uint32_t now_index; /* NONE: not one of our CPUs */

	/* results */
	uint32_t place; /* the first of its CPUs, or NONE: left as it is */
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

/* It is served by a CPU where it may stay. */
static inline bool item_can_stay(const struct spread_item *item)
{
	return item->pool && item->now_index != NONE &&
		pool_has(item->pool, item->now_index);
}

/* spread.c */
int spread_set_reason(struct spread_item *item, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
#define NODE_NAME_SIZE 32
/* " of node 1" where its CPUs are of one node only, otherwise "". */
void spread_name_node(const struct spread_item *item, char text[static NODE_NAME_SIZE]);

/* spread_place.c */
bool spread_has_room(
	const struct irqkit_spread *spread, const struct spread_item *item, uint32_t cpu);
/* One more, or with -1 one less, where they are counted. */
void spread_use_vector(struct irqkit_spread *spread, uint32_t cpu, int n);
/* Places @item on @cpu. */
void spread_take(struct irqkit_spread *spread, struct spread_item *item, uint32_t cpu);
/* And widens it; where room is counted strictly, that is done after all others. */
int spread_give(struct irqkit_spread *spread, struct spread_item *item, uint32_t cpu);
/* Of @pool the CPU with the fewest interrupts placed, the first of those; NONE: no room. */
uint32_t spread_next(const struct irqkit_spread *spread, struct spread_item *item,
	const uint64_t *pool);
/* Gives a placed interrupt as many CPUs as it is to have. */
int spread_widen(struct irqkit_spread *spread, struct spread_item *item);

/* The load of each CPU, as it will be. */
void spread_count_after(struct irqkit_spread *spread);

/* The policies: spread_order.c, spread_load.c. */
int spread_by_queue(struct irqkit_spread *spread);
int spread_by_irq(struct irqkit_spread *spread);
int spread_by_hint(struct irqkit_spread *spread);
int spread_by_load(struct irqkit_spread *spread);

/* spread_load.c: what irqkit_spread_get_bound() tells. */
int spread_find_bound(struct irqkit_spread *spread);

/*
 * The interrupts of a spread as weights on CPUs. A CPU is as loaded as its own interrupts
 * make it, and half of what those of its siblings do: two busy threads of a core do about
 * a third more than one (1.33 / 2 = 1 / 1.5). All of this is doubled, to stay with
 * integers: a CPU has own + the sum of its core, and one that is a core of its own has
 * twice its own.
 */
struct search {
	const struct irqkit_spread *spread;
	uint64_t *weight; /* owned; by item: its load >> shift */
	unsigned int shift;
	uint64_t total; /* of all that can be placed */
	uint32_t *order; /* owned; the items that can be placed, heaviest first */
	uint32_t n_order;
	uint32_t *rank; /* owned; by item: where it is in order[] */
	uint64_t *fixed; /* owned; by CPU: what isn't placed, or cannot be */
	uint32_t *cap; /* owned; by CPU: how many interrupts it takes */
	uint64_t
		steps; /* how much more may be tried; ends the search, whatever it found */
};

enum how { HOW_STAYS, HOW_HEAVY, HOW_LIGHT, HOW_EVENED };

/* Where each item is: on a CPU, or free (NONE). */
struct placement {
	uint32_t *cpu_of; /* owned; by item */
	unsigned char *how; /* owned; by item: enum how */
	uint32_t *full; /* owned; by item: as in struct spread_item */
	uint64_t *own; /* owned; by CPU */
	uint64_t *load; /* owned; by CPU: own + the sum of its core */
	uint32_t *count; /* owned; by CPU: items on it */
	uint32_t
		*first; /* owned; by CPU: those that search_improve() may move, by rank */
	uint32_t *next; /* owned; by item */
	uint32_t n_unplaced; /* for want of vectors */
};

/* spread_weigh.c: the basics, each in a few steps. */
int search_init(struct search *search, const struct irqkit_spread *spread);
void search_free(struct search *search);
int placement_init(struct placement *p, const struct search *s);
void placement_free(struct placement *p);
void placement_add(struct placement *p, const struct search *s, uint32_t item,
	uint32_t cpu, enum how how);
void placement_remove(struct placement *p, const struct search *s, uint32_t item);
/* What the worst thread of @cpu's core has, had @cpu @more weight. Bystanders are let be. */
uint64_t placement_peak(
	const struct placement *p, const struct search *s, uint32_t cpu, int64_t more);
/* What the most loaded CPU has; and which it is, the first of them. */
uint64_t placement_worst(
	const struct placement *p, const struct search *s, uint32_t *ret_cpu);
/* No placement has a worst CPU with less. */
uint64_t search_bound(const struct search *s, const struct placement *empty);

static inline bool search_may(const struct search *s, uint32_t item, uint32_t cpu)
{
	return pool_has(s->spread->items[item].pool, cpu);
}

/* spread_search.c: the work. */

/* Puts what is free where it adds least to the worst, heaviest first. */
void search_place_free(struct search *s, struct placement *p);
/* Lists by CPU what search_improve() may move: all, or what cannot stay where it is now. */
void search_list(const struct search *s, struct placement *p, bool all);
/* Moves and exchanges listed items until the worst CPU has @goal, or nothing helps. */
void search_improve(struct search *s, struct placement *p, uint64_t goal);

#endif
