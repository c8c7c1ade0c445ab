/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which rows are shown, in which order; the cursor; glyphs and names. */
#include "top/view.h"
#include "base/basics.h"
#include "base/text.h"

#include <fnmatch.h>
#include <string.h>

void top_view_free(struct top_view *view)
{
	free(view->list);
	free(view->cpus);
	free(view->chosen);
	free(view->find);
	free(view->filter);
}

/* ------------------------------------------------------------------------------- */
/* Glyphs                                                                          */

const char *top_view_glyph(
	const struct top_view *view, double share, enum paint *ret_paint)
{
	static const double limits[HEAT_STEPS - 1] = { 0.01, 0.10, 0.40, 0.75 };
	static const char *const blocks[HEAT_STEPS] = { "·", "░", "▒", "▓", "█" };
	static const char *const letters[HEAT_STEPS] = { ".", ":", "+", "#", "@" };
	unsigned int step = 0;

	while (step < HEAT_STEPS - 1 && share >= limits[step])
		step++;
	*ret_paint = (enum paint)(PAINT_HEAT + step);
	return view->is_utf8 ? blocks[step] : letters[step];
}

double top_view_cpu_share(const struct top_view *view, const struct frame_cpu *cpu)
{
	double time;

	if (view->cells == CELLS_TIME &&
		irqkit_load_get_accounting(view->frame->load) == IRQKIT_ACCOUNTED &&
		irqkit_load_cpu_get_time(cpu->load, &time) == 0)
		return time;
	return cpu->weight;
}

/* ------------------------------------------------------------------------------- */
/* Rows                                                                            */

char *top_view_get_name(struct frame_row *row)
{
	const char **actions = top_get_actions(row);
	const char *description = irqkit_interrupt_get_description(row->interrupt);
	char *list = NULL, *name;

	for (size_t i = 0; actions && actions[i]; i++)
		if (!text_join(&list, ", ", actions[i]))
			return NULL;
	name = text_escape(list ? list : description ? description : "-");
	free(list);
	if (name)
		text_straighten(name);
	return name;
}

static bool has_text(struct frame_row *row, const char *text)
{
	_cleanup_free_ char *name = top_view_get_name(row);
	const char *device = row->device ? irqkit_device_get_name(row->device) : "";

	return (name && strcasestr(name, text)) || strcasestr(device, text) ||
		strcmp(irqkit_interrupt_get_label(row->interrupt), text) == 0;
}

/* As a pattern, or as a part of a name. */
static bool passes_filter(struct frame_row *row, const char *filter)
{
	_cleanup_free_ char *name = top_view_get_name(row);
	const char *device = row->device ? irqkit_device_get_name(row->device) : "";

	if (!filter || !*filter)
		return true;
	if (strpbrk(filter, "*?["))
		return (name && fnmatch(filter, name, 0) == 0) ||
			fnmatch(filter, device, 0) == 0;
	return has_text(row, filter);
}

static int compare_names(struct frame_row *a, struct frame_row *b)
{
	_cleanup_free_ char *x = top_view_get_name(a), *y = top_view_get_name(b);

	return x && y ? strverscmp(x, y) : 0;
}

static int compare(double x, double y)
{
	return (x < y) - (x > y);
}

static int compare_rows(const void *a, const void *b, void *data)
{
	struct frame_row *x = *(struct frame_row *const *)a;
	struct frame_row *y = *(struct frame_row *const *)b;
	const struct top_view *view = data;
	int order = 0;

	switch (view->sort) {
	case SORT_TIME:
		order = compare(x->cost, y->cost);
		break;
	case SORT_PACKETS:
		order = compare(x->packets, y->packets);
		break;
	case SORT_NAME:
		order = compare_names(x, y);
		break;
	case SORT_IRQ:
		break;
	default:
		order = view->shows_totals
			? compare((double)irqkit_interrupt_get_total(x->interrupt),
				  (double)irqkit_interrupt_get_total(y->interrupt))
			: compare(x->mean, y->mean);
	}
	if (order == 0)
		order = irqkit_irq_get_index(x->irq) > irqkit_irq_get_index(y->irq) ? 1
										    : -1;
	return view->is_inverted ? -order : order;
}

static void follow_chosen(struct top_view *view)
{
	for (size_t i = 0; view->chosen && i < view->n_list; i++)
		if (view->list[i]->past &&
			strcmp(view->list[i]->past->key, view->chosen) == 0) {
			view->cursor = i;
			return;
		}
	if (view->cursor >= view->n_list)
		view->cursor = view->n_list ? view->n_list - 1 : 0;
}

