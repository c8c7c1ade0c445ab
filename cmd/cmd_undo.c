/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit undo: restores the values that a change replaced. */
#include "base/basics.h"
#include "base/read_number.h"
#include "base/say.h"
#include "change/change.h"
#include "change/run_lock.h"
#include "measure/open_machine.h"
#include "table/render.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct undo_options {
	struct change_options change;
	struct table_options table;
	bool is_list;
	bool is_forced;
};

static const struct option options[] = {
	{ "list", 'l', OPTION_FLAG, offsetof(struct undo_options, is_list), NULL,
		"list the changes that can be undone" },
	{ "force", 'f', OPTION_FLAG, offsetof(struct undo_options, is_forced), NULL,
		"also restore what was changed since then" },
	CHANGE_OPTIONS(struct undo_options, change),
	TABLE_OPTIONS(struct undo_options, table),
	{ 0 },
};

/* ------------------------------------------------------------------------------- */
/* --list                                                                          */

static struct cell get_number(void *data)
{
	return number_cell(irqkit_change_get_number(data));
}

static struct cell get_time(void *data)
{
	return (struct cell){
		.kind = CELL_INTEGER,
		.integer = irqkit_change_get_time(data),
	};
}

static struct cell get_date(void *data)
{
	time_t seconds = (time_t)irqkit_change_get_time(data);
	char *text = malloc(32);
	struct tm tm;

	if (!text || !localtime_r(&seconds, &tm) ||
		strftime(text, 32, "%Y-%m-%d %H:%M:%S", &tm) == 0) {
		free(text);
		return ABSENT;
	}
	return owned_cell(text);
}

static struct cell get_knobs(void *data)
{
	return number_cell(irqkit_change_count_knobs(data));
}

static struct cell get_undone(void *data)
{
	return bool_cell(irqkit_change_is_undone(data));
}

static struct cell get_undoes(void *data)
{
	unsigned int undoes = irqkit_change_get_undoes(data);

	return undoes ? number_cell(undoes) : ABSENT;
}

static struct cell get_command(void *data)
{
	return text_cell(irqkit_change_get_command(data));
}

static const struct column columns[] = {
	{ "NUMBER", "number", "for 'irqkit undo NUMBER'", COLUMN_DEFAULT | COLUMN_RIGHT,
		get_number, 0 },
	{ "TIME", NULL, "time of the change", COLUMN_DEFAULT, get_date, 0 },
	{ "TIME", "time", NULL, COLUMN_JSON_ONLY, get_time, 0 },
	{ "KNOBS", "knobs", "number of settings in the change",
		COLUMN_DEFAULT | COLUMN_RIGHT, get_knobs, 0 },
	{ "UNDONE", "undone", "whether it was undone", COLUMN_DEFAULT, get_undone, 0 },
	{ "UNDOES", "undoes", "the change that it undid", COLUMN_RIGHT, get_undoes, 0 },
	{ "COMMAND", "command", "the command that made it",
		COLUMN_DEFAULT | COLUMN_TRUNCATE, get_command, 0 },
	{ 0 },
};

static void free_journal(struct irqkit_journal **journal)
{
	irqkit_journal_free(*journal);
}
#define _cleanup_journal_ CLEANUP(free_journal)

static enum status read_journal(
	struct irqkit_ctx *ctx, struct irqkit_journal **ret_journal)
{
	int r = irqkit_journal_read(ctx, ret_journal);

	return r < 0 ? run_lock_say_unusable(ctx, "read", r) : STATUS_DONE;
}

static enum status print_list(
	struct table *table, const struct undo_options *o, const struct common *common)
{
	enum status status = table_prepare(table, columns, &o->table, common);
	struct document *document;

	if (status != STATUS_DONE)
		return status;
	if (!common->is_json && table->n_rows == 0 && !common->is_quiet)
		say_error("no change has been recorded since boot");
	if (!common->is_json)
		return table_print(table, &o->table, common);
	document = document_new();
	document_add_table(document, "journal", table);
	status = document_print(document);
	document_free(document);
	return status;
}

static enum status list(const struct call *call, const struct undo_options *o)
{
	_cleanup_journal_ struct irqkit_journal *journal = NULL;
	struct table table CLEANUP(table_free) = { 0 };
	struct irqkit_ctx *ctx = NULL;
	enum status status = machine_open(call, &ctx);

	if (status == STATUS_DONE)
		status = read_journal(ctx, &journal);
	irqkit_ctx_free(ctx);
	if (status != STATUS_DONE)
		return status;
	table.n_rows = irqkit_journal_count(journal);
	table.rows = calloc(table.n_rows + 1, sizeof(*table.rows));
	if (!table.rows)
		return say_no_memory();
	for (size_t i = 0; i < table.n_rows; i++)
		table.rows[i] = (void *)irqkit_journal_get(journal, i);
	return print_list(&table, o, &call->common);
}

