/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What differs between two states: how often interrupts fire, and what has moved. */
#include "compare/comparison.h"
#include "base/basics.h"

#include <string.h>

/* With fewer interrupts than this in all, it is chance which CPU has most. */
#define FEW 300

/* A rate differs if one is this many times the other, and not small. */
#define RATE_FACTOR 2
#define RATE_LEAST 10

void comparison_clear(struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->n_settings; i++) {
		free(comparison->settings[i].before);
		free(comparison->settings[i].after);
	}
	free(comparison->settings);
	free(comparison->pairs);
	for (size_t i = 0; i < LENGTH(comparison->sides); i++)
		free(comparison->sides[i].loads);
	*comparison = (struct comparison){ 0 };
}

static void compare_boots(struct comparison *comparison)
{
	const struct state *before = comparison->before, *after = comparison->after;

	comparison->boots = BOOTS_UNKNOWN;
	comparison->seconds = 0;
	if (!before->boot_id || !after->boot_id)
		return;
	comparison->boots = strcmp(before->boot_id, after->boot_id) == 0 ? BOOTS_SAME
									 : BOOTS_DIFFER;
	if (comparison->boots == BOOTS_SAME && before->uptime >= 0 &&
		after->uptime > before->uptime)
		comparison->seconds = after->uptime - before->uptime;
}

/* How often it fired between the two. A counter that is lower has started again. */
static double count_since(const struct pair *pair)
{
	if (!pair->after)
		return 0;
	if (!pair->before || pair->after->total < pair->before->total)
		return (double)pair->after->total;
	return (double)(pair->after->total - pair->before->total);
}

static double mean_rate(const struct state *state, const struct state_irq *irq)
{
	return irq && state->uptime > 0 ? (double)irq->total / state->uptime : -1;
}

static void add_rates(struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->n_pairs; i++) {
		struct pair *pair = &comparison->pairs[i];

		pair->rate_before = mean_rate(comparison->before, pair->before);
		pair->rate_after = comparison->seconds > 0 && pair->after
			? count_since(pair) / comparison->seconds
			: mean_rate(comparison->after, pair->after);
	}
}

/* The load since the first state, if that is enough to say something; else since boot. */
static void add_weights(struct comparison *comparison)
{
	double since = 0;

	for (size_t i = 0; i < comparison->n_pairs; i++) {
		const struct pair *pair = &comparison->pairs[i];

		if (pair->after && !pair->after->is_background)
			since += count_since(pair);
	}
	comparison->is_since = comparison->seconds > 0 && since >= FEW;
	for (size_t i = 0; i < comparison->n_pairs; i++) {
		struct pair *pair = &comparison->pairs[i];

		if (pair->before)
			pair->weight_before = (double)pair->before->total;
		if (pair->after)
			pair->weight_after = comparison->is_since
				? count_since(pair)
				: (double)pair->after->total;
	}
}

/* ------------------------------------------------------------------------------- */

/* What only one state knows is no difference. */
static bool differs(const struct irqkit_cpuset *a, const struct irqkit_cpuset *b)
{
	return a && b && !irqkit_cpuset_is_equal(a, b);
}

/* Of a machine that went on to run, rates can be compared. */
static bool has_other_rate(const struct comparison *comparison, const struct pair *pair)
{
	double low = pair->rate_before, high = pair->rate_after;

	if (comparison->seconds <= 0 || low < 0 || high < 0 || pair->after->is_background)
		return false;
	if (low > high) {
		low = pair->rate_after;
		high = pair->rate_before;
	}
	return high >= RATE_LEAST && high >= RATE_FACTOR * low;
}

/* Where it is handled, or will be: a move may be pending. */
static bool has_moved(const struct comparison *comparison, const struct pair *pair)
{
	const struct irqkit_cpuset *old = state_irq_place(
		comparison->before, pair->before);
	const struct irqkit_cpuset *new = state_irq_place(comparison->after, pair->after);

	if (old && new && !irqkit_cpuset_is_equal(old, new))
		return true;
	return differs(pair->before->effective, pair->after->effective);
}

static enum change_kind judge(
	const struct comparison *comparison, const struct pair *pair)
{
	if (!pair->before)
		return CHANGE_APPEARED;
	if (!pair->after)
		return CHANGE_GONE;
	if (has_moved(comparison, pair))
		return CHANGE_MOVED;
	if (differs(pair->before->affinity, pair->after->affinity))
		return CHANGE_AFFINITY;
	return has_other_rate(comparison, pair) ? CHANGE_RATE : CHANGE_NONE;
}

static void judge_all(struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->n_pairs; i++) {
		struct pair *pair = &comparison->pairs[i];

		pair->kind = judge(comparison, pair);
		comparison->n_by_kind[pair->kind]++;
		if (!pair->before || !pair->after)
			continue;
		comparison->n_unknown += !pair->before->affinity !=
			!pair->after->affinity;
	}
}

bool comparison_is_same(const struct comparison *comparison)
{
	const size_t *n = comparison->n_by_kind;

	return n[CHANGE_MOVED] + n[CHANGE_AFFINITY] + n[CHANGE_APPEARED] +
		n[CHANGE_GONE] + comparison->n_settings ==
		0;
}

int comparison_make(struct comparison *comparison, const struct state *before,
	const struct state *after)
{
	int r;

	*comparison = (struct comparison){ .before = before, .after = after };
	compare_boots(comparison);
	r = comparison_pair(comparison);
	if (r == 0)
		r = comparison_compare_settings(comparison);
	if (r < 0)
		return r;
	add_rates(comparison);
	add_weights(comparison);
	judge_all(comparison);
	return comparison_measure(comparison);
}
