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
 *
 * A queue whose rx and tx are on several CPUs is joined first. If that makes the worst CPU
 * worse, only those queues are joined that do not; the others stay as they are.
 */
#include "spread/spread_load.h"
#include "base/macros.h"
#include "spread/spread_answer.h"
#include "spread/spread_join.h"
#include "spread/spread_repack.h"
#include "spread/spread_search.h"

#include <errno.h>
#include <stdlib.h>

/* The limit for improving one placement: about one or two milliseconds. */
#define MAX_STEPS (UINT64_C(1) << 17)

struct candidate {
	struct trial p;
	uint64_t worst;
	/* interrupts that could stay; NONE: one of them found no room */
	uint32_t moves;
};

/* The best placement of certain units. */
struct attempt {
	struct units units;
	struct search s;
	struct candidate keep;
	struct candidate best; /* unless keep is the best one */
	bool is_keep;
	uint64_t limit; /* a busiest CPU with this load is not worse than before */
};

static void free_candidate(struct candidate *candidate)
{
	trial_free(&candidate->p);
}
#define _cleanup_candidate_ CLEANUP(free_candidate)
#define _cleanup_search_ CLEANUP(search_free)

static void free_attempt(struct attempt *a)
{
	free_candidate(&a->best);
	free_candidate(&a->keep);
	search_free(&a->s);
	units_free(&a->units);
}
#define _cleanup_attempt_ CLEANUP(free_attempt)

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
	for (uint32_t i = 0; i < s->units->n; i++) {
		const struct unit *unit = &s->units->list[i];

		if (unit->now == NONE || c->p.cpu_of[i] == unit->now)
			continue;
		if (c->p.cpu_of[i] == NONE) {
			c->moves = NONE;
			return;
		}
		c->moves += unit->count;
	}
}

static int keep_all(struct candidate *c, const struct search *s)
{
	int r = trial_init(&c->p, s);

	if (r < 0)
		return r;
	for (uint32_t i = 0; i < s->units->n; i++)
		if (s->units->list[i].now != NONE)
			trial_add(&c->p, s, i, s->units->list[i].now, HOW_STAYS);
	return 0;
}

/* Is the smallest gain worth its moves? */
static bool seeks_all(const struct irqkit_spread *spread)
{
	return spread->gain == 0;
}

/* Places the free units, and improves the placement until the busiest CPU has @goal. */
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
		uint32_t now = s->units->list[i].now;

		if (cpu == NONE || cpu == now || now == NONE ||
			!search_fits(s, p, i, now))
			continue;
		trial_remove(p, s, i);
		if (trial_peak(p, s, now, (int64_t)s->weight[i]) <= goal)
			trial_add(p, s, i, now, HOW_STAYS);
		else
			trial_add(p, s, i, cpu, p->how[i]);
	}
	measure(c, s);
}

