/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interrupts that irqbalance leaves alone for a change. */
#ifndef IRQKIT_BAN_H
#define IRQKIT_BAN_H

#include "base/number_list.h"

#include <irqkit.h>

/* What one irqbalance is asked to leave alone, or, for an undo, to handle again. */
struct ban {
	unsigned int pid;
	char *start; /* owned; when that process began */
	bool is_taken_back;
	bool is_made;
	/*
	 * For the change; those that are new were not banned before, or are banned no more
	 * after. The others are banned for an earlier change, too.
	 */
	struct number_list irqs, new_irqs;
};

struct ban_list {
	struct ban *bans; /* owned */
	size_t n, room;
	bool is_optional; /* without them, the change is made all the same */
	int error; /* why they were not made, if they are optional; 0: they were */
	struct number_list shown; /* the new ones of all */
	struct number_list forgotten; /* of an irqbalance that has ended since then */
};

/* ban.c */
void ban_list_clear(struct ban_list *list);
struct ban *ban_list_find(const struct ban_list *list, unsigned int pid,
	const char *start, bool is_taken_back);
/* The same, or a new one. */
int ban_list_get(struct ban_list *list, unsigned int pid, const char *start,
	bool is_taken_back, struct ban **ret_ban);
/* Adds what a later change has. */
int ban_list_add_all(struct ban_list *list, const struct ban_list *others);

/* plan_ban.c */
int plan_add_undo_of_bans(struct irqkit_plan *plan, const struct irqkit_change *change);
bool plan_has_planned_bans(const struct irqkit_plan *plan);
bool plan_has_made_bans(const struct irqkit_plan *plan);
/*
 * All, or none. If they are optional, a failure is kept in the plan, and the journal does
 * not have them any more.
 */
int plan_make_bans(
	struct irqkit_plan *plan, struct irqkit_lock *lock, const char *command);
int plan_take_back_bans(struct irqkit_plan *plan);

#endif
