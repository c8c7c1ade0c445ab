/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The policy by queue: what is gained by moving queues? They are placed again, as if none
 * were anywhere, and what comes of that is compared with where they are now:
 *
 *	all stay		where they are as good as they would be then
 *	some devices stay	those whose queues are, and the others go around them
 *	some queues stay	as many as possible, if fewer move than by that
 *	none stays
 *
 * By the number of queues, it is often all the same which of the devices stay: then the load
 * of the busiest CPU decides.
 *
 * Being on the node of the device does not pay for more queues on the busiest CPU than it
 * has now: such a placement is made again with the nodes only preferred.
 *
 * Placing the result again gives the same result, so a second run writes nothing.
 */
#include "spread/spread_keep.h"
#include "spread/spread_keep_queues.h"
#include "spread/spread_queue.h"
#include "spread/spread_score.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* What stays                                                                      */

static bool can_stay(const struct slots *slots, uint32_t device)
{
	for (uint32_t i = slots->devices[device].first; i != NONE;
		i = slots->slots[i].next) {
		const struct slot *slot = &slots->slots[i];
		const struct spread_item *leader = slots_get_leader(slots, slot);

		if (slot->kind != SLOT_FOLLOWER && leader->pool && !item_can_stay(leader))
			return false;
	}
	return true;
}

/* With those that stay already, do they crowd a CPU more than @fresh does? */
static bool is_crowded(const struct spread_places *kept, const struct spread_places *now,
	uint32_t device, const struct spread_places *fresh, uint32_t most_first)
{
	const struct slots *slots = now->slots;

	for (uint32_t i = slots->devices[device].first; i != NONE;
		i = slots->slots[i].next) {
		uint32_t cpu = now->cpu[i];

		if (!spread_places_has(now, i))
			continue;
		if (kept->n_cpu[cpu] >= fresh->score.busiest)
			return true;
		if (slots->slots[i].is_first &&
			kept->n_first[slots->spread->cpus[cpu].core_index] >= most_first)
			return true;
	}
	return false;
}

static void keep_device(struct spread_places *kept, const struct spread_places *now,
	uint32_t device, bool *keeps)
{
	const struct slots *slots = now->slots;

	for (uint32_t i = slots->devices[device].first; i != NONE;
		i = slots->slots[i].next) {
		if (spread_places_has(now, i))
			spread_places_add(kept, &slots->slots[i], now->cpu[i]);
		keeps[i] = true;
	}
}

/* Would its queues stay on their CPUs if all queues were placed again? */
static bool is_same(const struct spread_places *now, const struct spread_places *fresh,
	uint32_t device)
{
	const struct slots *slots = now->slots;

	for (uint32_t i = slots->devices[device].first; i != NONE;
		i = slots->slots[i].next)
		if (spread_places_has(now, i) && now->cpu[i] != fresh->cpu[i])
			return false;
	return true;
}

static uint32_t find_most_first(const struct spread_places *fresh)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < fresh->slots->spread->n_cpus; i++)
		most = most < fresh->n_first[i] ? fresh->n_first[i] : most;
	return most;
}

/*
 * Is the present placement of the device as good as @fresh, together with the devices
 * that are kept already?
 */
static bool can_keep(struct spread_places *alone, const struct spread_places *kept,
	const struct spread_places *now, const struct spread_places *fresh,
	uint32_t device, uint32_t most_first)
{
	struct spread_score of_now;

	if (!can_stay(now->slots, device))
		return false;
	spread_places_score_device(alone, now, device);
	of_now = alone->score;
	spread_places_score_device(alone, fresh, device);
	return spread_score_is_as_good(&of_now, &alone->score) &&
		!is_crowded(kept, now, device, fresh, most_first);
}

/*
 * Marks the devices whose queues are placed as well as in @fresh. @same_first: the devices that
 * @fresh does not move come first; otherwise, of many interrupts on one CPU, the first ones
 * stay, and these are often the busiest.
 */
