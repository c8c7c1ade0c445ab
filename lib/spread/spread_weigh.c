/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by load: the load of a CPU now, and after a step. */
#include "spread/spread_weigh.h"
#include "base/macros.h"
#include "base/sum.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Sums stay far below 2^64 with this, also doubled and times 100 for percents. */
#define TOTAL_BITS 54

struct by_weight {
	uint64_t weight;
	uint32_t irq; /* of its first item */
	uint32_t unit;
};

static int compare_weights(const void *left, const void *right)
{
	const struct by_weight *a = left, *b = right;

	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	if (a->irq != b->irq)
		return a->irq < b->irq ? -1 : 1;
	return (a->unit > b->unit) - (a->unit < b->unit);
}

static int sort(struct search *s)
{
	const struct units *units = s->units;
	_cleanup_free_ struct by_weight *sorted = calloc(
		(size_t)units->n + 1, sizeof(*sorted));

	if (!sorted)
		return -ENOMEM;
	for (uint32_t i = 0; i < units->n; i++)
		sorted[s->n_order++] = (struct by_weight){ s->weight[i],
			units_get_item(units, &units->list[i], 0)->irq, i };
	qsort(sorted, s->n_order, sizeof(*sorted), compare_weights);
	for (uint32_t k = 0; k < s->n_order; k++) {
		s->order[k] = sorted[k].unit;
		s->rank[sorted[k].unit] = k;
	}
	return 0;
}

/* How far loads are shifted right, for their sum to have at most TOTAL_BITS. */
static unsigned int find_shift(const struct irqkit_spread *spread)
{
	struct sum total = { 0 };
	unsigned int bits;

	for (uint32_t i = 0; i < spread->n_items; i++)
		sum_add(&total, spread->items[i].load);
	for (uint32_t i = 0; i < spread->n_cpus; i++)
		sum_add(&total, spread->cpus[i].fixed);
	bits = sum_count_bits(&total);
	return bits > TOTAL_BITS ? bits - TOTAL_BITS : 0;
}

static void weigh_units(struct search *s)
{
	const struct units *units = s->units;

	for (uint32_t i = 0; i < units->n; i++) {
		const struct unit *unit = &units->list[i];

		for (uint32_t k = 0; k < unit->count; k++)
			s->weight[i] += units_get_item(units, unit, k)->load >> s->shift;
		s->total += s->weight[i];
	}
}

static void weigh(struct search *s)
{
	const struct irqkit_spread *spread = s->spread;

	s->shift = find_shift(spread);
	weigh_units(s);
	for (uint32_t i = 0; i < spread->n_cpus; i++) {
		s->fixed[i] = spread->cpus[i].fixed >> s->shift;
		s->cap[i] = spread->cpus[i].vectors;
	}
	for (uint32_t i = 0; i < spread->n_items; i++) {
		const struct spread_item *item = &spread->items[i];

		if (!item->pool && item->now_index != NONE)
			s->fixed[item->now_index] += item->load >> s->shift;
		if (item_can_stay(item) && s->cap[item->now_index] < UNLIMITED)
			s->cap[item->now_index]++;
	}
}

int search_init(struct search *s, const struct units *units)
{
	const struct irqkit_spread *spread = units->spread;
	size_t n_units = (size_t)units->n + 1, n_cpus = (size_t)spread->n_cpus + 1;

	*s = (struct search){ .spread = spread, .units = units };
	s->weight = calloc(n_units, sizeof(*s->weight));
	s->order = calloc(n_units, sizeof(*s->order));
	s->rank = calloc(n_units, sizeof(*s->rank));
	s->fixed = calloc(n_cpus, sizeof(*s->fixed));
	s->cap = calloc(n_cpus, sizeof(*s->cap));
	if (!s->weight || !s->order || !s->rank || !s->fixed || !s->cap)
		return -ENOMEM;
	weigh(s);
	return sort(s);
}

void search_free(struct search *s)
{
	free(s->weight);
	free(s->order);
	free(s->rank);
	free(s->fixed);
	free(s->cap);
}

/* @weight may be negative, modulo 2^64. */
static void add_weight(
	struct trial *p, const struct search *s, uint32_t cpu, uint64_t weight)
{
	const struct spread_cpu *cpus = s->spread->cpus;

	p->own[cpu] += weight;
	p->load[cpu] += 2 * weight;
	for (uint32_t i = cpus[cpu].next_thread; i != cpu; i = cpus[i].next_thread)
		p->load[i] += weight;
}

int trial_init(struct trial *p, const struct search *s)
{
	const struct irqkit_spread *spread = s->spread;
	size_t n_units = (size_t)s->units->n + 1, n_cpus = (size_t)spread->n_cpus + 1;

	*p = (struct trial){ .cpu_of = malloc(n_units * sizeof(*p->cpu_of)),
		.how = calloc(n_units, sizeof(*p->how)),
		.full = malloc(n_units * sizeof(*p->full)),
		.own = calloc(n_cpus, sizeof(*p->own)),
		.load = calloc(n_cpus, sizeof(*p->load)),
		.count = calloc(n_cpus, sizeof(*p->count)),
		.first = calloc(n_cpus, sizeof(*p->first)),
		.next = calloc(n_units, sizeof(*p->next)) };
	if (!p->cpu_of || !p->how || !p->full || !p->own || !p->load || !p->count ||
		!p->first || !p->next)
		return -ENOMEM;
	memset(p->cpu_of, 0xff, n_units * sizeof(*p->cpu_of)); /* NONE */
	memset(p->full, 0xff, n_units * sizeof(*p->full));
	for (uint32_t i = 0; i < spread->n_cpus; i++)
		add_weight(p, s, i, s->fixed[i]);
	return 0;
}

