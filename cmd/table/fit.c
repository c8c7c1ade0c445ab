/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a narrow terminal shows of a table. */
#include "table/fit.h"
#include "base/basics.h"
#include "base/text.h"
#include "table/wrap.h"

#include <ctype.h>
#include <string.h>

#define SHORT 8u /* what is cut keeps at least so many columns */
#define SHORT_NAME 8u
#define SHORT_LINE 10u /* of a reason that goes on below */
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

static bool is_wrapped(const struct grid_column *column)
{
	return column->column->flags & COLUMN_WRAP;
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
		size_t width = column->width;
		_cleanup_free_ char *shorter = NULL;

		if (i % grid->n_columns == index)
			shorter = shorten(text, data);
		if ((i % grid->n_columns == index && !shorter) ||
			!grid_add_text(&changed, column, shorter ? shorter : text)) {
			free(changed.text);
			return false;
		}
		/* that of a reason may be less than its text */
		if (is_wrapped(column))
			column->width = width;
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
	else if (is_wrapped(column))
		least = SHORT_LINE;
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

static void drop_rank(struct grid *grid, unsigned int rank)
{
	for (size_t i = 0; i < grid->n_columns; i++)
		if (COLUMN_DROP_RANK(grid->columns[i].column->flags) == rank)
			grid->columns[i].is_hidden = true;
}

/* Leaves out columns by their rank, until the others fit when they are cut. */
static void drop_columns(struct grid *grid, size_t width)
{
	for (unsigned int rank = 1; rank < COLUMN_DROP_LAST && count_least(grid) > width;
		rank++)
		drop_rank(grid, rank);
}

/* The widest that can be cut, or n_columns. */
static size_t find_widest(const struct grid *grid)
{
	size_t widest = grid->n_columns;

	for (size_t i = 0; i < grid->n_columns; i++) {
		const struct grid_column *column = &grid->columns[i];

		if (!column->is_hidden && (is_cut(column) || is_wrapped(column)) &&
			!is_name(column) && column->width > least_width(column) &&
			(widest == grid->n_columns ||
				column->width > grid->columns[widest].width))
			widest = i;
	}
	return widest;
}

/*
 * Cuts columns at their end, the widest first, as much as is needed. Reasons only get the
 * width: grid_wrap() follows.
 */
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
		if (is_wrapped(&grid->columns[i])) {
			grid->columns[i].width = cut.head + 1;
			continue;
		}
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
	for (size_t i = 0; i < n && has_memory && *ret_differ; i++) {
		has_memory = (shorter[i] = cut_text(names[i], cut)) != NULL;
		/* in sorted order, names that look alike are neighbours */
		if (has_memory && i > 0)
			*ret_differ = strcmp(shorter[i - 1], shorter[i]) != 0;
	}
	if (has_memory && *ret_differ)
		qsort(shorter, n, sizeof(*shorter), compare_texts);
	for (size_t i = 1; i < n && has_memory && *ret_differ; i++)
		*ret_differ = strcmp(shorter[i - 1], shorter[i]) != 0;
	for (size_t i = 0; i < n && shorter; i++)
		free(shorter[i]);
	free(shorter);
	return has_memory;
}

/*
 * Where names may be cut. If names stay different with some head and tail, they also do
 * with a longer head or tail. So the shortest tail for each head is found along a
 * staircase:
 *
 *	tail  . . . #     #: all stay different
 *	      . . # #
 *	      . # # #     head ->
 */
struct cuts {
	size_t *tails; /* owned; by the head */
	size_t n; /* heads from 0 to n - 1 */
};

/* The shortest tail for the head of @cut, whose tail is enough. */
static bool find_tail(
	const char *const *names, size_t n, struct cut cut, size_t *ret_tail)
{
	size_t least = 0, enough = cut.tail;
	bool differ;

	/* most often no tail is shorter, and this is found quickly */
	for (cut.tail--; least < enough; cut.tail = (least + enough) / 2) {
		if (!stay_different(names, n, &cut, &differ))
			return false;
		if (differ)
			enough = cut.tail;
		else
			least = cut.tail + 1;
	}
	*ret_tail = enough;
	return true;
}

static bool find_cuts(
	const char *const *names, size_t n_names, size_t longest, struct cuts *ret_cuts)
{
	struct cut cut = { .tail = longest };

	ret_cuts->n = longest;
	ret_cuts->tails = calloc(longest + 1, sizeof(*ret_cuts->tails));
	if (!ret_cuts->tails)
		return false;
	for (; cut.head < longest; cut.head++) {
		if (!find_tail(names, n_names, cut, &cut.tail))
			return false;
		ret_cuts->tails[cut.head] = cut.tail;
	}
	return true;
}

