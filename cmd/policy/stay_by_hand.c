/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "policy/stay_by_hand.h"
#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

/* The last change of a setting comes first. */
static int compare(const void *a, const void *b)
{
	const struct hand_change *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order ? order : (x->number < y->number) - (x->number > y->number);
}

static int compare_path(const void *key, const void *member)
{
	return strcmp(key, ((const struct hand_change *)member)->path);
}

static bool add_change(struct by_hand *by_hand, const struct irqkit_change *change)
{
	for (size_t i = 0; i < irqkit_change_count_knobs(change); i++) {
		if (!MAKE_ROOM(by_hand->list, by_hand->n, by_hand->room))
			return false;
		by_hand->list[by_hand->n++] = (struct hand_change){
			.path = irqkit_change_get_path(change, i),
			.number = irqkit_change_get_number(change),
		};
	}
	return true;
}

/* Keeps the last change of each setting. */
static void sort(struct by_hand *by_hand)
{
	size_t kept = 0;

	if (by_hand->n > 0)
		qsort(by_hand->list, by_hand->n, sizeof(*by_hand->list), compare);
	for (size_t i = 0; i < by_hand->n; i++)
		if (i == 0 ||
			strcmp(by_hand->list[i].path, by_hand->list[kept - 1].path) != 0)
			by_hand->list[kept++] = by_hand->list[i];
	by_hand->n = kept;
}

bool by_hand_init(struct by_hand *by_hand, const struct irqkit_journal *journal,
	unsigned int released, unsigned int own)
{
	*by_hand = (struct by_hand){ 0 };
	for (size_t i = irqkit_journal_count(journal); i-- > 0;) {
		const struct irqkit_change *change = irqkit_journal_get(journal, i);
		unsigned int number = irqkit_change_get_number(change);

		if (number <= released)
			break;
		if (number != own && irqkit_change_get_undoes(change) == 0 &&
			irqkit_change_get_state(change) == IRQKIT_CHANGE_MADE &&
			!add_change(by_hand, change))
			return false;
	}
	sort(by_hand);
	return true;
}

void by_hand_clear(struct by_hand *by_hand)
{
	free(by_hand->list);
}

unsigned int by_hand_find(const struct by_hand *by_hand, const char *path)
{
	const struct hand_change *found = by_hand->n == 0
		? NULL
		: bsearch(path, by_hand->list, by_hand->n, sizeof(*by_hand->list),
			  compare_path);

	return found ? found->number : 0;
}
