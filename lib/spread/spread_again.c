/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Placement after an answer of the kernel: another CPU for an interrupt whose CPU has no
 * vectors left, and interrupts that stay on their CPU after all.
 */
#include "base/arena.h"
#include "base/macros.h"
#include "spread/spread_count.h"
#include "spread/spread_room.h"

#include <errno.h>
#include <string.h>

/* The kernel found no vector on any of its CPUs: the rest of its pool. NULL: no memory. */
static uint64_t *close_cpus(struct irqkit_spread *spread, struct spread_item *item)
{
	size_t size = (spread->n_cpus / 64 + 1) * sizeof(uint64_t);
	uint64_t *pool = arena_alloc(&spread->arena, size);

	if (!pool)
		return NULL;
	memcpy(pool, item->pool, size);
	irqkit_cpuset_foreach (cpu, item->cpus) {
		uint32_t i = spread->index_of[cpu];

		spread->cpus[i].vectors = 0;
		spread->room[i] = 0;
		pool[i / 64] &= ~(UINT64_C(1) << i % 64);
		/* on its current CPU it has a vector, so it was on another one */
		if (i == item->now_index)
			item->now_index = NONE;
	}
	/* it is not certain that interrupts which should leave a CPU will leave it */
	spread->is_strict = true;
	return pool;
}

static uint32_t least_loaded(const struct irqkit_spread *spread,
	const struct spread_item *item, const uint64_t *pool)
{
	uint32_t best = NONE;

	for (uint32_t i = 0; i < spread->n_cpus; i++)
		if (pool_has(pool, i) && spread_has_room(spread, item, i) &&
			(best == NONE ||
				spread->cpus[i].after < spread->cpus[best].after))
			best = i;
	return best;
}

static uint32_t next_of(const struct irqkit_spread *spread, struct spread_item *item,
	const uint64_t *pool)
{
	const struct spread_choice among = { .pool = pool, .near = item->near };

	return spread_next(spread, item, &among);
}

/* By load: is going to @cpu, the least loaded that is left, not worth it? */
static bool had_better_stay(
	const struct irqkit_spread *spread, const struct spread_item *item, uint32_t cpu)
{
	double now, then;

	if (spread->policy != IRQKIT_POLICY_LOAD || !item_can_stay(item))
		return false;
	now = (double)spread->cpus[item->now_index].after + (double)item->load;
	then = (double)spread->cpus[cpu].after + (double)item->load;
	return then * 100 >= now * (100 - spread->gain);
}

static int move(struct irqkit_spread *spread, struct spread_item *item, uint32_t cpu)
{
	item->place = cpu;
	spread->taken[cpu] += A_SLOT;
	if (cpu != item->now_index)
		spread_use_vector(spread, cpu, 1);
	return spread_widen(spread, item);
}

/* The later interrupts of its queue go along, if there is room for them. */
static int take_along(struct irqkit_spread *spread, size_t index, uint32_t from)
{
	const struct spread_item *leader = &spread->items[index];
	int r = 0;

	if (spread->policy != IRQKIT_POLICY_QUEUE || leader->queue < 0)
		return 0;
	for (size_t i = index + 1; i < spread->n_items && r == 0; i++) {
		struct spread_item *item = &spread->items[i];

		if (item->place != from || item->device != leader->device ||
			item->queue != leader->queue)
			continue;
		if (!spread_has_room(spread, item, leader->place)) {
			r = spread_set_reason(item,
				"no free vector on CPU %u, where its queue goes",
				spread->cpus[leader->place].cpu);
			continue;
		}
		r = move(spread, item, leader->place);
		spread->taken[leader->place] -= A_SLOT;
	}
	return r;
}

static void leave(struct spread_item *item)
{
	item->place = NONE;
	irqkit_cpuset_free(TAKE(item->cpus));
}

static int stay(struct spread_item *item, const char *full)
{
	leave(item);
	return spread_set_reason(item, "stays: no free vector on CPU %s", full);
}

static int move_all(
	struct irqkit_spread *spread, size_t index, uint32_t cpu, const char *full)
{
	struct spread_item *item = &spread->items[index];
	uint32_t from = item->place;
	int r = move(spread, item, cpu);

	if (r == 0)
		r = take_along(spread, index, from);
	return r < 0 ? r
		     : spread_set_reason(
			       item, "next best CPU; no free vector on CPU %s", full);
}

EXPORT int irqkit_spread_place_again(
	struct irqkit_spread *spread, size_t index, unsigned int full_cpu)
{
	struct spread_item *item = &spread->items[index];
	_cleanup_free_ char *full = NULL;
	uint64_t *pool;
	uint32_t next;
	int r;

	if (!item->cpus || !irqkit_cpuset_has(item->cpus, full_cpu))
		return -ENOENT;
	r = irqkit_cpuset_format_list(item->cpus, &full);
	pool = r == 0 ? close_cpus(spread, item) : NULL;
	if (!pool)
		return -ENOMEM;
	next = spread->policy == IRQKIT_POLICY_LOAD ? least_loaded(spread, item, pool)
						    : next_of(spread, item, pool);
	if (next == NONE)
		return -ENOSPC;
	r = had_better_stay(spread, item, next) ? stay(item, full)
						: move_all(spread, index, next, full);
	spread_count_after(spread);
	return r;
}

EXPORT void irqkit_spread_leave(struct irqkit_spread *spread, size_t index)
{
	leave(&spread->items[index]);
	spread_count_after(spread);
}
