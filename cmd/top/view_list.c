/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of interrupts: by CPU where the CPUs fit beside each other. */
#include "base/basics.h"
#include "base/text.h"
#include "top/view.h"

#include <stdio.h>
#include <string.h>

#define NAME_COLUMNS 12u
#define MOST_COLUMNS 16u
#define HISTORY_COLUMNS 60u

/* A column of the list: texts of the rows that are on the screen. */
struct part {
	const char *heading;
	char *(*get)(struct top_view *view, struct frame_row *row);
	bool is_left;
	unsigned int rank; /* left out first where the screen is narrow; 0: never */
	unsigned int width;
	char **texts; /* owned, and each */
};

static char *make_rate(double rate)
{
	char text[16];

	return strdup(rate < 0 ? "-" : text_format_rate(rate, text));
}

/* A tagged one has a star. */
static char *get_irq(struct top_view *view, struct frame_row *row)
{
	_cleanup_free_ char *label = text_escape(
		irqkit_interrupt_get_label(row->interrupt));
	char *marked = NULL;

	(void)view;
	if (label &&
		asprintf(&marked, "%s%s", row->past && row->past->is_tagged ? "*" : "",
			label) < 0)
		return NULL;
	return marked;
}

static char *get_rate(struct top_view *view, struct frame_row *row)
{
	return make_rate(view->shows_totals
			? (double)irqkit_interrupt_get_total(row->interrupt)
			: row->rate);
}

static char *get_ratio(struct top_view *view, struct frame_row *row)
{
	char text[16];

	(void)view;
	if (row->packets < 0 || row->rate <= 0)
		return strdup("-");
	snprintf(text, sizeof(text), "%.1f", row->packets / row->rate);
	return strdup(text);
}

static char *get_cost(struct top_view *view, struct frame_row *row)
{
	char text[16];

	(void)view;
	if (row->cost < 0)
		return strdup("-");
	snprintf(text, sizeof(text), "%.0f%%", row->cost * 100);
	return strdup(text);
}

static char *make_list(const struct irqkit_cpuset *set)
{
	char *list = NULL;

	if (!set || irqkit_cpuset_is_empty(set) ||
		irqkit_cpuset_format_list(set, &list) < 0)
		return strdup("-");
	return list;
}

static char *get_affinity(struct top_view *view, struct frame_row *row)
{
	const struct irqkit_cpuset *set = NULL;

	(void)view;
	irqkit_irq_get_affinity(row->irq, &set);
	return make_list(set);
}

static char *get_cpu(struct top_view *view, struct frame_row *row)
{
	char text[16];

	(void)view;
	if (row->cpu < 0)
		return strdup("-");
	snprintf(text, sizeof(text), "%d", row->cpu);
	return strdup(text);
}

static char *get_node(struct top_view *view, struct frame_row *row)
{
	struct irqkit_topology *topology = irqkit_machine_get_topology(
		view->frame->machine);
	int node = row->cpu < 0
		? -1
		: irqkit_topology_get_node(topology, (unsigned int)row->cpu);
	char text[16];

	if (node < 0)
		return strdup("-");
	snprintf(text, sizeof(text), "%d", node);
	return strdup(text);
}

static char *get_device(struct top_view *view, struct frame_row *row)
{
	(void)view;
	return row->device ? text_escape(irqkit_device_get_name(row->device))
			   : strdup("-");
}

static char *get_queue(struct top_view *view, struct frame_row *row)
{
	char *list = NULL;

	(void)view;
	for (char **queue = top_get_queues(row); queue && *queue; queue++)
		if (!text_join(&list, ",", *queue))
			return NULL;
	return list ? list : strdup("-");
}

/* The last minute or so, the newest to the right; a full column is its own highest rate. */
static char *get_history(struct top_view *view, struct frame_row *row)
{
	static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	float most = 0;
	char *text, *at;

	if (!row->past)
		return strdup("");
	for (unsigned int i = 0; i < row->past->n_rates; i++)
		most = row->past->rates[i] > most ? row->past->rates[i] : most;
	text = at = malloc(HISTORY_COLUMNS * 4 + 1);
	if (!text)
		return NULL;
	for (unsigned int i = HISTORY_COLUMNS; i-- > 0;) {
		float rate = i < row->past->n_rates ? row->past->rates[i] : 0;
		unsigned int step = most > 0 ? (unsigned int)(rate / most * 7 + 0.5f) : 0;

		at = stpcpy(at,
			rate <= 0		? " "
				: view->is_utf8 ? bars[step]
				: step >= 4	? "#"
						: "-");
	}
	return text;
}

static char *get_name(struct top_view *view, struct frame_row *row)
{
	char *name = top_view_get_name(row), *marked;
	const char *mark = row->is_new ? "new " : row->has_restarted ? "restarted " : "";

	(void)view;
	if (!name || !*mark)
		return name;
	if (asprintf(&marked, "%s%s", mark, name) < 0)
		marked = NULL;
	free(name);
	return marked;
}

