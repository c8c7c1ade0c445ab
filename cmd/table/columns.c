/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns that -o and --sort name, and the order of the rows. */
#include "table/columns.h"
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool table_options_are_plain(
	const struct table_options *options, const struct common *common)
{
	return !options->output && !options->no_headings && !options->is_raw &&
		!options->is_pairs && !common->is_json && !common->is_quiet;
}

bool table_options_are_given(const struct table_options *options)
{
	return options->output || options->sort || options->no_headings ||
		options->is_raw || options->is_pairs;
}

static bool has_name(const struct column *column, const char *name, size_t len)
{
	return strlen(column->name) == len && strncasecmp(column->name, name, len) == 0;
}

static void say_unknown(const struct column *columns, const char *name, size_t len)
{
	_cleanup_free_ char *list = NULL;

	for (const struct column *c = columns; c->name; c++)
		if (!(c->flags & COLUMN_JSON_ONLY) && !text_join(&list, ", ", c->name))
			break;
	if (len == 0)
		say_error(
			"a column name is missing: the columns are %s", list ? list : "");
	else
		say_error("unknown column '%.*s': the columns are %s", (int)len, name,
			list ? list : "");
}

void columns_print(const char *what, const struct column *columns)
{
	printf("\nColumns%s (* are shown by default; -o selects others):\n", what);
	for (const struct column *c = columns; c->name; c++)
		if (!(c->flags & COLUMN_JSON_ONLY))
			printf("%s %-11s %s\n", c->flags & COLUMN_DEFAULT ? "*" : " ",
				c->name, c->help);
}

static void add_column(struct table *table, size_t *n, const struct column *column)
{
	for (size_t i = 0; i < *n; i++)
		if (table->columns[i] == column)
			return;
	table->columns[(*n)++] = column;
}

static void add_flagged(
	struct table *table, size_t *n, const struct column *columns, unsigned int flag)
{
	for (const struct column *c = columns; c->name; c++)
		if (c->flags & flag)
			add_column(table, n, c);
}

/* All columns of that name: the table has one, and JSON may have more. */
static bool add_named(struct table *table, size_t *n, const struct column *columns,
	const char *name, size_t len)
{
	bool found = false;

	for (const struct column *c = columns; c->name; c++) {
		if (!has_name(c, name, len))
			continue;
		add_column(table, n, c);
		found = true;
	}
	if (!found)
		say_unknown(columns, name, len);
	return found;
}

static enum status check_options(
	const struct table_options *options, const struct common *common)
{
	if (options->is_raw + options->is_pairs + common->is_json <= 1)
		return STATUS_DONE;
	say_error("--json, --raw and --pairs cannot be combined");
	return STATUS_MISUSE;
}

static enum status choose_columns(struct table *table, const struct column *columns,
	const struct table_options *options, const struct common *common)
{
	const char *word = options->output;
	size_t n_columns = 0, n = 0;

	if (check_options(options, common) != STATUS_DONE)
		return STATUS_MISUSE;
	while (columns[n_columns].name)
		n_columns++;
	table->columns = calloc(n_columns + 1, sizeof(*table->columns));
	if (!table->columns)
		return say_no_memory();

	if (common->is_json && (!word || word[0] == '+')) {
		for (const struct column *c = columns; c->name; c++)
			add_column(table, &n, c);
	} else if (!word || word[0] == '+') {
		add_flagged(table, &n, columns, COLUMN_DEFAULT | COLUMN_ALWAYS);
	}
	while (word) {
		const char *comma;

		word += word[0] == '+' && word == options->output;
		comma = strchrnul(word, ',');
		if (!add_named(table, &n, columns, word, (size_t)(comma - word)))
			return STATUS_MISUSE;
		word = *comma ? comma + 1 : NULL;
	}
	add_flagged(table, &n, columns, COLUMN_ALWAYS);
	return STATUS_DONE;
}

/* ------------------------------------------------------------------------------- */
/* Order                                                                           */

struct sort_key {
	struct cell cell;
	void *row;
	size_t index; /* rows that are alike keep their order */
};

static int compare_cpus(const struct irqkit_cpuset *a, const struct irqkit_cpuset *b)
{
	int x = -1, y = -1;

	do {
		x = irqkit_cpuset_next(a, x);
		y = irqkit_cpuset_next(b, y);
	} while (x == y && x >= 0);
	return (x > y) - (x < y);
}

