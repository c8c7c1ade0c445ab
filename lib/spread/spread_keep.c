/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The policy by queue: what is gained by moving queues? They are placed again, as if none
 * were anywhere, and what comes of that is compared with where they are now:
 *
 *	all stay		where they are as good as they would be then
 *	some devices stay	those whose queues are, and the others go around them
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
#include "spread/spread_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How good a placement is: for all members except n, less is better. */
struct score {
	uint32_t n_unplaced;
	uint32_t busiest; /* queues on the CPU that has most of them */
	uint64_t on_cpus; /* the sum of the squares of the queues of each CPU */
	uint64_t of_queues; /* the same, without interrupts of unknown purpose */
	uint64_t of_devices; /* the same, for each device by itself */
	uint64_t on_cores; /* the same for cores */
	uint64_t first; /* the same for cores, of first queues */
	uint32_t n; /* queues */
	uint32_t n_far; /* queues that are not on their node */
	uint32_t n_queues_far; /* the same, without interrupts of unknown purpose */
	uint64_t slowness; /* of the CPUs of all queues */
	uint32_t n_together; /* tx of an only queue, on the CPU of rx; else not counted */
};

/* Where all slots are, now or in a placement. */
struct places {
	const struct slots *slots;
	uint32_t *cpu; /* owned; by slot; NONE: nowhere, or not a slot of its own */
	uint32_t *n_cpu; /* owned; by CPU: queues, and interrupts of unknown purpose */
	uint32_t *n_queue; /* owned; by CPU: queues */
	uint32_t *n_own; /* owned; by CPU: queues of a device; 0 between devices */
	uint32_t *n_core; /* owned; by core: queues */
	uint32_t *n_first; /* owned; by core: first queues */
	struct score score;
};

static void places_free(struct places *p)
{
	free(p->cpu);
	free(p->n_cpu);
	free(p->n_queue);
	free(p->n_own);
	free(p->n_core);
	free(p->n_first);
}
#define _cleanup_places_ CLEANUP(places_free)

static int places_init(struct places *p, const struct slots *slots)
{
	size_t n = (size_t)slots->spread->n_cpus + 1;

	*p = (struct places){ .slots = slots,
		.cpu = calloc((size_t)slots->n + 1, sizeof(*p->cpu)),
		.n_cpu = calloc(n, sizeof(*p->n_cpu)),
		.n_queue = calloc(n, sizeof(*p->n_queue)),
		.n_own = calloc(n, sizeof(*p->n_own)),
		.n_core = calloc(n, sizeof(*p->n_core)),
		.n_first = calloc(n, sizeof(*p->n_first)) };
	return p->cpu && p->n_cpu && p->n_queue && p->n_own && p->n_core && p->n_first
		? 0
		: -ENOMEM;
}

/* ------------------------------------------------------------------------------- */
/* The score                                                                       */

static void add_pinned(struct places *p)
{
	const struct irqkit_spread *spread = p->slots->spread;

	for (uint32_t i = 0; i < spread->n_cpus; i++) {
		const struct spread_cpu *cpu = &spread->cpus[i];

		p->n_cpu[i] = cpu->pinned;
		p->n_queue[i] = 0;
		p->n_core[cpu->core_index] += cpu->pinned;
		p->n_first[cpu->core_index] += cpu->pinned_first;
	}
}

static void raise(uint32_t *most, uint32_t n)
{
	if (*most < n)
		*most = n;
}

/* Adds a queue to a CPU, and takes the sums of squares along: (n + 1)^2 - n^2 = 2n + 1. */
static void add_slot(struct places *p, const struct slot *slot, uint32_t cpu)
{
	const struct spread_cpu *on = &p->slots->spread->cpus[cpu];
	const struct spread_item *leader = slots_get_leader(p->slots, slot);
	struct score *score = &p->score;

	score->n++;
	score->on_cpus += 2 * (uint64_t)p->n_cpu[cpu]++ + 1;
	score->on_cores += 2 * (uint64_t)p->n_core[on->core_index]++ + 1;
	raise(&score->busiest, p->n_cpu[cpu]);
	if (slot->is_first)
		score->first += 2 * (uint64_t)p->n_first[on->core_index]++ + 1;
	if (leader->near && !pool_has(leader->near, cpu)) {
		score->n_far++;
		score->n_queues_far += slot->kind == SLOT_QUEUE;
	}
	score->slowness += (uint64_t)((int64_t)on->slowness - p->slots->fastest);
	if (slot->kind == SLOT_QUEUE)
		score->of_queues += 2 * (uint64_t)p->n_queue[cpu]++ + 1;
}

