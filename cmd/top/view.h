/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the screen shows of a frame, from top to bottom: the headline, a message or the first
 * finding, a panel of CPUs, the interrupts, and the keys.
 */
#ifndef CMD_TOP_VIEW_H
#define CMD_TOP_VIEW_H

#include "top/screen.h"
#include "top/top.h"

enum view_sort { SORT_RATE, SORT_TIME, SORT_PACKETS, SORT_NAME, SORT_IRQ, N_SORTS };

/* What a cell of the map stands for. */
enum view_group { GROUP_AUTO, GROUP_CPU, GROUP_CORE, GROUP_LLC, GROUP_NODE, N_GROUPS };

enum view_cells { CELLS_TIME, CELLS_INTERRUPTS, N_CELLS };

enum view_page { PAGE_MAIN, PAGE_HELP, PAGE_INTERRUPT };

struct top_view {
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
bool top_view_take_frame(struct top_view *view);
void top_view_move_cursor(struct top_view *view, long by);
void top_view_free(struct top_view *view);

/* The interrupt under the cursor, or NULL. */
struct frame_row *top_view_get_chosen(const struct top_view *view);
/* What an action on it is about: its device, or its number. The caller frees it. */
char *top_view_get_target(const struct top_view *view);

/* Handlers or description, printable; the caller frees it. */
char *top_view_get_name(struct frame_row *row);

/* top_view_draw.c */
void top_view_draw(struct top_view *view);

/* view_cpus.c; the panel begins in @row. Returns how many rows it took. */
unsigned int top_view_draw_cpus(
	struct top_view *view, unsigned int row, unsigned int most);

/* view_list.c; fills the rows from @first up to @end. */
void top_view_draw_list(struct top_view *view, unsigned int first, unsigned int end);

/* view_pages.c */
void top_view_draw_help(struct top_view *view);
void top_view_draw_interrupt(struct top_view *view);

/* A share of time as a glyph; *ret_paint: its colour. */
const char *top_view_glyph(
	const struct top_view *view, double share, enum paint *ret_paint);
/* The share of its time, or of the busiest CPU's interrupts, that a CPU's cell shows. */
double top_view_cpu_share(const struct top_view *view, const struct frame_cpu *cpu);

#endif
