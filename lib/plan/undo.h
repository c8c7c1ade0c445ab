/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One entry of a change, restored. */
#ifndef IRQKIT_UNDO_H
#define IRQKIT_UNDO_H

#include "plan/journal.h"
#include "plan/plan.h"

/* Adds the step that restores the old value, or says why it is skipped. */
int undo_add_entry(struct irqkit_plan *plan, const struct journal_entry *entry,
	bool force, struct irqkit_step **ret_step);

/*
 * The entries of a change in an array that the caller frees; their fields belong to the
 * change. An old value that an undone change wrote is replaced by the one before it.
 */
int undo_get_entries(struct irqkit_ctx *ctx, const struct irqkit_change *change,
	struct journal_entry **ret_entries);

/* A value that was saved because a barrier might reset it; irqkit did not set it. */
bool undo_is_saved(const struct journal_entry *entry);

#endif
