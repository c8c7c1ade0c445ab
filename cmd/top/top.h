/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How `irqkit top` was called, and its three kinds of output. */
#ifndef CMD_TOP_H
#define CMD_TOP_H

#include "table/columns.h"
#include "top/frame.h"

/* Of a period. */
#define TOP_LEAST_SECONDS 0.1
#define TOP_MOST_SECONDS 3600u

struct top_options {
	struct table_options table;
	bool is_batch;
	bool shows_all; /* idle interrupts, and rows that have a name */
	bool is_read_only;
	const char *delay, *count, *period, *weigh;
	/* what these texts mean */
	double seconds;
	uint64_t n_frames; /* 0: until the program is ended */
	enum irqkit_weigh weigh_by;
};

/* A table: the heading, and the interrupts that fired. */
enum status top_print_batch(const struct frame *frame, const struct call *call);
/* A line of JSON. */
enum status top_print_json(const struct frame *frame, const struct call *call);
/* Until the user quits. */
enum status top_run_screen(struct watching *watching);

/* Those of the frame that are shown, the busiest first; frees nothing of the frame. */
struct frame_row **top_sort_rows(
	const struct frame *frame, bool shows_idle, size_t *ret_n);

/* What a table and JSON say of an interrupt. */
extern const struct column top_columns[];
/* The names of the queues of an interrupt; NULL: none is known. */
char **top_get_queues(struct frame_row *row);
/* Its handlers, ending with NULL; or NULL. */
const char **top_get_actions(struct frame_row *row);

/* "2026-11-27 12:04:11  8 CPUs  61.6k int/s ..."; @out has @room bytes. */
void top_format_headline(
	const struct frame *frame, bool has_date, char *out, size_t room);

#endif
