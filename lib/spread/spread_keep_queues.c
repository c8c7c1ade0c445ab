/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Placement by queue: which single queues stay where they are. A queue stays if, for each
 * number n, no more CPUs have n or more queues that stay than have n or more queues in the
 * placement that is to be reached:
 *
 *	queues of each CPU	to be reached		with at least 1, 2, 3 queues
 *	2 1 1 1			5 queues, 4 CPUs	4, 1, 0
 *	2 2 1 0			now			3, 2, 0: one of the second queues moves
 *
 * The same holds for the queues of cores, for first queues and for those of each device.
 * Only queues that are pinned to one CPU stay: the kernel may choose another CPU for others.
 */
#include "spread/spread_keep_queues.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How many CPUs, or cores, may still come to have n queues, for n = 1, 2, ... */
struct levels {
	uint32_t *left; /* owned */
	uint32_t n;
};

struct choice {
	const struct spread_places *now, *fresh;
	const struct slots *slots;
	struct spread_places kept;
	struct levels cpus, queues, cores, firsts, own;
	uint32_t *n_own; /* owned; by CPU: queues of a device that stay */
	uint32_t *n_own_fresh; /* owned; by CPU: queues of a device in @fresh */
	uint32_t n_far; /* how many queues of a device may be away from its node */
	int slowest; /* the slowest CPU of a device in @fresh */
};

static void choice_free(struct choice *c)
{
	spread_places_free(&c->kept);
	free(c->cpus.left);
	free(c->queues.left);
	free(c->cores.left);
	free(c->firsts.left);
	free(c->own.left);
	free(c->n_own);
	free(c->n_own_fresh);
}

/* By CPU or core: from @from queues to @to. */
static int levels_fill(
	struct levels *levels, const uint32_t *from, const uint32_t *to, uint32_t n)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < n; i++)
		most = most < to[i] ? to[i] : most;
	free(levels->left);
	levels->n = most;
	levels->left = calloc((size_t)most + 1, sizeof(*levels->left));
	if (!levels->left)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = from[i]; k < to[i]; k++)
			levels->left[k]++;
	return 0;
}

/* May a CPU that has @n queues get one more? */
static bool levels_has(const struct levels *levels, uint32_t n)
{
	return n < levels->n && levels->left[n] > 0;
}

static int choice_init(struct choice *c)
{
	uint32_t n = c->slots->spread->n_cpus;
	const struct spread_places *fresh = c->fresh;
	struct spread_places *kept = &c->kept;
	int r = spread_places_init(kept, c->slots);

	c->n_own = calloc((size_t)n + 1, sizeof(*c->n_own));
	c->n_own_fresh = calloc((size_t)n + 1, sizeof(*c->n_own_fresh));
	if (r == 0 && (!c->n_own || !c->n_own_fresh))
		r = -ENOMEM;
	if (r < 0)
		return r;
	spread_places_add_pinned(kept);
	r = levels_fill(&c->cpus, kept->n_cpu, fresh->n_cpu, n);
	if (r == 0)
		r = levels_fill(&c->queues, kept->n_queue, fresh->n_queue, n);
	if (r == 0)
		r = levels_fill(&c->cores, kept->n_core, fresh->n_core, n);
	return r == 0 ? levels_fill(&c->firsts, kept->n_first, fresh->n_first, n) : r;
}

static bool is_far(const struct choice *c, uint32_t i, uint32_t cpu)
{
	const struct spread_item *leader = slots_get_leader(
		c->slots, &c->slots->slots[i]);

	return leader->near && !pool_has(leader->near, cpu);
}

/* Counts what the queues of one device have in @fresh: by CPU, and away from the node. */
static int start_device(struct choice *c, uint32_t device)
{
	size_t n = c->slots->spread->n_cpus;

	memset(c->n_own, 0, (n + 1) * sizeof(*c->n_own));
	memset(c->n_own_fresh, 0, (n + 1) * sizeof(*c->n_own_fresh));
	c->n_far = 0;
	c->slowest = c->slots->fastest;
	for (uint32_t i = c->slots->devices[device].first; i != NONE;
		i = c->slots->slots[i].next) {
		uint32_t cpu = c->fresh->cpu[i];
		int slowness;

		if (!spread_places_has(c->fresh, i))
			continue;
		c->n_own_fresh[cpu]++;
		c->n_far += is_far(c, i, cpu);
		slowness = c->slots->spread->cpus[cpu].slowness;
		c->slowest = c->slowest < slowness ? slowness : c->slowest;
	}
	return levels_fill(&c->own, c->n_own, c->n_own_fresh, (uint32_t)n);
}

