/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table -> text (libsmartcols) or JSON (jansson). The only user of either. */
#include "table/render.h"
#include "base/say.h"
#include "base/text.h"

#include <jansson.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Is stdout to be coloured? */
static bool has_color(const struct common *common)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (common->color != COLOR_AUTO)
		return common->color == COLOR_ALWAYS;
	if ((no_color && *no_color) || !term || strcmp(term, "dumb") == 0)
		return false;
	return isatty(STDOUT_FILENO);
}

/* ------------------------------------------------------------------------------- */
/* Values as text                                                                  */

static char *join_texts(const char *const *texts)
{
	char *joined = NULL;

	for (size_t i = 0; texts[i]; i++)
		if (!text_join(&joined, ", ", texts[i]))
			return NULL;
	return joined ? joined : strdup("");
}

static char *format_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *format_text(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return text;
}

/* By hand: most cells are numbers, and printf takes ten times as long. */
static char *number_to_text(uint64_t number)
{
	char digits[24];
	size_t at = sizeof(digits) - 1;

	digits[at] = '\0';
	do
		digits[--at] = (char)('0' + number % 10);
	while (number /= 10);
	return strdup(digits + at);
}

/* The caller frees it; NULL: no memory. @absent is shown for an absent cell. */
static char *cell_to_text(const struct cell *cell, const char *absent)
{
	char *list = NULL;

	switch (cell->kind) {
	case CELL_TEXT:
		return strdup(cell->text);
	case CELL_TEXTS:
		return join_texts(cell->texts);
	case CELL_NUMBER:
		return number_to_text(cell->number);
	case CELL_INTEGER:
		return format_text("%lld", (long long)cell->integer);
	case CELL_BOOL:
		return strdup(cell->is_true ? "yes" : "no");
	case CELL_SHARE:
		return format_text("%.0f%%", cell->share * 100);
	case CELL_CPUS:
		if (irqkit_cpuset_is_empty(cell->cpus))
			return strdup(absent);
		irqkit_cpuset_format_list(cell->cpus, &list);
		return list;
	default:
		return strdup(absent);
	}
}

/* ------------------------------------------------------------------------------- */
/* Text                                                                            */

static int add_columns(struct libscols_table *out, const struct table *table)
{
	for (size_t i = 0; table->columns[i]; i++) {
		const struct column *column = table->columns[i];
		int flags = 0;

		if (column->flags & COLUMN_JSON_ONLY)
			continue;
		flags |= column->flags & COLUMN_RIGHT ? SCOLS_FL_RIGHT : 0;
		flags |= column->flags & COLUMN_TRUNCATE ? SCOLS_FL_TRUNC : 0;
		if (!scols_table_new_column(out, column->name, 0, flags))
			return -1;
	}
	return 0;
}

static int add_line(struct libscols_table *out, const struct table *table, void *row,
	const char *absent)
{
	struct libscols_line *line = scols_table_new_line(out, NULL);
	enum mark mark = MARK_NONE;
	size_t n = 0;

	if (!line)
		return -1;
	if (table->get_mark && scols_table_colors_wanted(out))
		mark = table->get_mark(row);
	if (mark != MARK_NONE)
		scols_line_set_color(line, mark == MARK_BUSY ? "red" : "gray");
	for (size_t i = 0; table->columns[i]; i++) {
		const struct column *column = table->columns[i];
		struct cell cell;
		char *text;

		if (column->flags & COLUMN_JSON_ONLY)
			continue;
		cell = column_get(column, row);
		text = cell_to_text(&cell, absent);
		free(cell.owned);
		if (text) /* libsmartcols escapes all other unsafe characters */
			text_straighten(text);
		if (!text || scols_line_refer_data(line, n++, text) < 0) {
			free(text);
			return -1;
		}
	}
	return 0;
}

enum status table_print(const struct table *table, const struct table_options *options,
	const struct common *common)
{
	struct libscols_table *out = scols_new_table();
	int r;

	if (!out)
		return say_no_memory();
	scols_table_enable_noheadings(out, options->no_headings);
	scols_table_enable_raw(out, options->is_raw);
	scols_table_enable_export(out, options->is_pairs);
	scols_table_enable_colors(out, has_color(common));
	r = add_columns(out, table);
	for (size_t i = 0; i < table->n_rows && r == 0; i++)
		r = add_line(out, table, table->rows[i], options->is_pairs ? "" : "-");
	/* main() reports a failed write, when it closes stdout */
	if (r == 0 && table->n_rows > 0)
		scols_print_table(out);
	scols_unref_table(out);
	return r == 0 ? STATUS_DONE : say_no_memory();
}

/* ------------------------------------------------------------------------------- */
/* JSON                                                                            */

static json_t *text_to_json(const char *text)
{
	char *repaired;
	json_t *json = json_string(text); /* NULL where it isn't UTF-8 */

	if (json)
		return json;
	repaired = text_repair(text);
	json = repaired ? json_string(repaired) : NULL;
	free(repaired);
	return json;
}