/* All CPUs, or those of one node. */
static bool take_cpus(struct top_view *view)
{
	const struct frame *frame = view->frame;
	struct irqkit_topology *topology = irqkit_machine_get_topology(frame->machine);

	free(view->cpus);
	view->n_cpus = 0;
	view->cpus = calloc(frame->n_cpus + 1, sizeof(*view->cpus));
	for (size_t i = 0; view->cpus && i < frame->n_cpus; i++)
		if (view->node < 0 ||
			irqkit_topology_get_node(topology, frame->cpus[i].number) ==
				view->node)
			view->cpus[view->n_cpus++] = &frame->cpus[i];
	return view->cpus;
}

bool top_view_has_cpu(const struct top_view *view, unsigned int cpu)
{
	size_t low = 0, high = view->n_cpus;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (view->cpus[middle]->number == cpu)
			return true;
		if (view->cpus[middle]->number < cpu)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* Was it handled on the node, or, if it is idle, would it be? */
static bool is_on_node(const struct top_view *view, struct frame_row *row)
{
	const struct irqkit_interrupt *counts = irqkit_load_get_counts(
		view->frame->load, irqkit_irq_get_index(row->irq));
	size_t n = counts ? irqkit_interrupt_count_served(counts) : 0;

	for (size_t i = 0; i < n; i++) {
		unsigned int cpu;

		if (irqkit_interrupt_get_served(counts, i, &cpu) > 0 &&
			top_view_has_cpu(view, cpu))
			return true;
	}
	if (row->count > 0)
		return false;
	frame_read_row(row);
	return row->cpu >= 0 && top_view_has_cpu(view, (unsigned int)row->cpu);
}

bool top_view_take_frame(struct top_view *view)
{
	struct frame *frame = view->frame;
	struct frame_row **list = calloc(frame->n_rows + 1, sizeof(struct frame_row *));

	if (!list || !take_cpus(view)) {
		free(list);
		return false;
	}
	free(view->list);
	view->list = list;
	view->n_list = 0;
	for (size_t i = 0; i < frame->n_rows; i++) {
		struct frame_row *row = &frame->rows[i];
		bool is_idle = row->count == 0 && !view->shows_totals;

		if (view->shows_idle || view->shows_totals)
			frame_read_row(row);
		if ((view->shows_idle || !is_idle) &&
			(view->node < 0 || is_on_node(view, row)) &&
			passes_filter(row, view->filter))
			list[view->n_list++] = row;
	}
	qsort_r(list, view->n_list, sizeof(struct frame_row *), compare_rows, view);
	follow_chosen(view);
	return true;
}

struct frame_row *top_view_get_chosen(const struct top_view *view)
{
	return view->cursor < view->n_list ? view->list[view->cursor] : NULL;
}

struct frame_row **top_view_get_marked(const struct top_view *view, size_t *ret_n)
{
	struct frame *frame = view->frame;
	struct frame_row **rows = calloc(frame->n_rows + 1, sizeof(struct frame_row *));
	struct frame_row *chosen = top_view_get_chosen(view);

	*ret_n = 0;
	for (size_t i = 0; rows && i < frame->n_rows; i++)
		if (frame->rows[i].past && frame->rows[i].past->is_tagged)
			rows[(*ret_n)++] = &frame->rows[i];
	if (rows && *ret_n == 0 && chosen)
		rows[(*ret_n)++] = chosen;
	for (size_t i = 0; i < *ret_n; i++)
		frame_read_row(rows[i]);
	return rows;
}

size_t top_view_count_tagged(const struct top_view *view)
{
	size_t n = 0;

	for (size_t i = 0; i < view->frame->n_rows; i++)
		n += view->frame->rows[i].past && view->frame->rows[i].past->is_tagged;
	return n;
}

void top_view_clear_tags(struct top_view *view)
{
	for (size_t i = 0; i < view->frame->n_rows; i++)
		if (view->frame->rows[i].past)
			view->frame->rows[i].past->is_tagged = false;
}

void top_view_move_cursor(struct top_view *view, long by)
{
	long cursor = (long)view->cursor + by;
	struct frame_row *row;

	if (cursor >= (long)view->n_list)
		cursor = (long)view->n_list - 1;
	view->cursor = cursor > 0 ? (size_t)cursor : 0;
	row = top_view_get_chosen(view);
	free(view->chosen);
	view->chosen = row && row->past ? strdup(row->past->key) : NULL;
}
