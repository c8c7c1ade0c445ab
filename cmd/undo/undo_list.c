/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit undo --list: a row for each change of the journal. */
#include "base/basics.h"
#include "base/say.h"
#include "measure/open_machine.h"
#include "undo/undo.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

char *undo_format_time(const struct irqkit_change *change)
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
	char *text = undo_format_time(data);

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

/* "no" would say that the next undo may choose it, which an undo never does with an undo. */
static struct cell get_state(void *data)
{
	static const char *const words[] = {
		[IRQKIT_CHANGE_MADE] = "no",
		[IRQKIT_CHANGE_SKIPPED] = "skipped",
		[IRQKIT_CHANGE_UNDONE] = "yes",
	};
	enum irqkit_change_state state = irqkit_change_get_state(data);

	if (state == IRQKIT_CHANGE_MADE && irqkit_change_get_undoes(data))
		return ABSENT;
	return text_cell(words[state]);
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

const struct column undo_columns[] = {
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
	enum status status = table_prepare(table, undo_columns, &o->table, common);
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

enum status undo_list(const struct call *call, const struct undo_options *o)
{
	_cleanup_journal_ struct irqkit_journal *journal = NULL;
	struct table table CLEANUP(table_free) = { 0 };
	struct irqkit_ctx *ctx = NULL;
	enum status status = machine_open(call, &ctx);

	if (status == STATUS_DONE)
		status = undo_read_journal(ctx, "list changes", &journal);
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