static void remove_slot(struct places *p, const struct slot *slot, uint32_t cpu)
{
	uint32_t core = p->slots->spread->cpus[cpu].core_index;

	p->n_cpu[cpu]--;
	p->n_queue[cpu] -= slot->kind == SLOT_QUEUE;
	p->n_core[core]--;
	p->n_first[core] -= slot->is_first;
}

/* Is it tx of an only queue, on the CPU of rx? */
static bool is_together(const struct places *p, uint32_t index)
{
	const struct slot *slot = &p->slots->slots[index];
	uint32_t head = p->slots->devices[slot->device].first;

	return slot->kind == SLOT_TX && p->cpu[index] != NONE && head != index &&
		p->cpu[head] == p->cpu[index];
}

/* Is it a queue, or may it be one? */
static bool counts(const struct places *p, uint32_t index)
{
	enum slot_kind kind = p->slots->slots[index].kind;

	return (kind == SLOT_QUEUE || kind == SLOT_UNKNOWN) && p->cpu[index] != NONE;
}

static void score_alone(struct places *p, const struct places *of, uint32_t device)
{
	const struct slots *slots = of->slots;
	uint32_t first = slots->devices[device].first;

	for (uint32_t i = first; i != NONE; i = slots->slots[i].next)
		if (counts(of, i))
			p->score.of_devices += 2 * (uint64_t)p->n_own[of->cpu[i]]++ + 1;
	for (uint32_t i = first; i != NONE; i = slots->slots[i].next)
		if (counts(of, i))
			p->n_own[of->cpu[i]] = 0;
}

static void find_score(struct places *p)
{
	memset(p->n_core, 0, ((size_t)p->slots->spread->n_cpus + 1) * sizeof(*p->n_core));
	memset(p->n_first, 0,
		((size_t)p->slots->spread->n_cpus + 1) * sizeof(*p->n_first));
	p->score = (struct score){ 0 };
	add_pinned(p);
	for (uint32_t i = 0; i < p->slots->n; i++) {
		const struct slot *slot = &p->slots->slots[i];

		if (p->cpu[i] == NONE && slot->kind != SLOT_FOLLOWER)
			p->score.n_unplaced += slots_get_leader(p->slots, slot)->pool !=
				NULL;
		p->score.n_together += is_together(p, i);
		if (counts(p, i))
			add_slot(p, slot, p->cpu[i]);
	}
	for (uint32_t d = 0; d < p->slots->n_devices; d++)
		score_alone(p, p, d);
}

/* Where they are now: @by_place false; where they were placed: true. */
static void find_places(struct places *p, bool by_place)
{
	for (uint32_t i = 0; i < p->slots->n; i++) {
		const struct spread_item *leader = slots_get_leader(
			p->slots, &p->slots->slots[i]);

		p->cpu[i] = by_place ? leader->place : leader->now_index;
	}
	find_score(p);
}

/*
 * Is @a at most an eighth of the queues worse than @than? If @than is 0, each queue
 * counts. Which queues have the best CPUs depends on the queues of other devices, which
 * may move later.
 */
static bool is_nearly(uint64_t a, uint64_t than, uint32_t n)
{
	return a <= (than ? than + (n + 3) / 8 : 0);
}

static bool is_as_good(const struct score *a, const struct score *than)
{
	return a->n_unplaced <= than->n_unplaced && a->busiest <= than->busiest &&
		a->on_cpus <= than->on_cpus && a->of_queues <= than->of_queues &&
		a->of_devices <= than->of_devices && a->on_cores <= than->on_cores &&
		a->first <= than->first && is_nearly(a->n_far, than->n_far, a->n) &&
		is_nearly(a->n_queues_far, than->n_queues_far, a->n) &&
		is_nearly(a->slowness, than->slowness, a->n) &&
		a->n_together <= than->n_together;
}

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

