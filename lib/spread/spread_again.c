/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Placement after an answer of the kernel: another CPU for an interrupt whose CPU has no
 * vectors left or went offline, and interrupts that stay on their CPU after all.
 */
#include "base/arena.h"
#include "base/macros.h"
#include "spread/spread_count.h"
#include "spread/spread_room.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The kernel takes it on none of its CPUs: the rest of its pool. NULL: no memory. */
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

/* On its node, if it was there and there is room: full CPUs have none. */
static uint32_t next_of(const struct irqkit_spread *spread, struct spread_item *item,
	const uint64_t *pool)
{
	const struct spread_choice on_node = { .pool = item->near };
	const struct spread_choice anywhere = { .pool = pool, .near = item->near };
	uint32_t next = item->near && item->is_local ? spread_next(spread, item, &on_node)
						     : NONE;

	return next == NONE ? spread_next(spread, item, &anywhere) : next;
}

/* Do the interrupts of a queue share a CPU? */
static bool moves_queues(const struct irqkit_spread *spread)
{
	return spread->policy == IRQKIT_POLICY_QUEUE ||
		(spread->policy == IRQKIT_POLICY_LOAD && !spread->is_split);
}

static bool is_same_queue(const struct spread_item *a, const struct spread_item *b)
{
	return a->queue >= 0 && a->queue == b->queue && a->device == b->device &&
		a->device != NONE;
}

/* Would it have joined an interrupt of its queue that stays where it is? */
static bool was_to_join(
	const struct irqkit_spread *spread, const struct spread_item *item)
{
	for (uint32_t i = 0; i < spread->n_items && moves_queues(spread); i++) {
		const struct spread_item *other = &spread->items[i];

		if (other != item && other->place == NONE && is_same_queue(other, item) &&
			other->now_index == item->place)
			return true;
	}
	return false;
}

/* By load: is going to @cpu, the least loaded that is left, not worth it? */
static bool had_better_stay(
	const struct irqkit_spread *spread, const struct spread_item *item, uint32_t cpu)
{
	double now, then;

	if (spread->policy != IRQKIT_POLICY_LOAD || !item_can_stay(item))
		return false;
	if (was_to_join(spread, item))
		return true;
	now = (double)spread->cpus[item->now_index].after + (double)item->load;
	then = (double)spread->cpus[cpu].after + (double)item->load;
	return then * 100 >= now * (100 - spread->gain);
}

static int move(struct irqkit_spread *spread, struct spread_item *item, uint32_t cpu)
{
	item->place = cpu;
	item->is_local = item->near ? pool_has(item->near, cpu) : item->is_local;
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

	if (!moves_queues(spread))
		return 0;
	for (size_t i = index + 1; i < spread->n_items && r == 0; i++) {
		struct spread_item *item = &spread->items[i];

		if (item->place != from || !is_same_queue(item, leader))
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

static int stay(struct spread_item *item, const char *why)
{
	leave(item);
	return spread_set_reason(item, "stays: %s", why);
}

/* The later interrupts of its queue stay too, if they are where it is. */
static int stay_all(struct irqkit_spread *spread, size_t index, const char *why)
{
	const struct spread_item *leader = &spread->items[index];
	uint32_t from = leader->place;
	int r = stay(&spread->items[index], why);

	for (size_t i = index + 1; i < spread->n_items && r == 0; i++) {
		struct spread_item *item = &spread->items[i];

		if (moves_queues(spread) && item->place == from &&
			is_same_queue(item, leader) &&
			item->now_index == leader->now_index)
			r = stay(item, why);
	}
	return r;
}

static int move_all(
	struct irqkit_spread *spread, size_t index, uint32_t cpu, const char *why)
{
	struct spread_item *item = &spread->items[index];
	uint32_t from = item->place;
	int r = move(spread, item, cpu);

	if (r == 0)
		r = take_along(spread, index, from);
	return r < 0 ? r : spread_set_reason(item, "next best CPU; %s", why);
}

/* "no free vector on CPU 3", "CPU 3 went offline" */
static char *explain(const struct irqkit_cpuset *cpus, bool is_offline)
{
	_cleanup_free_ char *list = NULL;
	char *text;

	if (irqkit_cpuset_format_list(cpus, &list) < 0 ||
		asprintf(&text, "%sCPU %s%s", is_offline ? "" : "no free vector on ",
			list, is_offline ? " went offline" : "") < 0)
		return NULL;
	return text;
}

/* @cpu: one of the CPUs that the interrupt was given, which takes no more */
static int place_again(
	struct irqkit_spread *spread, size_t index, unsigned int cpu, bool is_offline)
{
	struct spread_item *item = &spread->items[index];
	_cleanup_free_ char *why = NULL;
	uint64_t *pool;
	uint32_t next;
	int r;

	if (!item->cpus || !irqkit_cpuset_has(item->cpus, cpu))
		return -ENOENT;
	why = explain(item->cpus, is_offline);
	pool = why ? close_cpus(spread, item) : NULL;
	if (!pool)
		return -ENOMEM;
	next = spread->policy == IRQKIT_POLICY_LOAD ? least_loaded(spread, item, pool)
						    : next_of(spread, item, pool);
	if (next == NONE)
		return -ENOSPC;
	r = had_better_stay(spread, item, next) ? stay_all(spread, index, why)
						: move_all(spread, index, next, why);
	spread_count_after(spread);
	return r;
}

EXPORT int irqkit_spread_place_again(
	struct irqkit_spread *spread, size_t index, unsigned int full_cpu)
{
	return place_again(spread, index, full_cpu, false);
}

EXPORT int irqkit_spread_lose_cpu(
	struct irqkit_spread *spread, size_t index, unsigned int lost_cpu)
{
	return place_again(spread, index, lost_cpu, true);
}

EXPORT void irqkit_spread_leave(struct irqkit_spread *spread, size_t index)
{
	leave(&spread->items[index]);
	spread_count_after(spread);
}
