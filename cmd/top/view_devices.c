/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Devices by CPU, for machines with many CPUs: an interrupt is handled by one CPU, but the
 * row of a device shows whether its queues are spread. A cell is a CPU, a last-level cache or
 * a node, whatever fits:
 *
 *	DEVICE  RATE/S  IRQS CPUS  0       |8       |16      |24
 *	ens1      288k    32   32  ▒▒▒▒▒▒▓▓|▓▓▒▒▒▒▒▒|········|████▒▒▒▒
 */
#include "base/basics.h"
#include "base/grow.h"
#include "base/text.h"
#include "top/view.h"

#include <stdio.h>
#include <string.h>

#define NAME_MOST 20u
#define FIGURES_WIDTH 18u /* " RATE/S IRQS CPUS " */
#define MATRIX_NODES_CPUS 64u /* with more CPUs, nodes say more than caches */
#define MOST_CELLS 1024u

/* ------------------------------------------------------------------------------- */
/* Cells                                                                           */

struct place {
	size_t index; /* in view->cpus */
	int node;
	unsigned int llc; /* the first CPU of it */
};

struct grid {
	enum view_group group;
	struct place *places; /* owned; in the order of the cells */
	size_t *cell_of; /* owned; by index in view->cpus */
	unsigned int *columns; /* owned; of each cell, from the left end of the grid */
	size_t *first; /* owned; of each cell, its first place */
	size_t n_cells, n_shown; /* in all, and those with room */
	unsigned int cell_width, width;
};

static void grid_free(struct grid *grid)
{
	free(grid->places);
	free(grid->cell_of);
	free(grid->columns);
	free(grid->first);
	*grid = (struct grid){ 0 };
}

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	if (x->llc != y->llc)
		return x->llc < y->llc ? -1 : 1;
	return x->index < y->index ? -1 : 1;
}

static unsigned int first_cpu(const struct irqkit_cpuset *set, unsigned int cpu)
{
	if (set)
		irqkit_cpuset_foreach (first, set)
			return first;
	return cpu;
}

static bool fill_places(const struct top_view *view, struct grid *grid)
{
	struct irqkit_topology *topology = irqkit_machine_get_topology(
		view->frame->machine);
	size_t n = view->n_cpus + 1;

	grid->places = calloc(n, sizeof(*grid->places));
	grid->cell_of = calloc(n, sizeof(*grid->cell_of));
	grid->columns = calloc(n, sizeof(*grid->columns));
	grid->first = calloc(n, sizeof(*grid->first));
	if (!grid->places || !grid->cell_of || !grid->columns || !grid->first)
		return false;
	for (size_t i = 0; i < view->n_cpus; i++) {
		unsigned int cpu = view->cpus[i]->number;
		int node = irqkit_topology_get_node(topology, cpu);

		grid->places[i] = (struct place){
			.index = i,
			.node = node < 0 ? 0 : node,
			/* without a known cache, a node is one */
			.llc = first_cpu(irqkit_topology_get_llc(topology, cpu), 0),
		};
	}
	qsort(grid->places, view->n_cpus, sizeof(*grid->places), compare_places);
	return true;
}

static bool is_new_cell(const struct grid *grid, size_t i)
{
	const struct place *place = &grid->places[i];

	if (i == 0 || grid->group == GROUP_CPU || place[-1].node != place->node)
		return true;
	return grid->group == GROUP_LLC && place[-1].llc != place->llc;
}

/* Between caches where a cell is a CPU, between nodes where it is a cache. */
static bool has_bar_before(const struct grid *grid, size_t i)
{
	const struct place *place = &grid->places[i];

	if (i == 0 || grid->group == GROUP_NODE)
		return false;
	return place[-1].node != place->node ||
		(grid->group == GROUP_CPU && place[-1].llc != place->llc);
}

static void lay_out(const struct top_view *view, struct grid *grid, enum view_group group,
	unsigned int cell_width, unsigned int room)
{
	unsigned int column = 0;

	grid->group = group;
	grid->cell_width = cell_width;
	grid->n_cells = grid->n_shown = 0;
	for (size_t i = 0; i < view->n_cpus; i++) {
		if (is_new_cell(grid, i)) {
			column += has_bar_before(grid, i);
			grid->first[grid->n_cells] = i;
			grid->columns[grid->n_cells++] = column;
			column += cell_width;
			if (column <= room && grid->n_cells <= MOST_CELLS)
				grid->n_shown = grid->n_cells;
		}
		grid->cell_of[grid->places[i].index] = grid->n_cells - 1;
	}
	grid->width = column < room ? column : room;
}

