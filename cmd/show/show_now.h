/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the interrupts that are shown are handled now, which counts since boot do not say. */
#ifndef CMD_SHOW_NOW_H
#define CMD_SHOW_NOW_H

#include "show/show.h"

/* Of the interrupts that have fired. */
struct show_now {
	/*
	 * The counts since boot of each interrupt, on the CPUs that handle it now; on
	 * several CPUs, in equal parts. Where these are not known, as they were counted.
	 */
	struct load load;
	struct irqkit_cpuset *cpus; /* owned; that handle them; NULL: no memory */
	bool is_told; /* the kernel says of each interrupt which CPUs these are */
	size_t n_pending; /* move to other CPUs the next time they fire */
};

/* The CPUs that handle an interrupt: now, or after a move that is pending. */
enum show_when { SHOW_NOW, SHOW_AFTER_MOVES };

/* Adds up all rows, or only those that @is_meant; NULL: all. */
void show_now_read(struct show_now *now, struct show *show, enum show_when when,
	bool (*is_meant)(struct show_row *row, const void *data), const void *data);
/* Does a move of it wait until it fires? */
bool show_row_is_pending(struct show_row *row);
void show_now_free(struct show_now *now);

#endif
