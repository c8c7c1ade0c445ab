/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which interrupt of one state is which of the other. Their numbers say nothing: they change
 * at boot, and on Xen when a device connects again.
 *
 * Interrupts of the same name are compared one by one, in passes: what agrees in everything
 * comes first, and what is left is taken in order. Several that serve other queues are never
 * the same interrupt.
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

/* Is @word, of @len bytes, one of the words of @list? */
static bool has_word(const char *list, const char *word, size_t len)
{
	for (const char *at = list; *at; at += *at == ' ') {
		size_t n = strcspn(at, " ");

		if (n == len && memcmp(at, word, len) == 0)
			return true;
		at += n;
	}
	return false;
}

static bool has_common_queue(const struct state_irq *a, const struct state_irq *b)
{
	for (const char *at = a->queues; *at; at += *at == ' ') {
		size_t n = strcspn(at, " ");

		if (has_word(b->queues, at, n))
			return true;
		at += n;
	}
	return false;
}

/* Are both known, and have none in common? */
static bool has_other_queues(const struct state_irq *a, const struct state_irq *b)
{
	return a->queues && b->queues && !has_common_queue(a, b);
}

/* ---- how far two of the same name and device agree, the best first ---------------- */

static bool has_same_vector(const struct state_irq *a, const struct state_irq *b)
{
	return a->has_hwirq && b->has_hwirq && a->hwirq == b->hwirq &&
		!has_other_queues(a, b);
}

static bool has_same_queues(const struct state_irq *a, const struct state_irq *b)
{
	return a->queues && is_same_text(a->queues, b->queues);
}

static bool is_same(const struct state_irq *a, const struct state_irq *b)
{
	return has_same_vector(a, b) && is_same_text(a->queues, b->queues);
}

static bool serves_common_queue(const struct state_irq *a, const struct state_irq *b)
{
	return a->queues && b->queues && has_common_queue(a, b);
}

static bool may_be_same(const struct state_irq *a, const struct state_irq *b)
{
	return !has_other_queues(a, b);
}

static bool (*const degrees[])(const struct state_irq *, const struct state_irq *) = {
	is_same, has_same_queues, serves_common_queue, has_same_vector, may_be_same
};

static void add_pair(struct comparison *comparison, const struct state_irq *before,
	const struct state_irq *after)
{
	comparison->pairs[comparison->n_pairs++] = (struct pair){
		.before = before, .after = after, .rate_before = -1, .rate_after = -1
	};
}

/* The interrupts of one name in both states: [b, b_end) and [a, a_end). */
struct group {
	struct sorted *before, *after;
	size_t b, b_end, a, a_end;
};

/* Pairs those that are not taken yet and that agree so far. NULL: they need not agree. */
static void pair_agreeing(struct comparison *comparison, const struct group *group,
	bool is_device_known,
	bool (*agree)(const struct state_irq *, const struct state_irq *))
{
	size_t first = group->a;

	for (size_t i = group->b; i < group->b_end; i++) {
		const struct state_irq *before = group->before->irqs[i];

		/* most are in the same order, and thousands may have the same name */
		while (first < group->a_end && group->after->is_taken[first])
			first++;
		for (size_t k = first; k < group->a_end && !group->before->is_taken[i];
			k++) {
			const struct state_irq *after = group->after->irqs[k];

			if (group->after->is_taken[k] ||
				differs(before->device, after->device) ||
				(is_device_known &&
					!is_same_text(before->device, after->device)) ||
				(agree && !agree(before, after)))
				continue;
			group->before->is_taken[i] = group->after->is_taken[k] = true;
			add_pair(comparison, before, after);
		}
	}
}

/* Then those of which one state does not know the device. */
static void pair_name(struct comparison *comparison, const struct group *group)
{
	for (size_t i = 0; i < LENGTH(degrees); i++)
		pair_agreeing(comparison, group, true, degrees[i]);
	for (size_t i = 0; i < LENGTH(degrees); i++)
		pair_agreeing(comparison, group, false, degrees[i]);
	/* of the only one of its name, the queues do not matter */
	if (group->b_end - group->b == 1 && group->a_end - group->a == 1)
		pair_agreeing(comparison, group, false, NULL);
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
			pair_name(comparison,
				&(struct group){ before, after, b, b_end, a, a_end });
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
