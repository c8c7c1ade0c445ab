/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One decision of `irqkit spread`: which CPUs, and why. */
#ifndef CMD_DECISION_H
#define CMD_DECISION_H

#include "spread/notes.h"
#include "spread/placed.h"

/* What the options say, read. */
struct wish {
	struct irqkit_request *request; /* owned by the command */
	enum irqkit_policy policy;
	unsigned int width;
	unsigned int gain; /* percent */
	const char *policy_word;
	unsigned int
		seconds; /* to decide by what came in them; 0: by all since the start */
	unsigned int verify; /* seconds; 0: no */
	unsigned int every; /* seconds; 0: once */
	bool asks_to_verify; /* by an option; by load it is done anyway */
	bool reverts;
	bool has_cpus; /* --cpus */
	bool stays_on_node; /* --node, but not --node=any */
};

/* One decision, and its result. */
struct spread {
	const struct wish *wish;
	unsigned int seconds; /* the loads are what came in them; 0: since the start */
	const struct irqkit_snapshot *counts; /* these loads */
	struct placed placed;
	struct notes notes;
	struct irqkit_cpuset *full; /* owned; that had no vector left; NULL: none */
	double before; /* busiest / mean */
	/* Read after the writes, and what fired since; owned; NULL: not measured. */
	struct irqkit_snapshot *after;
	struct irqkit_snapshot *after_counts;
	double measured; /* busiest / mean of that */
};

void spread_free(struct spread *spread);

/* Reads the machine; reports what is wrong with the words of the request. */
enum status spread_check(struct change *change, const struct wish *wish);

/*
 * The rows of the change -> the steps of change->plan. @counts has the same rows, with
 * the counts of @seconds; 0: since boot.
 */
enum status spread_decide(struct spread *spread, struct change *change,
	const struct wish *wish, const struct irqkit_snapshot *counts,
	unsigned int seconds);

#endif
