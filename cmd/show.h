/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of `irqkit show` share. */
#ifndef SHOW_H
#define SHOW_H

#include "load.h"
#include "render.h"

/* An interrupt, and what of its files has been read so far. */
struct show_row {
	struct irqkit_ctx *ctx;
	const struct irqkit_interrupt *interrupt;
	const struct load *load; /* of all rows that are shown */
	const char **actions;	 /* owned array, or NULL */
	struct irqkit_cpuset *affinity;	 /* owned */
	struct irqkit_cpuset *effective; /* owned */
	bool has_read_affinity;
	bool has_read_effective;
};

void show_row_free(struct show_row *row);

/* NULL where it cannot be read. */
const struct irqkit_cpuset *show_row_affinity(struct show_row *row);

/*
 * The columns for rows of interrupts, in show_rows.c, with one for each of @each_cpu
 * where that isn't NULL. NULL: no memory.
 */
struct column *show_columns_new(const struct irqkit_cpuset *each_cpu);
void show_columns_free(struct column **columns);
enum mark show_row_mark(void *row);

/* --by-cpu, in show_cpus.c */
enum status show_by_cpu(struct irqkit_ctx *ctx, const struct irqkit_cpuset *online,
	const struct irqkit_cpuset *only, const struct load *load,
	const struct table_options *options, const struct common *common);

#endif
