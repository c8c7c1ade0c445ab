/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which change irqkit undo takes. */
#include "change/run_lock.h"
#include "undo/undo.h"

enum status undo_read_journal(
	struct irqkit_ctx *ctx, const char *what, struct irqkit_journal **ret_journal)
{
	int r = irqkit_journal_read(ctx, ret_journal);

	return r < 0 ? run_lock_say_unusable(ctx, "read", what, r) : STATUS_DONE;
}

/*
 * Can it be undone without its number? One of which something was skipped can only with
 * --force: otherwise each undo would stop at it.
 */
static bool is_left(const struct irqkit_change *change, bool is_forced)
{
	enum irqkit_change_state state = irqkit_change_get_state(change);

	return irqkit_change_get_undoes(change) == 0 &&
		(state == IRQKIT_CHANGE_MADE ||
			(state == IRQKIT_CHANGE_SKIPPED && is_forced));
}

const struct irqkit_change *undo_find_change(const struct undo *undo)
{
	for (size_t i = irqkit_journal_count(undo->journal); i-- > 0;) {
		const struct irqkit_change *change = irqkit_journal_get(undo->journal, i);

		if (undo->number ? irqkit_change_get_number(change) == undo->number
				 : is_left(change, undo->options->is_forced))
			return change;
	}
	return NULL;
}

const struct irqkit_change *undo_find_next(const struct undo *undo)
{
	unsigned int redone = irqkit_change_get_undoes(undo->change);

	for (size_t i = irqkit_journal_count(undo->journal); i-- > 0;) {
		const struct irqkit_change *change = irqkit_journal_get(undo->journal, i);

		if (change != undo->change &&
			(is_left(change, false) ||
				irqkit_change_get_number(change) == redone))
			return change;
	}
	return NULL;
}
