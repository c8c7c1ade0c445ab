/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the screen shows of a frame, from top to bottom: the headline, a message or the first
 * finding, a panel of CPUs, the interrupts, and the keys.
 */
#ifndef CMD_VIEW_H
#define CMD_VIEW_H

#include "top/screen.h"
#include "top/top.h"

enum view_sort { SORT_RATE, SORT_TIME, SORT_PACKETS, SORT_NAME, SORT_IRQ, N_SORTS };

/* What a cell of the map stands for. */
enum view_group { GROUP_AUTO, GROUP_CPU, GROUP_CORE, GROUP_LLC, GROUP_NODE, N_GROUPS };

enum view_cells { CELLS_TIME, CELLS_INTERRUPTS, N_CELLS };

enum view_page { PAGE_MAIN, PAGE_HELP, PAGE_INTERRUPT };

struct view {
	struct watching *watching;
	struct frame *frame;
	unsigned int rows, columns; /* of the screen */
	struct frame_row **list; /* owned; the interrupts that are shown, in order */
	size_t n_list;
	size_t cursor, top; /* in the list: the chosen one, and the first on the screen */
	char *chosen; /* owned; the key of the chosen one's past: it keeps its interrupt */
	enum view_sort sort;
	enum view_group group;
	enum view_cells cells;
	enum view_page page;
	size_t first_cpu; /* of the panel, where not all fit */
	bool is_inverted;
	bool shows_idle;
	bool shows_totals; /* since boot */
	bool shows_softirqs;
	bool is_frozen;
	bool is_utf8;
	char *find, *filter; /* owned; texts, or NULL */
	char message[256]; /* instead of the finding; "": none */
};

/* Chooses and sorts the rows of a new frame; the cursor stays on its interrupt. */
bool view_take_frame(struct view *view);
void view_move_cursor(struct view *view, long by);
void view_free(struct view *view);

/* The interrupt under the cursor, or NULL. */
struct frame_row *view_get_chosen(const struct view *view);
/* What an action on it is about: its device, or its number. The caller frees it. */
char *view_get_target(const struct view *view);

/* Handlers or description, printable; the caller frees it. */
char *view_get_name(struct frame_row *row);

/* view_draw.c */
void view_draw(struct view *view);

/* view_cpus.c; the panel begins in @row. Returns how many rows it took. */
unsigned int view_draw_cpus(struct view *view, unsigned int row, unsigned int most);

/* view_list.c; fills the rows from @first up to @end. */
void view_draw_list(struct view *view, unsigned int first, unsigned int end);

/* view_pages.c */
void view_draw_help(struct view *view);
void view_draw_interrupt(struct view *view);

/* A share of time as a glyph; *ret_paint: its colour. */
const char *view_glyph(const struct view *view, double share, enum paint *ret_paint);
/* The share of its time, or of the busiest CPU's interrupts, that a CPU's cell shows. */
double view_cpu_share(const struct view *view, const struct frame_cpu *cpu);

#endif
