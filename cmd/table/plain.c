/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Aligned columns of ASCII. */
#include "table/plain.h"

#include <stdio.h>
#include <string.h>

static void put_blanks(size_t n)
{
	static const char blanks[] = "                                ";
	const size_t most = sizeof(blanks) - 1;

	for (; n > 0; n -= n < most ? n : most)
		fwrite_unlocked(blanks, 1, n < most ? n : most, stdout);
}

static void put_cell(
	const struct grid_column *column, const char *text, size_t len, bool is_last)
{
	size_t gap = column->width - len;

	if (column->column->flags & COLUMN_RIGHT)
		put_blanks(gap);
	fwrite_unlocked(text, 1, len, stdout);
	if (!(column->column->flags & COLUMN_RIGHT) && !is_last)
		put_blanks(gap);
	putc_unlocked(is_last ? '\n' : ' ', stdout);
}

/* The cells at @text; NULL: the headings. Returns where the next row is. */
static const char *put_row(const struct grid *grid, const char *text, size_t last)
{
	for (size_t i = 0; i < grid->n_columns; i++) {
		const struct grid_column *column = &grid->columns[i];
		const char *cell = text ? text : column->column->name;
		size_t len = strlen(cell);

		if (!column->is_hidden)
			put_cell(column, cell, len, i == last);
		if (text)
			text += len + 1;
	}
	return text;
}

void plain_print(const struct grid *grid, bool has_headings)
{
	const char *text = grid->text;
	size_t last = grid->n_columns;

	while (last > 0 && grid->columns[last - 1].is_hidden)
		last--;
	if (last == 0)
		return;
	if (has_headings)
		put_row(grid, NULL, last - 1);
	for (size_t i = 0; i < grid->n_rows; i++)
		text = put_row(grid, text, last - 1);
}
