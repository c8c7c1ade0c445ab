/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Placement by queue: one after the other, each to the CPU with the fewest, in the order of
 * the CPUs; first queues of devices as spread_first.c chooses.
 */
#include "base/macros.h"
#include "spread/spread_placing.h"
#include "spread/spread_reason.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int placing_init(struct placing *p, const struct slots *slots)
{
	size_t n_cpus = (size_t)slots->spread->n_cpus + 1;
	size_t n_devices = (size_t)slots->n_devices + 1;

	p->slots = slots;
	p->spread = slots->spread;
	p->n_first = calloc(n_cpus, sizeof(*p->n_first));
	p->rank = calloc(n_cpus, sizeof(*p->rank));
	p->distance = calloc(n_cpus, sizeof(*p->distance));
	p->start = malloc(n_devices * sizeof(*p->start));
	p->n_placed = calloc(n_devices, sizeof(*p->n_placed));
	p->load = calloc(n_cpus, sizeof(*p->load));
	p->own = calloc(n_cpus, sizeof(*p->own));
	p->own_device = NONE;
	p->n_rx = calloc(n_cpus, sizeof(*p->n_rx));
	p->n_tx = calloc(n_cpus, sizeof(*p->n_tx));
	if (!p->n_rx || !p->n_tx || !p->own || !p->load || !p->n_first || !p->rank ||
		!p->distance || !p->start || !p->n_placed)
		return -ENOMEM;
	memset(p->start, 0xff, n_devices * sizeof(*p->start)); /* NONE */
	for (uint32_t i = 0; i < p->spread->n_cpus; i++) {
		const struct spread_cpu *cpu = &p->spread->cpus[i];

		if (p->spread->is_fresh)
			continue;
		p->n_first[cpu->core_index] += cpu->pinned_first;
		p->n_rx[i] = cpu->serving_rx;
		p->n_tx[i] = cpu->serving_tx;
	}
	return 0;
}

static void placing_free(struct placing *p)
{
	free(p->n_first);
	free(p->rank);
	free(p->distance);
	free(p->start);
	free(p->n_placed);
	free(p->load);
	free(p->own);
	free(p->n_rx);
	free(p->n_tx);
}

/* ------------------------------------------------------------------------------- */
/* One slot                                                                        */

/* Can it go to the CPU of @leader? */
static bool can_follow(const struct irqkit_spread *spread, const struct spread_item *item,
	const struct spread_item *leader)
{
	return leader->place != NONE && pool_has(item->pool, leader->place) &&
		spread_has_room(spread, item, leader->place);
}

static int give(struct placing *p, struct spread_item *item, uint32_t cpu)
{
	uint32_t *alike = placing_find_alike(p, item);

	if (alike)
		alike[cpu]++;
	if (item->near)
		item->is_local = pool_has(item->near, cpu);
	if (__builtin_add_overflow(p->load[cpu], item->load, &p->load[cpu]))
		p->load[cpu] = UINT64_MAX;
	return spread_give(p->spread, item, cpu);
}

/* Does not count as a queue of its own, and not as an extra interrupt. */
static int follow(
	struct placing *p, struct spread_item *item, const struct spread_item *leader)
{
	int r = give(p, item, leader->place);

	p->spread->taken[leader->place] -= A_SLOT;
	return r < 0 ? r : spread_explain_with(item, leader);
}

/*
 * The CPUs where a slot may go: those of its node, if the node has enough of them for the
 * device, or as long as it has.
 */
static const uint64_t *find_pool(
	const struct placing *p, const struct slot *slot, const struct spread_item *item)
{
	uint32_t n_near = slots_count_pool(p->spread, item->near);

	if (n_near == 0 || p->way->is_wide ||
		(!slots_fit_node(p->slots, slot) && p->n_placed[slot->device] >= n_near))
		return item->pool;
	return item->near;
}

/* Counts the queues of a device that are placed already. */
static void count_own(struct placing *p, const struct slot *slot)
{
	const struct slots *slots = p->slots;

	if (p->own_device == slot->device)
		return;
	p->own_device = slot->device;
	memset(p->own, 0, ((size_t)p->spread->n_cpus + 1) * sizeof(*p->own));
	for (uint32_t i = slots->devices[slot->device].first; i != NONE;
		i = slots->slots[i].next) {
		uint32_t cpu = slots_get_leader(slots, &slots->slots[i])->place;

		if (cpu != NONE)
			p->own[cpu]++;
	}
}