/*
 * Did somebody put the queue there? If the kernel chose the CPU, the queue is placed as after the
 * next boot, when the kernel may choose another one.
 */
static bool was_placed(const struct slots *slots, const struct slot *slot)
{
	const struct spread_item *leader = slots_get_leader(slots, slot);

	return item_can_stay(leader) &&
		(!leader->affinity || irqkit_cpuset_count(leader->affinity) == 1);
}

static bool can_keep(const struct choice *c, uint32_t i)
{
	const struct slot *slot = &c->slots->slots[i];
	uint32_t cpu = c->now->cpu[i];
	const struct spread_cpu *on;

	if (!spread_places_has(c->now, i) || !spread_places_has(c->fresh, i) ||
		!was_placed(c->slots, slot))
		return false;
	on = &c->slots->spread->cpus[cpu];
	return levels_has(&c->cpus, c->kept.n_cpu[cpu]) &&
		levels_has(&c->cores, c->kept.n_core[on->core_index]) &&
		levels_has(&c->own, c->n_own[cpu]) &&
		(slot->kind != SLOT_QUEUE ||
			levels_has(&c->queues, c->kept.n_queue[cpu])) &&
		(!slot->is_first ||
			levels_has(&c->firsts, c->kept.n_first[on->core_index])) &&
		(c->n_far > 0 || !is_far(c, i, cpu)) && on->slowness <= c->slowest;
}

static void keep(struct choice *c, uint32_t i, bool *keeps)
{
	const struct slot *slot = &c->slots->slots[i];
	uint32_t cpu = c->now->cpu[i], core = c->slots->spread->cpus[cpu].core_index;

	keeps[i] = true;
	c->cpus.left[c->kept.n_cpu[cpu]]--;
	c->cores.left[c->kept.n_core[core]]--;
	c->own.left[c->n_own[cpu]++]--;
	if (slot->kind == SLOT_QUEUE)
		c->queues.left[c->kept.n_queue[cpu]]--;
	if (slot->is_first)
		c->firsts.left[c->kept.n_first[core]]--;
	c->n_far -= is_far(c, i, cpu);
	spread_places_add(&c->kept, slot, cpu);
}

/* tx of the only queue, and interrupts that follow the first queue, stay if that queue stays. */
static void keep_along(const struct slots *slots, uint32_t device, bool *keeps)
{
	uint32_t first = slots->devices[device].first;

	for (uint32_t i = first; i != NONE; i = slots->slots[i].next) {
		const struct slot *slot = &slots->slots[i];

		if (slot->kind > SLOT_UNKNOWN && keeps[first])
			keeps[i] = slot->kind == SLOT_FOLLOWER ||
				item_can_stay(slots_get_leader(slots, slot));
	}
}

/* The first queue comes first, then those that @fresh leaves on their CPUs. */
static int choose_of_device(
	struct choice *c, uint32_t device, bool same_first, bool *keeps)
{
	uint32_t first = c->slots->devices[device].first;
	int r = start_device(c, device);

	if (r == 0 && c->slots->slots[first].is_first && can_keep(c, first))
		keep(c, first, keeps);
	for (int is_same = same_first; r == 0 && is_same >= 0; is_same--)
		for (uint32_t i = first; i != NONE; i = c->slots->slots[i].next)
			if (!keeps[i] &&
				(!is_same || c->now->cpu[i] == c->fresh->cpu[i]) &&
				can_keep(c, i))
				keep(c, i, keeps);
	return r;
}

int spread_choose_queues(const struct spread_places *now,
	const struct spread_places *fresh, bool same_first, bool *keeps)
{
	struct choice c CLEANUP(
		choice_free) = { .now = now, .fresh = fresh, .slots = now->slots };
	int r = choice_init(&c);

	memset(keeps, 0, ((size_t)c.slots->n + 1) * sizeof(*keeps));
	for (uint32_t d = 0; d < c.slots->n_devices && r == 0; d++) {
		if (c.slots->devices[d].first == NONE)
			continue;
		r = choose_of_device(&c, d, same_first, keeps);
		if (r == 0)
			keep_along(c.slots, d, keeps);
	}
	return r;
}
