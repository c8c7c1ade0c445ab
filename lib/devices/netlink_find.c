/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers of the kernel, found by interface. */
#include "base/array.h"
#include "devices/netlink.h"

#include <stdlib.h>

static int compare_napis(const void *a, const void *b)
{
	const struct netlink_napi *x = a, *y = b;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

static int compare_queues(const void *a, const void *b)
{
	const struct netlink_queue *x = a, *y = b;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	if (x->is_tx != y->is_tx)
		return x->is_tx - y->is_tx;
	return (x->number > y->number) - (x->number < y->number);
}

void netlink_sort(struct netlink_answers *answers)
{
	if (answers->n_queues)
		qsort(answers->queues, answers->n_queues, sizeof(*answers->queues),
			compare_queues);
	if (answers->n_napis)
		qsort(answers->napis, answers->n_napis, sizeof(*answers->napis),
			compare_napis);
}

const struct netlink_napi *netlink_find_napi(
	const struct netlink_answers *answers, uint32_t ifindex, uint32_t id)
{
	const struct netlink_napi key = { .ifindex = ifindex, .id = id };

	return answers->n_napis ? bsearch(&key, answers->napis, answers->n_napis,
					  sizeof(*answers->napis), compare_napis)
				: NULL;
}

size_t netlink_find_first_napi(const struct netlink_answers *answers, uint32_t ifindex)
{
	const struct netlink_napi key = { .ifindex = ifindex };

	return array_lower_bound(answers->napis, answers->n_napis,
		sizeof(*answers->napis), &key, compare_napis);
}

size_t netlink_find_first_queue(const struct netlink_answers *answers, uint32_t ifindex)
{
	const struct netlink_queue key = { .ifindex = ifindex };

	return array_lower_bound(answers->queues, answers->n_queues,
		sizeof(*answers->queues), &key, compare_queues);
}
