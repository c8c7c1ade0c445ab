/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which interrupt of one state is which of the other. Their numbers say nothing: they change
 * at boot, and on Xen when a device connects again.
 *
 * Interrupts of the same name are compared one by one, in passes: what agrees in everything
 * comes first, and what is left is taken in order. Queues that are both known and differ are
 * never the same interrupt.
 */
#include "base/basics.h"
#include "compare/comparison.h"

#include <errno.h>
#include <string.h>

/* The interrupts of one state, by name and number. */
struct sorted {
	const struct state_irq **irqs; /* owned */
	bool *is_taken; /* owned */
	size_t n;
};

static void sorted_clear(struct sorted *sorted)
{
	free(sorted->irqs);
	free(sorted->is_taken);
}

static int compare_names(const void *a, const void *b)
{
	const struct state_irq *one = *(const struct state_irq *const *)a;
	const struct state_irq *other = *(const struct state_irq *const *)b;
	int r = strcmp(one->name, other->name);

	return r ? r : (one->number > other->number) - (one->number < other->number);
}

/* An interrupt without handlers that belongs to no device is not in use: it has no name. */
static bool has_name(const struct state_irq *irq)
{
	return irq->name[0] || irq->device;
}

static int sort(const struct state *state, struct sorted *sorted)
{
	sorted->irqs = calloc(state->n_irqs + 1, sizeof(const struct state_irq *));
	sorted->is_taken = calloc(state->n_irqs + 1, sizeof(bool));
	if (!sorted->irqs || !sorted->is_taken)
		return -ENOMEM;
	for (size_t i = 0; i < state->n_irqs; i++)
		if (has_name(&state->irqs[i]))
			sorted->irqs[sorted->n++] = &state->irqs[i];
	qsort(sorted->irqs, sorted->n, sizeof(*sorted->irqs), compare_names);
	return 0;
}

/* ------------------------------------------------------------------------------- */

static bool is_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : !a && !b;
}

static bool differs(const char *a, const char *b)
{
	return a && b && strcmp(a, b) != 0;
}

static bool has_same_hwirq(const struct state_irq *a, const struct state_irq *b)
{
	return a->has_hwirq && b->has_hwirq && a->hwirq == b->hwirq;
}

static bool has_same_queues(const struct state_irq *a, const struct state_irq *b)
{
	return a->queues && is_same_text(a->queues, b->queues);
}

static bool is_same(const struct state_irq *a, const struct state_irq *b)
{
	return is_same_text(a->device, b->device) && has_same_hwirq(a, b) &&
		is_same_text(a->queues, b->queues);
}

static bool is_of_same_queue(const struct state_irq *a, const struct state_irq *b)
{
	return is_same_text(a->device, b->device) && has_same_queues(a, b);
}

static bool is_same_vector(const struct state_irq *a, const struct state_irq *b)
{
	return is_same_text(a->device, b->device) && has_same_hwirq(a, b) &&
		!differs(a->queues, b->queues);
}

static bool is_of_same_device(const struct state_irq *a, const struct state_irq *b)
{
	return is_same_text(a->device, b->device) && !differs(a->queues, b->queues);
}

/* One state does not know the device. */
static bool may_be_same(const struct state_irq *a, const struct state_irq *b)
{
	return !differs(a->device, b->device) && !differs(a->queues, b->queues);
}

static void add_pair(struct comparison *comparison, const struct state_irq *before,
	const struct state_irq *after)
{
	comparison->pairs[comparison->n_pairs++] = (struct pair){
		.before = before, .after = after, .rate_before = -1, .rate_after = -1
	};
}

/* Pairs the interrupts of one name: [b, b_end) of the first state, [a, a_end) of the second. */
static void pair_name(struct comparison *comparison, struct sorted *before, size_t b,
	size_t b_end, struct sorted *after, size_t a, size_t a_end)
{
	static bool (*const passes[])(
		const struct state_irq *, const struct state_irq *) = { is_same,
		is_of_same_queue, is_same_vector, is_of_same_device, may_be_same };

	for (size_t pass = 0; pass < LENGTH(passes); pass++) {
		for (size_t i = b; i < b_end; i++) {
			for (size_t k = a; k < a_end && !before->is_taken[i]; k++) {
				if (after->is_taken[k] ||
					!passes[pass](before->irqs[i], after->irqs[k]))
					continue;
				before->is_taken[i] = after->is_taken[k] = true;
				add_pair(comparison, before->irqs[i], after->irqs[k]);
			}
		}
	}
}

static size_t end_of_name(const struct sorted *sorted, size_t i)
{
	size_t end = i;

	while (end < sorted->n &&
		strcmp(sorted->irqs[i]->name, sorted->irqs[end]->name) == 0)
		end++;
	return end;
}

static void pair_names(
	struct comparison *comparison, struct sorted *before, struct sorted *after)
{
	size_t b = 0, a = 0;

	while (b < before->n && a < after->n) {
		int order = strcmp(before->irqs[b]->name, after->irqs[a]->name);
		size_t b_end = end_of_name(before, b), a_end = end_of_name(after, a);

		if (order == 0)
			pair_name(comparison, before, b, b_end, after, a, a_end);
		if (order <= 0)
			b = b_end;
		if (order >= 0)
			a = a_end;
	}
}

/* By the number after; what is gone comes last, by its number before. */
static int compare_pairs(const void *a, const void *b)
{
	const struct pair *one = a, *other = b;
	const struct state_irq *x = one->after ? one->after : one->before;
	const struct state_irq *y = other->after ? other->after : other->before;

	if (!one->after != !other->after)
		return one->after ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

int comparison_pair(struct comparison *comparison)
{
	struct sorted before CLEANUP(sorted_clear) = { 0 };
	struct sorted after CLEANUP(sorted_clear) = { 0 };

	if (sort(comparison->before, &before) < 0 || sort(comparison->after, &after) < 0)
		return -ENOMEM;
	comparison->pairs = calloc(before.n + after.n + 1, sizeof(*comparison->pairs));
	if (!comparison->pairs)
		return -ENOMEM;
	pair_names(comparison, &before, &after);
	for (size_t i = 0; i < before.n; i++)
		if (!before.is_taken[i])
			add_pair(comparison, before.irqs[i], NULL);
	for (size_t i = 0; i < after.n; i++)
		if (!after.is_taken[i])
			add_pair(comparison, NULL, after.irqs[i]);
	qsort(comparison->pairs, comparison->n_pairs, sizeof(*comparison->pairs),
		compare_pairs);
	return 0;
}
