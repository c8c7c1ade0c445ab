/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by load: the load of each CPU in one placement. */
#ifndef IRQKIT_SPREAD_WEIGH_H
#define IRQKIT_SPREAD_WEIGH_H

#include "spread/spread_units.h"

/*
 * The units of a spread as weights on CPUs. A CPU is as loaded as its own interrupts
 * make it, and half of what those of its siblings do: two busy threads of a core do about
 * a third more than one (1.33 / 2 = 1 / 1.5). All of this is doubled, to stay with
 * integers: a CPU has own + the sum of its core, and one that is a core of its own has
 * twice its own.
 */
struct search {
	const struct irqkit_spread *spread;
	const struct units *units;
	uint64_t *weight; /* owned; by unit: its load >> shift */
	unsigned int shift;
	uint64_t total; /* of all that can be placed */
	uint32_t *order; /* owned; the units, heaviest first */
	uint32_t n_order;
	uint32_t *rank; /* owned; by unit: where it is in order[] */
	uint64_t *fixed; /* owned; by CPU: what isn't placed, or cannot be */
	uint32_t *cap; /* owned; by CPU: how many interrupts it takes */
	uint64_t
		steps; /* how much more may be tried; ends the search, whatever it found */
};

enum how { HOW_STAYS, HOW_HEAVY, HOW_LIGHT, HOW_EVENED };

/* Where each unit is: on a CPU, or free (NONE). */
struct trial {
	uint32_t *cpu_of; /* owned; by unit */
	unsigned char *how; /* owned; by unit: enum how */
	uint32_t *full; /* owned; by unit: as in struct spread_item */
	uint64_t *own; /* owned; by CPU */
	uint64_t *load; /* owned; by CPU: own + the sum of its core */
	uint32_t *count; /* owned; by CPU: interrupts on it */
	uint32_t
		*first; /* owned; by CPU: those that search_improve() may move, by rank */
	uint32_t *next; /* owned; by unit */
	uint32_t n_unplaced; /* for want of vectors */
};

/* Each of these takes a few steps. */
int search_init(struct search *search, const struct units *units);
void search_free(struct search *search);
int trial_init(struct trial *p, const struct search *s);
void trial_free(struct trial *p);
void trial_add(struct trial *p, const struct search *s, uint32_t unit, uint32_t cpu,
	enum how how);
void trial_remove(struct trial *p, const struct search *s, uint32_t unit);
/* What the worst thread of @cpu's core has, had @cpu @more weight. Bystanders are let be. */
uint64_t trial_peak(
	const struct trial *p, const struct search *s, uint32_t cpu, int64_t more);
/* What the most loaded CPU has; and which it is, the first of them. */
uint64_t trial_worst(const struct trial *p, const struct search *s, uint32_t *ret_cpu);
/* No placement has a worst CPU with less. */
uint64_t search_bound(const struct search *s, const struct trial *empty);

/* Has @cpu vectors for all interrupts of @unit? */
static inline bool search_fits(
	const struct search *s, const struct trial *p, uint32_t unit, uint32_t cpu)
{
	return p->count[cpu] + s->units->list[unit].count <= s->cap[cpu];
}

static inline bool search_may(const struct search *s, uint32_t unit, uint32_t cpu)
{
	return pool_has(s->units->list[unit].pool, cpu);
}

#endif
