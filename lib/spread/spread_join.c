/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by load: where a queue begins whose interrupts are on several CPUs. */
#include "spread/spread_join.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The units of one queue. */
struct parts {
	uint32_t first;
	uint32_t n;
	const uint64_t *common;
	uint64_t weight;
	bool can_stay; /* all of them */
};

static int compare_parts(const void *left, const void *right)
{
	const struct parts *a = left, *b = right;

	if (a->can_stay != b->can_stay)
		return a->can_stay ? 1 : -1;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return (a->first > b->first) - (a->first < b->first);
}

static bool can_all_stay(const struct units *units, uint32_t first, uint32_t n)
{
	for (uint32_t k = first; k < first + n; k++)
		if (units->list[k].now == NONE)
			return false;
	return true;
}

/* First those that have to move, then the heaviest. */
static struct parts *list_parts(const struct search *s, bool is_idle, uint32_t *ret_n)
{
	const struct units *units = s->units;
	struct parts *list = calloc((size_t)units->n + 1, sizeof(*list));
	uint32_t n = 0;

	if (!list)
		return NULL;
	for (uint32_t i = 0; i < units->n; i++) {
		const struct unit *unit = &units->list[i];
		bool can_stay = can_all_stay(units, i, unit->n_parts);

		if (!unit->n_parts || (is_idle && can_stay))
			continue;
		list[n] = (struct parts){
			.first = i,
			.n = unit->n_parts,
			.common = unit->common,
			.can_stay = can_stay,
		};
		for (uint32_t k = i; k < i + unit->n_parts; k++)
			list[n].weight += s->weight[k];
		n++;
	}
	qsort(list, n, sizeof(*list), compare_parts);
	*ret_n = n;
	return list;
}

/* The CPU that gets least by all of @parts, which are on none now. */
static uint32_t find_best(const struct search *s, const struct trial *p,
	const struct parts *parts, uint64_t limit)
{
	uint32_t best = NONE;

	for (uint32_t i = 0; i < s->spread->n_cpus; i++) {
		uint64_t peak;

		if (!pool_has(parts->common, i) || p->count[i] + parts->n > s->cap[i])
			continue;
		peak = trial_peak(p, s, i, (int64_t)parts->weight);
		if (peak > limit || (best != NONE && peak == limit))
			continue;
		limit = peak;
		best = i;
	}
	return best;
}

/* The same, of the CPUs where they are now: fewer of them are moved. */
static uint32_t find_start(const struct search *s, const struct trial *p,
	const struct parts *parts, uint64_t limit)
{
	uint32_t best = NONE;

	for (uint32_t k = parts->first; k < parts->first + parts->n; k++) {
		uint32_t now = s->units->list[k].now;
		uint64_t peak;

		if (now == NONE || !pool_has(parts->common, now) ||
			p->count[now] + parts->n > s->cap[now])
			continue;
		peak = trial_peak(p, s, now, (int64_t)parts->weight);
		if (peak > limit || (best != NONE && peak == limit))
			continue;
		limit = peak;
		best = now;
	}
	return best == NONE ? find_best(s, p, parts, limit) : best;
}

/* Puts all of them on @to; NONE: each where it was. */
static void put(struct trial *p, const struct search *s, const struct parts *parts,
	const uint32_t *was, uint32_t to)
{
	for (uint32_t k = 0; k < parts->n; k++) {
		uint32_t cpu = to == NONE ? was[parts->first + k] : to;

		if (cpu != NONE)
			trial_add(p, s, parts->first + k, cpu, HOW_STAYS);
	}
}

int spread_join(const struct search *s, struct trial *p, bool is_idle, uint64_t limit,
	uint32_t **ret_start)
{
	size_t n_units = (size_t)s->units->n + 1;
	uint32_t *start = malloc(((size_t)s->spread->n_items + 1) * sizeof(*start));
	_cleanup_free_ uint32_t *was = malloc(n_units * sizeof(*was));
	uint32_t n = 0;
	_cleanup_free_ struct parts *list = list_parts(s, is_idle, &n);

	if (!start || !was || !list) {
		free(start);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < s->spread->n_items; i++)
		start[i] = UNIT_APART;
	memcpy(was, p->cpu_of, s->units->n * sizeof(*was));
	for (uint32_t i = 0; i < n; i++) {
		const struct parts *parts = &list[i];
		uint32_t to;

		for (uint32_t k = parts->first; k < parts->first + parts->n; k++)
			if (p->cpu_of[k] != NONE)
				trial_remove(p, s, k);
		to = find_start(s, p, parts, parts->can_stay ? limit : UINT64_MAX);
		put(p, s, parts, was, to);
		/* each of them is one item */
		for (uint32_t k = parts->first; k < parts->first + parts->n; k++)
			start[s->units->members[s->units->list[k].first]] = to == NONE
				? UNIT_APART
				: to;
	}
	*ret_start = start;
	return 0;
}