/* The cut to @width that is nearest to the middle. False: there is none. */
static bool choose_cut(const struct cuts *cuts, size_t width, struct cut *ret_cut)
{
	size_t kept = width - 1, middle = kept / 2;

	for (size_t i = 0; i <= 2 * kept; i++) {
		size_t distance = (i + 1) / 2;
		size_t tail = i % 2 ? middle + distance : middle - distance;

		if (tail > kept) /* also below 0 */
			continue;
		*ret_cut = (struct cut){ .head = kept - tail, .tail = tail };
		if (ret_cut->head < cuts->n && cuts->tails[ret_cut->head] <= tail)
			return true;
	}
	return false;
}

/* Shortens names to @width, or as little above it as keeps them different. */
static bool shorten_names(struct grid *grid, size_t index, size_t width)
{
	_cleanup_free_ const char **names = NULL;
	_cleanup_free_ size_t *tails = NULL;
	struct cuts cuts = { 0 };
	struct cut cut = { .head = width - 1 - (width - 1) / 2, .tail = (width - 1) / 2 };
	bool has_found;
	size_t n;

	if (!list_names(grid, index, &names, &n) ||
		!stay_different(names, n, &cut, &has_found))
		return false;
	if (!has_found) {
		if (!find_cuts(names, n, grid->columns[index].width, &cuts)) {
			free(cuts.tails);
			return false;
		}
		tails = cuts.tails;
	}
	for (; width < grid->columns[index].width && !has_found; width++)
		/* a name may contain the mark, so the cut must be tested */
		if (choose_cut(&cuts, width, &cut) &&
			!stay_different(names, n, &cut, &has_found))
			return false;
	return !has_found || change_column(grid, index, cut_text, &cut);
}

static bool can_be_shorter(const struct grid_column *column)
{
	return !column->is_hidden && is_name(column) && column->width > SHORT_NAME;
}

/* Can lines be this short? If not, lines are wrapped anyway, and names stay whole. */
static bool names_can_fit(const struct grid *grid, size_t width)
{
	size_t total = count_columns(grid);

	for (size_t i = 0; i < grid->n_columns; i++)
		if (can_be_shorter(&grid->columns[i]))
			total -= grid->columns[i].width - SHORT_NAME;
	return total <= width;
}

/* The column with the longest names that is not done, or n_columns. */
static size_t find_longest_names(const struct grid *grid, const bool *is_done)
{
	size_t longest = grid->n_columns;

	for (size_t i = 0; i < grid->n_columns; i++)
		if (can_be_shorter(&grid->columns[i]) && !is_done[i] &&
			(longest == grid->n_columns ||
				grid->columns[i].width > grid->columns[longest].width))
			longest = i;
	return longest;
}

static bool fit_names(struct grid *grid, size_t width)
{
	_cleanup_free_ bool *is_done = calloc(grid->n_columns + 1, sizeof(*is_done));
	size_t i, total;

	if (!is_done)
		return false;
	if (!names_can_fit(grid, width))
		return true;
	while ((total = count_columns(grid)) > width &&
		(i = find_longest_names(grid, is_done)) < grid->n_columns) {
		size_t excess = total - width, now = grid->columns[i].width;
		size_t wanted = now > excess + SHORT_NAME ? now - excess : SHORT_NAME;

		is_done[i] = true;
		if (!shorten_names(grid, i, wanted))
			return false;
	}
	return true;
}

bool grid_fit(struct grid *grid, size_t width, bool may_drop)
{
	unsigned int rank;

	for (size_t i = 0; i < grid->n_columns && count_columns(grid) > width; i++)
		if (grid->columns[i].column->flags & COLUMN_ADDRESS &&
			!change_column(grid, i, drop_address, NULL))
			return false;
	if (count_columns(grid) > width && may_drop)
		drop_columns(grid, width);
	if (!cut_columns(grid, width))
		return false;
	for (rank = COLUMN_DROP_LAST;
		may_drop && rank <= COLUMN_DROP_MAX && !names_can_fit(grid, width);
		rank++)
		drop_rank(grid, rank);
	if (!fit_names(grid, width))
		return false;
	for (; may_drop && rank <= COLUMN_DROP_MAX && count_columns(grid) > width; rank++)
		drop_rank(grid, rank);
	return grid_wrap(grid);
}
