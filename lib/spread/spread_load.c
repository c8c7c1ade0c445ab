/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Placement by load. Several placements are made, and the one with the fewest moves taken
 * that is good enough:
 *
 *   keep    all stay, except those that cannot, which are placed around them
 *   fresh   as if none were anywhere: how good can it be?
 *   trim    what makes a CPU worse than fresh is taken off, heaviest first
 *   prune   the same, heaviest last
 *
 * keep is taken unless fresh is better by more than the gain.
 */
#include "spread/spread_load.h"
#include "base/macros.h"
#include "spread/spread_repack.h"
#include "spread/spread_room.h"
#include "spread/spread_search.h"

#include <errno.h>
#include <stdio.h>

/* The limit for improving one placement: about one or two milliseconds. */
#define MAX_STEPS (UINT64_C(1) << 17)

struct candidate {
	struct trial p;
	uint64_t worst;
	uint32_t moves; /* of those that could stay; NONE: one of them found no room */
};

static void free_candidate(struct candidate *candidate)
{
	trial_free(&candidate->p);
}
#define _cleanup_candidate_ CLEANUP(free_candidate)
#define _cleanup_search_ CLEANUP(search_free)

/* @percent hundredths more than @load. */
static uint64_t plus(uint64_t load, unsigned int percent, unsigned int hundred)
{
	return load + load / hundred * percent;
}

static void measure(struct candidate *c, const struct search *s)
{
	uint32_t ignored;

	c->worst = trial_worst(&c->p, s, &ignored);
	c->moves = 0;
	for (uint32_t k = 0; k < s->n_order; k++) {
		uint32_t i = s->order[k];
		const struct spread_item *item = &s->spread->items[i];

		if (!item_can_stay(item) || c->p.cpu_of[i] == item->now_index)
			continue;
		if (c->p.cpu_of[i] == NONE) {
			c->moves = NONE;
			return;
		}
		c->moves++;
	}
}

static int keep_all(struct candidate *c, const struct search *s)
{
	int r = trial_init(&c->p, s);

	if (r < 0)
		return r;
	for (uint32_t k = 0; k < s->n_order; k++) {
		const struct spread_item *item = &s->spread->items[s->order[k]];

		if (item_can_stay(item))
			trial_add(&c->p, s, s->order[k], item->now_index, HOW_STAYS);
	}
	return 0;
}

/* Is the smallest gain worth its moves? */
static bool seeks_all(const struct irqkit_spread *spread)
{
	return spread->gain == 0;
}

/* Places the free items, and improves the placement until the busiest CPU has @goal. */
static void complete(
	struct candidate *c, struct search *s, bool may_move_all, uint64_t goal)
{
	search_place_free(s, &c->p);
	search_list(s, &c->p, may_move_all);
	s->steps = MAX_STEPS;
	search_improve(s, &c->p, goal);
	/* whoever asks for every gain waits ten milliseconds for it */
	s->steps += seeks_all(s->spread) ? 4 * MAX_STEPS : 0;
	while (seeks_all(s->spread) && s->steps > 0 && search_repack(s, &c->p, goal))
		search_improve(s, &c->p, goal);
	measure(c, s);
}

/* Undoes moves that are not needed, the lightest first, so that most moves are undone. */
static void put_back(struct candidate *c, const struct search *s, uint64_t goal)
{
	struct trial *p = &c->p;

	if (goal < c->worst)
		goal = c->worst;
	for (uint32_t k = s->n_order; k-- > 0;) {
		uint32_t i = s->order[k], cpu = p->cpu_of[i];
		const struct spread_item *item = &s->spread->items[i];
		uint32_t now = item->now_index;

		if (cpu == NONE || cpu == now || !item_can_stay(item) ||
			p->count[now] >= s->cap[now])
			continue;
		trial_remove(p, s, i);
		if (trial_peak(p, s, now, (int64_t)s->weight[i]) <= goal)
			trial_add(p, s, i, now, HOW_STAYS);
		else
			trial_add(p, s, i, cpu, p->how[i]);
	}
	measure(c, s);
}