static bool has_nodes(const struct top_view *view, const struct grid *grid)
{
	return view->n_cpus &&
		grid->places[0].node != grid->places[view->n_cpus - 1].node;
}

/* Numbers of nodes stand above their cells. */
static unsigned int find_node_width(const struct top_view *view, const struct grid *grid)
{
	int last = view->n_cpus ? grid->places[view->n_cpus - 1].node : 0;

	return last > 99 ? 4 : last > 9 ? 3 : 2;
}

static bool grid_make(const struct top_view *view, struct grid *grid, unsigned int room)
{
	enum view_group larger = GROUP_LLC;

	if (!fill_places(view, grid))
		return false;
	if (view->group != GROUP_NODE)
		for (unsigned int width = 2; width > 0; width--) {
			lay_out(view, grid, GROUP_CPU, width, room);
			if (grid->n_shown == grid->n_cells)
				return true;
		}
	if (view->group == GROUP_NODE ||
		(view->n_cpus > MATRIX_NODES_CPUS && has_nodes(view, grid)))
		larger = GROUP_NODE;
	lay_out(view, grid, larger,
		larger == GROUP_NODE ? find_node_width(view, grid) : 1, room);
	if (larger == GROUP_LLC && grid->n_shown < grid->n_cells)
		lay_out(view, grid, GROUP_NODE, find_node_width(view, grid), room);
	return true;
}

/* ------------------------------------------------------------------------------- */
/* Devices                                                                         */

struct device_row {
	const struct irqkit_device *device; /* NULL: the others */
	size_t n_devices; /* of the others */
	size_t n_irqs;
	double rate;
	double *weights; /* owned; by index in view->cpus */
};

struct device_rows {
	struct device_row *rows; /* owned; the busiest first */
	size_t n, room;
};

static void device_rows_free(struct device_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		free(rows->rows[i].weights);
	free(rows->rows);
}

static struct device_row *find_row(const struct top_view *view, struct device_rows *rows,
	const struct irqkit_device *device)
{
	struct device_row *row;

	for (size_t i = 0; i < rows->n; i++)
		if (rows->rows[i].device == device)
			return &rows->rows[i];
	if (!MAKE_ROOM(rows->rows, rows->n, rows->room))
		return NULL;
	row = &rows->rows[rows->n];
	*row = (struct device_row){
		.device = device,
		.weights = calloc(view->n_cpus + 1, sizeof(*row->weights)),
	};
	if (!row->weights)
		return NULL;
	rows->n++;
	return row;
}