/* ------------------------------------------------------------------------------- */

/* The change with this number; 0: the last one that is not undone and not an undo. */
static const struct irqkit_change *find_change(
	const struct irqkit_journal *journal, uint64_t number)
{
	for (size_t i = irqkit_journal_count(journal); i-- > 0;) {
		const struct irqkit_change *change = irqkit_journal_get(journal, i);

		if (number ? irqkit_change_get_number(change) == number
			   : !irqkit_change_is_undone(change) &&
					!irqkit_change_get_undoes(change))
			return change;
	}
	return NULL;
}

/* How many were skipped or failed because a file could not be read or written this time. */
static size_t count_unreachable(const struct irqkit_plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < irqkit_plan_count(plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(plan, i);
		enum irqkit_result result = irqkit_step_get_result(step);
		int error = irqkit_step_get_error(step);

		n += result == IRQKIT_FAILED ||
			(result == IRQKIT_SKIPPED && error && error != ENOENT &&
				error != ESRCH);
	}
	return n;
}

static size_t count_changed_since(const struct irqkit_plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < irqkit_plan_count(plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(plan, i);

		n += irqkit_step_get_result(step) == IRQKIT_SKIPPED &&
			irqkit_step_get_error(step) == 0;
	}
	return n;
}

/* Where --force does not help, running undo again may. */
static void say_run_again(const struct change *change)
{
	size_t n = count_unreachable(change->plan);
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

static enum status say_left_alone(const struct change *change)
{
	const struct common *common = &change->call->common;
	bool is_told = !common->is_quiet || common->is_json ||
		change->options->is_dry_run;
	size_t left = irqkit_plan_count_results(change->plan, IRQKIT_SKIPPED);
	size_t changed = count_changed_since(change->plan);

	if (left == 0)
		return STATUS_DONE;
	if (change_is_all_gone(change))
		say_error("cannot restore %zu setting%s: gone since then", left,
			left == 1 ? "" : "s");
	else if (changed > 0)
		say_error("%zu skipped: %s shows why; --force also restores what was "
			  "changed since then",
			changed, is_told ? "the report" : "--dry-run");
	return STATUS_REFUSED;
}

static enum status say_no_change(const struct irqkit_journal *journal, const char *word)
{
	if (irqkit_journal_count(journal) == 0)
		say_error("nothing to undo: no change has been recorded since boot");
	else if (word)
		say_error("there is no change %s: 'irqkit undo --list' lists the "
			  "changes",
			word);
	else
		say_error("nothing to undo: every recorded change has been undone; "
			  "'irqkit undo --list' lists them");
	return STATUS_NO_MATCH;
}

/* The change that is undone, and the journal that has it. */
struct undo {
	const struct undo_options *options;
	uint64_t number; /* 0: the last change */
	struct irqkit_journal *journal; /* owned */
};

static void undo_free(struct undo *undo)
{
	irqkit_journal_free(undo->journal);
}

static enum status plan(struct change *change, void *data)
{
	struct undo *undo = data;
	enum status status;
	int r;

	change->undone = NULL;
	irqkit_journal_free(undo->journal);
	undo->journal = NULL;
	status = read_journal(change->ctx, &undo->journal);
	if (status != STATUS_DONE)
		return status;
	change->undone = find_change(undo->journal, undo->number);
	if (!change->undone)
		return say_no_change(undo->journal, change->call->words[0]);
	change->report.shows_skipped = true;
	change->report.is_undo = true;
	r = irqkit_plan_add_undo(change->plan, change->undone, undo->options->is_forced);
	if (r == 0)
		return STATUS_DONE;
	/* the journal is fine: another run may be able to read the settings */
	say_error("cannot read the settings of change %u: %s%s",
		irqkit_change_get_number(change->undone), strerror(-r),
		r == irqkit_ctx_get_error(change->ctx) ? ": run 'irqkit undo' again"
						       : "");
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
		(o->is_forced || c->is_script || c->keeps_going || c->wait))
		say_error("--list only lists and cannot be combined with --force, "
			  "--script, --keep-going or --wait");
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
		return list(call, o);
	status = change_run(&change, call, &o->change, plan, &undo);
	if (status == STATUS_DONE)
		status = say_left_alone(&change);
	if (change.undone && change.plan)
		say_run_again(&change);
	return status;
}

static void print_columns(void)
{
	columns_print(" with --list", columns);
}

const struct command cmd_undo = {
	.name = "undo",
	.args = "[OPTION...] [NUMBER]",
	.summary = "undo the last change, or an earlier one",
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
