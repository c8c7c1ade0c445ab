/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit undo: restores the values that a change replaced. */
#include "base/basics.h"
#include "base/read_number.h"
#include "base/say.h"
#include "base/text.h"
#include "change/change.h"
#include "change/run_lock.h"
#include "measure/open_machine.h"
#include "table/render.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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
	{ "no-ban", 0, OPTION_FLAG, offsetof(struct undo_options, change.keeps_bans),
		NULL, "leave the bans of the change in irqbalance as they are" },
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

/* Local time; NULL: no memory, or no such time. */
static char *format_time(const struct irqkit_change *change)
{
	time_t seconds = (time_t)irqkit_change_get_time(change);
	char *text = malloc(32);
	struct tm tm;

	if (text && localtime_r(&seconds, &tm) &&
		strftime(text, 32, "%Y-%m-%d %H:%M:%S", &tm) > 0)
		return text;
	free(text);
	return NULL;
}

static struct cell get_date(void *data)
{
	char *text = format_time(data);

	return text ? owned_cell(text) : ABSENT;
}

static struct cell get_knobs(void *data)
{
	return number_cell(irqkit_change_count_knobs(data));
}

static struct cell get_undone(void *data)
{
	return bool_cell(irqkit_change_get_state(data) == IRQKIT_CHANGE_UNDONE);
}

static struct cell get_skipped(void *data)
{
	return bool_cell(irqkit_change_get_state(data) == IRQKIT_CHANGE_SKIPPED);
}

static struct cell get_state(void *data)
{
	static const char *const words[] = {
		[IRQKIT_CHANGE_MADE] = "no",
		[IRQKIT_CHANGE_SKIPPED] = "skipped",
		[IRQKIT_CHANGE_UNDONE] = "yes",
	};

	return text_cell(words[irqkit_change_get_state(data)]);
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
	{ "TIME", NULL, "time of the change", COLUMN_DEFAULT | COLUMN_DROP(3), get_date,
		0 },
	{ "TIME", "time", NULL, COLUMN_JSON_ONLY, get_time, 0 },
	{ "KNOBS", "knobs", "number of settings in the change",
		COLUMN_DEFAULT | COLUMN_RIGHT | COLUMN_DROP(1), get_knobs, 0 },
	{ "UNDONE", NULL, "whether it was undone, or skipped", COLUMN_DEFAULT, get_state,
		0 },
	{ "UNDONE", "undone", NULL, COLUMN_JSON_ONLY, get_undone, 0 },
	{ "UNDONE", "skipped", NULL, COLUMN_JSON_ONLY, get_skipped, 0 },
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
	struct irqkit_ctx *ctx, const char *what, struct irqkit_journal **ret_journal)
{
	int r = irqkit_journal_read(ctx, ret_journal);

	return r < 0 ? run_lock_say_unusable(ctx, "read", what, r) : STATUS_DONE;
}

/* A sentence for people; a script reads no line. */
static void say_empty_list(
	const struct irqkit_journal *journal, const struct common *common)
{
	if (common->is_quiet)
		return;
	if (irqkit_journal_count_unreadable(journal) > 0)
		say_error("all recorded changes are damaged");
	else if (isatty(STDOUT_FILENO))
		puts("No recorded changes since boot.");
	else
		say_error("no recorded changes since boot");
}

static enum status print_list(struct table *table, const struct irqkit_journal *journal,
	const struct undo_options *o, const struct common *common)
{
	enum status status = table_prepare(table, columns, &o->table, common);
	struct document *document;

	if (status != STATUS_DONE)
		return status;
	if (!common->is_json && table->n_rows == 0) {
		say_empty_list(journal, common);
		return STATUS_DONE;
	}
	if (!common->is_json)
		return table_print(table, &o->table, common);
	document = document_new();
	document_add_table(document, "journal", table);
	return document_finish(document);
}

static enum status list(const struct call *call, const struct undo_options *o)
{
	_cleanup_journal_ struct irqkit_journal *journal = NULL;
	struct table table CLEANUP(table_free) = { 0 };
	struct irqkit_ctx *ctx = NULL;
	enum status status = machine_open(call, &ctx);

