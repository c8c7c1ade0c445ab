/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A SET, as users write it. */
#ifndef IRQKIT_SET_H
#define IRQKIT_SET_H

#include "set/set_parse.h"

/*
 * irqkit_topology_parse_set(), where @scope says what the words mean. CPUs of `current` may
 * be offline; one that is online must remain.
 *
 * @order: gets the order of the CPUs, unless it is NULL
 */
int set_parse(struct irqkit_topology *topology, const char *text, size_t len,
	const struct set_scope *scope, struct set_order *order,
	struct irqkit_cpuset **ret_set, size_t *reterr_at, char **reterr_message);

/* Does a part of the SET consist of this word? */
bool set_has_word(const char *text, size_t len, const char *word);

/* The same, also for a word that is typed wrong: what it means is needed to correct it. */
bool set_may_mean_word(const char *text, size_t len, const char *word);

void set_order_clear(struct set_order *order);

#endif