/* Takes off one unit that is enough, or the heaviest, until @cpu has no more. */
static void trim(struct trial *p, const struct search *s, uint32_t cpu, uint64_t goal)
{
	while (p->first[cpu] != NONE && p->load[cpu] > goal) {
		uint64_t excess = p->load[cpu] - goal;
		uint32_t *at = &p->first[cpu], unit;

		while (p->next[*at] != NONE && 2 * s->weight[p->next[*at]] >= excess)
			at = &p->next[*at];
		unit = *at;
		*at = p->next[unit];
		trial_remove(p, s, unit);
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
/* One attempt                                                                     */

/* Takes @c if it is better than what there is. */
static void prefer(
	struct attempt *a, struct candidate *c, uint64_t good_enough, uint32_t n_unplaced)
{
	struct candidate other = a->best;

	if (c->worst > good_enough || c->p.n_unplaced > n_unplaced ||
		c->moves >= a->best.moves)
		return;
	a->best = *c;
	*c = other;
}

/* Is keep worse than all was before? Then joining queues made it so. */
static bool is_worse(const struct attempt *a)
{
	return a->keep.worst > a->limit;
}

/* The most that the worst CPU may have, for the moves of the best one to be worth it. */
static uint64_t find_good_enough(const struct attempt *a)
{
	unsigned int gain = a->s.spread->gain;
	uint64_t worst = a->best.worst, good_enough = plus(worst, gain, 200);
	uint64_t limit = a->keep.worst - a->keep.worst / 100 * gain;

	if (is_worse(a) && good_enough > a->limit)
		good_enough = a->limit > worst ? a->limit : worst;
	if (a->keep.p.n_unplaced <= a->best.p.n_unplaced && good_enough >= limit)
		good_enough = limit - (limit > worst);
	return good_enough > worst ? good_enough : worst;
}

/* The best one is worth its moves: is there one with fewer of them? */
static int choose(struct attempt *a)
{
	_cleanup_candidate_ struct candidate trimmed = { 0 }, pruned = { 0 };
	uint32_t n_unplaced = a->best.p.n_unplaced;
	uint64_t good_enough = find_good_enough(a);
	uint64_t goal = plus(a->best.worst, a->s.spread->gain, 400);
	int r;

	if (goal > good_enough)
		goal = good_enough;
	put_back(&a->best, &a->s, goal);
	r = move_few(&trimmed, &a->s, trim, goal);
	if (r == 0)
		r = move_few(&pruned, &a->s, prune, goal);
	if (r < 0)
		return r;
	prefer(a, &trimmed, good_enough, n_unplaced);
	prefer(a, &pruned, good_enough, n_unplaced);
	a->is_keep = false;
	return 0;
}

/* Is a worst CPU with @then worth the moves? */
static bool is_worth_it(const struct attempt *a, uint64_t then)
{
	if (is_worse(a) && then <= a->limit)
		return true;
	return then * 100 < a->keep.worst * (100 - a->s.spread->gain);
}

static bool is_idle(const struct attempt *a)
{
	return (a->keep.worst + 1) / 2 <= a->s.spread->idle >> a->s.shift;
}

static int begin(struct attempt *a, const struct irqkit_spread *spread, bool is_split,
	const uint32_t *start, uint64_t limit)
{
	int r = units_init(&a->units, spread, is_split, start);

	a->is_keep = true;
	a->limit = limit;
	if (r == 0)
		r = search_init(&a->s, &a->units);
	if (r == 0)
		r = trial_init(&a->best.p, &a->s);
	return r == 0 ? keep_all(&a->keep, &a->s) : r;
}

/* From what begin() left to the best placement. */
static int seek(struct attempt *a)
{
	uint64_t bound = search_bound(&a->s, &a->best.p);

	complete(&a->keep, &a->s, false, bound);
	if (!is_worth_it(a, bound) || is_idle(a))
		return 0;
	complete(&a->best, &a->s, true, plus(bound, 1, 1024));
	if (a->best.moves == NONE || a->best.p.n_unplaced > a->keep.p.n_unplaced ||
		!is_worth_it(a, a->best.worst))
		return 0;
	return choose(a);
}

static const struct candidate *get_result(const struct attempt *a)
{
	return a->is_keep ? &a->keep : &a->best;
}

static int answer(struct irqkit_spread *spread, const struct attempt *a)
{
	return spread_answer(spread, &a->s, &get_result(a)->p, a->is_keep);
}

/* ------------------------------------------------------------------------------- */
/* All attempts                                                                    */

/*
 * What the worst CPU had before the placement, also one that may not be used any more; or
 * has without joining queues.
 */
static uint64_t find_limit(const struct attempt *apart)
{
	const struct irqkit_spread *spread = apart->s.spread;
	uint64_t worst = apart->keep.worst;

	for (uint32_t i = 0; i < spread->n_cpus; i++) {
		const struct spread_cpu *cpus = spread->cpus;
		uint64_t load = 2 * (cpus[i].before >> apart->s.shift);

		for (uint32_t k = cpus[i].next_thread; k != i; k = cpus[k].next_thread)
			load += cpus[k].before >> apart->s.shift;
		if (cpus[i].is_judged && worst < load)
			worst = load;
	}
	return worst;
}

/* Queues of @apart are joined, as far as no CPU gets more than @limit by that. */
static int seek_joined(struct attempt *a, const struct attempt *apart, uint64_t limit)
{
	_cleanup_free_ uint32_t *start = NULL;
	_cleanup_candidate_ struct candidate c = { 0 };
	int r = keep_all(&c, &apart->s);

	if (r < 0)
		return r;
	for (uint32_t i = 0; i < apart->units.n; i++)
		if (c.p.cpu_of[i] == NONE && apart->keep.p.cpu_of[i] != NONE)
			trial_add(&c.p, &apart->s, i, apart->keep.p.cpu_of[i], HOW_HEAVY);
	r = spread_join(&apart->s, &c.p, is_idle(apart), limit, &start);
	if (r == 0)
		r = begin(a, apart->s.spread, false, start, find_limit(apart));
	return r == 0 ? seek(a) : r;
}

/* All queues are joined if that makes nothing worse; or else some of them. */
static int join(struct irqkit_spread *spread, struct attempt *apart)
{
	const uint64_t limits[] = { UINT64_MAX, find_limit(apart) };
	uint32_t n_unplaced = apart->keep.p.n_unplaced;

	for (size_t i = 0; i < LENGTH(limits); i++) {
		_cleanup_attempt_ struct attempt a = { 0 };
		bool is_last = i == LENGTH(limits) - 1;
		int r = seek_joined(&a, apart, limits[i]);

		if (r < 0)
			return r;
		if (get_result(&a)->p.n_unplaced <= n_unplaced &&
			(is_last || get_result(&a)->worst <= a.limit))
			return answer(spread, &a);
	}
	return answer(spread, apart);
}

/* Vectors are scarce: rx and tx may go to different CPUs, if more of them find room. */
static int answer_scarce(struct irqkit_spread *spread, const struct attempt *together)
{
	_cleanup_attempt_ struct attempt a = { 0 };
	int r = begin(&a, spread, true, NULL, UINT64_MAX);

	if (r == 0)
		r = seek(&a);
	if (r < 0)
		return r;
	if (get_result(&a)->p.n_unplaced < get_result(together)->p.n_unplaced)
		return answer(spread, &a);
	return answer(spread, together);
}

int spread_by_load(struct irqkit_spread *spread)
{
	_cleanup_attempt_ struct attempt a = { 0 };
	int r = begin(&a, spread, spread->is_split, NULL, UINT64_MAX);

	if (r == 0 && !units_has_parts(&a.units))
		r = seek(&a);
	else if (r == 0)
		complete(&a.keep, &a.s, false, search_bound(&a.s, &a.best.p));
	if (r < 0)
		return r;
	if (get_result(&a)->p.n_unplaced > 0 && !spread->is_split)
		return answer_scarce(spread, &a);
	return units_has_parts(&a.units) ? join(spread, &a) : answer(spread, &a);
}

int spread_find_bound(struct irqkit_spread *spread)
{
	_cleanup_units_ struct units units = { 0 };
	_cleanup_search_ struct search s = { 0 };
	_cleanup_candidate_ struct candidate empty = { 0 };
	int r = units_init(&units, spread, true, NULL);

	if (r == 0)
		r = search_init(&s, &units);
	if (r == 0)
		r = trial_init(&empty.p, &s);
	if (r == 0)
		spread->bound = (search_bound(&s, &empty.p) + 1) / 2 << s.shift;
	return r;
}