/* Takes off one interrupt that is enough, or the heaviest, until @cpu has no more. */
static void trim(struct trial *p, const struct search *s, uint32_t cpu, uint64_t goal)
{
	while (p->first[cpu] != NONE && p->load[cpu] > goal) {
		uint64_t excess = p->load[cpu] - goal;
		uint32_t *at = &p->first[cpu], item;

		while (p->next[*at] != NONE && 2 * s->weight[p->next[*at]] >= excess)
			at = &p->next[*at];
		item = *at;
		*at = p->next[item];
		trial_remove(p, s, item);
	}
}

/* Leaves as many as there is room for, the heaviest before the others. */
static void prune(struct trial *p, const struct search *s, uint32_t cpu, uint64_t goal)
{
	uint64_t load = p->load[cpu];

	for (uint32_t i = p->first[cpu]; i != NONE; i = p->next[i])
		load -= 2 * s->weight[i];
	for (uint32_t i = p->first[cpu]; i != NONE; i = p->next[i]) {
		if (load + 2 * s->weight[i] <= goal)
			load += 2 * s->weight[i];
		else
			trial_remove(p, s, i);
	}
}

typedef void take_off_fn(
	struct trial *p, const struct search *s, uint32_t cpu, uint64_t goal);

static int move_few(
	struct candidate *c, struct search *s, take_off_fn *take_off, uint64_t goal)
{
	int r = keep_all(c, s);

	if (r < 0)
		return r;
	search_list(s, &c->p, true);
	for (uint32_t i = 0; i < s->spread->n_cpus; i++)
		if (c->p.load[i] > goal)
			take_off(&c->p, s, i, goal);
	complete(c, s, true, goal);
	put_back(c, s, goal);
	return 0;
}

/* ------------------------------------------------------------------------------- */

/*
 * "moves to node 1; ": an interrupt may move although that relieves nobody, because the
 * CPU that handles it is not one of those that it should use. Is the node named?
 */
static bool explain_leaving(const struct irqkit_spread *spread,
	const struct spread_item *item, char text[static NODE_NAME_SIZE])
{
	const struct spread_cpu *now = item->now_index == NONE
		? NULL
		: &spread->cpus[item->now_index];
	bool is_to_node = now && now->is_target && item->is_local &&
		now->node != item->node;

	text[0] = '\0';
	if (is_to_node)
		snprintf(text, NODE_NAME_SIZE, "moves to node %d; ", item->node);
	else if (item->now >= 0)
		snprintf(text, NODE_NAME_SIZE, "leaves CPU %d; ", item->now);
	return is_to_node;
}

static int explain(struct irqkit_spread *spread, struct spread_item *item, enum how how)
{
	const struct spread_cpu *now = NULL;
	char where[NODE_NAME_SIZE], first[NODE_NAME_SIZE];

	if (item_can_stay(item))
		now = &spread->cpus[item->now_index];
	if (now && now->before >= spread->cpus[item->place].before)
		return spread_set_reason(item, "relieves CPU %u", now->cpu);
	if (now)
		return spread_set_reason(item, "makes room for busier interrupts");
	where[0] = '\0';
	if (!explain_leaving(spread, item, first))
		spread_name_node(item, where);
	if (how == HOW_HEAVY)
		return spread_set_reason(
			item, "%sbusiest first, least loaded CPU%s", first, where);
	if (how == HOW_LIGHT)
		return spread_set_reason(
			item, "%sidle, CPU%s with the fewest interrupts", first, where);
	return spread_set_reason(item, "%sevens out the load%s", first, where);
}

/* It has as many CPUs as it is to have, and may have them. */
static bool is_wide(const struct irqkit_spread *spread, const struct spread_item *item)
{
	if (spread->width == 1)
		return true;
	if (!item->affinity || irqkit_cpuset_count(item->affinity) != spread->width)
		return false;
	irqkit_cpuset_foreach (cpu, item->affinity) {
		uint32_t i = cpu < spread->n_index_of ? spread->index_of[cpu] : NONE;

		if (i == NONE || !pool_has(item->pool, i))
			return false;
	}
	return true;
}

/* It stays where it is. Without any load, a new number of CPUs is not worth a write. */
static int stay(struct irqkit_spread *spread, const struct search *s,
	struct spread_item *item, bool is_keep)
{
	if (s->total > 0 && !is_wide(spread, item))
		return spread_set_reason(item,
			"stays, with the requested number of "
			"CPUs");
	item->place = NONE;
	return spread_set_reason(item, is_keep ? "stays: no gain" : "stays");
}