void trial_free(struct trial *p)
{
	free(p->cpu_of);
	free(p->how);
	free(p->full);
	free(p->own);
	free(p->load);
	free(p->count);
	free(p->first);
	free(p->next);
}

void trial_add(struct trial *p, const struct search *s, uint32_t unit, uint32_t cpu,
	enum how how)
{
	p->cpu_of[unit] = cpu;
	p->how[unit] = (unsigned char)how;
	add_weight(p, s, cpu, s->weight[unit]);
	p->count[cpu] += s->units->list[unit].count;
}

void trial_remove(struct trial *p, const struct search *s, uint32_t unit)
{
	uint32_t cpu = p->cpu_of[unit];

	p->cpu_of[unit] = NONE;
	add_weight(p, s, cpu, -s->weight[unit]);
	p->count[cpu] -= s->units->list[unit].count;
}

uint64_t trial_peak(
	const struct trial *p, const struct search *s, uint32_t cpu, int64_t more)
{
	const struct spread_cpu *cpus = s->spread->cpus;
	uint64_t worst = p->load[cpu] + 2 * (uint64_t)more;

	for (uint32_t i = cpus[cpu].next_thread; i != cpu; i = cpus[i].next_thread)
		if (cpus[i].is_target && p->load[i] + (uint64_t)more > worst)
			worst = p->load[i] + (uint64_t)more;
	return worst;
}

uint64_t trial_worst(const struct trial *p, const struct search *s, uint32_t *ret_cpu)
{
	uint64_t worst = 0;

	*ret_cpu = NONE;
	for (uint32_t i = 0; i < s->spread->n_cpus; i++) {
		uint64_t load = p->load[i];

		if (s->spread->cpus[i].is_target && (*ret_cpu == NONE || load > worst)) {
			worst = load;
			*ret_cpu = i;
		}
	}
	return worst;
}

/* ------------------------------------------------------------------------------- */
/* The lower bound                                                                 */

/*
 * What a core of k threads that may be used can take at most, if none of them is to
 * have more than @level: own of each + sum of all <= level, and over all k threads
 * (1 + k) x own of those + k x own of bystanders <= k x level.
 */
static uint64_t core_takes(
	const struct search *s, const struct trial *empty, uint32_t cpu, uint64_t level)
{
	const struct spread_cpu *cpus = s->spread->cpus;
	uint64_t used = 0, k = 0, i = cpu, limit;

	do {
		if (cpus[i].is_target) {
			used += empty->own[i];
			k++;
		}
		i = cpus[i].next_thread;
	} while (i != cpu);
	if (k == 0)
		return 0;

	limit = empty->load[cpu] - empty->own[cpu] - used; /* of bystanders */
	limit = level > limit ? (level - limit) * k / (k + 1) : 0;
	return limit > used ? limit - used : 0;
}

static bool level_holds(const struct search *s, const struct trial *empty, uint64_t level)
{
	const struct spread_cpu *cpus = s->spread->cpus;
	uint64_t room = 0;

	for (uint32_t i = 0; i < s->spread->n_cpus && room < s->total; i++) {
		/* once a core: where the ring goes back to its first CPU */
		bool is_first = true;

		for (uint32_t j = cpus[i].next_thread; j != i; j = cpus[j].next_thread)
			is_first &= j > i;
		if (is_first)
			room += core_takes(s, empty, i, level);
	}
	return room >= s->total;
}

/* The lowest level at which all CPUs together could hold it, were it a liquid. */
static uint64_t find_level(
	const struct search *s, const struct trial *empty, uint64_t low)
{
	uint64_t high = UINT64_C(1) << (TOTAL_BITS + 3);

	while (low < high) {
		uint64_t level = low + (high - low) / 2;

		if (level_holds(s, empty, level))
			high = level;
		else
			low = level + 1;
	}
	return low;
}

uint64_t search_bound(const struct search *s, const struct trial *empty)
{
	uint32_t worst, n_targets = 0;
	uint64_t bound = trial_worst(empty, s, &worst), least = UINT64_MAX, pair = 0;

	if (worst == NONE || s->n_order == 0)
		return bound;
	for (uint32_t i = 0; i < s->spread->n_cpus; i++) {
		if (!s->spread->cpus[i].is_target)
			continue;
		n_targets++;
		if (least > empty->load[i])
			least = empty->load[i];
	}
	if (s->n_order > n_targets)
		pair = s->weight[s->order[n_targets - 1]] +
			s->weight[s->order[n_targets]];
	if (pair < s->weight[s->order[0]])
		pair = s->weight[s->order[0]];
	if (bound < least + 2 * pair)
		bound = least + 2 * pair;
	return find_level(s, empty, bound);
}