/* NAME is one text in some rows, several in others. */
static const char *sort_text(const struct cell *cell)
{
	if (cell->kind == CELL_TEXT)
		return cell->text;
	return cell->kind == CELL_TEXTS ? cell->texts[0] : NULL;
}

static int compare_cells(const struct cell *a, const struct cell *b)
{
	switch (a->kind) {
	case CELL_TEXT:
	case CELL_TEXTS:
		return strverscmp(sort_text(a), sort_text(b));
	case CELL_NUMBER:
		return (a->number > b->number) - (a->number < b->number);
	case CELL_INTEGER:
		return (a->integer > b->integer) - (a->integer < b->integer);
	case CELL_BOOL:
		return (int)a->is_true - (int)b->is_true;
	case CELL_SHARE:
		return (a->share > b->share) - (a->share < b->share);
	case CELL_RATE:
		return (a->rate > b->rate) - (a->rate < b->rate);
	case CELL_CPUS:
		return compare_cpus(a->cpus, b->cpus);
	default:
		return 0;
	}
}

static int compare_keys(const void *x, const void *y, void *data)
{
	const struct sort_key *a = x, *b = y;
	const bool *is_descending = data;
	int order;

	/* rows without a value come last */
	if (a->cell.kind == CELL_ABSENT || b->cell.kind == CELL_ABSENT) {
		if (a->cell.kind != b->cell.kind)
			return a->cell.kind == CELL_ABSENT ? 1 : -1;
		return (a->index > b->index) - (a->index < b->index);
	}
	order = compare_cells(&a->cell, &b->cell);
	if (order)
		return *is_descending ? -order : order;
	return (a->index > b->index) - (a->index < b->index);
}

/* `TOTAL`, `+TOTAL`, `-TOTAL` */
static const struct column *find_sort_column(
	const struct column *columns, const char *word, bool *ret_descending)
{
	char sign = word[0] == '+' || word[0] == '-' ? *word++ : 0;

	for (const struct column *c = columns; c->name; c++) {
		if (c->flags & COLUMN_JSON_ONLY || !has_name(c, word, strlen(word)))
			continue;
		*ret_descending = sign ? sign == '-' : c->flags & COLUMN_DESCENDING;
		return c;
	}
	say_unknown(columns, word, strlen(word));
	return NULL;
}

static enum status sort(
	struct table *table, const struct column *columns, const char *word)
{
	bool is_descending;
	const struct column *column = find_sort_column(columns, word, &is_descending);
	struct sort_key *keys;

	if (!column)
		return STATUS_MISUSE;
	keys = calloc(table->n_rows + 1, sizeof(*keys));
	if (!keys)
		return say_no_memory();
	for (size_t i = 0; i < table->n_rows; i++)
		keys[i] = (struct sort_key){
			.cell = column_get(column, table->rows[i]),
			.row = table->rows[i],
			.index = i,
		};
	qsort_r(keys, table->n_rows, sizeof(*keys), compare_keys, &is_descending);
	for (size_t i = 0; i < table->n_rows; i++) {
		table->rows[i] = keys[i].row;
		free(keys[i].cell.owned);
	}
	free(keys);
	return STATUS_DONE;
}

bool table_choose_keys(struct table *table, const struct column *columns)
{
	const struct table_options options = { 0 };
	const struct common common = { .is_json = true };

	return choose_columns(table, columns, &options, &common) == STATUS_DONE;
}

enum status table_prepare(struct table *table, const struct column *columns,
	const struct table_options *options, const struct common *common)
{
	enum status status = choose_columns(table, columns, options, common);

	if (status == STATUS_DONE && options->sort)
		status = sort(table, columns, options->sort);
	return status;
}

enum status table_check_options(const struct column *columns,
	const struct table_options *options, const struct common *common, bool only_table)
{
	struct table none CLEANUP(table_free) = { 0 };

	if (only_table && common->is_json && (options->output || options->sort)) {
		say_error("--output and --sort change the table and cannot be combined "
			  "with --json");
		return STATUS_MISUSE;
	}
	return table_prepare(&none, columns, options, common);
}
