/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of `irqkit show` share. */
#ifndef SHOW_H
#define SHOW_H

#include "measure/load.h"
#include "table/render.h"
#include "target/select.h"

/* Everything that one run shows. */
struct show {
	struct irqkit_ctx *ctx;
	struct irqkit_topology *topology;
	struct irqkit_snapshot *snapshot;
	struct irqkit_devices *devices;
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
	struct irqkit_cpuset *hint;	 /* owned */
	struct irqkit_device *device;	 /* that raises it, or NULL */
	bool has_read_affinity;
	bool has_read_effective;
	enum irqkit_movable movable;
	bool knows_movable;
	bool has_read_hint;
	bool has_read_movable;
	bool has_found_device;
};

void show_row_free(struct show_row *row);

/* The number, or -1. */
int show_row_irq(const struct show_row *row);

/* NULL where it cannot be read. */
const struct irqkit_cpuset *show_row_affinity(struct show_row *row);
const struct irqkit_cpuset *show_row_effective(struct show_row *row);
const struct irqkit_cpuset *show_row_hint(struct show_row *row);
bool show_row_movable(struct show_row *row, enum irqkit_movable *ret_movable);

/*
 * The columns for rows of interrupts, in show_rows.c, with one for each of @each_cpu
 * where that isn't NULL, and with DEVICE in the default. NULL: no memory.
 */
struct column *show_columns_new(const struct irqkit_cpuset *each_cpu, bool with_device);
void show_columns_free(struct column **columns);
enum mark show_row_mark(void *row);

/* show_device.c: columns that speak of the device */
struct cell show_get_device(void *row);
struct cell show_get_queues(void *row);
struct cell show_get_driver(void *row);
struct cell show_get_source(void *row);
struct cell show_get_role(void *row);
const char *show_source_word(enum irqkit_source source);

/* Is there a device that none of its interrupts' names tells? */
bool show_devices_are_news(struct show *show);

/* show_notes.c: what disagrees with what */
struct cell show_get_notes(void *row);
/* Counts it, for the closing remark. */
void show_remark_notes(struct show *show);

/* --queues, in show_queues.c */
enum status show_queues(struct show *show, const struct call *call,
	const struct table_options *options);

/* show_threads.c: the threads of a queue. NULL: no memory */
struct show_threads;
struct show_threads *show_threads_new(struct irqkit_queue *queue);
void show_threads_free(struct show_threads *threads);
/* As rows for JSON. */
const struct table *show_threads_get_table(const struct show_threads *threads);
/* "irq/24-eth0 (0-3), napi/eth0-8193 (0)"; the caller's to free; NULL: none */
char *show_threads_format(const struct show_threads *threads);

/* show_remark.c: what an expert would say of the rows that are shown */
void show_remark(struct show *show, const struct call *call);

/* --by-cpu, in show_cpus.c */
enum status show_by_cpu(struct show *show, const struct table_options *options,
	const struct common *common);

#endif
