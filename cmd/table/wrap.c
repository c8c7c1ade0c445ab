/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reasons in several lines of a table:
 *
 *	IRQ NAME  NEW WHY
 *	 60 eth0  4   queue 0, CPU of node 0 away from
 *	              other first queues
 */
#include "table/wrap.h"
#include "base/basics.h"
#include "base/fold.h"
#include "base/text.h"

#include <string.h>

static bool is_wrapped(const struct grid_column *column)
{
	return !column->is_hidden && column->column->flags & COLUMN_WRAP;
}

/* Is a text wider than its column? */
static bool has_long_text(const struct grid *grid)
{
	const char *text = grid->text;

	for (size_t i = 0; i < grid->n_rows * grid->n_columns; i++) {
		const struct grid_column *column = &grid->columns[i % grid->n_columns];

		if (is_wrapped(column) && text_width(text) > column->width)
			return true;
		text += strlen(text) + 1;
	}
	return false;
}

/* Takes the next line of a wrapped text; *rest is what remains of it. */
static char *take_line(const struct grid_column *column, const char **rest)
{
	size_t next, len = fold_line(*rest, column->width, &next);
	char *line = strndup(*rest, len);

	*rest += next;
	return line;
}

/* Adds a row, and those that continue it; @cells: what is left of each text. */
static bool add_rows(struct grid *out, const char **cells)
{
	bool is_first = true, has_rest;

	do {
		has_rest = false;
		for (size_t i = 0; i < out->n_columns; i++) {
			struct grid_column *column = &out->columns[i];
			_cleanup_free_ char *line = is_wrapped(column)
				? take_line(column, &cells[i])
				: strdup(is_first ? cells[i] : "");

			if (!line || !grid_add_text(out, column, line))
				return false;
			has_rest |= is_wrapped(column) && *cells[i];
		}
		out->n_rows++;
		is_first = false;
	} while (has_rest);
	return true;
}

/* Keeps the widths of the columns: a narrow one may be only as wide as its heading. */
bool grid_wrap(struct grid *grid)
{
	struct grid wrapped = *grid;
	_cleanup_free_ const char **cells = NULL;
	const char *text = grid->text;

	if (!has_long_text(grid))
		return true;
	cells = calloc(grid->n_columns + 1, sizeof(*cells));
	if (!cells)
		return false;
	wrapped.text = NULL;
	wrapped.len = wrapped.room = wrapped.n_rows = 0;
	wrapped.is_ascii = true;
	for (size_t row = 0; row < grid->n_rows; row++) {
		for (size_t i = 0; i < grid->n_columns; i++) {
			cells[i] = text;
			text += strlen(text) + 1;
		}
		if (!add_rows(&wrapped, cells)) {
			free(wrapped.text);
			return false;
		}
	}
	free(grid->text);
	*grid = wrapped;
	return true;
}