/* The largest integer of jansson stands for all above it: a real number would be rounded. */
static json_t *number_to_json(uint64_t number)
{
	return json_integer(number <= INT64_MAX ? (json_int_t)number : INT64_MAX);
}

static json_t *texts_to_json(const char *const *texts)
{
	json_t *array = json_array();

	for (size_t i = 0; array && texts[i]; i++)
		json_array_append_new(array, text_to_json(texts[i]));
	return array;
}

static json_t *cpus_to_json(const struct irqkit_cpuset *cpus)
{
	char *list = NULL;
	json_t *json;

	irqkit_cpuset_format_list(cpus, &list);
	json = list ? json_string(list) : NULL;
	free(list);
	return json;
}

static json_t *counts_to_json(const struct irqkit_interrupt *interrupt)
{
	size_t n = irqkit_interrupt_count_served(interrupt);
	json_t *object = json_object();

	for (size_t i = 0; object && i < n; i++) {
		unsigned int cpu;
		uint64_t count = irqkit_interrupt_get_served(interrupt, i, &cpu);
		char key[16];

		snprintf(key, sizeof(key), "%u", cpu);
		json_object_set_new(object, key, number_to_json(count));
	}
	return object;
}

static json_t *table_to_json(const struct table *table);

static json_t *cell_to_json(const struct cell *cell)
{
	switch (cell->kind) {
	case CELL_TEXT:
		return text_to_json(cell->text);
	case CELL_TEXTS:
		return texts_to_json(cell->texts);
	case CELL_NUMBER:
		return number_to_json(cell->number);
	case CELL_INTEGER:
		return json_integer((json_int_t)cell->integer);
	case CELL_BOOL:
		return json_boolean(cell->is_true);
	case CELL_SHARE:
		return json_real(cell->share);
	case CELL_CPUS:
		return cpus_to_json(cell->cpus);
	case CELL_COUNTS:
		return counts_to_json(cell->counts);
	case CELL_ROWS:
		return table_to_json(cell->table);
	default:
		return NULL;
	}
}

static json_t *row_to_json(const struct table *table, void *row)
{
	json_t *object = json_object();

	for (size_t i = 0; object && table->columns[i]; i++) {
		const struct column *column = table->columns[i];
		struct cell cell;
		json_t *json;

		if (!column->key)
			continue;
		cell = column_get(column, row);
		json = cell_to_json(&cell);
		free(cell.owned);
		if (cell.kind == CELL_ABSENT)
			continue;
		if (json_object_set_new(object, column->key, json) < 0) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

/* NULL: no memory */
static json_t *table_to_json(const struct table *table)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < table->n_rows; i++) {
		if (json_array_append_new(array, row_to_json(table, table->rows[i])) <
			0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

struct document {
	json_t *root; /* owned */
	bool has_failed;
};

static void add_json(struct document *document, const char *key, json_t *json)
{
	/* takes the reference even when it fails, and NULL as a failure */
	if (json_object_set_new(document->root, key, json) < 0)
		document->has_failed = true;
}

struct document *document_new(void)
{
	struct document *document = calloc(1, sizeof(*document));

	if (!document)
		return NULL;
	document->root = json_object();
	add_json(document, "irqkit", json_string(irqkit_version()));
	return document;
}

void document_add_text(struct document *document, const char *key, const char *text)
{
	if (document)
		add_json(document, key, text_to_json(text));
}

void document_add_number(struct document *document, const char *key, uint64_t number)
{
	if (document)
		add_json(document, key, number_to_json(number));
}

void document_add_bool(struct document *document, const char *key, bool is_true)
{
	if (document)
		add_json(document, key, json_boolean(is_true));
}

void document_add_real(struct document *document, const char *key, double real)
{
	if (document)
		add_json(document, key, json_real(real));
}

void document_add_cpus(
	struct document *document, const char *key, const struct irqkit_cpuset *cpus)
{
	json_t *array = json_array();

	if (!document)
		return;
	irqkit_cpuset_foreach (cpu, cpus)
		if (json_array_append_new(array, json_integer(cpu)) < 0)
			document->has_failed = true;
	add_json(document, key, array);
}

void document_add_texts(
	struct document *document, const char *key, const char *const *texts)
{
	static const char *const none[] = { NULL };

	if (document)
		add_json(document, key, texts_to_json(texts ? texts : none));
}

void document_add_table(
	struct document *document, const char *key, const struct table *table)
{
	if (document)
		add_json(document, key, table_to_json(table));
}

void document_free(struct document *document)
{
	if (!document)
		return;
	json_decref(document->root);
	free(document);
}

enum status document_print(const struct document *document)
{
	size_t flags = isatty(STDOUT_FILENO) ? JSON_INDENT(2) : JSON_COMPACT;

	if (!document || document->has_failed)
		return say_no_memory();
	/* what could not be written is seen when stdout is closed */
	json_dumpf(document->root, stdout, flags | JSON_REAL_PRECISION(6));
	putchar('\n');
	return STATUS_DONE;
}
