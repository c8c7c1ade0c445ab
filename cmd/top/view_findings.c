/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What doctor finds: its first finding in the second line, and a page with all of them. */
#include "base/basics.h"
#include "base/text.h"
#include "top/view.h"

#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* The second line                                                                 */

/* The command is never cut: it is there to be typed. */
void top_view_draw_finding(struct top_view *view, unsigned int row)
{
	const struct advice_item *first = advice_get_first(view->advice);
	_cleanup_free_ char *command = NULL, *cut = NULL;
	unsigned int len = 0;
	char key[32];

	if (!first)
		return;
	if (view->advice->n > 1)
		snprintf(key, sizeof(key), "  (D: %zu)", view->advice->n);
	else
		snprintf(key, sizeof(key), "  (D)");
	if (asprintf(&command, "%s%s%s%s", first->command ? "  '" : "",
		    first->command ? first->command : "", first->command ? "'" : "",
		    key) < 0)
		return;
	/* a long command is on the page, and the text says more than a part of it */
	if (text_width(command) + 20 > view->columns)
		strcpy(command, key);
	len = (unsigned int)text_width(command);
	if (len + 4 > view->columns)
		return;
	screen_put(row, 0, PAINT_BOLD, "! ");
	if (text_width(first->text) + 2 + len <= view->columns) {
		screen_put(row, 2, PAINT_PLAIN, first->text);
		screen_put(row, 2 + (unsigned int)text_width(first->text), PAINT_BOLD,
			command);
		return;
	}
	cut = text_shorten(first->text, view->columns - len - 3, 0);
	if (cut)
		screen_put(row, 2, PAINT_PLAIN, cut);
	screen_put(row, view->columns - len, PAINT_BOLD, command);
}

/* ------------------------------------------------------------------------------- */
/* The page                                                                        */

/* The bytes of the longest piece of whole words that fits. */
static size_t find_break(const char *text, unsigned int width)
{
	size_t last = 0, at = 0;
	unsigned int columns = 0;

	for (; text[at]; at++) {
		bool is_first_byte = ((unsigned char)text[at] & 0xc0) != 0x80;

		if (text[at] == ' ')
			last = at;
		if (is_first_byte && columns++ == width)
			return last ? last : at;
	}
	return at;
}

/* Returns how many rows the text takes; draws those above @end. */
static unsigned int draw_wrapped(struct top_view *view, unsigned int row,
	unsigned int end, unsigned int column, enum paint paint, const char *text)
{
	unsigned int n = 0;

	while (*text) {
		size_t len = find_break(
			text, view->columns > column + 10 ? view->columns - column : 10);
		_cleanup_free_ char *line = strndup(text, len);

		if (line && row + n < end)
			screen_put(row + n, column, paint, line);
		text += len;
		text += strspn(text, " ");
		n++;
	}
	return n;
}

static unsigned int draw_item(struct top_view *view, const struct advice_item *item,
	unsigned int row, unsigned int end, bool is_chosen)
{
	enum paint paint = is_chosen ? PAINT_REVERSE : PAINT_PLAIN;
	unsigned int n;

	if (row < end)
		screen_put(row, 0, is_chosen ? PAINT_REVERSE : PAINT_BOLD, item->class);
	n = draw_wrapped(view, row, end, 8, paint, item->text);
	if (item->command)
		n += draw_wrapped(view, row + n, end, 8, PAINT_BOLD, item->command);
	if (item->by_hand) {
		_cleanup_free_ char *text = NULL;

		if (asprintf(&text, "By hand: %s", item->by_hand) >= 0)
			n += draw_wrapped(view, row + n, end, 8, PAINT_PLAIN, text);
	}
	return n;
}

/* The first one that is drawn, so that the chosen one is on the screen. */
static size_t find_top(struct top_view *view, unsigned int room)
{
	const struct advice *advice = view->advice;
	size_t top = view->finding;
	unsigned int used = draw_item(view, &advice->items[top], 0, 0, false);

	while (top > 0) {
		used += draw_item(view, &advice->items[top - 1], 0, 0, false) + 1;
		if (used > room)
			break;
		top--;
	}
	return top;
}

void top_view_draw_findings(struct top_view *view)
{
	static const char *const keys[] = { "arrows Choose", "Enter Plan of the fix",
		"Backspace Back" };
	const struct advice *advice = view->advice;
	unsigned int row = 2, end = view->rows - 1;
	char title[96];
	size_t i;

	if (view->finding >= advice->n)
		view->finding = advice->n ? advice->n - 1 : 0;
	if (advice->n == 0)
		screen_put(row, 0, PAINT_PLAIN,
			advice->has_looked ? "doctor finds nothing wrong in this load"
					   : "doctor has not looked yet");
	for (i = advice->n ? find_top(view, end - row) : 0; i < advice->n && row < end;
		i++) {
		row += draw_item(view, &advice->items[i], row, end, i == view->finding);
		row++;
	}
	if (advice->n) {
		snprintf(title, sizeof(title), "Finding %zu of %zu", view->finding + 1,
			advice->n);
		screen_put(1, 0, PAINT_BOLD, title);
	}
	if (view->message[0])
		screen_put(1, 20, PAINT_PLAIN, view->message);
	screen_put_keys(view->rows - 1, keys, LENGTH(keys));
}
