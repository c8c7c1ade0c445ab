/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The screen, by ncurses. */
#include "top/screen.h"
#include "base/basics.h"
#include "base/on_demand.h"
#include "base/say.h"
#include "base/text.h"

/* its macros would read variables of a library that is not linked */
#define NCURSES_NOMACROS
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALLS(X)                                                                         \
	X(cbreak)                                                                        \
	X(clearok)                                                                       \
	X(curs_set)                                                                      \
	X(delscreen)                                                                     \
	X(doupdate)                                                                      \
	X(endwin)                                                                        \
	X(getmaxx)                                                                       \
	X(getmaxy)                                                                       \
	X(init_pair)                                                                     \
	X(keypad)                                                                        \
	X(newterm)                                                                       \
	X(newwin)                                                                        \
	X(nodelay)                                                                       \
	X(noecho)                                                                        \
	X(set_escdelay)                                                                  \
	X(start_color)                                                                   \
	X(tigetnum)                                                                      \
	X(tigetstr)                                                                      \
	X(use_default_colors)                                                            \
	X(waddnstr)                                                                      \
	X(wattr_set)                                                                     \
	X(werase)                                                                        \
	X(wgetch)                                                                        \
	X(wmove)                                                                         \
	X(wnoutrefresh)
ON_DEMAND("libncursesw.so.6", "shows the screen", CALLS)

static struct {
	SCREEN *terminal;
	WINDOW *window;
	bool has_colors;
	int n_colors;
} screen;

/* From blue over yellow to orange: red and green look alike to many. */
static void start_colors(void)
{
	static const short many[HEAT_STEPS] = { 67, 110, 186, 214, 208 };
	static const short few[HEAT_STEPS] = { COLOR_BLUE, COLOR_CYAN, COLOR_YELLOW,
		COLOR_YELLOW, COLOR_YELLOW };

	/* the background is the terminal's own */
	if (do_start_color() == ERR || do_use_default_colors() == ERR) {
		screen.has_colors = false;
		return;
	}
	for (unsigned int i = 0; i < HEAT_STEPS; i++)
		do_init_pair(
			(short)(i + 1), screen.n_colors >= 256 ? many[i] : few[i], -1);
}

/* A terminal that cannot put the cursor somewhere cannot show a screen. */
static bool can_show(void)
{
	const char *move = do_tigetstr("cup");

	return move && move != (const char *)-1;
}

static void say_no_screen(void)
{
	const char *term = getenv("TERM");

	say_error("the terminal%s%s%s cannot show a screen: set TERM, or use 'irqkit top "
		  "-b'",
		term ? " '" : "", term ? term : "", term ? "'" : "");
}

bool screen_open(bool has_colors)
{
	if (!load_library())
		return false;
	text_use_locale();
	screen.terminal = do_newterm(NULL, stdout, stdin);
	if (!screen.terminal || !can_show()) {
		if (screen.terminal)
			do_delscreen(screen.terminal);
		screen.terminal = NULL;
		say_no_screen();
		return false;
	}
	screen.window = do_newwin(0, 0, 0, 0);
	if (!screen.window) {
		screen_close();
		say_no_memory();
		return false;
	}
	do_cbreak();
	do_noecho();
	do_set_escdelay(50);
	do_keypad(screen.window, true);
	do_nodelay(screen.window, true);
	do_curs_set(0);
	screen.n_colors = do_tigetnum("colors");
	screen.has_colors = has_colors && screen.n_colors >= 8;
	if (screen.has_colors)
		start_colors();
	return true;
}

void screen_close(void)
{
	if (!screen.terminal)
		return;
	do_curs_set(1);
	do_endwin();
	do_delscreen(screen.terminal);
	screen.terminal = NULL;
	screen.window = NULL;
}

void screen_leave(void)
{
	do_curs_set(1);
	do_endwin();
}

void screen_return(void)
{
	do_curs_set(0);
	do_clearok(screen.window, true);
}

void screen_get_size(unsigned int *ret_rows, unsigned int *ret_columns)
{
	*ret_rows = (unsigned int)do_getmaxy(screen.window);
	*ret_columns = (unsigned int)do_getmaxx(screen.window);
}

void screen_clear(void)
{
	do_werase(screen.window);
}

static void set_paint(enum paint paint)
{
	attr_t attributes = A_NORMAL;
	short pair = 0;

	if (paint == PAINT_BOLD)
		attributes = A_BOLD;
	else if (paint == PAINT_DIM && screen.n_colors >= 256)
		attributes = A_DIM;
	else if (paint == PAINT_REVERSE)
		attributes = A_REVERSE;
	else if (paint >= PAINT_HEAT && screen.has_colors) {
		pair = (short)(paint - PAINT_HEAT + 1);
		if (screen.n_colors < 256 && paint >= PAINT_HEAT + 3)
			attributes = A_BOLD;
	}
	do_wattr_set(screen.window, attributes, pair, NULL);
}

void screen_put(unsigned int row, unsigned int column, enum paint paint, const char *text)
{
	unsigned int rows, columns;

	screen_get_size(&rows, &columns);
	if (row >= rows || column >= columns)
		return;
	set_paint(paint);
	do_wmove(screen.window, (int)row, (int)column);
	/* what is too long would go on in the next line */
	if (text_width(text) > columns - column) {
		_cleanup_free_ char *cut = text_shorten(text, columns - column - 1, 0);

		if (cut)
			do_waddnstr(screen.window, cut, -1);
		return;
	}
	do_waddnstr(screen.window, text, -1);
}

void screen_put_keys(unsigned int row, const char *const *keys, size_t n)
{
	unsigned int rows, columns, at = 0, end;

	screen_get_size(&rows, &columns);
	end = columns > 8 ? columns - 8 : 0;
	for (size_t i = 0; i < n; i++) {
		unsigned int width = (unsigned int)strlen(keys[i]);

		if (at + width > end)
			continue;
		screen_put(row, at, PAINT_PLAIN, keys[i]);
		at += width + 2;
	}
	screen_put(row, at, PAINT_PLAIN, "q Quit");
}

void screen_show(void)
{
	do_wnoutrefresh(screen.window);
	do_doupdate();
}

int screen_read_key(void)
{
	int key = do_wgetch(screen.window);

	if (key >= KEY_F(1) && key <= KEY_F(12))
		return KEYS_F1 + key - KEY_F(1);
	switch (key) {
	case ERR:
		return KEYS_NONE;
	case KEY_UP:
		return KEYS_UP;
	case KEY_DOWN:
		return KEYS_DOWN;
	case KEY_PPAGE:
		return KEYS_PAGE_UP;
	case KEY_NPAGE:
		return KEYS_PAGE_DOWN;
	case KEY_HOME:
		return KEYS_HOME;
	case KEY_END:
		return KEYS_END;
	case KEY_ENTER:
	case '\r':
	case '\n':
		return KEYS_ENTER;
	case KEY_BACKSPACE:
	case '\b':
	case 0x7f:
		return KEYS_BACKSPACE;
	case 0x1b:
		return KEYS_ESCAPE;
	case KEY_RESIZE:
		return KEYS_RESIZE;
	default:
		return key < 0x1000 ? key : KEYS_NONE;
	}
}
