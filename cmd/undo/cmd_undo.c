/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit undo: restores the values that a change replaced. */
#include "base/basics.h"
#include "base/read_number.h"
#include "base/say.h"
#include "undo/undo.h"

#include <errno.h>
#include <string.h>

static const struct option options[] = {
	{ "list", 'l', OPTION_FLAG, offsetof(struct undo_options, is_list), NULL,
		"list the changes that can be undone" },
	{ "force", 'f', OPTION_FLAG, offsetof(struct undo_options, is_forced), NULL,
		"also restore what was changed since then" },
	CHANGE_OPTIONS(struct undo_options, change),
	{ "no-ban", 0, OPTION_FLAG, offsetof(struct undo_options, change.keeps_bans),
		NULL, "leave the bans of the change in irqbalance as they are" },
	TABLE_OPTIONS(struct undo_options, table),
	{ 0 },
};

static void undo_free(struct undo *undo)
{
	irqkit_journal_free(undo->journal);
}

/* While a program keeps a change in force, undoing it would start a fight. */
static enum status check_stays(struct irqkit_ctx *ctx, const struct irqkit_change *change)
{
	unsigned int number;
	int pid;

	if (irqkit_stay_find(ctx, &pid, &number) < 0 ||
		number != irqkit_change_get_number(change))
		return STATUS_DONE;
	say_error(
		"'irqkit apply --stay' (pid %d) keeps change %u in force: end it first, "
		"with 'systemctl stop irqkit' or 'kill %d', then run 'irqkit undo %u'",
		pid, number, pid, number);
	return STATUS_REFUSED;
}

static enum status plan(struct change *change, void *data)
{
	struct undo *undo = data;
	enum status status;
	int r;

	change->undone = undo->change = NULL;
	irqkit_journal_free(undo->journal);
	undo->journal = NULL;
	status = undo_read_journal(change->ctx, "undo changes", &undo->journal);
	if (status != STATUS_DONE)
		return status;
	change->undone = undo->change = undo_find_change(undo);
	change->is_forced = undo->options->is_forced;
	if (!change->undone)
		return undo_say_no_change(undo, change->call->words[0]);
	status = change_writes(change->options) ? check_stays(change->ctx, undo->change)
						: STATUS_DONE;
	if (status != STATUS_DONE)
		return status;
	undo_prepare_report(undo, &change->report);
	r = irqkit_plan_add_undo(change->plan, change->undone, undo->options->is_forced);
	if (r == 0 && irqkit_plan_has_barrier(change->plan) &&
		!change_writes(change->options))
		report_add_remark(&change->report,
			strdup("The settings of its queues will be restored too: that "
			       "is planned after the change."));
	if (r == 0)
		return STATUS_DONE;
	/* the journal is fine: another run may be able to read the settings */
	say_error("cannot read the settings of change %u: %s%s",
		irqkit_change_get_number(change->undone),
		r == -EBADMSG ? "its file is damaged" : strerror(-r),
		r == irqkit_ctx_get_error(change->ctx) ? ": run 'irqkit undo' again"
						       : "");
	return STATUS_REFUSED;
}

/* After the channels are back: what they have reset. */
static enum status plan_rest(struct change *change, void *data)
{
	struct undo *undo = data;
	int r = irqkit_plan_add_undo_rest(
		change->plan, undo->change, undo->options->is_forced);

	if (r == 0)
		return STATUS_DONE;
	say_error("cannot read the settings of change %u: %s",
		irqkit_change_get_number(undo->change), strerror(-r));
	return STATUS_REFUSED;
}

/* Refuses options of the list for an undo, and options of an undo for the list. */
static bool check_options(const struct undo_options *o)
{
	const struct change_options *c = &o->change;

	if (!o->is_list && table_options_are_given(&o->table))
		say_error("--output, --sort, --noheadings, --raw and --pairs work only "
			  "with --list");
	else if (o->is_list &&
		(o->is_forced || c->is_script || c->keeps_going || c->wait ||
			c->keeps_bans))
		say_error("--list only lists and cannot be combined with --force, "
			  "--script, --keep-going, --wait or --no-ban");
	else
		return true;
	return false;
}

/* Numbers of changes begin with 1. */
static bool parse_number(const struct call *call, uint64_t *ret_number)
{
	const char *word = call->words[0];
	int r = word ? read_number(word, strlen(word), UINT32_MAX, ret_number) : 0;

	if (r == -ERANGE)
		*ret_number = UINT64_MAX; /* no change has it */
	if (!word || r == -ERANGE || (r == 0 && *ret_number > 0))
		return true;
	say_error(
		"undo takes the number of a change, not '%s': each 'irqkit undo' undoes "
		"the last change that is left, and 'irqkit undo --list' lists them",
		word);
	return false;
}

static enum status run(const struct call *call)
{
	const struct undo_options *o = call->state;
	struct change change CLEANUP(change_free) = { 0 };
	struct undo undo CLEANUP(undo_free) = { .options = o };
	enum status status;

	if (call->n_words > (o->is_list ? 0 : 1)) {
		say_error(o->is_list ? "undo --list takes no number"
				     : "undo takes at most one number");
		return STATUS_MISUSE;
	}
	if (!check_options(o) || !parse_number(call, &undo.number))
		return STATUS_MISUSE;
	if (o->is_list)
		return undo_list(call, o);
	status = change_run_with_rest(&change, call, &o->change, plan, plan_rest, &undo);
	if (status == STATUS_DONE)
		status = undo_say_left_alone(&change);
	if (change.undone && change.plan)
		undo_say_run_again(&change);
	return status;
}

static void print_columns(void)
{
	columns_print(" with --list", undo_columns);
}

const struct command cmd_undo = {
	.name = "undo",
	.args = "[OPTION...] [NUMBER]",
	.summary = "undo the last change, or an earlier one",
	.needs_root_to = "undo changes",
	.more = "Without NUMBER: undo the last change that has not been undone.\n"
		"\n"
		"  irqkit undo --list       list the changes and the commands that "
		"made them\n"
		"  irqkit undo --dry-run    show what would be restored\n"
		"  irqkit undo              restore the old values\n",
	.print_columns = print_columns,
	.options = options,
	.state_size = sizeof(struct undo_options),
	.run = run,
};