/* The index in view->cpus, or n_cpus. */
static size_t find_cpu(const struct top_view *view, unsigned int number)
{
	size_t low = 0, high = view->n_cpus;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (view->cpus[middle]->number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < view->n_cpus && view->cpus[low]->number == number ? low
								       : view->n_cpus;
}

static void add_interrupt(
	const struct top_view *view, struct device_row *row, const struct frame_row *of)
{
	size_t index = irqkit_irq_get_index(of->irq);
	const struct irqkit_interrupt *counts = irqkit_load_get_counts(
		view->frame->load, index);
	size_t n = counts ? irqkit_interrupt_count_served(counts) : 0;

	row->n_irqs++;
	row->rate += of->rate;
	for (size_t i = 0; i < n; i++) {
		unsigned int number;
		uint64_t weight = irqkit_load_get_weight_on(
			view->frame->load, index, i, &number);
		size_t cpu = find_cpu(view, number);

		if (cpu < view->n_cpus)
			row->weights[cpu] += (double)weight;
	}
}

static int compare_device_rows(const void *a, const void *b)
{
	const struct device_row *x = a, *y = b;

	/* what no device raises comes last */
	if (!x->device != !y->device)
		return x->device ? -1 : 1;
	if (x->rate != y->rate)
		return x->rate < y->rate ? 1 : -1;
	return x->device ? strverscmp(irqkit_device_get_name(x->device),
				   irqkit_device_get_name(y->device))
			 : 0;
}

static bool device_rows_make(const struct top_view *view, struct device_rows *rows)
{
	for (size_t i = 0; i < view->n_list; i++) {
		struct frame_row *of = view->list[i];
		struct device_row *row;

		if (of->count == 0 || irqkit_interrupt_is_background(of->interrupt))
			continue;
		row = find_row(view, rows, of->device);
		if (!row)
			return false;
		add_interrupt(view, row, of);
	}
	if (rows->n)
		qsort(rows->rows, rows->n, sizeof(*rows->rows), compare_device_rows);
	return true;
}

/* Devices without a row of their own share one row, so that nothing is left out. */
static void fold_others(
	const struct top_view *view, struct device_rows *rows, size_t most)
{
	struct device_row *others = &rows->rows[most - 1];

	for (size_t i = most; i < rows->n; i++) {
		struct device_row *row = &rows->rows[i];

		others->n_devices += others->device ? 1 : 0;
		others->device = NULL;
		others->n_devices += row->device ? 1 : 0;
		others->n_irqs += row->n_irqs;
		others->rate += row->rate;
		for (size_t cpu = 0; cpu < view->n_cpus; cpu++)
			others->weights[cpu] += row->weights[cpu];
		free(row->weights);
	}
	if (rows->n > most)
		rows->n = most;
}

/* ------------------------------------------------------------------------------- */
/* Drawing                                                                         */

static char *name_row(const struct device_row *row)
{
	char *name = NULL;

	if (row->device)
		return text_escape(irqkit_device_get_name(row->device));
	if (row->n_devices && asprintf(&name, "(%zu others)", row->n_devices) < 0)
		return NULL;
	return name ? name : strdup("(no device)");
}

static bool is_by_time(const struct top_view *view)
{
	return view->cells == CELLS_TIME &&
		irqkit_load_get_weigh(view->frame->load) == IRQKIT_WEIGH_TIME;
}

/* What a whole cell stands for: a CPU's time, or what the busiest CPU did. */
static double find_whole(const struct top_view *view)
{
	double most = 0;

	if (is_by_time(view))
		return view->frame->seconds * 1e9;
	for (size_t i = 0; i < view->frame->n_cpus; i++) {
		double weight = (double)irqkit_load_cpu_get_weight(
			view->frame->cpus[i].load);

		most = weight > most ? weight : most;
	}
	return most > 0 ? most : 1;
}

/* A cell with several CPUs shows the busiest one. */
static void draw_cells(struct top_view *view, const struct grid *grid,
	const struct device_row *of, unsigned int row, unsigned int column)
{
	double whole = find_whole(view), shares[MOST_CELLS] = { 0 };
	bool is_hit[MOST_CELLS] = { false };

	for (size_t i = 0; i < view->n_cpus; i++) {
		size_t cell = grid->cell_of[i];
		double share = of->weights[i] / whole;

		if (cell >= MOST_CELLS)
			continue;
		shares[cell] = share > shares[cell] ? share : shares[cell];
		is_hit[cell] |= share > 0 && view->cpus[i]->is_isolated;
	}
	for (size_t cell = 0; cell < grid->n_shown; cell++) {
		enum paint paint;
		const char *glyph = top_view_glyph(view, shares[cell], &paint);
		unsigned int at = column + grid->columns[cell];

		if (is_hit[cell]) {
			paint = PAINT_REVERSE;
			glyph = "!";
		}
		if (has_bar_before(grid, grid->first[cell]))
			screen_put(row, at - 1, PAINT_DIM, "|");
		for (unsigned int i = 0; i < grid->cell_width; i++)
			if (grid->group != GROUP_NODE || i + 1 == grid->cell_width)
				screen_put(row, at + i, paint, glyph);
	}
}

/* The number of the first CPU of each cache, or of each node, where it fits. */
static void draw_cell_numbers(const struct top_view *view, const struct grid *grid,
	unsigned int row, unsigned int column)
{
	unsigned int free_from = 0;

	for (size_t cell = 0; cell < grid->n_shown; cell++) {
		size_t first = grid->first[cell];
		const struct place *place = &grid->places[first];
		bool is_node = grid->group == GROUP_NODE;
		unsigned int at = grid->columns[cell], len;
		char text[32];

		if (!is_node && cell > 0 && !has_bar_before(grid, first) &&
			grid->group == GROUP_CPU)
			continue;
		len = (unsigned int)snprintf(text, sizeof(text), "%*u",
			is_node ? (int)grid->cell_width : 0,
			is_node ? (unsigned int)place->node
				: view->cpus[place->index]->number);
		if (has_bar_before(grid, first))
			screen_put(row, column + at - 1, PAINT_BOLD, "|");
		if (at < free_from || at + len > grid->width)
			continue;
		screen_put(row, column + at, PAINT_BOLD, text);
		free_from = at + len + 1 - is_node;
	}
}

static void draw_figures(const struct top_view *view, const struct device_row *of,
	unsigned int row, unsigned int name_width)
{
	_cleanup_free_ char *name = name_row(of);
	char text[64], rate[16];
	size_t n_cpus = 0;

	for (size_t i = 0; i < view->n_cpus; i++)
		n_cpus += of->weights[i] > 0;
	if (name)
		top_view_draw_text(row, 0, name_width, true, PAINT_PLAIN, name);
	snprintf(text, sizeof(text), " %6s %4zu %4zu", text_format_rate(of->rate, rate),
		of->n_irqs, n_cpus);
	screen_put(row, name_width, PAINT_PLAIN, text);
}

static unsigned int find_name_width(const struct device_rows *rows)
{
	unsigned int width = (unsigned int)strlen("DEVICE/CACHE");

	for (size_t i = 0; i < rows->n; i++) {
		_cleanup_free_ char *name = name_row(&rows->rows[i]);
		unsigned int len = name ? (unsigned int)text_width(name) : 0;

		width = len > width ? len : width;
	}
	return width < NAME_MOST ? width : NAME_MOST;
}

/* Which cells have no room; and what a full one is, if that is not a CPU's time. */
static void draw_remark(const struct top_view *view, const struct grid *grid,
	unsigned int row, unsigned int before)
{
	static const char *const words[N_GROUPS] = {
		[GROUP_CPU] = "CPUs", [GROUP_LLC] = "caches", [GROUP_NODE] = "nodes"
	};
	unsigned int column = before + grid->width + 2, len;
	char text[64] = "";

	if (grid->n_shown < grid->n_cells)
		snprintf(text, sizeof(text), " %zu of %zu %s", grid->n_shown,
			grid->n_cells, words[grid->group]);
	else if (!is_by_time(view))
		snprintf(text, sizeof(text), "of busiest");
	len = (unsigned int)strlen(text);
	if (column + len <= view->columns)
		screen_put(row, column, PAINT_DIM, text);
	else if (grid->n_shown < grid->n_cells && len < view->columns)
		screen_put(row, view->columns - len, PAINT_BOLD, text);
}

/* False: the screen is too narrow for a cell. */
static bool draw(struct top_view *view, const struct device_rows *rows, unsigned int row)
{
	static const char *const words[N_GROUPS] = { [GROUP_CPU] = "DEVICE/CPU",
		[GROUP_LLC] = "DEVICE/CACHE",
		[GROUP_NODE] = "DEVICE/NODE" };
	unsigned int name_width = find_name_width(rows);
	unsigned int before = name_width + FIGURES_WIDTH;
	struct grid grid CLEANUP(grid_free) = { 0 };
	char heading[64];

	if (view->columns <= before + 2 ||
		!grid_make(view, &grid, view->columns - before))
		return false;
	snprintf(heading, sizeof(heading), "%-*s %6s %4s %4s", (int)name_width,
		words[grid.group], "RATE/S", "IRQS", "CPUS");
	screen_put(row, 0, PAINT_BOLD, heading);
	draw_cell_numbers(view, &grid, row, before);
	draw_remark(view, &grid, row, before);
	for (size_t i = 0; i < rows->n; i++) {
		unsigned int at = row + 1 + (unsigned int)i;

		draw_figures(view, &rows->rows[i], at, name_width);
		draw_cells(view, &grid, &rows->rows[i], at, before);
	}
	return true;
}

unsigned int top_view_draw_devices(
	struct top_view *view, unsigned int row, unsigned int most)
{
	struct device_rows rows CLEANUP(device_rows_free) = { 0 };

	if (view->n_cpus <= MATRIX_CPUS || most < 2 || !device_rows_make(view, &rows) ||
		rows.n == 0)
		return 0;
	fold_others(view, &rows, most - 1);
	return draw(view, &rows, row) ? (unsigned int)rows.n + 1 : 0;
}
