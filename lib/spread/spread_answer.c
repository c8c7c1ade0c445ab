/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by load: a placement becomes the result, with its reasons. */
#include "spread/spread_answer.h"
#include "spread/spread_room.h"

#include <stdio.h>
#include <string.h>

/*
 * "moves to node 1; ": an interrupt may move although that relieves nobody, because the
 * CPU that handles it is not one of those that it should use. Is the node named?
 */
static bool explain_leaving(const struct irqkit_spread *spread,
	const struct spread_item *item, char text[static NODE_NAME_SIZE])
{
	const struct spread_cpu *now = item->now_index == NONE
		? NULL
		: &spread->cpus[item->now_index];
	bool is_to_node = now && now->is_target && item->is_local &&
		now->node != item->node;

	text[0] = '\0';
	if (is_to_node)
		snprintf(text, NODE_NAME_SIZE, "moves to node %d; ", item->node);
	else if (item->now >= 0)
		snprintf(text, NODE_NAME_SIZE, "leaves CPU %d; ", item->now);
	return is_to_node;
}

/* The interrupt of its queue that stays on the CPU where this one goes; NULL: none. */
static const struct spread_item *find_waiting(const struct units *units,
	const struct unit *unit, const struct spread_item *item, uint32_t cpu)
{
	for (uint32_t k = 0; k < unit->count; k++) {
		const struct spread_item *other = units_get_item(units, unit, k);

		if (other != item && item_can_stay(other) && other->now_index == cpu)
			return other;
	}
	return NULL;
}

/* "tx-0, same CPU as rx-0" */
static int explain_joining(struct spread_item *item, const struct spread_item *waiting)
{
	char what[QUEUE_NAME_SIZE], with[QUEUE_NAME_SIZE];

	spread_name_queue(item, what);
	spread_name_queue(waiting, with);
	if (strcmp(what, with) == 0)
		snprintf(with, sizeof(with), "interrupt %u", waiting->irq);
	return spread_set_reason(item, "%s, same CPU as %s", what, with);
}

static int explain(struct irqkit_spread *spread, struct spread_item *item, enum how how)
{
	const struct spread_cpu *now = NULL;
	char where[NODE_NAME_SIZE], first[NODE_NAME_SIZE];

	if (item_can_stay(item))
		now = &spread->cpus[item->now_index];
	if (now && now->before >= spread->cpus[item->place].before)
		return spread_set_reason(item, "relieves CPU %u", now->cpu);
	if (now)
		return spread_set_reason(item, "makes room for busier interrupts");
	where[0] = '\0';
	if (!explain_leaving(spread, item, first))
		spread_name_node(item, where);
	if (how == HOW_HEAVY)
		return spread_set_reason(
			item, "%sbusiest first, least loaded CPU%s", first, where);
	if (how == HOW_LIGHT)
		return spread_set_reason(
			item, "%sidle, CPU%s with the fewest interrupts", first, where);
	return spread_set_reason(item, "%sevens out the load%s", first, where);
}

/* It has as many CPUs as it is to have, and may have them. */
static bool is_wide(const struct irqkit_spread *spread, const struct spread_item *item)
{
	if (spread->width == 1)
		return true;
	if (!item->affinity || irqkit_cpuset_count(item->affinity) != spread->width)
		return false;
	irqkit_cpuset_foreach (cpu, item->affinity) {
		uint32_t i = cpu < spread->n_index_of ? spread->index_of[cpu] : NONE;

		if (i == NONE || !pool_has(item->pool, i))
			return false;
	}
	return true;
}

/* It stays where it is. Without any load, a new number of CPUs is not worth a write. */
static int stay(struct irqkit_spread *spread, const struct search *s,
	struct spread_item *item, bool is_keep)
{
	if (s->total > 0 && !is_wide(spread, item))
		return spread_set_reason(item,
			"stays, with the requested number of "
			"CPUs");
	item->place = NONE;
	return spread_set_reason(item, is_keep ? "stays: no gain" : "stays");
}

static int answer_item(struct irqkit_spread *spread, const struct search *s,
	const struct trial *p, uint32_t index, uint32_t member, bool is_keep)
{
	const struct unit *unit = &s->units->list[index];
	struct spread_item *item = &spread->items[s->units->members[member]];
	uint32_t cpu = p->cpu_of[index];
	const struct spread_item *waiting;

	spread_take(spread, item, cpu);
	item->full = p->full[index];
	if (cpu == item->now_index)
		return stay(spread, s, item, is_keep);
	waiting = find_waiting(s->units, unit, item, cpu);
	return waiting ? explain_joining(item, waiting)
		       : explain(spread, item, p->how[index]);
}

/* Extra CPUs come last: they must not take vectors. */
int spread_answer(struct irqkit_spread *spread, const struct search *s,
	const struct trial *p, bool is_keep)
{
	int r = 0;

	for (uint32_t i = 0; i < s->units->n; i++) {
		const struct unit *unit = &s->units->list[i];

		for (uint32_t k = 0; k < unit->count && p->cpu_of[i] != NONE && r == 0;
			k++)
			r = answer_item(spread, s, p, i, unit->first + k, is_keep);
	}
	for (uint32_t i = 0; i < spread->n_items && r == 0; i++)
		if (spread->items[i].place != NONE)
			r = spread_widen(spread, &spread->items[i]);
	return r;
}
