/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by queue: why an interrupt goes to its CPU. */
#include "spread/spread_reason.h"

#include <stdio.h>
#include <string.h>

#define CROWD_NAME_SIZE 64

/* The first CPU of a pool; pools aren't empty. */
static uint32_t first_of(const uint64_t *pool)
{
	uint32_t word = 0;

	while (!pool[word])
		word++;
	return word * 64 + (uint32_t)__builtin_ctzll(pool[word]);
}

static void name_node(const struct spread_item *item, char text[static NODE_NAME_SIZE])
{
	spread_name_node(item, text);
	if (item->near && !item->is_local)
		strcpy(text, " of another node");
}

/*
 * "; the CPUs of node 1 have more queues": why it is not on its node, which has enough
 * CPUs.
 */
static void name_crowd(const struct spread_item *item, bool is_crowded,
	char text[static CROWD_NAME_SIZE])
{
	text[0] = '\0';
	if (is_crowded && item->near && !item->is_local)
		snprintf(text, CROWD_NAME_SIZE, "; the CPUs of node %d have more queues",
			item->node);
}

int spread_explain_next(struct spread_item *item, bool is_apart, bool is_crowded)
{
	bool is_first = item->round == 0 && item->place == first_of(item_get_reach(item));
	const char *reused = item->round > 0 ? ", reused" : "";
	char what[QUEUE_NAME_SIZE], where[NODE_NAME_SIZE], crowd[CROWD_NAME_SIZE];

	spread_name_queue(item, what);
	name_node(item, where);
	name_crowd(item, is_crowded, crowd);
	if (is_apart)
		return spread_set_reason(item,
			"%s%sCPU%s away from other first queues%s%s", what,
			*what ? ", " : "", where, reused, crowd);
	return spread_set_reason(item, "%s%s%s CPU%s%s%s", what, *what ? ", " : "",
		is_first ? "first" : "next", where, reused, crowd);
}

int spread_explain_with(struct spread_item *item, const struct spread_item *leader)
{
	char what[QUEUE_NAME_SIZE], with[QUEUE_NAME_SIZE];

	spread_name_queue(item, what);
	spread_name_queue(leader, with);
	if (!*what && !*with)
		return spread_set_reason(
			item, "same CPU as interrupt %u of the device", leader->irq);
	if (!*what)
		return spread_set_reason(item, "same CPU as the device's first queue");
	if (strcmp(what, with) != 0)
		return spread_set_reason(item, "%s, same CPU as %s", what, with);
	return spread_set_reason(item, "%s, same CPU as interrupt %u", what, leader->irq);
}

int spread_explain_stay(struct spread_item *item)
{
	char what[QUEUE_NAME_SIZE];

	spread_name_queue(item, what);
	return spread_set_reason(item, "%s%sstays on its CPU", what, *what ? ", " : "");
}