	if (status == STATUS_DONE)
		status = read_journal(ctx, "list changes", &journal);
	irqkit_ctx_free(ctx);
	if (status != STATUS_DONE)
		return status;
	table.n_rows = irqkit_journal_count(journal);
	table.rows = calloc(table.n_rows + 1, sizeof(*table.rows));
	if (!table.rows)
		return say_no_memory();
	for (size_t i = 0; i < table.n_rows; i++)
		table.rows[i] = (void *)irqkit_journal_get(journal, i);
	return print_list(&table, journal, o, &call->common);
}

/* ------------------------------------------------------------------------------- */

/* The change that is undone, and the journal that has it. */
struct undo {
	const struct undo_options *options;
	uint64_t number; /* 0: the last change */
	struct irqkit_journal *journal; /* owned */
	const struct irqkit_change *change; /* in the journal; NULL: none was found */
};

static void undo_free(struct undo *undo)
{
	irqkit_journal_free(undo->journal);
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

/* The change with this number; 0: the last one that is left. */
static const struct irqkit_change *find_change(const struct undo *undo)
{
	for (size_t i = irqkit_journal_count(undo->journal); i-- > 0;) {
		const struct irqkit_change *change = irqkit_journal_get(undo->journal, i);

		if (undo->number ? irqkit_change_get_number(change) == undo->number
				 : is_left(change, undo->options->is_forced))
			return change;
	}
	return NULL;
}

/* The change that the next undo takes, after this one; or NULL. */
static const struct irqkit_change *find_next(const struct undo *undo)
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

/* ------------------------------------------------------------------------------- */
/* The report                                                                      */

static void remark_change(const struct irqkit_change *change)
{
	_cleanup_free_ char *date = format_time(change);
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
	const struct irqkit_change *next = has_undone ? find_next(undo) : NULL;

	if (irqkit_journal_count(undo->journal) < 2)
		return;
	if (next)
		printf("The next 'irqkit undo' undoes change %u.\n",
			irqkit_change_get_number(next));
	puts("Others: 'irqkit undo NUMBER'; 'irqkit undo --list' lists the changes.");
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

/* Where --force does not help, running undo again may. */
static void say_run_again(const struct change *change)
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

static enum status say_left_alone(const struct change *change)
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

static bool has_skipped(const struct irqkit_journal *journal)
{
	bool has = false;

	for (size_t i = 0; i < irqkit_journal_count(journal); i++)
		has |= irqkit_change_get_state(irqkit_journal_get(journal, i)) ==
			IRQKIT_CHANGE_SKIPPED;
	return has;
}

static enum status say_no_change(const struct undo *undo, const char *word)
{
	if (irqkit_journal_count(undo->journal) == 0 &&
		irqkit_journal_count_unreadable(undo->journal) > 0)
		say_error("nothing to undo: the recorded changes are damaged");
	else if (irqkit_journal_count(undo->journal) == 0)
		say_error("nothing to undo: no recorded changes since boot");
	else if (word)
		say_error("there is no change %s: 'irqkit undo --list' lists the "
			  "changes",
			word);
	else
		say_error("nothing to undo: every recorded change has been undone%s; "
			  "'irqkit undo --list' lists them",
			has_skipped(undo->journal) ? " or skipped" : "");
	return STATUS_NO_MATCH;
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
	status = read_journal(change->ctx, "undo changes", &undo->journal);
	if (status != STATUS_DONE)
		return status;
	change->undone = undo->change = find_change(undo);
	change->is_forced = undo->options->is_forced;
	if (!change->undone)
		return say_no_change(undo, change->call->words[0]);
	status = change_writes(change->options) ? check_stays(change->ctx, undo->change)
						: STATUS_DONE;
	if (status != STATUS_DONE)
		return status;
	change->report.shows_skipped = true;
	change->report.is_undo = true;
	change->report.add_remark = add_remark;
	change->report.add_keys = add_keys;
	change->report.data = undo;
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
		return list(call, o);
	status = change_run_with_rest(&change, call, &o->change, plan, plan_rest, &undo);
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
