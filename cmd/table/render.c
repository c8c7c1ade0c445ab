/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table -> text. The only user of libsmartcols. */
#include "table/render.h"
#include "base/basics.h"
#include "base/on_demand.h"
#include "base/say.h"
#include "base/text.h"
#include "table/fit.h"
#include "table/plain.h"

#include <libsmartcols/libsmartcols.h>
#include <string.h>
#include <unistd.h>

#define CALLS(X)                                                                         \
	X(scols_line_set_color)                                                          \
	X(scols_line_set_data)                                                           \
	X(scols_new_table)                                                               \
	X(scols_print_table)                                                             \
	X(scols_table_colors_wanted)                                                     \
	X(scols_table_enable_colors)                                                     \
	X(scols_table_enable_export)                                                     \
	X(scols_table_enable_noheadings)                                                 \
	X(scols_table_enable_raw)                                                        \
	X(scols_table_get_termwidth)                                                     \
	X(scols_table_new_column)                                                        \
	X(scols_table_new_line)                                                          \
	X(scols_unref_table)
ON_DEMAND("libsmartcols.so.1", "prints tables", CALLS)

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
			!do_scols_table_new_column(out, column->name, 0, flags))
			return -1;
	}
	return 0;
}

/* Adds a row, whose cells are at @text; returns where the next one is, or NULL. */
static const char *add_line(struct libscols_table *out, const struct grid *grid,
	const char *text, enum mark mark)
{
	struct libscols_line *line = do_scols_table_new_line(out, NULL);
	size_t n = 0;

	if (!line)
		return NULL;
	if (mark != MARK_NONE)
		do_scols_line_set_color(line, mark == MARK_BUSY ? "red" : "gray");
	for (size_t i = 0; i < grid->n_columns; i++) {
		/* libsmartcols escapes what is not printable */
		if (!grid->columns[i].is_hidden &&
			do_scols_line_set_data(line, n++, text) < 0)
			return NULL;
		text += strlen(text) + 1;
	}
	return text;
}

static bool add_lines(
	struct libscols_table *out, const struct table *table, const struct grid *grid)
{
	/* no table with marks has lines that continue a row */
	bool has_marks = table->get_mark && grid->n_rows == table->n_rows &&
		do_scols_table_colors_wanted(out);
	const char *text = grid->text;

	for (size_t i = 0; i < grid->n_rows && text; i++)
		text = add_line(out, grid, text,
			has_marks ? table->get_mark(table->rows[i]) : MARK_NONE);
	return text;
}

static bool print_with_library(
	struct libscols_table *out, const struct table *table, const struct grid *grid)
{
	if (add_columns(out, grid) < 0 || !add_lines(out, table, grid))
		return false;
	/* main() reports a failed write, when it closes stdout */
	do_scols_print_table(out);
	return true;
}

/* Only a terminal has a width, and only what is coloured or not ASCII needs the library. */
static bool is_simple(const struct table *table, const struct table_options *options,
	const struct common *common)
{
	return !ALL_BY_SMARTCOLS && !options->is_raw && !options->is_pairs &&
		!(table->get_mark && has_color(common));
}

/* Numbers are not kept as text if the grid is printed plainly, and as it is. */
static bool fill(struct grid *grid, const struct table *table,
	const struct table_options *options, bool is_plain)
{
	const char *absent = options->is_pairs ? "" : "-";

	grid->asks_again = is_plain;
	grid->is_for_scripts = options->is_raw || options->is_pairs;
	if (!grid_fill(grid, table, absent))
		return false;
	if (!is_plain || grid->is_ascii)
		return true;
	grid_clear(grid);
	return grid_fill(grid, table, absent);
}

static bool fit_and_print(struct libscols_table *out, const struct table *table,
	const struct table_options *options, const struct common *common,
	struct grid *grid)
{
	bool is_for_scripts = options->is_raw || options->is_pairs;

	do_scols_table_enable_noheadings(out, options->no_headings);
	do_scols_table_enable_raw(out, options->is_raw);
	do_scols_table_enable_export(out, options->is_pairs);
	do_scols_table_enable_colors(out, has_color(common));
	if (!is_for_scripts && isatty(STDOUT_FILENO) &&
		!grid_fit(grid, do_scols_table_get_termwidth(out),
			options->may_drop || !options->output ||
				options->output[0] == '+'))
		return false;
	if (table->n_rows == 0)
		return true;
	if (!grid->is_ascii || !is_simple(table, options, common))
		return print_with_library(out, table, grid);
	return plain_print(grid, !options->no_headings);
}

enum status render_load(const struct common *common)
{
	if (common->is_json)
		return document_load();
	return load_library() ? STATUS_DONE : STATUS_REFUSED;
}

enum status table_print(const struct table *table, const struct table_options *options,
	const struct common *common)
{
	struct grid grid CLEANUP(grid_clear) = { 0 };
	bool is_plain = !isatty(STDOUT_FILENO) && is_simple(table, options, common);
	struct libscols_table *out;
	bool is_done;

	if (!fill(&grid, table, options, is_plain))
		return say_no_memory();
	if (is_plain && grid.is_ascii)
		return table->n_rows == 0 || plain_print(&grid, !options->no_headings)
			? STATUS_DONE
			: say_no_memory();
	if (!load_library())
		return STATUS_REFUSED;
	text_use_locale();
	out = do_scols_new_table();
	if (!out)
		return say_no_memory();
	is_done = fit_and_print(out, table, options, common, &grid);
	do_scols_unref_table(out);
	return is_done ? STATUS_DONE : say_no_memory();
}
