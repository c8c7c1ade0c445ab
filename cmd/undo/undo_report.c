/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What irqkit undo says of the change that it restores. */
#include "base/basics.h"
#include "base/fold.h"
#include "base/say.h"
#include "base/text.h"
#include "undo/undo.h"

#include <stdio.h>
#include <string.h>

static void remark_change(const struct irqkit_change *change)
{
	_cleanup_free_ char *date = undo_format_time(change);
	_cleanup_free_ char *command = text_escape(irqkit_change_get_command(change));

	printf("Undo of change %u", irqkit_change_get_number(change));
	if (date)
		printf(" (%s)", date);
	printf(": %s\n", command ? command : "");
}

/* Is the change undone, at least in part? If not, the next undo may take it again. */
static bool is_made(const struct undo *undo, const struct report *report)
{
	const struct irqkit_plan *plan = report->plan;
	size_t failed = irqkit_plan_count_results(plan, IRQKIT_FAILED);
	size_t untried = irqkit_plan_count_results(plan, IRQKIT_PLANNED);
	size_t skipped = irqkit_plan_count_results(plan, IRQKIT_SKIPPED);

	if (report->is_dry_run ||
		(irqkit_change_get_undoes(undo->change) > 0 &&
			skipped == irqkit_plan_count(plan)))
		return false;
	return failed + untried == 0 ||
		(report->keeps_going && irqkit_plan_count_written(plan) > 0);
}

/* How to reach the other changes. */
static void remark_others(const struct undo *undo, bool has_undone)
{
	const struct irqkit_change *next = has_undone ? undo_find_next(undo) : NULL;

	if (irqkit_journal_count(undo->journal) < 2)
		return;
	if (next)
		print_sentence("The next 'irqkit undo' undoes change %u.\n",
			irqkit_change_get_number(next));
	print_sentence("Others: 'irqkit undo NUMBER'; 'irqkit undo --list' lists the "
		       "changes.\n");
}

static void add_remark(const struct report *report)
{
	const struct undo *undo = report->data;

	remark_change(undo->change);
	remark_others(undo, is_made(undo, report));
}

static void add_keys(const struct report *report, struct document *document)
{
	const struct undo *undo = report->data;

	document_add_number(document, "undoes", irqkit_change_get_number(undo->change));
}

void undo_prepare_report(struct undo *undo, struct report *report)
{
	report->shows_skipped = true;
	report->is_undo = true;
	report->add_remark = add_remark;
	report->add_keys = add_keys;
	report->data = undo;
}

/* How many steps of a plan are such? */
static size_t count_steps(
	const struct irqkit_plan *plan, bool (*is_such)(const struct irqkit_step *step))
{
	size_t n = 0;

	for (size_t i = 0; i < irqkit_plan_count(plan); i++)
		n += is_such(irqkit_plan_get(plan, i));
	return n;
}

/* Another run may restore it: nothing about the setting itself is in the way. */
static bool is_unreachable(const struct irqkit_step *step)
{
	enum irqkit_result result = irqkit_step_get_result(step);

	return result == IRQKIT_FAILED ||
		(result == IRQKIT_SKIPPED && irqkit_step_get_error(step) &&
			!change_lost_its_thing(step));
}

void undo_say_run_again(const struct change *change)
{
	size_t n = count_steps(change->plan, is_unreachable);
	unsigned int number = irqkit_change_get_number(change->undone);

	if (n == 0)
		return;
	say_error("cannot restore %zu setting%s now; to restore %s later, run "
		  "'irqkit undo %u' again%s",
		n, n == 1 ? "" : "s", n == 1 ? "it" : "them", number,
		change->options->keeps_going ||
				irqkit_plan_count_results(change->plan, IRQKIT_FAILED) ==
					0
			? ""
			: ", or add --keep-going to restore the others now");
}

enum status undo_say_left_alone(const struct change *change)
{
	size_t gone = count_steps(change->plan, change_lost_its_thing);
	size_t changed = count_steps(change->plan, irqkit_step_was_changed_since);
	unsigned int number = irqkit_change_get_number(change->undone);

	if (gone > 0)
		say_error("cannot restore %zu setting%s: %s belonged to something that "
			  "is gone",
			gone, gone == 1 ? "" : "s", gone == 1 ? "it" : "they");
	if (changed > 0)
		say_error("%zu setting%s skipped: changed since then; 'irqkit undo "
			  "--force %u' restores %s too",
			changed, changed == 1 ? "" : "s", number,
			changed == 1 ? "it" : "them");
	return irqkit_plan_count_results(change->plan, IRQKIT_SKIPPED) > 0
		? STATUS_REFUSED
		: STATUS_DONE;
}

/* The newest change of which settings were skipped; 0: none. */
static unsigned int find_skipped(const struct irqkit_journal *journal)
{
	unsigned int found = 0;

	for (size_t i = 0; i < irqkit_journal_count(journal); i++) {
		const struct irqkit_change *change = irqkit_journal_get(journal, i);

		if (irqkit_change_get_state(change) == IRQKIT_CHANGE_SKIPPED &&
			irqkit_change_get_number(change) > found)
			found = irqkit_change_get_number(change);
	}
	return found;
}

enum status undo_say_no_change(const struct undo *undo, const char *word)
{
	unsigned int skipped = find_skipped(undo->journal);

	if (irqkit_journal_count(undo->journal) == 0 &&
		irqkit_journal_count_unreadable(undo->journal) > 0)
		say_error("nothing to undo: the recorded changes are damaged");
	else if (irqkit_journal_count(undo->journal) == 0)
		say_error("nothing to undo: no recorded changes since boot");
	else if (word)
		say_error("there is no change %s: 'irqkit undo --list' lists the "
			  "changes",
			word);
	else if (skipped)
		say_error(
			"nothing to undo: every recorded change has been undone or "
			"skipped; 'irqkit undo %u' tries the settings that were skipped "
			"again",
			skipped);
	else
		say_error("nothing to undo: every recorded change has been undone; "
			  "'irqkit undo --list' lists them");
	return STATUS_NO_MATCH;
}
