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

static void draw_status(struct top_view *view, unsigned int row)
{
	static const char *const sorts[N_SORTS] = { "rate", "time", "packets", "name",
		"number" };
	size_t n_idle = view->frame->n_rows - view->frame->n_active;
	_cleanup_free_ char *text = NULL;
	int len = asprintf(&text, " %zu of %zu interrupts fired in %.1f s%s; by %s",
		view->frame->n_active, view->frame->n_rows, view->frame->seconds,
		n_idle && !view->shows_idle ? "; the others are hidden (z)" : "",
		sorts[view->sort]);

	if (len > 0)
		screen_put(row, 0, PAINT_DIM, text);
}

static void draw_keys(struct top_view *view, unsigned int row)
{
	static const char *const keys[] = { "F1 Help", "F3 Find", "F4 Filter", "F6 Sort",
		"z Idle", "Z Freeze", "s Softirqs", "g Group", "S Spread", "P Pin",
		"D Doctor", "U Undo" };
	const struct top_options *o = view->watching->call->state;
	size_t n = LENGTH(keys) - (o->is_read_only ? 4 : 0);
	unsigned int at = 0, end = view->columns - 8;

	for (size_t i = 0; i < n; i++) {
		unsigned int width = (unsigned int)strlen(keys[i]);

		if (at + width > end)
			break;
		screen_put(row, at, PAINT_PLAIN, keys[i]);
		at += width + 2;
	}
	screen_put(row, at, PAINT_PLAIN, "q Quit");
}

static void draw_main(struct top_view *view)
{
	unsigned int row = 2, end = view->rows;
	bool has_panel = view->rows >= SMALL_ROWS && view->columns >= 40;

	if (view->message[0])
		screen_put(1, 0, PAINT_PLAIN, view->message);
	if (has_panel) {
		unsigned int n = top_view_draw_cpus(view, row, view->rows / 3);

		row += n ? n + 1 : 0;
	}
	if (view->rows > 6) {
		draw_status(view, view->rows - 2);
		draw_keys(view, view->rows - 1);
		end -= 2;
	}
	top_view_draw_list(view, row, end);
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
		else
			draw_main(view);
	}
	screen_show();
}
