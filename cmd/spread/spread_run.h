/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of `irqkit spread` share. */
#ifndef SPREAD_H
#define SPREAD_H

#include "spread/placement.h"
#include "table/render.h"

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

/* What is worth a line beside the plan. */
struct notes {
	char **texts; /* owned, and each; ending with NULL, unless it is NULL itself */
	size_t n;
	size_t n_warnings; /* the first of them: what goes against the plan */
};

/* One decision, and what came of it. */
struct spread {
	const struct wish *wish;
	unsigned int seconds; /* the loads are what came in them; 0: since the start */
	const struct irqkit_snapshot *counts; /* these loads */
	struct placement placement;
	struct notes notes;
	struct irqkit_cpuset *full; /* owned; that had no vector left; NULL: none */
	double before;		    /* busiest / mean */
	/* Measured after it, of which the counts are what came; owned; NULL: not measured. */
	struct irqkit_snapshot *after;
	struct irqkit_snapshot *after_counts;
	double measured; /* busiest / mean of that */
};

void spread_free(struct spread *spread);

/*
 * From change->snapshot, whose rows @counts has too, to the steps of change->plan. @counts
 * are what came in @seconds, or 0: since the start.
 */
enum status spread_decide(struct spread *spread, struct change *change,
	const struct wish *wish, const struct irqkit_snapshot *counts,
	unsigned int seconds);

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

/* As struct report wants them. */
void spread_add_remark(const struct report *report);
void spread_add_keys(const struct report *report, struct document *document);
bool spread_get_load(const struct report *report, const struct irqkit_step *step,
	uint64_t *ret_load);
/* spread_remark.c */
void spread_print_imbalance(const struct report *report);

/* spread_notes.c */
void spread_add_note(struct spread *spread, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void spread_note_irqbalance(struct spread *spread, const struct change *change);
/* All there are, of what the report has a place for. */
void spread_find_notes(struct spread *spread, const struct change *change);
/* On stderr, unless it is to be quiet. */
void spread_say_warnings(const struct spread *spread, const struct change *change);
void spread_print_advice(const struct spread *spread);

/* spread_steering.c: where XPS and RPS go against the plan. */
void spread_note_steering(struct spread *spread);

/* notify.c: to a service manager, if one listens */
void notify_service(const char *state);

#endif