/* ------------------------------------------------------------------------------- */
/* Columns                                                                         */

static void parts_free(struct part *parts, size_t n, size_t n_rows)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; parts[i].texts && j < n_rows; j++)
			free(parts[i].texts[j]);
		free(parts[i].texts);
	}
}

static bool fill_part(
	struct top_view *view, struct part *part, struct frame_row **rows, size_t n)
{
	part->width = (unsigned int)strlen(part->heading);
	part->texts = calloc(n + 1, sizeof(char *));
	for (size_t i = 0; part->texts && i < n; i++) {
		unsigned int width;

		part->texts[i] = part->get(view, rows[i]);
		if (!part->texts[i])
			return false;
		width = (unsigned int)text_width(part->texts[i]);
		part->width = width > part->width ? width : part->width;
	}
	return part->texts;
}

/* A column that is empty in all rows takes no room. */
static void hide_unknown(struct part *part, size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++)
		if (strcmp(part->texts[i], "-") != 0)
			return;
	part->width = 0;
}

/* Leaves columns out until @room is enough. The last one, the name, takes what is left. */
static void fit_parts(struct part *parts, size_t n, unsigned int room)
{
	for (unsigned int rank = 1; rank < MOST_COLUMNS; rank++) {
		unsigned int width = 0;

		for (size_t i = 0; i < n; i++)
			width += parts[i].width ? parts[i].width + 1 : 0;
		if (width <= room)
			return;
		for (size_t i = 0; i < n; i++)
			if (parts[i].rank == rank)
				parts[i].width = 0;
	}
}

void top_view_draw_text(unsigned int row, unsigned int column, unsigned int width,
	bool is_left, enum paint paint, const char *text)
{
	unsigned int len = (unsigned int)text_width(text);
	_cleanup_free_ char *cut = NULL;

	if (len > width) {
		unsigned int tail = width / 2;

		cut = width > 3 ? text_shorten(text, width - tail - 1, tail) : NULL;
		if (cut)
			screen_put(row, column, paint, cut);
		return;
	}
	screen_put(row, column + (is_left ? 0 : width - len), paint, text);
}

static void draw_parts(struct top_view *view, struct part *parts, size_t n,
	struct frame_row **rows, size_t n_rows, unsigned int first)
{
	for (size_t i = 0; i <= n_rows; i++) {
		bool is_chosen = i && rows[i - 1] == top_view_get_chosen(view);
		enum paint paint = i == 0 ? PAINT_BOLD
			: is_chosen	  ? PAINT_REVERSE
					  : PAINT_PLAIN;
		unsigned int column = 0;

		if (is_chosen) {
			char blank[512];
			size_t width = view->columns < sizeof(blank) ? view->columns
								     : sizeof(blank);

			memset(blank, ' ', width);
			blank[width - 1] = '\0';
			screen_put(first + (unsigned int)i, 0, paint, blank);
		}
		for (size_t j = 0; j < n && column < view->columns; j++) {
			unsigned int width = parts[j].width;

			if (width == 0)
				continue;
			if (j + 1 == n && column + width > view->columns)
				width = view->columns - column;
			top_view_draw_text(first + (unsigned int)i, column, width,
				parts[j].is_left, paint,
				i ? parts[j].texts[i - 1] : parts[j].heading);
			column += width + 1;
		}
	}
}

/* ------------------------------------------------------------------------------- */
/* By CPU                                                                          */

unsigned int top_view_cell_column(size_t cpu, unsigned int before)
{
	return before + (unsigned int)cpu * TOP_CELL_COLUMNS;
}

static double rate_on(
	const struct top_view *view, struct frame_row *row, unsigned int cpu)
{
	const struct irqkit_interrupt *counts = view->shows_totals
		? row->interrupt
		: irqkit_load_get_counts(
			  view->frame->load, irqkit_irq_get_index(row->irq));
	double count = counts ? (double)irqkit_interrupt_get_count(counts, cpu) : 0;

	return view->shows_totals ? count : count / view->frame->seconds;
}

/* A CPU that did not handle it, but may, has a comma: only for the chosen interrupt. */
static void draw_cells(struct top_view *view, struct frame_row *row, unsigned int at,
	unsigned int before, bool is_chosen)
{
	const struct irqkit_cpuset *affinity = NULL;

	irqkit_irq_get_affinity(row->irq, &affinity);
	for (size_t i = 0; i < view->n_cpus; i++) {
		const struct frame_cpu *cpu = view->cpus[i];
		double rate = rate_on(view, row, cpu->number);
		bool may = affinity && irqkit_cpuset_has(affinity, cpu->number);
		char text[16];
		enum paint paint = is_chosen	       ? PAINT_REVERSE
			: rate > 0 && cpu->is_isolated ? PAINT_REVERSE
			: rate > 0		       ? PAINT_PLAIN
						       : PAINT_DIM;
		const char *idle = is_chosen && may ? "," : view->is_utf8 ? "·" : ".";

		top_view_draw_text(at, top_view_cell_column(i, before),
			TOP_CELL_COLUMNS - 1, false, paint,
			rate > 0 ? text_format_rate(rate, text) : idle);
	}
}

