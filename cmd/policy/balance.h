/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines with --every: `apply --stay` decides them again and again, by load. */
#ifndef CMD_BALANCE_H
#define CMD_BALANCE_H

#include "change/change.h"

#include <stdint.h>

struct balance_line {
	size_t line; /* of the policy */
	unsigned int seconds;
	int64_t due; /* when its period ends, in ms of a monotonic clock */
	int64_t began; /* when its period began, in ms */
	struct irqkit_sample *before; /* owned, or NULL: when its period began */
	struct irqkit_load *load; /* owned, or NULL: what fired in it */
	bool is_due;
};

struct balance {
	struct irqkit_policies *policy;
	struct balance_line *lines; /* owned */
	size_t n, room;
};

void balance_free(struct balance *balance);

/* The lines of a policy that have --every; their first period begins at @now. */
enum status balance_start(
	struct balance *balance, struct irqkit_policies *policy, int64_t now);

/* When the next period ends; -1: no line has one. */
int64_t balance_get_due(const struct balance *balance);

/*
 * Ends the periods that are over at @now. True: in one of them, a CPU was busy: the line is
 * decided again in the plans until balance_end().
 */
bool balance_begin(struct balance *balance, struct irqkit_ctx *ctx, int64_t now);
bool balance_is_due(const struct balance *balance);

/* Before each such plan: the counts of the period for the rows of the machine. */
enum status balance_count(struct balance *balance, const struct change *change);
/*
 * After the plan: the next periods begin at @now. If the plan was put off, the counts are
 * kept: the same periods end a little later.
 */
void balance_end(
	struct balance *balance, struct irqkit_ctx *ctx, bool is_put_off, int64_t now);

#endif
