/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Aligned columns of ASCII. */
#include "table/plain.h"
#include "base/basics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE ((size_t)64 << 10) /* what is written at once, or the longest line */

/* Lines that are not written yet. Before a line is put there, all of it is blanks. */
struct lines {
	char *text;
	size_t len, room;
};

static void write_lines(struct lines *lines)
{
	fwrite_unlocked(lines->text, 1, lines->len, stdout);
	memset(lines->text, ' ', lines->len);
	lines->len = 0;
}

/* Nearly all cells are one digit: a call would take longer. */
static inline size_t measure(const char *text)
{
	if (!text[0] || !text[1])
		return text[0] != '\0';
	return strlen(text);
}

/* Puts a text of @len bytes at @out; returns where the next cell of the row is. */
static inline char *put_cell(char *out, const struct grid_column *column,
	const char *text, size_t len, bool is_last)
{
	char *to = out;

	if (column->column->flags & COLUMN_RIGHT)
		to += column->width - len;
	if (len == 1)
		*to = *text;
	else
		memcpy(to, text, len);
	if (!is_last)
		return out + column->width + 1;
	to[len] = '\n';
	return to + len + 1;
}

/* Puts a number at the right of each of @n columns. */
static char *put_numbers(char *out, const struct grid_column *columns, size_t n,
	const uint64_t *numbers, bool is_last)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t number = numbers[columns[i].number];
		char *to = out + columns[i].width;

		out = to + 1;
		do
			*--to = (char)('0' + number % 10);
		while (number /= 10);
	}
	if (is_last)
		out[-1] = '\n';
	return out;
}

/* The row, with its cells at @text. Returns where the next one is. */
static const char *put_row(struct lines *lines, const struct grid *grid, size_t row,
	const char *text, size_t last)
{
	char *out = lines->text + lines->len;
	size_t i = 0;

	while (i < grid->n_columns) {
		const struct grid_column *column = &grid->columns[i];
		size_t n, len;
		const uint64_t *numbers = grid_ask_numbers(grid, i, row, &n);

		if (numbers) {
			out = put_numbers(out, column, n, numbers, i + n - 1 == last);
			i += n;
			continue;
		}
		len = measure(text);
		if (!column->is_hidden)
			out = put_cell(out, column, text, len, i == last);
		text += len + 1;
		i++;
	}
	lines->len = (size_t)(out - lines->text);
	return text;
}

static void put_headings(struct lines *lines, const struct grid *grid, size_t last)
{
	char *out = lines->text + lines->len;

	for (size_t i = 0; i <= last; i++)
		if (!grid->columns[i].is_hidden)
			out = put_cell(out, &grid->columns[i],
				grid->columns[i].column->name,
				strlen(grid->columns[i].column->name), i == last);
	lines->len = (size_t)(out - lines->text);
}

/* The most bytes of a line. */
static size_t line_room(const struct grid *grid)
{
	size_t room = 0;

	for (size_t i = 0; i < grid->n_columns; i++)
		if (!grid->columns[i].is_hidden)
			room += grid->columns[i].width + 1;
	return room;
}

bool plain_print(const struct grid *grid, bool has_headings)
{
	/* not from malloc(): what was done must be reported even if memory is short */
	static char piece[PIECE];
	size_t last = grid->n_columns, line = line_room(grid);
	_cleanup_free_ char *longer = line > PIECE ? malloc(line) : NULL;
	struct lines lines = {
		.text = line > PIECE ? longer : piece,
		.room = line > PIECE ? line : PIECE,
	};
	const char *text = grid->text;

	while (last > 0 && grid->columns[last - 1].is_hidden)
		last--;
	if (last == 0)
		return true;
	if (!lines.text)
		return false;
	/* a small table touches no more memory than it needs */
	if (lines.room / line > grid->n_rows + 1)
		lines.room = line * (grid->n_rows + 1);
	memset(lines.text, ' ', lines.room);
	if (has_headings)
		put_headings(&lines, grid, last - 1);
	for (size_t i = 0; i < grid->n_rows; i++) {
		if (lines.room - lines.len < line)
			write_lines(&lines);
		text = put_row(&lines, grid, i, text, last - 1);
	}
	write_lines(&lines);
	return true;
}
