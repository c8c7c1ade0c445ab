/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of `irqkit spread` share. */
#ifndef SPREAD_H
#define SPREAD_H

#include "placement.h"
#include "render.h"

/* What the options say, read. */
struct wish {
	struct placement_wish placement;
	const char *policy_word;
	unsigned int seconds; /* to decide by what came in them; 0: by all since the start */
	unsigned int verify;  /* seconds; 0: no */
	unsigned int every;   /* seconds; 0: once */
	bool asks_to_verify; /* by an option; by load it is done anyway */
	bool reverts;
};

/* One decision, and what came of it. */
struct spread {
	const char *policy_word;
	unsigned int seconds; /* the loads are what came in them; 0: since the start */
	struct placement placement;
	uint64_t *loads; /* owned; of the placement's interrupts */
	unsigned int verified; /* seconds, measured after; 0: no */
	double measured;       /* busiest / mean, after */
	double before;	       /* the same, before */
	struct irqkit_cpuset *full; /* owned; that had no vector left; NULL: none */
};

void spread_free(struct spread *spread);
void spread_warn_of_irqbalance(const struct change *change);

/* From change->snapshot, whose rows @counts has too, to the steps of change->plan. */
enum status spread_decide(struct spread *spread, struct change *change,
	const struct wish *wish, const struct irqkit_snapshot *counts);

/* spread_apply.c: where a CPU turns out to have no vector left, another is chosen. */
enum status spread_apply(struct spread *spread, struct change *change);
/* Says in the report which CPUs these were. */
void spread_remark_full(const struct spread *spread, struct change *change);
/*
 * For a script: by load, what stays was counted where it is served, and the kernel may have
 * chosen another CPU for it by the time that the script runs.
 */
void spread_pin_what_stays(
	const struct spread *spread, struct change *change, const struct wish *wish);

enum status spread_once(const struct call *call, const struct change_options *options,
	const struct wish *wish);
/* --every: until a signal ends it. */
enum status spread_every(const struct call *call, const struct change_options *options,
	const struct wish *wish);

/* As struct change wants them. */
void spread_add_remark(const struct change *change);
void spread_add_keys(const struct change *change, struct document *document);

/* measure.c: counts of some time */

/* Sleeps; false: a signal asks the program to end. Signals must be held back. */
bool measure_sleep(unsigned int seconds);

/*
 * Reads the counts, and waits. STATUS_REFUSED without a word: a signal asks the program to
 * end. Signals must be held back.
 */
enum status measure_start(struct irqkit_ctx *ctx, unsigned int seconds,
	const struct common *common, struct irqkit_snapshot **ret_before);
/* What came since then, in the rows of @now. Takes @before over. */
enum status measure_end(const struct irqkit_snapshot *now,
	struct irqkit_snapshot *before, struct irqkit_snapshot **ret_counts);

/* notify.c: to a service manager, if one listens */
void notify_service(const char *state);

#endif
