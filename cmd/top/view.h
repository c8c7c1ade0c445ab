/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the screen shows of a frame, from top to bottom: the headline, a message or the first
 * finding, a panel of CPUs, the interrupts, and the keys.
 */
#ifndef CMD_TOP_VIEW_H
#define CMD_TOP_VIEW_H

#include "top/advice.h"
#include "top/changes.h"
#include "top/screen.h"
#include "top/top.h"

#define MATRIX_CPUS 16u /* with more, most cells of interrupts by CPU are empty */

enum view_sort { SORT_RATE, SORT_TIME, SORT_PACKETS, SORT_NAME, SORT_IRQ, N_SORTS };

/* What a cell of the map stands for. */
enum view_group { GROUP_AUTO, GROUP_CPU, GROUP_CORE, GROUP_LLC, GROUP_NODE, N_GROUPS };

enum view_cells { CELLS_TIME, CELLS_INTERRUPTS, N_CELLS };

enum view_page { PAGE_MAIN, PAGE_HELP, PAGE_INTERRUPT, PAGE_FINDINGS };

/* Below the CPUs. */
enum view_table { TABLE_INTERRUPTS, TABLE_SOFTIRQS, TABLE_SOFTNET, N_TABLES };

struct top_view {
	struct watching *watching;
	struct frame *frame;
	const struct advice *advice;
	const struct changes *changes;
	const struct frame_cpu **cpus; /* owned; those that are shown, by number */
	size_t n_cpus;
	int node; /* only its CPUs, and what they handle; -1: all */
	unsigned int rows, columns; /* of the screen */
	struct frame_row **list; /* owned; the interrupts that are shown, in order */
	size_t n_list;
	size_t cursor, top; /* in the list: the chosen one, and the first on the screen */
	size_t n_shown, n_all; /* rows of the table: on the screen, and in all */
	size_t finding; /* the chosen one, of the advice */
	size_t help_top; /* the first line of the help */
	char *chosen; /* owned; the key of the chosen one's past: it keeps its interrupt */
	enum view_sort sort;
	enum view_group group;
	enum view_cells cells;
	enum view_page page;
	enum view_table table;
	bool is_inverted;
	bool shows_idle;
	bool shows_totals; /* since boot */
	bool shows_changes;
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
/* Those that actions are about: the tagged ones, else the chosen one. Owned array, or NULL */
struct frame_row **top_view_get_marked(const struct top_view *view, size_t *ret_n);
size_t top_view_count_tagged(const struct top_view *view);
void top_view_clear_tags(struct top_view *view);

/* Is the CPU one of those that are shown? */
bool top_view_has_cpu(const struct top_view *view, unsigned int cpu);

/* Handlers or description, printable; the caller frees it. */
char *top_view_get_name(struct frame_row *row);

/* top_view_draw.c */
void top_view_draw(struct top_view *view);

/* view_cpus.c; the panel begins in @row. Returns how many rows it took. */
unsigned int top_view_draw_cpus(
	struct top_view *view, unsigned int row, unsigned int most);

/* view_devices.c; devices by CPU, in at most @most rows. Returns how many it took. */
unsigned int top_view_draw_devices(
	struct top_view *view, unsigned int row, unsigned int most);

/* view_list.c; fills the rows from @first up to @end. */
void top_view_draw_list(struct top_view *view, unsigned int first, unsigned int end);

/* view_softirqs.c; the same, with softirqs, and with counters of packets */
void top_view_draw_softirqs(struct top_view *view, unsigned int first, unsigned int end);
void top_view_draw_softnet(struct top_view *view, unsigned int first, unsigned int end);

/* For a table with a column for each CPU. @before: the width of the columns left of it */
bool top_view_is_matrix(const struct top_view *view);
unsigned int top_view_cell_column(size_t cpu, unsigned int before);
void top_view_draw_cpu_headings(
	struct top_view *view, unsigned int row, unsigned int before);
/* Cut in the middle where it is wider. */
void top_view_draw_text(unsigned int row, unsigned int column, unsigned int width,
	bool is_left, enum paint paint, const char *text);
#define TOP_CELL_COLUMNS 6u

/* view_pages.c */
void top_view_draw_help(struct top_view *view);
void top_view_draw_interrupt(struct top_view *view);
void top_view_draw_findings(struct top_view *view);
/* The second line: the most important finding. */
void top_view_draw_finding(struct top_view *view, unsigned int row);
/* How many pages the help has, on this screen. */
bool top_view_has_more_help(const struct top_view *view);

/* A share of time as a glyph; *ret_paint: its colour. */
const char *top_view_glyph(
	const struct top_view *view, double share, enum paint *ret_paint);
/* The share of its time, or of the busiest CPU's interrupts, that a CPU's cell shows. */
double top_view_cpu_share(const struct top_view *view, const struct frame_cpu *cpu);

#endif
