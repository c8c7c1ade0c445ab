/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The change that irqkit undo restores, and the journal that has it. */
#ifndef CMD_UNDO_H
#define CMD_UNDO_H

#include "base/command.h"
#include "base/options.h"
#include "change/change.h"
#include "table/render.h"

#include <irqkit.h>
#include <stdbool.h>
#include <stdint.h>

struct undo_options {
	struct change_options change;
	struct table_options table;
	bool is_list;
	bool is_forced;
};

struct undo {
	const struct undo_options *options;
	uint64_t number; /* 0: the last change */
	struct irqkit_journal *journal; /* owned */
	const struct irqkit_change *change; /* in the journal; NULL: none was found */
};

/* Reads the journal; if it cannot be used, says so. @what: "undo changes" */
enum status undo_read_journal(
	struct irqkit_ctx *ctx, const char *what, struct irqkit_journal **ret_journal);

/* The change with the number; 0: the last one that is left. NULL: there is none. */
const struct irqkit_change *undo_find_change(const struct undo *undo);

/* The change that the next undo takes, after this one; or NULL. */
const struct irqkit_change *undo_find_next(const struct undo *undo);

/* When it was made, in local time; the caller frees it. NULL: no memory, or no such time. */
char *undo_format_time(const struct irqkit_change *change);

extern const struct column undo_columns[];

/* undo --list */
enum status undo_list(const struct call *call, const struct undo_options *o);

/* What the report on the change has beside its rows. */
void undo_prepare_report(struct undo *undo, struct report *report);

/* Says what was not restored, and why. */
enum status undo_say_left_alone(const struct change *change);

/* Where --force does not help, running undo again may: says so. */
void undo_say_run_again(const struct change *change);

/* Says that there is no change to undo. @word: the number that was given, or NULL. */
enum status undo_say_no_change(const struct undo *undo, const char *word);

#endif
