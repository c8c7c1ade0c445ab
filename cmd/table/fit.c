/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a narrow terminal shows of a table. */
#include "table/fit.h"
#include "base/basics.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

#define SHORT 8u /* what is cut keeps at least so many columns */
#define SHORT_NAME 12u
#define LONG_NAME 32u /* no other column is left out for more of a name */

static size_t count_columns(const struct grid *grid)
{
	size_t total = 0;

	for (size_t i = 0; i < grid->n_columns; i++)
		if (!grid->columns[i].is_hidden)
			total += grid->columns[i].width + (total > 0);
	return total;
}

static bool is_cut(const struct grid_column *column)
{
	return column->column->flags & COLUMN_TRUNCATE;
}

static bool is_name(const struct grid_column *column)
{
	return column->column->flags & COLUMN_NAME;
}

/* ------------------------------------------------------------------------------- */
/* Cells                                                                           */

/* What stands in a cell that becomes shorter; NULL: no memory. */
typedef char *shorten_fn(const char *text, const void *data);

/* Writes all cells of the column at @index again. */
static bool change_column(
	struct grid *grid, size_t index, shorten_fn *shorten, const void *data)
{
	struct grid changed = {
		.columns = grid->columns,
		.n_columns = grid->n_columns,
		.n_rows = grid->n_rows,
		.is_ascii = true,
	};
	const char *text = grid->text;

	grid->columns[index].width = strlen(grid->columns[index].column->name);
	for (size_t i = 0; i < grid->n_rows * grid->n_columns; i++) {
		struct grid_column *column = &grid->columns[i % grid->n_columns];
		_cleanup_free_ char *shorter = NULL;

		if (i % grid->n_columns == index)
			shorter = shorten(text, data);
		if ((i % grid->n_columns == index && !shorter) ||
			!grid_add_text(&changed, column, shorter ? shorter : text)) {
			free(changed.text);
			return false;
		}
		text += strlen(text) + 1;
	}
	free(grid->text);
	*grid = changed;
	return true;
}

/* PCI-MSIX-0000:00:03.0 -> PCI-MSIX */
static char *drop_address(const char *text, const void *data)
{
	const char *dash = text;

	(void)data;
	while ((dash = strchr(dash, '-'))) {
		size_t n = 1;

		while (isxdigit((unsigned char)dash[n]))
			n++;
		if (n > 4 && dash[n] == ':')
			return strndup(text, (size_t)(dash - text));
		dash++;
	}
	return strdup(text);
}

struct cut {
	size_t head, tail;
};

static char *cut_text(const char *text, const void *data)
{
	const struct cut *cut = data;

	return text_width(text) <= cut->head + 1 + cut->tail
		? strdup(text)
		: text_shorten(text, cut->head, cut->tail);
}

/* ------------------------------------------------------------------------------- */
/* Columns                                                                         */

static size_t least_width(const struct grid_column *column)
{
	size_t heading = strlen(column->column->name);
	size_t least = heading > SHORT ? heading : SHORT;

	if (is_name(column))
		least = LONG_NAME;
	else if (!is_cut(column))
		return column->width;
	return least < column->width ? least : column->width;
}

static size_t count_least(const struct grid *grid)
{
	size_t total = 0;

	for (size_t i = 0; i < grid->n_columns; i++)
		if (!grid->columns[i].is_hidden)
			total += least_width(&grid->columns[i]) + (total > 0);
	return total;
}

/* Leaves out columns by their rank, until the others fit when they are cut. */
static void drop_columns(struct grid *grid, size_t width)
{
	size_t last = 0;

	for (size_t i = 0; i < grid->n_columns; i++) {
		size_t rank = COLUMN_DROP_RANK(grid->columns[i].column->flags);

		last = rank > last ? rank : last;
	}
	for (size_t rank = 1; rank <= last && count_least(grid) > width; rank++)
		for (size_t i = 0; i < grid->n_columns; i++)
			if (COLUMN_DROP_RANK(grid->columns[i].column->flags) == rank)
				grid->columns[i].is_hidden = true;
}

/* The widest that can be cut, or n_columns. */
static size_t find_widest(const struct grid *grid)
{
	size_t widest = grid->n_columns;

	for (size_t i = 0; i < grid->n_columns; i++) {
		const struct grid_column *column = &grid->columns[i];

		if (!column->is_hidden && is_cut(column) && !is_name(column) &&
			column->width > least_width(column) &&
			(widest == grid->n_columns ||
				column->width > grid->columns[widest].width))
			widest = i;
	}
	return widest;
}

