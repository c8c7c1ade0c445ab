/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement: the part that all policies have in common. */
#include "base/arena.h"
#include "base/macros.h"
#include "spread/spread_count.h"
#include "spread/spread_keep.h"
#include "spread/spread_load.h"
#include "spread/spread_order.h"
#include "spread/spread_room.h"
#include "spread/spread_slots.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* Before                                                                          */

static void forget(struct irqkit_spread *spread)
{
	spread_drop_places(spread);
	for (uint32_t i = 0; i < spread->n_items; i++)
		spread->items[i].pool = spread->items[i].near = NULL;
	arena_free(&spread->arena);
}

struct thread {
	int core;
	uint32_t cpu;
};

static int compare_threads(const void *a, const void *b)
{
	const struct thread *x = a, *y = b;

	if (x->core != y->core)
		return x->core < y->core ? -1 : 1;
	return (x->cpu > y->cpu) - (x->cpu < y->cpu);
}

/* Links the CPUs of each core in a ring; *@ret_first: of each CPU, the first of its core. */
static int link_threads(struct irqkit_spread *spread, uint32_t *first)
{
	struct spread_cpu *cpus = spread->cpus;
	uint32_t n = spread->n_cpus;
	_cleanup_free_ struct thread *threads = calloc((size_t)n + 1, sizeof(*threads));

	if (!threads)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		threads[i] = (struct thread){ cpus[i].core, i };
	qsort(threads, n, sizeof(*threads), compare_threads);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t cpu = threads[i].cpu, before = i ? threads[i - 1].cpu : 0;
		bool is_same = i > 0 && threads[i].core >= 0 &&
			threads[i].core == threads[i - 1].core;

		first[cpu] = is_same ? first[before] : cpu;
		if (!is_same) {
			cpus[cpu].next_thread = cpu;
			continue;
		}
		cpus[cpu].next_thread = cpus[first[cpu]].next_thread;
		cpus[first[cpu]].next_thread = cpu;
	}
	return 0;
}

/* Numbers the cores, in the order of their first CPUs. */
static int number_cores(struct irqkit_spread *spread)
{
	_cleanup_free_ uint32_t *first = calloc(
		(size_t)spread->n_cpus + 1, sizeof(*first));
	int r = first ? link_threads(spread, first) : -ENOMEM;
	uint32_t n_cores = 0;

	for (uint32_t i = 0; i < spread->n_cpus && r == 0; i++)
		spread->cpus[i].core_index = first[i] == i
			? n_cores++
			: spread->cpus[first[i]].core_index;
	return r;
}

/* The CPUs where @item may go, only of @node if that is not -1; NULL: there are none. */
static int make_pool(struct irqkit_spread *spread, const struct spread_item *item,
	int node, const uint64_t **ret_pool)
{
	size_t n_words = spread->n_cpus / 64 + 1;
	uint64_t *pool = arena_alloc(&spread->arena, n_words * sizeof(*pool));
	bool is_empty = true;

	if (!pool)
		return -ENOMEM;
	memset(pool, 0, n_words * sizeof(*pool));
	for (uint32_t i = 0; i < spread->n_cpus; i++) {
		const struct spread_cpu *cpu = &spread->cpus[i];

		if (!cpu->is_target || (node >= 0 && cpu->node != node) ||
			(item->allowed && !irqkit_cpuset_has(item->allowed, cpu->cpu)))
			continue;
		pool[i / 64] |= UINT64_C(1) << i % 64;
		is_empty = false;
	}
	*ret_pool = is_empty ? NULL : pool;
	return 0;
}

static bool same_pool(const struct spread_item *a, const struct spread_item *b)
{
	return a->node == b->node && !a->allowed == !b->allowed &&
		(!a->allowed || irqkit_cpuset_is_equal(a->allowed, b->allowed));
}

/* Interrupts of a device come one after the other, and share their pools. */
static int find_pool(struct irqkit_spread *spread, uint32_t i)
{
	struct spread_item *item = &spread->items[i];
	const uint64_t *local = NULL;
	int r = 0;

	if (i > 0 && same_pool(item, item - 1)) {
		item->pool = item[-1].pool;
		item->near = item[-1].near;
		item->is_local = item[-1].is_local;
		return 0;
	}
	if (item->node >= 0)
		r = make_pool(spread, item, item->node, &local);
	item->is_local = local && !spread->may_leave_node;
	if (item->is_local)
		item->pool = local;
	else if (r == 0)
		r = make_pool(spread, item, -1, &item->pool);
	if (!item->is_local)
		item->near = local;
	return r;
}