/* The placement becomes the result. Extra CPUs come last: they must not take vectors. */
static int answer(struct irqkit_spread *spread, const struct search *s,
	const struct candidate *c, bool is_keep)
{
	int r = 0;

	for (uint32_t i = 0; i < spread->n_items && r == 0; i++) {
		struct spread_item *item = &spread->items[i];
		uint32_t cpu = c->p.cpu_of[i];

		if (cpu == NONE)
			continue;
		spread_take(spread, item, cpu);
		item->full = c->p.full[i];
		if (cpu != item->now_index)
			r = explain(spread, item, c->p.how[i]);
		else
			r = stay(spread, s, item, is_keep);
	}
	for (uint32_t i = 0; i < spread->n_items && r == 0; i++)
		if (spread->items[i].place != NONE)
			r = spread_widen(spread, &spread->items[i]);
	return r;
}

static bool is_better(const struct candidate *c, const struct candidate *than,
	uint64_t good_enough, uint32_t n_unplaced)
{
	return c->worst <= good_enough && c->p.n_unplaced <= n_unplaced &&
		c->moves < than->moves;
}

/* @fresh is worth its moves: is there one with fewer of them? */
static int choose(struct irqkit_spread *spread, struct search *s, struct candidate *fresh,
	const struct candidate *keep)
{
	_cleanup_candidate_ struct candidate trimmed = { 0 }, pruned = { 0 };
	const struct candidate *best = fresh;
	uint64_t goal = plus(fresh->worst, spread->gain, 400);
	uint64_t good_enough = plus(fresh->worst, spread->gain, 200);
	uint64_t limit = keep->worst - keep->worst / 100 * spread->gain;
	int r;

	if (keep->p.n_unplaced <= fresh->p.n_unplaced && good_enough >= limit)
		good_enough = limit - (limit > fresh->worst);
	if (goal > good_enough)
		goal = good_enough;
	put_back(fresh, s, goal);
	r = move_few(&trimmed, s, trim, goal);
	if (r == 0)
		r = move_few(&pruned, s, prune, goal);
	if (r < 0)
		return r;
	if (is_better(&trimmed, best, good_enough, fresh->p.n_unplaced))
		best = &trimmed;
	if (is_better(&pruned, best, good_enough, fresh->p.n_unplaced))
		best = &pruned;
	return answer(spread, s, best, false);
}

static bool is_worth_it(const struct irqkit_spread *spread, uint64_t now, uint64_t then)
{
	return then * 100 < now * (100 - spread->gain);
}

int spread_by_load(struct irqkit_spread *spread)
{
	_cleanup_search_ struct search s = { 0 };
	_cleanup_candidate_ struct candidate keep = { 0 }, fresh = { 0 };
	uint64_t bound;
	int r = search_init(&s, spread);

	if (r == 0)
		r = trial_init(&fresh.p, &s);
	if (r == 0)
		r = keep_all(&keep, &s);
	if (r < 0)
		return r;

	bound = search_bound(&s, &fresh.p);
	complete(&keep, &s, false, bound);
	if (!is_worth_it(spread, keep.worst, bound) ||
		(keep.worst + 1) / 2 <= spread->idle >> s.shift)
		return answer(spread, &s, &keep, true);

	complete(&fresh, &s, true, plus(bound, 1, 1024));
	if (fresh.moves == NONE || fresh.p.n_unplaced > keep.p.n_unplaced ||
		!is_worth_it(spread, keep.worst, fresh.worst))
		return answer(spread, &s, &keep, true);
	return choose(spread, &s, &fresh, &keep);
}

int spread_find_bound(struct irqkit_spread *spread)
{
	_cleanup_search_ struct search s = { 0 };
	_cleanup_candidate_ struct candidate empty = { 0 };
	int r = search_init(&s, spread);

	if (r == 0)
		r = trial_init(&empty.p, &s);
	if (r == 0)
		spread->bound = (search_bound(&s, &empty.p) + 1) / 2 << s.shift;
	return r;
}
