/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement: what all policies have in common. */
#include "spread/spread.h"

#include <errno.h>

/* ------------------------------------------------------------------------------- */
/* Before                                                                          */

static void forget(struct irqkit_spread *spread)
{
	for (uint32_t i = 0; i < spread->n_items; i++) {
		struct spread_item *item = &spread->items[i];

		irqkit_cpuset_free(TAKE(item->cpus));
		free(TAKE(item->reason));
		item->place = item->full = NONE;
		item->pool = NULL;
	}
	arena_free(&spread->arena);
}

/* Numbers the cores, and links the CPUs of each in a ring. */
static void link_threads(struct irqkit_spread *spread)
{
	uint32_t n_cores = 0;

	for (uint32_t i = 0; i < spread->n_cpus; i++) {
		struct spread_cpu *cpu = &spread->cpus[i];
		uint32_t j = cpu->core < 0 ? i : 0;

		while (j < i && spread->cpus[j].core != cpu->core)
			j++;
		if (j < i) {
			cpu->core_index = spread->cpus[j].core_index;
			cpu->next_thread = spread->cpus[j].next_thread;
			spread->cpus[j].next_thread = i;
		} else {
			cpu->core_index = n_cores++;
			cpu->next_thread = i;
		}
	}
}

/* The CPUs where @item may go, of @node if that isn't -1; NULL where there are none. */
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

/* Interrupts of a device come one after the other, and share their pool. */
static int find_pool(struct irqkit_spread *spread, uint32_t i)
{
	struct spread_item *item = &spread->items[i];
	int r = 0;

	if (i > 0 && same_pool(item, item - 1)) {
		item->pool = item[-1].pool;
		item->is_local = item[-1].is_local;
		return 0;
	}
	if (item->node >= 0)
		r = make_pool(spread, item, item->node, &item->pool);
	item->is_local = item->pool != NULL;
	if (r == 0 && !item->pool)
		r = make_pool(spread, item, -1, &item->pool);
	return r;
}

static int prepare(struct irqkit_spread *spread)
{
	size_t n = spread->n_cpus ? spread->n_cpus : 1;
	int r = 0;

	forget(spread);
	link_threads(spread);
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
	return r;
}

/* ------------------------------------------------------------------------------- */
/* Vectors                                                                         */

static void count_room(struct irqkit_spread *spread, bool is_strict)
{
	for (uint32_t i = 0; i < spread->n_cpus; i++) {
		spread->room[i] = spread->cpus[i].vectors;
		spread->taken[i] = 0;
	}
	for (uint32_t i = 0; i < spread->n_items && !is_strict; i++) {
		const struct spread_item *item = &spread->items[i];

		if (item_can_stay(item) && spread->room[item->now_index] < UNLIMITED)
			spread->room[item->now_index]++;
	}
	spread->is_strict = is_strict;
	spread->n_unplaced = 0;
}

bool spread_has_room(
	const struct irqkit_spread *spread, const struct spread_item *item, uint32_t cpu)
{
	return spread->room[cpu] > 0 || (spread->is_strict && cpu == item->now_index);
}

void spread_use_vector(struct irqkit_spread *spread, uint32_t cpu, int n)
{
	if (spread->cpus[cpu].vectors < UNLIMITED)
		spread->room[cpu] -= (uint32_t)n;
}

void spread_take(struct irqkit_spread *spread, struct spread_item *item, uint32_t cpu)
{
	item->place = cpu;
	spread->taken[cpu] += A_SLOT;
	if (spread->is_strict && item_can_stay(item))
		spread_use_vector(spread, item->now_index, -1);
	spread_use_vector(spread, cpu, 1);
}

int spread_give(struct irqkit_spread *spread, struct spread_item *item, uint32_t cpu)
{
	spread_take(spread, item, cpu);
	return spread->is_strict ? 0 : spread_widen(spread, item);
}

uint32_t spread_next(const struct irqkit_spread *spread, struct spread_item *item,
	const uint64_t *pool)
{
	const uint64_t *taken = spread->taken;
	uint64_t least = UINT64_MAX, least_full = UINT64_MAX;
	uint32_t best = NONE, full = NONE;

	for (uint32_t i = 0; i < spread->n_cpus; i++) {
		if (taken[i] >= least || !pool_has(pool, i))
			continue;
		if (spread_has_room(spread, item, i)) {
			least = taken[i];
			best = i;
		} else if (taken[i] < least_full) {
			least_full = taken[i];
			full = i;
		}
	}
	/* one that was full is better than the best, if it has less, or as much before it */
	item->full = least_full < least || (least_full == least && full < best) ? full
										: NONE;
	return best;
}

