/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interrupts by the names of their handlers, and then by their order. */
#include "change/script_rank.h"
#include "base/basics.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

char *rank_join_names(const struct irqkit_interrupt *interrupt)
{
	char *joined = NULL;

	for (size_t i = 0; i < irqkit_interrupt_count_actions(interrupt); i++)
		if (!text_join(&joined, ",", irqkit_interrupt_get_action(interrupt, i)))
			return NULL;
	return joined ? joined : strdup("");
}

static int compare(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	int order = strcmp(x->names, y->names);

	return order ? order : (x->irq > y->irq) - (x->irq < y->irq);
}

bool ranks_init(struct ranks *ranks, const struct irqkit_snapshot *rows)
{
	size_t n = irqkit_snapshot_count(rows);

	ranks->n = 0;
	ranks->list = calloc(n + 1, sizeof(*ranks->list));
	if (!ranks->list)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(rows, i);
		struct ranked ranked = { .irq = irqkit_interrupt_get_irq(row) };

		if (ranked.irq < 0)
			continue;
		ranked.names = rank_join_names(row);
		if (!ranked.names)
			return false;
		ranks->list[ranks->n++] = ranked;
	}
	qsort(ranks->list, ranks->n, sizeof(*ranks->list), compare);
	return true;
}

void ranks_clear(struct ranks *ranks)
{
	for (size_t i = 0; i < ranks->n; i++)
		free(ranks->list[i].names);
	free(ranks->list);
}

/* How many interrupts come before @key. */
static size_t count_before(const struct ranks *ranks, const struct ranked *key)
{
	size_t low = 0, high = ranks->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&ranks->list[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t rank_find(const struct ranks *ranks, int irq, const char *names)
{
	struct ranked key = { .names = (char *)names, .irq = irq }, first = key;

	first.irq = -1;
	return count_before(ranks, &key) - count_before(ranks, &first) + 1;
}