/* Cuts columns at their end, the widest first, as much as is needed. */
static bool cut_columns(struct grid *grid, size_t width)
{
	size_t i, total;

	while ((total = count_columns(grid)) > width &&
		(i = find_widest(grid)) < grid->n_columns) {
		size_t least = least_width(&grid->columns[i]), before;
		struct cut cut = { .head = grid->columns[i].width - 1 };
		size_t excess = total - width;

		cut.head = excess < cut.head + 1 - least ? cut.head - excess : least - 1;
		before = grid->columns[i].width;
		if (!change_column(grid, i, cut_text, &cut))
			return false;
		if (grid->columns[i].width >= before)
			break;
	}
	return true;
}

/* ------------------------------------------------------------------------------- */
/* Names                                                                           */

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The different names of the column at @index, sorted. */
static bool list_names(
	const struct grid *grid, size_t index, const char ***ret_names, size_t *ret_count)
{
	const char **names = calloc(grid->n_rows + 1, sizeof(*names));
	const char *text = grid->text;
	size_t n = 0, kept = 0;

	if (!names)
		return false;
	for (size_t i = 0; i < grid->n_rows * grid->n_columns; i++) {
		if (i % grid->n_columns == index)
			names[n++] = text;
		text += strlen(text) + 1;
	}
	qsort(names, n, sizeof(*names), compare_texts);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || strcmp(names[kept - 1], names[i]) != 0)
			names[kept++] = names[i];
	*ret_names = names;
	*ret_count = kept;
	return true;
}

/* Do all look different when they are cut so? */
static bool stay_different(
	const char *const *names, size_t n, const struct cut *cut, bool *ret_differ)
{
	char **shorter = calloc(n + 1, sizeof(*shorter));
	bool has_memory = shorter != NULL;

	*ret_differ = true;
	for (size_t i = 0; i < n && has_memory; i++)
		has_memory = (shorter[i] = cut_text(names[i], cut)) != NULL;
	if (has_memory)
		qsort(shorter, n, sizeof(*shorter), compare_texts);
	for (size_t i = 1; i < n && has_memory; i++)
		*ret_differ &= strcmp(shorter[i - 1], shorter[i]) != 0;
	for (size_t i = 0; i < n && shorter; i++)
		free(shorter[i]);
	free(shorter);
	return has_memory;
}

/* Where to cut names to @width: as near to the middle as they stay different. */
static bool find_cut(const char *const *names, size_t n, size_t width,
	struct cut *ret_cut, bool *ret_found)
{
	size_t kept = width - 1, middle = kept / 2;

	*ret_found = false;
	for (size_t i = 0; i <= 2 * kept && !*ret_found; i++) {
		size_t distance = (i + 1) / 2;
		size_t tail = i % 2 ? middle + distance : middle - distance;

		if (tail > kept) /* also below 0 */
			continue;
		*ret_cut = (struct cut){ .head = kept - tail, .tail = tail };
		if (!stay_different(names, n, ret_cut, ret_found))
			return false;
	}
	return true;
}

/* Shortens names to @width, or as little above it as keeps them different. */
static bool shorten_names(struct grid *grid, size_t index, size_t width)
{
	_cleanup_free_ const char **names = NULL;
	bool has_found = false;
	struct cut cut = { 0 };
	size_t n;

	if (!list_names(grid, index, &names, &n))
		return false;
	for (; width < grid->columns[index].width && !has_found; width++)
		if (!find_cut(names, n, width, &cut, &has_found))
			return false;
	return !has_found || change_column(grid, index, cut_text, &cut);
}

static bool fit_names(struct grid *grid, size_t width)
{
	size_t total = count_columns(grid);

	for (size_t i = 0; i < grid->n_columns && total > width; i++) {
		const struct grid_column *column = &grid->columns[i];
		size_t excess = total - width;

		/* if that is not enough, lines are broken anyhow, and names may be whole */
		if (!column->is_hidden && is_name(column) &&
			column->width >= excess + SHORT_NAME)
			return shorten_names(grid, i, column->width - excess);
	}
	return true;
}

bool grid_fit(struct grid *grid, size_t width, bool may_drop)
{
	for (size_t i = 0; i < grid->n_columns && count_columns(grid) > width; i++)
		if (grid->columns[i].column->flags & COLUMN_ADDRESS &&
			!change_column(grid, i, drop_address, NULL))
			return false;
	if (count_columns(grid) > width && may_drop)
		drop_columns(grid, width);
	return cut_columns(grid, width) && fit_names(grid, width);
}