static uint32_t find_next(struct placing *p, const struct slot *slot,
	struct spread_item *item, bool *ret_is_apart)
{
	uint32_t *start = &p->start[slot->device], next;
	struct spread_choice among = { .pool = find_pool(p, slot, item),
		.near = item->near,
		.own = p->way->most ? p->own : NULL,
		.most = p->way->most,
		.alike = placing_find_alike(p, item) };

	*ret_is_apart = false;
	count_own(p, slot);
	if (*start == NONE) {
		*start = slot->is_first ? first_find_start(p, item, &among) : 0;
		*ret_is_apart = *start != 0;
	}
	among.start = *start;
	next = spread_next(p->spread, item, &among);
	if (next != NONE || among.pool == item->pool)
		return next;
	among.pool = item->pool;
	return spread_next(p->spread, item, &among);
}

static int place_next(
	struct placing *p, const struct slot *slot, struct spread_item *item)
{
	bool is_apart;
	uint32_t next = find_next(p, slot, item, &is_apart);
	int r;

	if (next == NONE) {
		p->spread->n_unplaced++;
		return 0;
	}
	item->round = (uint32_t)(p->spread->taken[next] / A_SLOT);
	p->own[next]++;
	r = give(p, item, next);
	return r < 0 ? r
		     : spread_explain_next(item, is_apart, placing_is_crowded(p, slot));
}

/*
 * Where tx of an only queue may go: the CPUs that have less load than the CPU of @head,
 * and not more queues. Those with fewer queues come first, then those with less load.
 */
static bool is_relief(const struct placing *p, uint32_t cpu, uint32_t than)
{
	uint64_t slots = p->spread->taken[cpu] / A_SLOT;
	uint64_t slots_than = p->spread->taken[than] / A_SLOT;

	if (slots != slots_than)
		return slots < slots_than;
	if (p->load[cpu] != p->load[than])
		return p->load[cpu] < p->load[than];
	return p->spread->taken[cpu] < p->spread->taken[than];
}

/* A better CPU for tx than the CPU of rx, or NONE. */
static uint32_t find_relief(struct placing *p, const struct slot *slot,
	const struct spread_item *item, const struct spread_item *head)
{
	const uint64_t *pool = find_pool(p, slot, item);
	uint32_t best = head->place;

	for (uint32_t i = 0; i < p->spread->n_cpus; i++)
		if (pool_has(pool, i) && spread_has_room(p->spread, item, i) &&
			p->load[i] < p->load[head->place] && is_relief(p, i, best))
			best = i;
	return best == head->place ? NONE : best;
}

/*
 * It does not count as a queue: if CPUs have the same number of queues, one without it is
 * better.
 */
static int give_tx(struct placing *p, struct spread_item *item, uint32_t cpu)
{
	int r = give(p, item, cpu);

	p->spread->taken[cpu] -= A_SLOT - 1;
	return r;
}

static int place_tx(struct placing *p, const struct slot *slot, struct spread_item *item,
	const struct spread_item *head)
{
	uint32_t cpu = find_relief(p, slot, item, head);
	int r;

	if (cpu == NONE)
		return follow(p, item, head);
	r = give_tx(p, item, cpu);
	return r < 0 ? r
		     : spread_set_reason(item, "tx-%d, relieves the CPU of rx-%d",
			       item->queue, head->queue);
}

static int stay(struct placing *p, const struct slot *slot, struct spread_item *item,
	const struct spread_item *head)
{
	int r = slot->kind == SLOT_TX && head != item ? give_tx(p, item, item->now_index)
						      : give(p, item, item->now_index);

	return r < 0 ? r : spread_explain_stay(item);
}

/* The interrupt that leads the slot. */
static int place_leader(
	struct placing *p, const struct slot *slot, struct spread_item *item)
{
	const struct spread_item *head = slots_get_leader(
		p->slots, slots_get_head(p->slots, slot));
	bool goes_along = head != item && can_follow(p->spread, item, head);

	if (slot->kind == SLOT_FOLLOWER && goes_along)
		return follow(p, item, head);
	if (placing_keeps(p, slot) && slot->kind != SLOT_FOLLOWER)
		return goes_along && item->now_index == head->place
			? follow(p, item, head)
			: stay(p, slot, item, head);
	if (slot->kind == SLOT_TX && goes_along)
		return place_tx(p, slot, item, head);
	return place_next(p, slot, item);
}