/* Policies that place single interrupts: a device stays on its node if it fits there. */
static int close_nodes(struct irqkit_spread *spread)
{
	_cleanup_slots_ struct slots slots = { 0 };
	int r = slots_init(&slots, spread);

	for (uint32_t i = 0; i < slots.n && r == 0; i++) {
		const struct slot *slot = &slots.slots[i];

		if (!slots_fit_node(&slots, slot))
			continue;
		for (uint32_t k = 0; k < slot->count; k++) {
			struct spread_item *item = slots_get(&slots, slot, k);

			item->is_local = item->near != NULL;
			item->pool = item->near ? item->near : item->pool;
		}
	}
	for (uint32_t i = 0; i < spread->n_items; i++)
		spread->items[i].near = NULL;
	return r;
}

static int prepare(struct irqkit_spread *spread)
{
	size_t n = spread->n_cpus ? spread->n_cpus : 1;
	int r;

	forget(spread);
	r = number_cores(spread);
	free(spread->room);
	free(spread->taken);
	spread->room = calloc(n, sizeof(*spread->room));
	spread->taken = calloc(n, sizeof(*spread->taken));
	if (!spread->room || !spread->taken)
		return -ENOMEM;
	for (uint32_t i = 0; i < spread->n_items && r == 0; i++) {
		struct spread_item *item = &spread->items[i];
		size_t now = (size_t)item->now;

		item->now_index = item->now >= 0 && now < spread->n_index_of
			? spread->index_of[now]
			: NONE;
		r = find_pool(spread, i);
	}
	if (r == 0 && spread->may_leave_node && spread->policy != IRQKIT_POLICY_QUEUE)
		r = close_nodes(spread);
	return r;
}

/* ------------------------------------------------------------------------------- */
/* After                                                                           */

/* Says why an interrupt cannot go anywhere, and which CPU was full. */
static int finish_reason(const struct irqkit_spread *spread, struct spread_item *item)
{
	if (!item->pool)
		return spread_set_reason(item, "stays: may not use any of these CPUs");
	if (item->place == NONE && !item->reason)
		return spread_set_reason(item, "stays: no free vector on any CPU");
	if (item->place != NONE && item->full != NONE)
		return spread_set_reason(item, "%s; no free vector on CPU %u",
			item->reason, spread->cpus[item->full].cpu);
	return 0;
}

static int place(struct irqkit_spread *spread)
{
	switch (spread->policy) {
	case IRQKIT_POLICY_QUEUE:
		return spread_by_queue(spread);
	case IRQKIT_POLICY_LOAD:
		return spread_by_load(spread);
	case IRQKIT_POLICY_IRQ:
		return spread_by_irq(spread);
	case IRQKIT_POLICY_HINT:
		return spread_by_hint(spread);
	}
	return -EINVAL;
}

/* Where not all found room, again, with every vector counted when it becomes free. */
static int place_within_room(struct irqkit_spread *spread)
{
	int r;

	spread_count_room(spread, false);
	r = place(spread);
	if (r < 0 || spread->n_unplaced == 0 || spread->policy == IRQKIT_POLICY_LOAD)
		return r;
	spread_drop_places(spread);
	spread_count_room(spread, true);
	r = place(spread);
	for (uint32_t i = 0; i < spread->n_items && r == 0; i++)
		if (spread->items[i].place != NONE)
			r = spread_widen(spread, &spread->items[i]);
	return r;
}

EXPORT int irqkit_spread_place(struct irqkit_spread *spread, enum irqkit_policy policy)
{
	int r;

	spread->policy = policy;
	r = prepare(spread);
	if (r == 0)
		spread_count_before(spread);
	if (r == 0)
		r = place_within_room(spread);
	if (r == 0)
		r = spread_find_bound(spread);
	for (uint32_t i = 0; i < spread->n_items && r == 0; i++)
		r = finish_reason(spread, &spread->items[i]);
	if (r < 0) {
		forget(spread);
		return r;
	}
	spread_count_after(spread);
	return 0;
}

EXPORT int irqkit_spread_find_split_imbalance(
	struct irqkit_spread *spread, double *ret_imbalance)
{
	bool is_split = spread->is_split;
	double imbalance;
	int r;

	spread->is_split = true;
	r = irqkit_spread_place(spread, spread->policy);
	imbalance = irqkit_spread_get_imbalance_after(spread);
	spread->is_split = is_split;
	if (r == 0)
		r = irqkit_spread_place(spread, spread->policy);
	if (r == 0)
		*ret_imbalance = imbalance;
	return r;
}
