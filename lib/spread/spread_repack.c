/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Placement by load: several units of the worst CPU for several of another one, where
 * no exchange of one for one helps any more. From each of both, every set of up to SIDE
 * units may go:
 *
 *	sets of the worst CPU, by weight	0  3  5  8 12 ...	   their difference should
 *	sets of the other CPU, by weight	0  2  6  7  9 ...	   be what evens out both
 */
#include "spread/spread_repack.h"

#include <string.h>

#define SIDE 6

/* Some units of a CPU, which bits stand for, and what they weigh together. */
struct group {
	uint64_t weight;
	uint32_t set;
	uint32_t n; /* how many interrupts */
};

struct side {
	uint32_t unit[SIDE];
	uint32_t n_units;
	struct group group[1 << SIDE]; /* by weight */
	uint32_t n_groups;
};

struct repack {
	uint32_t from, to; /* NONE: nothing helps */
	uint64_t peak; /* of the two cores then */
	struct side side[2];
	uint32_t set[2]; /* what goes */
};

/* Of the groups so far, each without the unit and with it, by weight. */
static void add_to_groups(
	struct side *side, uint32_t bit, uint64_t weight, uint32_t count)
{
	struct group before[1 << SIDE];
	uint32_t n = side->n_groups, without = 0, with = 0;

	memcpy(before, side->group, n * sizeof(*before));
	for (uint32_t i = 0; i < 2 * n; i++) {
		if (with == n ||
			(without < n &&
				before[without].weight <= before[with].weight + weight)) {
			side->group[i] = before[without++];
			continue;
		}
		side->group[i].weight = before[with].weight + weight;
		side->group[i].n = before[with].n + count;
		side->group[i].set = before[with++].set | bit;
	}
	side->n_groups = 2 * n;
}

static bool may_go(const struct search *s, uint32_t unit, uint32_t to)
{
	return s->weight[unit] > 0 && search_may(s, unit, to);
}

/* Of many, some of all weights. */
static void fill_side(const struct search *s, const struct trial *p, uint32_t from,
	uint32_t to, struct side *side)
{
	uint32_t n = 0, at = 0;

	side->n_units = 0;
	side->n_groups = 1;
	side->group[0] = (struct group){ 0 };
	for (uint32_t i = p->first[from]; i != NONE; i = p->next[i])
		n += may_go(s, i, to);
	for (uint32_t i = p->first[from]; i != NONE && side->n_units < SIDE;
		i = p->next[i]) {
		uint32_t wanted = n > SIDE ? side->n_units * n / SIDE : side->n_units;

		if (!may_go(s, i, to) || at++ < wanted)
			continue;
		add_to_groups(side, UINT32_C(1) << side->n_units, s->weight[i],
			s->units->list[i].count);
		side->unit[side->n_units++] = i;
	}
}

static void try(const struct search *s, const struct trial *p, struct repack *now,
	const struct group *goes, const struct group *comes)
{
	uint64_t peak;

	if (goes->weight <= comes->weight ||
		!search_has_room(s, p, now->from, now->to, goes->n, comes->n))
		return;
	peak = search_peak(s, p, now->from, now->to, goes->weight - comes->weight);
	if (peak >= now->peak)
		return;
	now->peak = peak;
	now->set[0] = goes->set;
	now->set[1] = comes->set;
}

/* Those whose difference is nearest to @wanted, from above and from below. */
static bool try_pair(
	struct search *s, const struct trial *p, struct repack *now, uint64_t wanted)
{
	const struct side *from = &now->side[0], *to = &now->side[1];
	uint64_t before = now->peak;
	uint32_t y = 0;

	fill_side(s, p, now->from, now->to, &now->side[0]);
	fill_side(s, p, now->to, now->from, &now->side[1]);
	for (uint32_t x = 0; x < from->n_groups; x++) {
		uint64_t weight = from->group[x].weight;

		while (y < to->n_groups && to->group[y].weight + wanted <= weight)
			y++;
		if (y > 0)
			try(s, p, now, &from->group[x], &to->group[y - 1]);
		if (y < to->n_groups)
			try(s, p, now, &from->group[x], &to->group[y]);
	}
	s->steps -= s->steps < from->n_groups ? s->steps : from->n_groups;
	return now->peak < before;
}

static void move_sets(struct search *s, struct trial *p, const struct repack *best)
{
	for (uint32_t i = 0; i < SIDE; i++) {
		if (best->set[0] >> i & 1)
			search_move(p, s, best->side[0].unit[i], best->to);
		if (best->set[1] >> i & 1)
			search_move(p, s, best->side[1].unit[i], best->from);
	}
}

bool search_repack(struct search *s, struct trial *p, uint64_t goal)
{
	const struct spread_cpu *cpus = s->spread->cpus;
	struct repack best = { .to = NONE }, now;
	uint32_t worst, from;

	best.peak = trial_worst(p, s, &worst);
	if (worst == NONE || best.peak <= goal)
		return false;
	from = worst;
	do {
		for (uint32_t to = 0;
			to < s->spread->n_cpus && s->steps > 0 && best.peak > goal;
			to++) {
			uint64_t wanted;

			if (!search_may_relieve(
				    s, p, worst, from, to, best.peak, &wanted))
				continue;
			now.from = from;
			now.to = to;
			now.peak = best.peak;
			if (try_pair(s, p, &now, wanted))
				best = now;
		}
		from = cpus[from].next_thread;
	} while (from != worst);
	if (best.to == NONE)
		return false;
	move_sets(s, p, &best);
	return true;
}