static int choose_kept(const struct spread_places *now, const struct spread_places *fresh,
	bool same_first, bool *keeps, bool *ret_any)
{
	const struct slots *slots = now->slots;
	_cleanup_places_ struct spread_places kept = { 0 }, alone = { 0 };
	uint32_t most_first;
	int r = spread_places_init(&kept, slots);

	if (r == 0)
		r = spread_places_init(&alone, slots);
	if (r < 0)
		return r;
	spread_places_add_pinned(&kept);
	most_first = find_most_first(fresh);
	memset(keeps, 0, slots->n * sizeof(*keeps));
	for (uint32_t k = same_first ? 0 : slots->n_devices; k < 2 * slots->n_devices;
		k++) {
		uint32_t d = k % slots->n_devices;

		uint32_t first = slots->devices[d].first;

		if (first == NONE || keeps[first] ||
			(k < slots->n_devices && !is_same(now, fresh, d)) ||
			!can_keep(&alone, &kept, now, fresh, d, most_first))
			continue;
		keep_device(&kept, now, d, keeps);
		*ret_any = true;
	}
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* The decision                                                                    */

struct decision {
	struct slots slots;
	struct spread_places now;
	struct spread_places fresh; /* as good as it gets */
	struct spread_places tried;
	bool *keeps; /* owned; by slot */
	bool has_nodes; /* there are nodes, and CPUs of others may be used too */
};

static void decision_free(struct decision *d)
{
	slots_free(&d->slots);
	spread_places_free(&d->now);
	spread_places_free(&d->fresh);
	spread_places_free(&d->tried);
	free(d->keeps);
}

static int decision_init(struct decision *d, struct irqkit_spread *spread)
{
	int r = slots_init(&d->slots, spread);

	if (r == 0)
		r = spread_places_init(&d->now, &d->slots);
	if (r == 0)
		r = spread_places_init(&d->fresh, &d->slots);
	if (r == 0)
		r = spread_places_init(&d->tried, &d->slots);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < spread->n_items; i++)
		d->has_nodes |= spread->items[i].near != NULL;
	d->keeps = calloc((size_t)d->slots.n + 1, sizeof(*d->keeps));
	if (!d->keeps)
		return -ENOMEM;
	spread_places_find(&d->now, false);
	return 0;
}

static int place(const struct decision *d, const struct slots_way *way,
	struct spread_places *places)
{
	int r = slots_place(&d->slots, way);

	if (r == 0)
		spread_places_find(places, true);
	return r;
}

static bool all_can_stay(const struct slots *slots)
{
	for (uint32_t d = 0; d < slots->n_devices; d++)
		if (slots->devices[d].first != NONE && !can_stay(slots, d))
			return false;
	return true;
}

/*
 * First with as few queues on the busiest CPU as possible. Then those of each device are
 * kept apart, as long as the busiest CPU gets no more by that.
 */
static int place_apart(
	const struct decision *d, struct slots_way *way, struct spread_places *places)
{
	int r;

	way->most = 0;
	r = place(d, way, places);
	if (r < 0)
		return r;
	way->most = places->score.busiest;
	r = place(d, way, places);
	if (r < 0 || places->score.busiest <= way->most)
		return r;
	way->most = 0;
	return place(d, way, places);
}

/* The nodes are only preferred, where they would crowd a CPU more than it is now. */
static int place_fresh(struct decision *d, struct slots_way *way)
{
	struct slots_way wide_way = { .is_wide = true };
	struct spread_places wide;
	int r = place_apart(d, way, &d->fresh);

	if (r < 0 || !d->has_nodes || d->slots.spread->is_fresh ||
		d->fresh.score.busiest <= d->now.score.busiest)
		return r;
	r = place_apart(d, &wide_way, &d->tried);
	if (r < 0)
		return r;
	if (d->tried.score.busiest >= d->fresh.score.busiest)
		return place(d, way, &d->fresh);
	wide = d->tried;
	d->tried = d->fresh;
	d->fresh = wide;
	*way = wide_way;
	return 0;
}

struct around {
	bool is_good; /* as the fresh placement */
	uint64_t load; /* then: of the busiest CPU */
	uint32_t n_moved; /* then: queues */
};

static uint32_t count_moved(const struct decision *d, const struct spread_places *places)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < d->slots.n; i++)
		n += spread_places_has(places, i) && places->cpu[i] != d->now.cpu[i];
	return n;
}