/* The score of a device, as if it had the machine for itself. */
static void score_device(struct places *alone, const struct places *p, uint32_t device)
{
	const struct slots *slots = p->slots;
	uint32_t first = slots->devices[device].first;

	alone->score = (struct score){ 0 };
	for (uint32_t i = first; i != NONE; i = slots->slots[i].next) {
		alone->score.n_together += is_together(p, i);
		if (counts(p, i))
			add_slot(alone, &slots->slots[i], p->cpu[i]);
	}
	score_alone(alone, p, device);
	for (uint32_t i = first; i != NONE; i = slots->slots[i].next)
		if (counts(p, i))
			remove_slot(alone, &slots->slots[i], p->cpu[i]);
}

/* With those that stay already, do they crowd a CPU more than @fresh does? */
static bool is_crowded(const struct places *kept, const struct places *now,
	uint32_t device, const struct places *fresh, uint32_t most_first)
{
	const struct slots *slots = now->slots;

	for (uint32_t i = slots->devices[device].first; i != NONE;
		i = slots->slots[i].next) {
		uint32_t cpu = now->cpu[i];

		if (!counts(now, i))
			continue;
		if (kept->n_cpu[cpu] >= fresh->score.busiest)
			return true;
		if (slots->slots[i].is_first &&
			kept->n_first[slots->spread->cpus[cpu].core_index] >= most_first)
			return true;
	}
	return false;
}

static void keep_device(struct places *kept, const struct places *now, uint32_t device)
{
	const struct slots *slots = now->slots;

	for (uint32_t i = slots->devices[device].first; i != NONE;
		i = slots->slots[i].next)
		if (counts(now, i))
			add_slot(kept, &slots->slots[i], now->cpu[i]);
}

/* Would its queues stay on their CPUs if all queues were placed again? */
static bool is_same(const struct places *now, const struct places *fresh, uint32_t device)
{
	const struct slots *slots = now->slots;

	for (uint32_t i = slots->devices[device].first; i != NONE;
		i = slots->slots[i].next)
		if (counts(now, i) && now->cpu[i] != fresh->cpu[i])
			return false;
	return true;
}

static uint32_t find_most_first(const struct places *fresh)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < fresh->slots->spread->n_cpus; i++)
		raise(&most, fresh->n_first[i]);
	return most;
}

/*
 * Is the present placement of the device as good as @fresh, together with the devices
 * that are kept already?
 */
static bool can_keep(struct places *alone, const struct places *kept,
	const struct places *now, const struct places *fresh, uint32_t device,
	uint32_t most_first)
{
	struct score of_now;

	if (now->slots->devices[device].first == NONE || !can_stay(now->slots, device))
		return false;
	score_device(alone, now, device);
	of_now = alone->score;
	score_device(alone, fresh, device);
	return is_as_good(&of_now, &alone->score) &&
		!is_crowded(kept, now, device, fresh, most_first);
}

/*
 * Marks the devices whose queues are placed as well as in @fresh. @same_first: the devices that
 * @fresh does not move come first; otherwise, of many interrupts on one CPU, the first ones
 * stay, and these are often the busiest.
 */
