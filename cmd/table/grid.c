/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cells of a table as text. */
#include "table/grid.h"
#include "base/basics.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* Room for @len bytes more; NULL: no memory. */
static char *reserve(struct grid *grid, size_t len)
{
	size_t room = grid->room ? grid->room : 4096;
	char *text;

	while (room < grid->len + len)
		room *= 2;
	if (room > grid->room) {
		text = realloc(grid->text, room);
		if (!text)
			return NULL;
		grid->text = text;
		grid->room = room;
	}
	return grid->text + grid->len;
}

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~' || (text[0] == '\\' && text[1] == 'x'))
			return false;
	return true;
}

/* The bytes from @len on are a cell: notes how wide it is. */
static void finish_cell(struct grid *grid, struct grid_column *column, size_t len)
{
	char *text = grid->text + grid->len;
	size_t width = len;

	if (!is_ascii(text)) {
		text_straighten(text);
		width = text_width(text);
		grid->is_ascii = false;
	}
	grid->len += len + 1;
	if (width > column->width)
		column->width = width;
}

bool grid_add_text(struct grid *grid, struct grid_column *column, const char *text)
{
	size_t len = strlen(text);
	char *out = reserve(grid, len + 1);

	if (!out)
		return false;
	memcpy(out, text, len + 1);
	finish_cell(grid, column, len);
	return true;
}

static bool add_texts(
	struct grid *grid, struct grid_column *column, const char *const *texts)
{
	size_t len = 0, at = 0;
	char *out;

	for (size_t i = 0; texts[i]; i++)
		len += strlen(texts[i]) + 2;
	out = reserve(grid, len + 1);
	if (!out)
		return false;
	for (size_t i = 0; texts[i]; i++) {
		if (i > 0)
			at = (size_t)(stpcpy(out + at, ", ") - out);
		at = (size_t)(stpcpy(out + at, texts[i]) - out);
	}
	out[at] = '\0';
	finish_cell(grid, column, at);
	return true;
}

#define NUMBER_ROOM 21u /* 64 bits, and a NUL */

/*
 * By hand: most cells are numbers, and printf takes ten times as long. @out has
 * NUMBER_ROOM bytes; returns the length.
 */
static inline size_t put_number(char *out, uint64_t number)
{
	char digits[NUMBER_ROOM];
	size_t at = sizeof(digits), len;

	if (number < 10) {
		out[0] = (char)('0' + number);
		out[1] = '\0';
		return 1;
	}
	do
		digits[--at] = (char)('0' + number % 10);
	while (number /= 10);
	len = sizeof(digits) - at;
	memcpy(out, digits + at, len);
	out[len] = '\0';
	return len;
}

static bool add_number(struct grid *grid, struct grid_column *column, uint64_t number)
{
	char *out = reserve(grid, NUMBER_ROOM);
	size_t len;

	if (!out)
		return false;
	len = put_number(out, number);
	grid->len += len + 1;
	if (len > column->width)
		column->width = len;
	return true;
}

/* Notes the largest number of each column: its width follows at the end. */
static void note_numbers(struct grid_column *columns, size_t n, const uint64_t *numbers)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t number = numbers[columns[i].number];

		if (number > columns[i].most)
			columns[i].most = number;
	}
}

static void widen_for_most(struct grid *grid)
{
	for (size_t i = 0; i < grid->n_columns; i++) {
		char digits[NUMBER_ROOM];
		size_t width = put_number(digits, grid->columns[i].most);

		if (width > grid->columns[i].width)
			grid->columns[i].width = width;
	}
}

static bool add_cpus(struct grid *grid, struct grid_column *column,
	const struct irqkit_cpuset *cpus, const char *absent)
{
	_cleanup_free_ char *list = NULL;

	if (irqkit_cpuset_is_empty(cpus))
		return grid_add_text(grid, column, absent);
	return irqkit_cpuset_format_list(cpus, &list) == 0 &&
		grid_add_text(grid, column, list);
}