/* ------------------------------------------------------------------------------- */
/* Width                                                                           */

/* How near are two CPUs: the smaller the nearer. */
static unsigned int distance(const struct spread_cpu *a, const struct spread_cpu *b)
{
	if (a->llc >= 0 && a->llc == b->llc)
		return 0;
	return a->node >= 0 && a->node == b->node ? 1 : 2;
}

/* Further CPUs are the next ones in order of preference, near ones first. */
int spread_widen(struct irqkit_spread *spread, struct spread_item *item)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	const struct spread_cpu *place = &spread->cpus[item->place];
	unsigned int count = 1;
	int r = irqkit_cpuset_new(&cpus);

	if (r == 0)
		r = irqkit_cpuset_add(cpus, place->cpu);
	for (unsigned int away = 0; away < 3 && count < spread->width; away++) {
		for (uint32_t k = 1; k < spread->n_cpus && count < spread->width; k++) {
			uint32_t i = (item->place + k) % spread->n_cpus;

			if (!pool_has(item->pool, i) || spread->room[i] == 0 ||
				distance(place, &spread->cpus[i]) != away)
				continue;
			if (r == 0)
				r = irqkit_cpuset_add(cpus, spread->cpus[i].cpu);
			spread->taken[i]++;
			spread_use_vector(spread, i, 1);
			count++;
		}
	}
	if (r < 0)
		return r;
	irqkit_cpuset_free(item->cpus);
	item->cpus = TAKE(cpus);
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* After                                                                           */

static void add_to(uint64_t *sum, uint64_t load)
{
	if (__builtin_add_overflow(*sum, load, sum))
		*sum = UINT64_MAX;
}

/* Each of its CPUs gets the same share of an interrupt, the first ones what is left over. */
static void share_out(struct irqkit_spread *spread, const struct spread_item *item)
{
	unsigned int count = irqkit_cpuset_count(item->cpus), k = 0;

	irqkit_cpuset_foreach (cpu, item->cpus) {
		uint64_t share = item->load / count + (k++ < item->load % count);

		add_to(&spread->cpus[spread->index_of[cpu]].after, share);
	}
}

static void count_before(struct irqkit_spread *spread)
{
	for (uint32_t i = 0; i < spread->n_cpus; i++)
		spread->cpus[i].before = spread->cpus[i].fixed;
	for (uint32_t i = 0; i < spread->n_items; i++) {
		const struct spread_item *item = &spread->items[i];

		if (item->now_index != NONE)
			add_to(&spread->cpus[item->now_index].before, item->load);
	}
}

void spread_count_after(struct irqkit_spread *spread)
{
	for (uint32_t i = 0; i < spread->n_cpus; i++)
		spread->cpus[i].after = spread->cpus[i].fixed;
	for (uint32_t i = 0; i < spread->n_items; i++) {
		const struct spread_item *item = &spread->items[i];

		if (item->cpus)
			share_out(spread, item);
		else if (item->now_index != NONE)
			add_to(&spread->cpus[item->now_index].after, item->load);
	}
}

/* Says why an interrupt can't go anywhere, and where a CPU was passed by. */
static int finish_reason(const struct irqkit_spread *spread, struct spread_item *item)
{
	if (!item->pool)
		return spread_set_reason(item, "stays: may not go to any of these CPUs");
	if (item->place == NONE && !item->reason)
		return spread_set_reason(item, "stays: no vectors left on any CPU");
	if (item->place != NONE && item->full != NONE)
		return spread_set_reason(item, "%s; no vectors left on CPU %u",
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

	count_room(spread, false);
	r = place(spread);
	if (r < 0 || spread->n_unplaced == 0 || spread->policy == IRQKIT_POLICY_LOAD)
		return r;
	for (uint32_t i = 0; i < spread->n_items; i++) {
		struct spread_item *item = &spread->items[i];

		irqkit_cpuset_free(TAKE(item->cpus));
		free(TAKE(item->reason));
		item->place = NONE;
	}
	count_room(spread, true);
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
		count_before(spread);
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
