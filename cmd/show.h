/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of `irqkit show` share. */
#ifndef SHOW_H
#define SHOW_H

#include "load.h"
#include "render.h"
#include "select.h"

/* Everything that one run shows. */
struct show {
	struct irqkit_ctx *ctx;
	struct irqkit_topology *topology;
	struct irqkit_snapshot *snapshot;
	struct irqkit_cpuset *only; /* --cpus, or NULL */
	struct selection chosen;
	struct show_row *rows; /* one for each of those */
	struct load load;      /* of those: ask show_load() */
};

/* How the counts of all that is shown fall on the CPUs; added up when first needed. */
const struct load *show_load(struct show *show);

/* An interrupt, and what of its files has been read so far. */
struct show_row {
	struct show *show;
	const struct irqkit_interrupt *interrupt;
	const char **actions; /* owned array, or NULL */
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
enum status show_by_cpu(struct show *show, const struct table_options *options,
	const struct common *common);

#endif