/* The slots in @keeps stay, and the others are placed around them. */
static int place_kept(
	struct decision *d, const struct slots_way *fresh, struct around *ret)
{
	struct slots_way way = *fresh;
	int r;

	way.keeps = d->keeps;
	r = place(d, &way, &d->tried);
	/* a less busy one would be judged by another measure the next time */
	ret->is_good = spread_score_is_as_good(&d->tried.score, &d->fresh.score) &&
		d->tried.score.busiest == d->fresh.score.busiest;
	ret->n_moved = count_moved(d, &d->tried);
	return r == 0 ? spread_places_find_load(&d->tried, &ret->load) : r;
}

static int place_devices(struct decision *d, const struct slots_way *fresh,
	bool same_first, struct around *ret)
{
	bool has_any = false;
	int r = choose_kept(&d->now, &d->fresh, same_first, d->keeps, &has_any);

	*ret = (struct around){ 0 };
	return r < 0 || !has_any ? r : place_kept(d, fresh, ret);
}

/*
 * Some devices stay, if what comes of it is as good. By the number of queues, it is often all the
 * same which of them do; then the load of the busiest CPU decides.
 */
static int place_whole_devices(
	struct decision *d, const struct slots_way *fresh, struct around *ret)
{
	struct around same;
	int r = place_devices(d, fresh, false, ret);

	if (r == 0)
		r = place_devices(d, fresh, true, &same);
	if (r < 0)
		return r;
	if (same.is_good && (!ret->is_good || same.load <= ret->load)) {
		*ret = same;
		return 0;
	}
	if (ret->is_good)
		return place_devices(d, fresh, false, ret);
	ret->n_moved = count_moved(d, &d->fresh);
	r = spread_places_find_load(&d->fresh, &ret->load);
	return r == 0 ? place(d, fresh, &d->fresh) : r;
}

/* The busiest CPU gets no more load than with whole devices, or than now. */
static int place_queues(struct decision *d, const struct slots_way *fresh,
	bool same_first, const struct around *devices, struct around *ret)
{
	uint64_t load = 0;
	int r = spread_choose_queues(&d->now, &d->fresh, same_first, d->keeps);

	if (r == 0)
		r = place_kept(d, fresh, ret);
	if (r == 0)
		r = spread_places_find_load(&d->now, &load);
	ret->is_good &= r == 0 && ret->n_moved < devices->n_moved &&
		(ret->load <= devices->load || ret->load <= load);
	return r;
}

/*
 * Single queues stay if that moves fewer queues than keeping whole devices. This is not done if rx
 * and tx are kept apart: rx of all devices could end on one CPU.
 */
static int place_around(struct decision *d, const struct slots_way *fresh)
{
	struct around devices, same = { 0 }, in_order = { 0 };
	int r = place_whole_devices(d, fresh, &devices);

	if (r < 0 || devices.n_moved < 2 || d->slots.spread->is_split)
		return r;
	r = place_queues(d, fresh, false, &devices, &in_order);
	if (r == 0)
		r = place_queues(d, fresh, true, &devices, &same);
	if (r < 0 ||
		(same.is_good && (!in_order.is_good || same.n_moved <= in_order.n_moved)))
		return r;
	return in_order.is_good ? place_queues(d, fresh, false, &devices, &in_order)
				: place_whole_devices(d, fresh, &devices);
}

static int place_all(struct decision *d)
{
	struct slots_way way = { 0 };
	int r = place_fresh(d, &way);

	if (r < 0 || d->slots.spread->is_fresh || d->slots.spread->width > 1)
		return r;
	if (!all_can_stay(&d->slots) ||
		!spread_score_is_as_good(&d->now.score, &d->fresh.score))
		return place_around(d, &way);
	for (uint32_t i = 0; i < d->slots.n; i++)
		d->keeps[i] = true;
	way.keeps = d->keeps;
	return slots_place(&d->slots, &way);
}

int spread_by_queue(struct irqkit_spread *spread)
{
	struct decision d CLEANUP(decision_free) = { 0 };
	int r = decision_init(&d, spread);

	return r == 0 ? place_all(&d) : r;
}