/* For an interrupt of a slot that is kept: is it on the CPU where it will stay? */
static bool stays_put(const struct placing *p, const struct slot *slot, uint32_t index)
{
	const struct spread_item *item = slots_get(p->slots, slot, index);
	const struct spread_item *leader = slots_get_leader(p->slots, slot);

	return placing_keeps(p, slot) && item_can_stay(item) &&
		(slot->kind == SLOT_FOLLOWER || item->now_index == leader->now_index);
}

/*
 * All vectors of interrupts that may move count as free. First, interrupts that stay
 * reserve their vectors (n is 1), so that no other interrupt gets them. An interrupt
 * gives its vector back when it is placed (n is -1). If vectors are counted strictly, a
 * vector becomes free when its interrupt is placed.
 */
static void reserve(struct placing *p, const struct spread_item *item, int n)
{
	if (!p->spread->is_strict)
		spread_use_vector(p->spread, item->now_index, n);
}

static void reserve_all(struct placing *p)
{
	for (uint32_t i = 0; i < p->slots->n; i++) {
		const struct slot *slot = &p->slots->slots[i];

		for (uint32_t k = 0; k < slot->count; k++)
			if (stays_put(p, slot, k))
				reserve(p, slots_get(p->slots, slot, k), 1);
	}
}

/* May it fire on a CPU of the system where it may not go? It could be an isolated one. */
static bool may_stray(const struct irqkit_spread *spread, const struct spread_item *item)
{
	if (!item->affinity)
		return false;
	irqkit_cpuset_foreach (cpu, item->affinity)
		if (cpu < spread->n_index_of && spread->index_of[cpu] != NONE &&
			!pool_has(item->pool, spread->index_of[cpu]))
			return true;
	return false;
}

/* It keeps its affinity, and its vector. */
static int stay_as_is(struct placing *p, struct spread_item *item)
{
	reserve(p, item, 1);
	return spread_set_reason(item, "stays");
}

static int place_slot(struct placing *p, const struct slot *slot)
{
	const struct spread_item *leader = slots_get_leader(p->slots, slot);
	bool is_follower = slot->kind == SLOT_FOLLOWER;
	int r = 0;

	for (uint32_t i = 0; i < slot->count && r == 0; i++) {
		struct spread_item *item = slots_get(p->slots, slot, i);

		if (!item->pool)
			continue;
		if (stays_put(p, slot, i))
			reserve(p, item, -1);
		if (is_follower && placing_keeps(p, slot) && item_can_stay(item) &&
			!may_stray(p->spread, item))
			r = stay_as_is(p, item);
		else if (i == 0 || is_follower)
			r = place_leader(p, slot, item);
		else if (can_follow(p->spread, item, leader))
			r = follow(p, item, leader);
		else
			r = place_next(p, slot, item);
	}
	if (leader->place != NONE && slot->is_first)
		p->n_first[p->spread->cpus[leader->place].core_index]++;
	p->n_placed[slot->device]++;
	return r;
}

/* ------------------------------------------------------------------------------- */

/* Places the queues that stay, or then all others. */
static int place_slots(struct placing *p, bool stays)
{
	const struct slots *slots = p->slots;
	bool has_parted = stays;
	int r = 0;

	p->own_device = NONE;
	for (uint32_t i = 0; i < slots->n && r == 0; i++) {
		if (placing_keeps(p, &slots->slots[i]) != stays)
			continue;
		/* tx and followers come after that */
		if (!has_parted && slots->slots[i].kind > SLOT_UNKNOWN) {
			r = first_part_all(p);
			has_parted = true;
		}
		if (r == 0)
			r = place_slot(p, &slots->slots[i]);
	}
	return r == 0 && !has_parted ? first_part_all(p) : r;
}

int slots_place(const struct slots *slots, const struct slots_way *way)
{
	struct placing p CLEANUP(placing_free) = { .way = way };
	int r = placing_init(&p, slots);

	if (r < 0)
		return r;
	spread_drop_places(slots->spread);
	spread_count_room(slots->spread, slots->spread->is_strict);
	reserve_all(&p);
	r = place_slots(&p, true);
	return r == 0 ? place_slots(&p, false) : r;
}
