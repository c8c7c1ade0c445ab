/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by load: heaviest first on the least loaded CPU, then improved. */
#include "spread/spread_search.h"

/* ------------------------------------------------------------------------------- */
/* Heaviest first                                                                  */

/* The CPU whose core's worst thread has least once @unit is there; the first of them. */
static uint32_t find_least_loaded(const struct search *s, struct trial *p, uint32_t unit)
{
	const struct spread_cpu *cpus = s->spread->cpus;
	const uint64_t *pool = s->units->list[unit].pool;
	uint64_t weight = s->weight[unit], least = UINT64_MAX, least_full = UINT64_MAX;
	uint32_t best = NONE, full = NONE;

	for (uint32_t i = 0; i < s->spread->n_cpus; i++) {
		uint64_t peak = p->load[i] + 2 * weight;

		if (peak >= least || !pool_has(pool, i))
			continue;
		if (cpus[i].next_thread != i)
			peak = trial_peak(p, s, i, (int64_t)weight);
		if (peak >= least)
			continue;
		if (search_fits(s, p, unit, i)) {
			least = peak;
			best = i;
		} else if (peak < least_full) {
			least_full = peak;
			full = i;
		}
	}
	p->full[unit] = least_full < least ? full : NONE;
	return best;
}

/* The CPU with the fewest interrupts, as long as none gets more than @worst by it. */
static uint32_t find_fewest(
	const struct search *s, const struct trial *p, uint32_t unit, uint64_t worst)
{
	const uint64_t *pool = s->units->list[unit].pool;
	uint32_t best = NONE, fewest = UINT32_MAX;

	for (uint32_t i = 0; i < s->spread->n_cpus; i++) {
		if (p->count[i] >= fewest || !pool_has(pool, i) ||
			!search_fits(s, p, unit, i) ||
			trial_peak(p, s, i, (int64_t)s->weight[unit]) > worst)
			continue;
		fewest = p->count[i];
		best = i;
	}
	return best;
}

/*
 * Idle interrupts have no weight, and would all go to the least loaded CPU, where they
 * would meet when they become busy. They are distributed by number.
 */
static bool is_light(const struct search *s, uint32_t unit)
{
	return s->weight[unit] < s->total / s->n_order / 64 + 1;
}

void search_place_free(struct search *s, struct trial *p)
{
	uint32_t ignored;
	uint64_t worst = trial_worst(p, s, &ignored);

	for (uint32_t k = 0; k < s->n_order; k++) {
		uint32_t unit = s->order[k], cpu = NONE;
		bool is_few = false;
		uint64_t load;

		if (p->cpu_of[unit] != NONE)
			continue;
		if (is_light(s, unit))
			cpu = find_fewest(s, p, unit, worst);
		is_few = cpu != NONE;
		if (!is_few)
			cpu = find_least_loaded(s, p, unit);
		if (cpu == NONE) {
			p->n_unplaced++;
			continue;
		}
		trial_add(p, s, unit, cpu, is_few ? HOW_LIGHT : HOW_HEAVY);
		load = trial_peak(p, s, cpu, 0);
		if (worst < load)
			worst = load;
	}
}

/* ------------------------------------------------------------------------------- */
/* Moves and exchanges                                                             */

void search_list(const struct search *s, struct trial *p, bool all)
{
	for (uint32_t i = 0; i < s->spread->n_cpus; i++)
		p->first[i] = NONE;
	for (uint32_t k = s->n_order; k-- > 0;) {
		uint32_t unit = s->order[k], cpu = p->cpu_of[unit];

		if (cpu == NONE || (!all && s->units->list[unit].now != NONE))
			continue;
		p->next[unit] = p->first[cpu];
		p->first[cpu] = unit;
	}
}

static void unlink_unit(struct trial *p, uint32_t unit)
{
	uint32_t *at = &p->first[p->cpu_of[unit]];

	while (*at != unit)
		at = &p->next[*at];
	*at = p->next[unit];
}

static void link_unit(struct trial *p, const struct search *s, uint32_t unit)
{
	uint32_t *at = &p->first[p->cpu_of[unit]];

	while (*at != NONE && s->rank[*at] < s->rank[unit])
		at = &p->next[*at];
	p->next[unit] = *at;
	*at = unit;
}

/* A possible step: @unit goes to @to, and @back, if it is not NONE, comes from there. */
struct exchange {
	uint32_t unit;
	uint32_t from;
	uint32_t to;
	uint32_t back;
	uint64_t peak; /* of the two cores then */
};

void search_move(struct trial *p, const struct search *s, uint32_t unit, uint32_t to)
{
	unlink_unit(p, unit);
	trial_remove(p, s, unit);
	trial_add(p, s, unit, to, HOW_EVENED);
	link_unit(p, s, unit);
	p->full[unit] = NONE;
}

