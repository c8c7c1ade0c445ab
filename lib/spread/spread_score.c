/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How good a placement of queues is. */
#include "spread/spread_score.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void spread_places_free(struct spread_places *p)
{
	free(p->cpu);
	free(p->n_cpu);
	free(p->n_queue);
	free(p->n_own);
	free(p->n_core);
	free(p->n_first);
}

int spread_places_init(struct spread_places *p, const struct slots *slots)
{
	size_t n = (size_t)slots->spread->n_cpus + 1;

	*p = (struct spread_places){ .slots = slots,
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

void spread_places_add_pinned(struct spread_places *p)
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
void spread_places_add(struct spread_places *p, const struct slot *slot, uint32_t cpu)
{
	const struct spread_cpu *on = &p->slots->spread->cpus[cpu];
	const struct spread_item *leader = slots_get_leader(p->slots, slot);
	struct spread_score *score = &p->score;

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

static void remove_slot(struct spread_places *p, const struct slot *slot, uint32_t cpu)
{
	uint32_t core = p->slots->spread->cpus[cpu].core_index;

	p->n_cpu[cpu]--;
	p->n_queue[cpu] -= slot->kind == SLOT_QUEUE;
	p->n_core[core]--;
	p->n_first[core] -= slot->is_first;
}

/* Is it tx of an only queue, on the CPU of rx? */
static bool is_together(const struct spread_places *p, uint32_t index)
{
	const struct slot *slot = &p->slots->slots[index];
	uint32_t head = p->slots->devices[slot->device].first;

	return slot->kind == SLOT_TX && p->cpu[index] != NONE && head != index &&
		p->cpu[head] == p->cpu[index];
}

/* Is it a queue, or may it be one? */
bool spread_places_has(const struct spread_places *p, uint32_t index)
{
	enum slot_kind kind = p->slots->slots[index].kind;

	return (kind == SLOT_QUEUE || kind == SLOT_UNKNOWN) && p->cpu[index] != NONE;
}

static void score_alone(
	struct spread_places *p, const struct spread_places *of, uint32_t device)
{
	const struct slots *slots = of->slots;
	uint32_t first = slots->devices[device].first;

	for (uint32_t i = first; i != NONE; i = slots->slots[i].next)
		if (spread_places_has(of, i))
			p->score.of_devices += 2 * (uint64_t)p->n_own[of->cpu[i]]++ + 1;
	for (uint32_t i = first; i != NONE; i = slots->slots[i].next)
		if (spread_places_has(of, i))
			p->n_own[of->cpu[i]] = 0;
}

static void find_score(struct spread_places *p)
{
	memset(p->n_core, 0, ((size_t)p->slots->spread->n_cpus + 1) * sizeof(*p->n_core));
	memset(p->n_first, 0,
		((size_t)p->slots->spread->n_cpus + 1) * sizeof(*p->n_first));
	p->score = (struct spread_score){ 0 };
	spread_places_add_pinned(p);
	for (uint32_t i = 0; i < p->slots->n; i++) {
		const struct slot *slot = &p->slots->slots[i];

		if (p->cpu[i] == NONE && slot->kind != SLOT_FOLLOWER)
			p->score.n_unplaced += slots_get_leader(p->slots, slot)->pool !=
				NULL;
		p->score.n_together += is_together(p, i);
		if (spread_places_has(p, i))
			spread_places_add(p, slot, p->cpu[i]);
	}
	for (uint32_t d = 0; d < p->slots->n_devices; d++)
		score_alone(p, p, d);
}

/* Where they are now: @by_place false; where they were placed: true. */
void spread_places_find(struct spread_places *p, bool by_place)
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

bool spread_score_is_as_good(
	const struct spread_score *a, const struct spread_score *than)
{
	return a->n_unplaced <= than->n_unplaced && a->busiest <= than->busiest &&
		a->on_cpus <= than->on_cpus && a->of_queues <= than->of_queues &&
		a->of_devices <= than->of_devices && a->on_cores <= than->on_cores &&
		a->first <= than->first && is_nearly(a->n_far, than->n_far, a->n) &&
		is_nearly(a->n_queues_far, than->n_queues_far, a->n) &&
		is_nearly(a->slowness, than->slowness, a->n) &&
		a->n_together <= than->n_together;
}

/* The score of a device, as if it had the machine for itself. */
void spread_places_score_device(
	struct spread_places *alone, const struct spread_places *p, uint32_t device)
{
	const struct slots *slots = p->slots;
	uint32_t first = slots->devices[device].first;

	alone->score = (struct spread_score){ 0 };
	for (uint32_t i = first; i != NONE; i = slots->slots[i].next) {
		alone->score.n_together += is_together(p, i);
		if (spread_places_has(p, i))
			spread_places_add(alone, &slots->slots[i], p->cpu[i]);
	}
	score_alone(alone, p, device);
	for (uint32_t i = first; i != NONE; i = slots->slots[i].next)
		if (spread_places_has(p, i))
			remove_slot(alone, &slots->slots[i], p->cpu[i]);
}

/* The load of the busiest CPU. */
int spread_places_find_load(struct spread_places *p, uint64_t *ret_load)
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
