/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Softirqs by CPU, and what became of the packets that each CPU received. */
#include "base/basics.h"
#include "base/text.h"
#include "top/view.h"

#include <stdio.h>
#include <string.h>

static void draw_softirq(
	struct top_view *view, size_t kind, unsigned int row, bool has_cells)
{
	const struct frame *frame = view->frame;
	const struct frame_cpu *busiest = NULL;
	double sum = 0, most = 0;
	char text[64], rate[16];

	for (size_t i = 0; i < view->n_cpus; i++) {
		double count = (double)irqkit_load_cpu_get_softirqs(
				       view->cpus[i]->load, kind) /
			frame->seconds;

		sum += count;
		if (count > most) {
			most = count;
			busiest = view->cpus[i];
		}
		if (has_cells)
			top_view_draw_text(row, top_view_cell_column(i, 16),
				TOP_CELL_COLUMNS - 1, false, PAINT_PLAIN,
				count > 0		? text_format_rate(count, rate)
					: view->is_utf8 ? "·"
							: ".");
	}
	snprintf(text, sizeof(text), "%-9s%6s",
		irqkit_load_get_softirq(frame->load, kind), text_format_rate(sum, rate));
	screen_put(row, 0, PAINT_PLAIN, text);
	if (has_cells || !busiest)
		return;
	snprintf(text, sizeof(text), "cpu%u %.0f%%", busiest->number, most / sum * 100);
	screen_put(row, 17, PAINT_PLAIN, text);
}

void top_view_draw_softirqs(struct top_view *view, unsigned int first, unsigned int end)
{
	size_t n = irqkit_load_count_softirqs(view->frame->load);
	bool has_cells = top_view_is_matrix(view);

	view->n_all = n;
	view->n_shown = end > first + 1 ? end - first - 1 : 0;
	if (view->n_shown > n)
		view->n_shown = n;
	screen_put(first, 0, PAINT_BOLD, "SOFTIRQ    RATE");
	if (has_cells)
		top_view_draw_cpu_headings(view, first, 16);
	else
		screen_put(first, 17, PAINT_BOLD, "BUSIEST");
	for (size_t i = 0; i < n && first + 1 + i < end; i++)
		draw_softirq(view, i, first + 1 + (unsigned int)i, has_cells);
}

/* ------------------------------------------------------------------------------- */
/* Packets                                                                         */

static const struct {
	const char *heading;
	enum irqkit_counter counter;
	unsigned int width;
} softnet[] = {
	{ "PROCESSED", IRQKIT_COUNTER_PROCESSED, 10 },
	{ "DROPPED", IRQKIT_COUNTER_DROPPED, 8 },
	{ "SQUEEZED", IRQKIT_COUNTER_SQUEEZED, 9 },
	{ "FROM RPS", IRQKIT_COUNTER_RECEIVED_RPS, 9 },
};
#define SOFTNET_COLUMNS 44u /* "CPU", these, and a gap */

static double get_processed(const struct frame_cpu *cpu)
{
	double rate;

	return irqkit_load_cpu_get_rate(cpu->load, IRQKIT_COUNTER_PROCESSED, &rate) < 0
		? -1
		: rate;
}

static int compare_processed(const void *a, const void *b)
{
	const struct frame_cpu *x = *(const struct frame_cpu *const *)a;
	const struct frame_cpu *y = *(const struct frame_cpu *const *)b;
	double p = get_processed(x), q = get_processed(y);

	if (p != q)
		return p < q ? 1 : -1;
	return x->number < y->number ? -1 : 1;
}

static void draw_counters(
	const struct frame_cpu *cpu, unsigned int row, unsigned int column)
{
	char text[32], rate_text[16];
	double rate;

	snprintf(text, sizeof(text), "%4u", cpu->number);
	screen_put(row, column, PAINT_PLAIN, text);
	column += 4;
	for (size_t i = 0; i < LENGTH(softnet); i++) {
		bool is_known = irqkit_load_cpu_get_rate(
					cpu->load, softnet[i].counter, &rate) == 0;

		column += softnet[i].width;
		snprintf(text, sizeof(text), "%s",
			is_known ? text_format_rate(rate, rate_text) : "-");
		/* what is lost, or was nearly lost, stands out */
		screen_put(row, column - (unsigned int)strlen(text),
			is_known && rate > 0 && (i == 1 || i == 2) ? PAINT_BOLD
								   : PAINT_PLAIN,
			text);
	}
}

static void draw_softnet_heading(unsigned int row, unsigned int column)
{
	screen_put(row, column, PAINT_BOLD, " CPU");
	column += 4;
	for (size_t i = 0; i < LENGTH(softnet); i++) {
		column += softnet[i].width;
		screen_put(row, column - (unsigned int)strlen(softnet[i].heading),
			PAINT_BOLD, softnet[i].heading);
	}
}

/* By number if all CPUs fit; else the busiest ones. */
void top_view_draw_softnet(struct top_view *view, unsigned int first, unsigned int end)
{
	size_t rows = end > first + 1 ? end - first - 1 : 0, n = view->n_cpus;
	size_t columns = view->columns / SOFTNET_COLUMNS;
	_cleanup_free_ const struct frame_cpu **cpus = calloc(n + 1, sizeof(*cpus));

	columns = columns ? columns : 1;
	view->n_all = n;
	view->n_shown = n < rows * columns ? n : rows * columns;
	if (!cpus)
		return;
	memcpy(cpus, view->cpus, n * sizeof(*cpus));
	if (view->n_shown < n)
		qsort(cpus, n, sizeof(*cpus), compare_processed);
	if (rows > (view->n_shown + columns - 1) / columns)
		rows = (view->n_shown + columns - 1) / columns;
	for (size_t i = 0; i < view->n_shown; i++) {
		unsigned int column = (unsigned int)(i / rows) * SOFTNET_COLUMNS;

		if (i % rows == 0)
			draw_softnet_heading(first, column);
		draw_counters(cpus[i], first + 1 + (unsigned int)(i % rows), column);
	}
}
