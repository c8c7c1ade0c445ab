/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What differs from policy files. Nothing here prints, except a warning. */
#ifndef CMD_CHECK_H
#define CMD_CHECK_H

#include "base/basics.h"
#include "policy/lines.h"
#include "table/render.h"

/* A row of the table: a setting that is not as the policy wants, or a missing ban. */
struct difference {
	const struct check *check;
	const struct irqkit_step *step;
	size_t index; /* of its step in the plan */
	bool is_undecided; /* its line decides when it is applied: not yet */
	bool is_ban; /* irqbalance does not leave the interrupt alone */
};

struct check {
	const struct call *call;
	struct irqkit_ctx *ctx; /* owned */
	struct irqkit_machine *machine; /* owned */
	struct irqkit_plan *plan; /* owned */
	struct lines lines;
	struct difference *rows; /* owned */
	struct table table;
	size_t n_settings; /* without those that cannot be moved */
	size_t n_bans; /* rows that are missing bans */
	struct irqkit_irqbalance *irqbalance; /* owned; NULL: its bans are not checked */
	struct irqkit_placed *placed; /* owned; NULL: not read, or it cannot be */
	bool has_read_placed;
};

void check_free(struct check *check);

/* Needs the lines. Fills in the rows of the table, and the counts. */
enum status check_find_differences(struct check *check);

/* Is everything as the policy wants? */
bool check_is_ok(const struct check *check);

/* The data of a row is a struct difference. */
extern const struct column check_columns[];

#endif