uint64_t search_peak(const struct search *s, const struct trial *p, uint32_t from,
	uint32_t to, uint64_t delta)
{
	const struct spread_cpu *cpus = s->spread->cpus;
	uint64_t a, b;

	if (cpus[from].core_index != cpus[to].core_index) {
		a = trial_peak(p, s, from, -(int64_t)delta);
		b = trial_peak(p, s, to, (int64_t)delta);
		return a > b ? a : b;
	}
	a = p->load[from] - delta;
	b = p->load[to] + delta;
	if (a < b)
		a = b;
	for (uint32_t i = cpus[to].next_thread; i != to; i = cpus[i].next_thread)
		if (i != from && cpus[i].is_target && p->load[i] > a)
			a = p->load[i];
	return a;
}

bool search_has_room(const struct search *s, const struct trial *p, uint32_t from,
	uint32_t to, uint32_t n_go, uint32_t n_come)
{
	return (n_go <= n_come || p->count[to] + n_go - n_come <= s->cap[to]) &&
		(n_come <= n_go || p->count[from] + n_come - n_go <= s->cap[from]);
}

static void try(const struct search *s, const struct trial *p, uint32_t from, uint32_t to,
	uint32_t unit, uint32_t back, struct exchange *best)
{
	uint64_t weight = back == NONE ? 0 : s->weight[back], peak;
	uint32_t n_come = back == NONE ? 0 : s->units->list[back].count;

	if (s->weight[unit] <= weight ||
		!search_has_room(s, p, from, to, s->units->list[unit].count, n_come))
		return;
	peak = search_peak(s, p, from, to, s->weight[unit] - weight);
	if (peak < best->peak)
		*best = (struct exchange){ unit, from, to, back, peak };
}

/*
 * Of each unit on @from with one on @to, or none, those whose difference is nearest to
 * @wanted, from above and from below. Both lists are sorted: one walk over both.
 */
static void try_pair(struct search *s, const struct trial *p, uint32_t from, uint32_t to,
	uint64_t wanted, struct exchange *best)
{
	uint32_t y = p->first[to], above = NONE;

	for (uint32_t x = p->first[from]; x != NONE && s->weight[x] > 0; x = p->next[x]) {
		if (s->steps == 0)
			return;
		s->steps--;
		if (!search_may(s, x, to))
			continue;
		while (y != NONE &&
			(s->weight[y] + wanted > s->weight[x] ||
				!search_may(s, y, from))) {
			if (search_may(s, y, from))
				above = y;
			y = p->next[y];
			s->steps -= s->steps > 0;
		}
		try(s, p, from, to, x, y, best);
		if (above != NONE)
			try(s, p, from, to, x, above, best);
	}
}

/*
 * How much should go from a CPU of the worst core to @to, for both to end alike, and
 * what they would have then at least.
 */
static uint64_t find_wanted(const struct search *s, const struct trial *p, uint32_t worst,
	uint32_t from, uint32_t to, uint64_t *ret_peak)
{
	const struct spread_cpu *cpus = s->spread->cpus;
	bool is_same_core = cpus[from].core_index == cpus[to].core_index;
	uint64_t high = p->load[worst], low = p->load[to];
	unsigned int loses = from == worst && !is_same_core ? 2 : 1;
	unsigned int gains = is_same_core ? 1 : 2;
	uint64_t wanted = (high - low) / (loses + gains);

	*ret_peak = high - loses * wanted - loses;
	return wanted;
}

bool search_may_relieve(const struct search *s, const struct trial *p, uint32_t worst,
	uint32_t from, uint32_t to, uint64_t below, uint64_t *ret_wanted)
{
	const struct spread_cpu *cpus = s->spread->cpus;
	uint64_t peak;

	if (!cpus[to].is_target || p->load[to] >= p->load[worst] ||
		p->first[from] == NONE)
		return false;
	if (from != worst && cpus[from].core_index == cpus[to].core_index)
		return false; /* the worst thread's core would stay as it is */
	*ret_wanted = find_wanted(s, p, worst, from, to, &peak);
	return peak < below;
}

/* Makes the worst CPU better, or returns false. */
static bool improve_once(struct search *s, struct trial *p, uint64_t goal)
{
	const struct spread_cpu *cpus = s->spread->cpus;
	uint32_t worst, from;
	struct exchange best = { .unit = NONE, .peak = trial_worst(p, s, &worst) };

	if (worst == NONE || best.peak <= goal)
		return false;
	from = worst;
	do {
		for (uint32_t to = 0; to < s->spread->n_cpus; to++) {
			uint64_t wanted;

			if (search_may_relieve(s, p, worst, from, to, best.peak, &wanted))
				try_pair(s, p, from, to, wanted, &best);
		}
		from = cpus[from].next_thread;
	} while (from != worst);

	if (best.unit == NONE)
		return false;
	search_move(p, s, best.unit, best.to);
	if (best.back != NONE)
		search_move(p, s, best.back, best.from);
	return true;
}

void search_improve(struct search *s, struct trial *p, uint64_t goal)
{
	while (s->steps > 0 && improve_once(s, p, goal))
		;
}
