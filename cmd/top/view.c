/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The screen as a whole: its parts, the rows that are shown, and the cursor. */
#include "top/view.h"
#include "base/basics.h"
#include "base/text.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

/* Below this size there is no room for a panel of CPUs. */
#define SMALL_ROWS 16u

void view_free(struct view *view)
{
	free(view->list);
	free(view->chosen);
	free(view->find);
	free(view->filter);
}

/* ------------------------------------------------------------------------------- */
/* Glyphs                                                                          */

const char *view_glyph(const struct view *view, double share, enum paint *ret_paint)
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

double view_cpu_share(const struct view *view, const struct frame_cpu *cpu)
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

char *view_get_name(struct frame_row *row)
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
	_cleanup_free_ char *name = view_get_name(row);
	const char *device = row->device ? irqkit_device_get_name(row->device) : "";

	return (name && strcasestr(name, text)) || strcasestr(device, text) ||
		strcmp(irqkit_interrupt_get_label(row->interrupt), text) == 0;
}

/* As a pattern, or as a part of a name. */
static bool passes_filter(struct frame_row *row, const char *filter)
{
	_cleanup_free_ char *name = view_get_name(row);
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
	_cleanup_free_ char *x = view_get_name(a), *y = view_get_name(b);

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
	const struct view *view = data;
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

static void follow_chosen(struct view *view)
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

bool view_take_frame(struct view *view)
{
	struct frame *frame = view->frame;
	struct frame_row **list = calloc(frame->n_rows + 1, sizeof(struct frame_row *));

	if (!list)
		return false;
	free(view->list);
	view->list = list;
	view->n_list = 0;
	for (size_t i = 0; i < frame->n_rows; i++) {
		struct frame_row *row = &frame->rows[i];
		bool is_idle = row->count == 0 && !view->shows_totals;

		if ((view->shows_idle || !is_idle) && passes_filter(row, view->filter))
			list[view->n_list++] = row;
	}
	qsort_r(list, view->n_list, sizeof(struct frame_row *), compare_rows, view);
	follow_chosen(view);
	return true;
}

struct frame_row *view_get_chosen(const struct view *view)
{
	return view->cursor < view->n_list ? view->list[view->cursor] : NULL;
}

char *view_get_target(const struct view *view)
{
	const struct frame_row *row = view_get_chosen(view);

	if (!row)
		return NULL;
	return strdup(row->device ? irqkit_device_get_name(row->device)
				  : irqkit_interrupt_get_label(row->interrupt));
}

void view_move_cursor(struct view *view, long by)
{
	long cursor = (long)view->cursor + by;
	struct frame_row *row;

	if (cursor >= (long)view->n_list)
		cursor = (long)view->n_list - 1;
	view->cursor = cursor > 0 ? (size_t)cursor : 0;
	row = view_get_chosen(view);
	free(view->chosen);
	view->chosen = row && row->past ? strdup(row->past->key) : NULL;
}

/* ------------------------------------------------------------------------------- */
/* The screen                                                                      */

static void draw_headline(struct view *view)
{
	char text[200];

	top_format_headline(view->frame, false, text, sizeof(text));
	screen_put(0, 0, view->is_frozen ? PAINT_REVERSE : PAINT_BOLD, text);
	if (view->is_frozen && strlen(text) + 10 < view->columns)
		screen_put(0, (unsigned int)strlen(text) + 2, PAINT_REVERSE, "frozen");
}

static void draw_status(struct view *view, unsigned int row)
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

static void draw_keys(struct view *view, unsigned int row)
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

static void draw_main(struct view *view)
{
	unsigned int row = 2, end = view->rows;
	bool has_panel = view->rows >= SMALL_ROWS && view->columns >= 40;

	if (view->message[0])
		screen_put(1, 0, PAINT_PLAIN, view->message);
	if (has_panel) {
		unsigned int n = view_draw_cpus(view, row, view->rows / 3);

		row += n ? n + 1 : 0;
	}
	if (view->rows > 6) {
		draw_status(view, view->rows - 2);
		draw_keys(view, view->rows - 1);
		end -= 2;
	}
	view_draw_list(view, row, end);
}

void view_draw(struct view *view)
{
	screen_get_size(&view->rows, &view->columns);
	screen_clear();
	if (view->page == PAGE_HELP) {
		view_draw_help(view);
	} else if (!view->frame->load) {
		char text[64];
		const struct top_options *o = view->watching->call->state;

		snprintf(text, sizeof(text), "measuring %g s", o->seconds);
		screen_put(0, 0, PAINT_BOLD, text);
	} else {
		draw_headline(view);
		if (view->page == PAGE_INTERRUPT)
			view_draw_interrupt(view);
		else
			draw_main(view);
	}
	screen_show();
}
