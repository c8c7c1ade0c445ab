/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A snapshot of /proc/interrupts. */
#ifndef IRQKIT_SNAPSHOT_H
#define IRQKIT_SNAPSHOT_H

#include "base/arena.h"

#include <irqkit.h>

struct irqkit_interrupt {
	const char *label; /* strings and arrays: in the snapshot's arena */
	int irq;
	enum irqkit_counts counts;
	uint64_t total;
	size_t n_served;
	/* The CPUs that have a count, and the count; high: NULL if all have 32 bits. */
	uint32_t *served_cpu;
	uint32_t *served_low;
	uint32_t *served_high;
	const char *chip;
	const char *trigger;
	const char *description;
	const char **actions;
	size_t n_actions;
	int64_t hwirq;
	bool has_hwirq;
	bool is_ambiguous;
};

struct irqkit_snapshot {
	struct arena arena;
	struct irqkit_cpuset *cpus; /* owned; the members of column[] */
	struct irqkit_interrupt *rows; /* owned */
	size_t n_rows;
	size_t rows_room;
	/* owned; the rows by number, those with a name first; see snapshot_index() */
	const struct irqkit_interrupt **by_irq;
	size_t n_named;
	uint64_t read_at; /* in seconds; 0: not known */
	bool is_of_sysfs; /* /proc/interrupts was empty: read from /sys/kernel/irq */
	struct irqkit_cpuset *possible; /* owned; read with it, or NULL */
	unsigned int n_more_owners; /* beside the first one */
};

/* One more owner of the same snapshot, who frees it too. */
struct irqkit_snapshot *snapshot_share(struct irqkit_snapshot *snapshot);

/* What is kept of the counts. */
enum snapshot_counts {
	SNAPSHOT_PER_CPU,
	SNAPSHOT_TOTALS, /* the total of each row: no CPU has a count */
};

int snapshot_new(struct irqkit_snapshot **ret_snapshot);
int snapshot_add_row(
	struct irqkit_snapshot *snapshot, struct irqkit_interrupt **ret_interrupt);
/* When all rows are there: makes the index that finds them by number. */
int snapshot_index(struct irqkit_snapshot *snapshot);
/* The index in by_irq of the first row that has this number, -1: a name; or of a later one. */
size_t snapshot_find_first(const struct irqkit_snapshot *snapshot, int irq);
/* @separator stands between two names: ", " in /proc/interrupts, "," in /sys/kernel/irq */
int snapshot_set_actions(struct irqkit_snapshot *snapshot,
	struct irqkit_interrupt *interrupt, const char *text, size_t len,
	const char *separator);

/* As irqkit_snapshot_parse() and irqkit_snapshot_read(). */
int snapshot_parse(const char *text, size_t len, const struct irqkit_cpuset *columns,
	enum snapshot_counts keep, struct irqkit_snapshot **ret_snapshot,
	size_t *reterr_line, const char **reterr_reason);
/* @path: "proc/interrupts", or where a saved root has a later reading of it */
int snapshot_read_from(struct irqkit_ctx *ctx, const char *path,
	enum snapshot_counts keep, struct irqkit_snapshot **ret_snapshot,
	size_t *reterr_line, const char **reterr_reason);
int snapshot_read(struct irqkit_ctx *ctx, enum snapshot_counts keep,
	struct irqkit_snapshot **ret_snapshot, size_t *reterr_line,
	const char **reterr_reason);

/*
 * irqkit_snapshot_subtract(), where @kept has what CPUs counted that were offline at
 * @before, up to when they went offline; or NULL.
 */
int snapshot_subtract(const struct irqkit_snapshot *after,
	const struct irqkit_snapshot *before, const struct irqkit_snapshot *kept,
	struct irqkit_snapshot **ret_difference);

/*
 * The counts of the CPUs that @before or its @kept have, and that @after lacks. @kept: may
 * be NULL. @ret_kept: NULL if @after lacks none
 */
int snapshot_keep_offline(const struct irqkit_snapshot *after,
	const struct irqkit_snapshot *before, const struct irqkit_snapshot *kept,
	struct irqkit_snapshot **ret_kept);

/*
 * The row of the same interrupt in another snapshot, or NULL. @next: 0 at first; where the
 * next row most likely is
 */
const struct irqkit_interrupt *snapshot_find_same(const struct irqkit_snapshot *snapshot,
	const struct irqkit_interrupt *row, size_t *next);

/*
 * Room for the counts of @n CPUs.
 *
 * @is_wide: a count may have more than 32 bits
 * @cpus: the numbers of all that will be added, in the arena; NULL: room for them as well
 */
int interrupt_make_room(struct irqkit_snapshot *snapshot, struct irqkit_interrupt *row,
	size_t n, bool is_wide, uint32_t *cpus);

/* Puts a count that is not 0 into that room. */
void interrupt_add_served(struct irqkit_interrupt *row, uint32_t cpu, uint64_t count);

static inline uint64_t interrupt_served(const struct irqkit_interrupt *row, size_t index)
{
	uint64_t high = row->served_high ? row->served_high[index] : 0;

	return high << 32 | row->served_low[index];
}

/* Do both rows belong to the same interrupt, with the same handlers? */
bool interrupt_is_same(
	const struct irqkit_interrupt *a, const struct irqkit_interrupt *b);

/* The names of the handlers, "a, b"; NULL: no memory. */
char *interrupt_join_actions(const struct irqkit_interrupt *interrupt);

#endif