static int choose_kept(const struct places *now, const struct places *fresh,
	bool same_first, bool *keeps, bool *ret_any)
{
	const struct slots *slots = now->slots;
	_cleanup_places_ struct places kept = { 0 }, alone = { 0 };
	uint32_t most_first;
	int r = places_init(&kept, slots);

	if (r == 0)
		r = places_init(&alone, slots);
	if (r < 0)
		return r;
	add_pinned(&kept);
	most_first = find_most_first(fresh);
	memset(keeps, 0, slots->n_devices * sizeof(*keeps));
	for (uint32_t k = same_first ? 0 : slots->n_devices; k < 2 * slots->n_devices;
		k++) {
		uint32_t d = k % slots->n_devices;

		if (keeps[d] || (k < slots->n_devices && !is_same(now, fresh, d)) ||
			!can_keep(&alone, &kept, now, fresh, d, most_first))
			continue;
		keep_device(&kept, now, d);
		keeps[d] = true;
		*ret_any = true;
	}
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* The decision                                                                    */

struct decision {
	struct slots slots;
	struct places now;
	struct places fresh; /* as good as it gets */
	struct places tried;
	bool *keeps; /* owned; by device */
	bool has_nodes; /* there are nodes, and CPUs of others may be used too */
};

static void decision_free(struct decision *d)
{
	slots_free(&d->slots);
	places_free(&d->now);
	places_free(&d->fresh);
	places_free(&d->tried);
	free(d->keeps);
}

static int decision_init(struct decision *d, struct irqkit_spread *spread)
{
	int r = slots_init(&d->slots, spread);

	if (r == 0)
		r = places_init(&d->now, &d->slots);
	if (r == 0)
		r = places_init(&d->fresh, &d->slots);
	if (r == 0)
		r = places_init(&d->tried, &d->slots);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < spread->n_items; i++)
		d->has_nodes |= spread->items[i].near != NULL;
	d->keeps = calloc((size_t)d->slots.n_devices + 1, sizeof(*d->keeps));
	if (!d->keeps)
		return -ENOMEM;
	find_places(&d->now, false);
	return 0;
}

static int place(
	const struct decision *d, const struct slots_way *way, struct places *places)
{
	int r = slots_place(&d->slots, way);

	if (r == 0)
		find_places(places, true);
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
	const struct decision *d, struct slots_way *way, struct places *places)
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
	struct places wide;
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

/* The load of the busiest CPU. */
static int find_load(struct places *p, uint64_t *ret_load)
{
	const struct slots *slots = p->slots;
	_cleanup_free_ uint64_t *loads = calloc(
		(size_t)slots->spread->n_cpus + 1, sizeof(*loads));

	if (!loads)
		return -ENOMEM;
	*ret_load = 0;
	for (uint32_t i = 0; i < slots->n; i++) {
		if (p->cpu[i] == NONE)
			continue;
		for (uint32_t k = 0; k < slots->slots[i].count; k++)
			loads[p->cpu[i]] += slots_get(slots, &slots->slots[i], k)->load;
		if (*ret_load < loads[p->cpu[i]])
			*ret_load = loads[p->cpu[i]];
	}
	return 0;
}

struct around {
	bool is_good; /* as the fresh placement */
	uint64_t load; /* then: of the busiest CPU */
};

/* Some devices stay, and the others go around them. */
static int place_kept(struct decision *d, const struct slots_way *fresh, bool same_first,
	struct around *ret)
{
	struct slots_way way = *fresh;
	bool has_any = false;
	int r = choose_kept(&d->now, &d->fresh, same_first, d->keeps, &has_any);

	*ret = (struct around){ 0 };
	if (r < 0 || !has_any)
		return r;
	way.keeps = d->keeps;
	r = place(d, &way, &d->tried);
	/* a less busy one would be judged by another measure the next time */
	ret->is_good = is_as_good(&d->tried.score, &d->fresh.score) &&
		d->tried.score.busiest == d->fresh.score.busiest;
	return r == 0 && ret->is_good ? find_load(&d->tried, &ret->load) : r;
}

/*
 * Some devices stay, if what comes of it is as good. By the number of queues, it is often all the
 * same which of them do; then the load of the busiest CPU decides.
 */
static int place_around(struct decision *d, const struct slots_way *fresh)
{
	struct around in_order, same;
	int r = place_kept(d, fresh, false, &in_order);

	if (r == 0)
		r = place_kept(d, fresh, true, &same);
	if (r < 0)
		return r;
	if (same.is_good && (!in_order.is_good || same.load <= in_order.load))
		return 0;
	if (in_order.is_good)
		return place_kept(d, fresh, false, &in_order);
	return place(d, fresh, &d->fresh);
}

static int place_all(struct decision *d)
{
	struct slots_way way = { 0 };
	int r = place_fresh(d, &way);

	if (r < 0 || d->slots.spread->is_fresh || d->slots.spread->width > 1)
		return r;
	if (!all_can_stay(&d->slots) || !is_as_good(&d->now.score, &d->fresh.score))
		return place_around(d, &way);
	for (uint32_t i = 0; i < d->slots.n_devices; i++)
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
