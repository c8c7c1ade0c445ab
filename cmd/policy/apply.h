/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `apply` does with the lines of a policy, once and with --stay. */
#ifndef CMD_APPLY_H
#define CMD_APPLY_H

#include "change/change.h"
#include "policy/balance.h"
#include "policy/lines.h"

struct apply {
	struct lines lines;
	unsigned int seconds; /* to measure; 0: no line needs that */
	unsigned int flags; /* IRQKIT_POLICIES_ANEW, or 0 */
	bool has_planned; /* once; a second plan repeats no warning */
	const struct call *call;
	bool is_kept; /* --stay: what depends on counts was decided, and is compared */
	struct irqkit_sample *before; /* owned; the counters before they are measured */
	struct irqkit_load *load; /* owned; what came in that time */
	struct balance balance; /* --stay: lines with --every */
};

void apply_free(struct apply *apply);

/* Reads the lines, and says what is wrong with them. */
enum status apply_read_lines(struct apply *apply, const struct call *call);

/* What fired since @apply->before, in the rows that the machine has now. */
enum status apply_count(struct apply *apply, const struct change *change);

/* For the policy script of irqbalance. Without the lock, everything is saved already. */
enum status apply_save_placed(const struct change *change);

/* Later checks compare with what was applied. @data: struct apply */
enum status apply_keep(struct change *change, void *data);

/* Can --stay be combined with the other options? */
enum status apply_check_stay(const struct call *call, const struct change_options *o);

/* Keeps the settings in force, until a signal comes. */
enum status apply_run_stay(struct apply *apply, const struct change_options *o);

#endif
