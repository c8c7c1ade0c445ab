/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A full-screen terminal: texts in places, keys. screen.c is the only user of ncurses. */
#ifndef CMD_SCREEN_H
#define CMD_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

/* How a text looks. Colours are shares of a CPU's time, and never say what no glyph says. */
enum paint {
	PAINT_PLAIN,
	PAINT_BOLD,
	PAINT_DIM,
	PAINT_REVERSE,
	PAINT_HEAT, /* and the next ones, up to HEAT_STEPS of them */
};
#define HEAT_STEPS 5u

enum {
	KEYS_NONE = -1,
	KEYS_UP = 0x1000,
	KEYS_DOWN,
	KEYS_PAGE_UP,
	KEYS_PAGE_DOWN,
	KEYS_HOME,
	KEYS_END,
	KEYS_ENTER,
	KEYS_BACKSPACE,
	KEYS_ESCAPE,
	KEYS_RESIZE,
	KEYS_F1, /* F2 is KEYS_F1 + 1, up to F12 */
};

/* Reports why the terminal cannot show a screen. */
bool screen_open(bool has_colors);
/* The terminal is as before; harmless if the screen is not open. */
void screen_close(void);
/* For what prints to the terminal meanwhile. */
void screen_leave(void);
void screen_return(void);

void screen_get_size(unsigned int *ret_rows, unsigned int *ret_columns);
void screen_clear(void);
/* Cut at the right margin. @text: printable, in the user's locale. */
void screen_put(
	unsigned int row, unsigned int column, enum paint paint, const char *text);
/* As many keys as fit, such as "F1 Help", and always "q Quit". */
void screen_put_keys(unsigned int row, const char *const *keys, size_t n);
/* Shows what was put since the last call. */
void screen_show(void);

/* The next key, or KEYS_NONE. Does not wait: standard input is readable before. */
int screen_read_key(void);

#endif
