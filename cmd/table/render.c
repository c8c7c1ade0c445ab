/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table -> text. The only user of libsmartcols. */
#include "table/render.h"
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"
#include "table/fit.h"
#include "table/plain.h"

#include <libsmartcols/libsmartcols.h>
#include <string.h>
#include <unistd.h>

/* In the program of test/check-render.sh, which compares the two ways, it is true. */
#ifndef ALL_BY_SMARTCOLS
#define ALL_BY_SMARTCOLS false
#endif

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

static int add_columns(struct libscols_table *out, const struct grid *grid)
{
	for (size_t i = 0; i < grid->n_columns; i++) {
		const struct column *column = grid->columns[i].column;
		int flags = column->flags & COLUMN_RIGHT ? SCOLS_FL_RIGHT : 0;

		if (!grid->columns[i].is_hidden &&
			!scols_table_new_column(out, column->name, 0, flags))
			return -1;
	}
	return 0;
}

/* Adds a row, whose cells are at @text; returns where the next one is, or NULL. */
static const char *add_line(struct libscols_table *out, const struct grid *grid,
	const char *text, enum mark mark)
{
	struct libscols_line *line = scols_table_new_line(out, NULL);
	size_t n = 0;

	if (!line)
		return NULL;
	if (mark != MARK_NONE)
		scols_line_set_color(line, mark == MARK_BUSY ? "red" : "gray");
	for (size_t i = 0; i < grid->n_columns; i++) {
		/* libsmartcols escapes what is not printable */
		if (!grid->columns[i].is_hidden &&
			scols_line_set_data(line, n++, text) < 0)
			return NULL;
		text += strlen(text) + 1;
	}
	return text;
}

static bool add_lines(
	struct libscols_table *out, const struct table *table, const struct grid *grid)
{
	bool has_marks = table->get_mark && scols_table_colors_wanted(out);
	const char *text = grid->text;

	for (size_t i = 0; i < table->n_rows && text; i++)
		text = add_line(out, grid, text,
			has_marks ? table->get_mark(table->rows[i]) : MARK_NONE);
	return text;
}

static bool print_grid(struct libscols_table *out, const struct table *table,
	const struct grid *grid, bool is_simple)
{
	bool has_headings = !scols_table_is_noheadings(out);

	if (is_simple && grid->is_ascii)
		return plain_print(grid, has_headings);
	if (add_columns(out, grid) < 0 || !add_lines(out, table, grid))
		return false;
	/* main() reports a failed write, when it closes stdout */
	scols_print_table(out);
	return true;
}

/* Numbers are not kept as text if the grid is printed plainly, and as it is. */
static bool fill(
	struct grid *grid, const struct table *table, const char *absent, bool is_plain)
{
	grid->asks_again = is_plain;
	if (!grid_fill(grid, table, absent))
		return false;
	if (!is_plain || grid->is_ascii)
		return true;
	grid_clear(grid);
	return grid_fill(grid, table, absent);
}

enum status table_print(const struct table *table, const struct table_options *options,
	const struct common *common)
{
	struct libscols_table *out = scols_new_table();
	struct grid grid CLEANUP(grid_clear) = { 0 };
	bool is_for_scripts = options->is_raw || options->is_pairs;
	bool is_terminal = isatty(STDOUT_FILENO), is_simple, is_done;

	if (!out)
		return say_no_memory();
	scols_table_enable_noheadings(out, options->no_headings);
	scols_table_enable_raw(out, options->is_raw);
	scols_table_enable_export(out, options->is_pairs);
	scols_table_enable_colors(out, has_color(common));
	is_simple = !ALL_BY_SMARTCOLS && !is_for_scripts &&
		!(table->get_mark && scols_table_colors_wanted(out));
	is_done = fill(
		&grid, table, options->is_pairs ? "" : "-", is_simple && !is_terminal);
	if (is_done && !is_for_scripts && is_terminal)
		is_done = grid_fit(&grid, scols_table_get_termwidth(out),
			!options->output || options->output[0] == '+');
	if (is_done && table->n_rows > 0)
		is_done = print_grid(out, table, &grid, is_simple);
	scols_unref_table(out);
	return is_done ? STATUS_DONE : say_no_memory();
}