static bool add_cell(struct grid *grid, struct grid_column *column,
	const struct cell *cell, const char *absent)
{
	char text[32];

	switch (cell->kind) {
	case CELL_TEXT:
		return grid_add_text(grid, column, cell->text);
	case CELL_TEXTS:
		return add_texts(grid, column, cell->texts);
	case CELL_NUMBER:
		return add_number(grid, column, cell->number);
	case CELL_INTEGER:
		snprintf(text, sizeof(text), "%lld", (long long)cell->integer);
		return grid_add_text(grid, column, text);
	case CELL_BOOL:
		return grid_add_text(grid, column, cell->is_true ? "yes" : "no");
	case CELL_SHARE:
		snprintf(text, sizeof(text), "%.0f%%", cell->share * 100);
		return grid_add_text(grid, column, text);
	case CELL_RATE:
		if (grid->is_for_scripts)
			snprintf(text, sizeof(text), "%.1f", cell->rate);
		else
			text_format_rate(cell->rate, text);
		return grid_add_text(grid, column, text);
	case CELL_CPUS:
		return add_cpus(grid, column, cell->cpus, absent);
	default:
		return grid_add_text(grid, column, absent);
	}
}

/* How many columns from @i on are asked at once. */
static size_t count_many(const struct grid *grid, size_t i)
{
	const struct grid_column *columns = grid->columns;
	size_t n = 0;

	while (i + n < grid->n_columns && columns[i + n].many &&
		columns[i + n].many->get_each == columns[i].many->get_each)
		n++;
	return n;
}

static bool has_each(const struct column *column)
{
	return column->many && column->many->get_each;
}

static bool add_columns(struct grid *grid, const struct table *table)
{
	size_t n = 0;

	while (table->columns[n])
		n++;
	grid->columns = calloc(n + 1, sizeof(*grid->columns));
	if (!grid->columns)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct column *column = table->columns[i];

		if (column->flags & COLUMN_JSON_ONLY)
			continue;
		grid->columns[grid->n_columns++] = (struct grid_column){
			.column = column,
			.many = has_each(column) ? column->many : NULL,
			.number = has_each(column) ? column->many->number : 0,
			.width = strlen(column->name),
		};
	}
	for (size_t i = 0; i < grid->n_columns; i++)
		grid->columns[i].n_many = grid->columns[i].many ? count_many(grid, i) : 0;
	return true;
}

const uint64_t *grid_ask_numbers(
	const struct grid *grid, size_t i, size_t row, size_t *ret_n)
{
	const struct column_of_many *many = grid->columns[i].many;
	const uint64_t *numbers = many && grid->asks_again
		? many->get_each(grid->table->rows[row])
		: NULL;

	if (numbers)
		*ret_n = grid->columns[i].n_many;
	return numbers;
}

static bool add_one(
	struct grid *grid, struct grid_column *column, void *row, const char *absent)
{
	struct cell cell = column_get(column->column, row);
	bool is_added = add_cell(grid, column, &cell, absent);

	free(cell.owned);
	return is_added;
}

static bool add_row(struct grid *grid, size_t row, const char *absent)
{
	size_t i = 0, n;

	while (i < grid->n_columns) {
		const uint64_t *numbers = grid_ask_numbers(grid, i, row, &n);

		if (numbers) {
			note_numbers(&grid->columns[i], n, numbers);
			i += n;
			continue;
		}
		if (!add_one(grid, &grid->columns[i], grid->table->rows[row], absent))
			return false;
		i++;
	}
	return true;
}

bool grid_fill(struct grid *grid, const struct table *table, const char *absent)
{
	grid->table = table;
	grid->is_ascii = true;
	grid->n_rows = table->n_rows;
	if (!add_columns(grid, table))
		return false;
	for (size_t row = 0; row < table->n_rows; row++)
		if (!add_row(grid, row, absent))
			return false;
	widen_for_most(grid);
	return true;
}

void grid_clear(struct grid *grid)
{
	free(grid->columns);
	free(grid->text);
	*grid = (struct grid){ 0 };
}