void top_view_draw_cpu_headings(
	struct top_view *view, unsigned int row, unsigned int before)
{
	for (size_t i = 0; i < view->n_cpus; i++) {
		char text[16];

		snprintf(text, sizeof(text), "cpu%u", view->cpus[i]->number);
		top_view_draw_text(row, top_view_cell_column(i, before),
			TOP_CELL_COLUMNS - 1, false, PAINT_BOLD, text);
	}
}

bool top_view_is_matrix(const struct top_view *view)
{
	size_t n = view->n_cpus;

	return n <= MATRIX_CPUS &&
		view->columns >= 16 + n * TOP_CELL_COLUMNS + NAME_COLUMNS;
}

/* ------------------------------------------------------------------------------- */

static void scroll(struct top_view *view, size_t room)
{
	if (view->cursor < view->top)
		view->top = view->cursor;
	if (view->cursor >= view->top + room)
		view->top = view->cursor - room + 1;
	if (view->top + room > view->n_list)
		view->top = view->n_list > room ? view->n_list - room : 0;
}

static void draw_matrix(
	struct top_view *view, struct frame_row **rows, size_t n, unsigned int first)
{
	struct part parts[] = {
		{ "IRQ", get_irq, false, 0, 0, NULL },
		{ view->shows_totals ? "TOTAL" : "RATE/S", get_rate, false, 0, 0, NULL },
	};
	struct part name = { "NAME", get_name, true, 0, 0, NULL };
	unsigned int before, after;

	if (fill_part(view, &parts[0], rows, n) && fill_part(view, &parts[1], rows, n) &&
		fill_part(view, &name, rows, n)) {
		before = parts[0].width + 1 + parts[1].width + 1;
		after = top_view_cell_column(view->n_cpus, before);
		draw_parts(view, parts, LENGTH(parts), rows, n, first);
		top_view_draw_cpu_headings(view, first, before);
		screen_put(first, after, PAINT_BOLD, "NAME");
		for (size_t i = 0; i < n; i++) {
			bool is_chosen = rows[i] == top_view_get_chosen(view);

			draw_cells(view, rows[i], first + 1 + (unsigned int)i, before,
				is_chosen);
			top_view_draw_text(first + 1 + (unsigned int)i, after,
				view->columns - after, true,
				is_chosen ? PAINT_REVERSE : PAINT_PLAIN, name.texts[i]);
		}
	}
	parts_free(parts, LENGTH(parts), n);
	parts_free(&name, 1, n);
}

static void draw_plain(
	struct top_view *view, struct frame_row **rows, size_t n, unsigned int first)
{
	struct part parts[] = {
		{ "IRQ", get_irq, false, 0, 0, NULL },
		{ view->shows_totals ? "TOTAL" : "RATE/S", get_rate, false, 0, 0, NULL },
		{ "PKT/INT", get_ratio, false, 2, 0, NULL },
		{ "%CPU", get_cost, false, 0, 0, NULL },
		{ "AFFINITY", get_affinity, false, 3, 0, NULL },
		{ "CPU", get_cpu, false, 0, 0, NULL },
		{ "ND", get_node, false, 4, 0, NULL },
		{ "DEVICE", get_device, true, 6, 0, NULL },
		{ "QUEUE", get_queue, true, 5, 0, NULL },
		{ "LAST PERIODS", get_history, true, 1, 0, NULL },
		{ "NAME", get_name, true, 0, 0, NULL },
	};
	bool is_filled = true;

	for (size_t i = 0; i < LENGTH(parts) && is_filled; i++)
		is_filled = fill_part(view, &parts[i], rows, n);
	if (is_filled) {
		for (size_t i = 2; i + 1 < LENGTH(parts); i++)
			hide_unknown(&parts[i], n);
		fit_parts(parts, LENGTH(parts), view->columns);
		draw_parts(view, parts, LENGTH(parts), rows, n, first);
	}
	parts_free(parts, LENGTH(parts), n);
}

void top_view_draw_list(struct top_view *view, unsigned int first, unsigned int end)
{
	size_t room = end > first + 1 ? end - first - 1 : 0, n;

	view->n_all = view->n_list;
	view->n_shown = 0;
	if (room == 0)
		return;
	scroll(view, room);
	n = view->n_list - view->top < room ? view->n_list - view->top : room;
	view->n_shown = n;
	if (n == 0)
		screen_put(first, 0, PAINT_DIM, "no interrupt fired (z shows them all)");
	else if (top_view_is_matrix(view))
		draw_matrix(view, view->list + view->top, n, first);
	else
		draw_plain(view, view->list + view->top, n, first);
}
