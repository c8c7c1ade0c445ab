/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The screen as a whole: the places of its parts. */
#include "base/basics.h"
#include "top/view.h"

#include <stdio.h>
#include <string.h>

/* Below this size there is no room for a panel of CPUs. */
#define SMALL_ROWS 16u

static void draw_headline(struct top_view *view)
{
	char text[200];

	top_format_headline(view->frame, false, text, sizeof(text));
	screen_put(0, 0, view->is_frozen ? PAINT_REVERSE : PAINT_BOLD, text);
	if (view->is_frozen && strlen(text) + 10 < view->columns)
		screen_put(0, (unsigned int)strlen(text) + 2, PAINT_REVERSE, "frozen");
}

/* "5-12 of 19 rows": no part of a table is left out in silence. */
static char *format_place(const struct top_view *view)
{
	bool is_list = view->table == TABLE_INTERRUPTS;
	size_t first = is_list ? view->top : 0;
	char *text = NULL;
	int len;

	if (view->n_shown >= view->n_all)
		len = asprintf(&text, " ");
	else if (view->table == TABLE_SOFTNET)
		len = asprintf(&text, " the busiest %zu of %zu CPUs; ", view->n_shown,
			view->n_all);
	else
		len = asprintf(&text, " rows %zu-%zu of %zu; ", first + 1,
			first + view->n_shown, view->n_all);
	return len < 0 ? NULL : text;
}

static void draw_status(struct top_view *view, unsigned int row)
{
	static const char *const sorts[N_SORTS] = { "rate", "time", "packets", "name",
		"number" };
	size_t n_idle = view->frame->n_rows - view->frame->n_active;
	size_t n_tagged = top_view_count_tagged(view);
	_cleanup_free_ char *text = NULL, *place = format_place(view);
	char node[32] = "", tagged[48] = "";
	int len;

	if (view->node >= 0)
		snprintf(node, sizeof(node), "; node %d (1: all)", view->node);
	if (n_tagged)
		snprintf(tagged, sizeof(tagged), "; %zu tagged (u)", n_tagged);
	len = asprintf(&text, "%s%zu of %zu interrupts fired in %.1f s%s; by %s%s%s",
		place ? place : " ", view->frame->n_active, view->frame->n_rows,
		view->frame->seconds, n_idle && !view->shows_idle ? " (z: all)" : "",
		sorts[view->sort], node, tagged);
	if (len > 0)
		screen_put(row, 0, PAINT_DIM, text);
}

static void draw_main_keys(struct top_view *view, unsigned int row)
{
	static const char *const keys[] = { "F1 Help", "F3 Find", "F4 Filter", "F6 Sort",
		"D Doctor", "z Idle", "Z Freeze", "g Group", "S Spread", "P Pin",
		"U Undo" };
	const struct top_options *o = view->watching->call->state;

	screen_put_keys(row, keys, LENGTH(keys) - (o->is_read_only ? 3 : 0));
}

/* The latest changes, above the last lines. Returns the first row of them. */
static unsigned int draw_changes(struct top_view *view, unsigned int end)
{
	const struct changes *changes = view->changes;
	unsigned int room = view->rows / 4, n = (unsigned int)changes->n, first;

	n = n + 1 < room ? n : room - 1;
	first = end - n - 1;
	screen_put(first, 0, PAINT_BOLD,
		changes->watch ? "LATEST CHANGES" : "LATEST CHANGES BY IRQKIT");
	if (n < changes->n) {
		char text[48];

		snprintf(text, sizeof(text), "the last %u", n);
		screen_put(first, 26, PAINT_DIM, text);
	}
	if (changes->n == 0)
		screen_put(first, 26, PAINT_DIM,
			changes->watch ? "none since w was pressed" : "none");
	/* the newest one is the last line, as in a log */
	for (unsigned int i = 0; i < n; i++)
		screen_put(end - 1 - i, 0, PAINT_PLAIN, changes->lines[i]);
	return first;
}

static void draw_table(struct top_view *view, unsigned int row, unsigned int end)
{
	view->n_shown = view->n_all = 0;
	if (view->table == TABLE_SOFTIRQS)
		top_view_draw_softirqs(view, row, end);
	else if (view->table == TABLE_SOFTNET)
		top_view_draw_softnet(view, row, end);
	else
		top_view_draw_list(view, row, end);
}

static void draw_main(struct top_view *view)
{
	unsigned int row = 2, end = view->rows > 6 ? view->rows - 2 : view->rows;
	bool has_panel = view->rows >= SMALL_ROWS && view->columns >= 40;

	if (view->message[0])
		screen_put(1, 0, PAINT_PLAIN, view->message);
	else
		top_view_draw_finding(view, 1);
	if (has_panel) {
		unsigned int n = top_view_draw_cpus(view, row, view->rows / 3);

		row += n ? n + 1 : 0;
	}
	if (has_panel && view->shows_changes)
		end = draw_changes(view, end);
	if (has_panel && view->table == TABLE_INTERRUPTS) {
		unsigned int n = top_view_draw_devices(view, row, (end - row) / 2);

		row += n ? n + 1 : 0;
	}
	draw_table(view, row, end);
	if (view->rows > 6) {
		draw_status(view, view->rows - 2);
		draw_main_keys(view, view->rows - 1);
	}
}

void top_view_draw(struct top_view *view)
{
	screen_get_size(&view->rows, &view->columns);
	screen_clear();
	if (view->page == PAGE_HELP) {
		top_view_draw_help(view);
	} else if (!view->frame->load) {
		char text[64];
		const struct top_options *o = view->watching->call->state;

		snprintf(text, sizeof(text), "measuring %g s", o->seconds);
		screen_put(0, 0, PAINT_BOLD, text);
	} else {
		draw_headline(view);
		if (view->page == PAGE_INTERRUPT)
			top_view_draw_interrupt(view);
		else if (view->page == PAGE_FINDINGS)
			top_view_draw_findings(view);
		else
			draw_main(view);
	}
	screen_show();
}
