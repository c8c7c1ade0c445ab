/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One decision of `irqkit spread`: which CPUs, and why. */
#ifndef CMD_DECISION_H
#define CMD_DECISION_H

#include "spread/notes.h"
#include "spread/placed.h"

/* What the options say, read. */
struct wish {
	struct irqkit_request *request; /* owned by the command */
	bool has_cpus; /* --cpus was given */
	enum irqkit_policy policy;
	unsigned int width;
	unsigned int gain; /* percent */
	const char *policy_word;
	unsigned int
		seconds; /* to decide by what came in them; 0: by all since the start */
	unsigned int verify; /* seconds; 0: no */
	unsigned int every; /* seconds; 0: once */
	enum irqkit_weigh weigh;
	bool is_split; /* rx and tx of a queue apart */
	bool asks_to_verify; /* by an option; by load it is done anyway */
	bool reverts;
	bool stays_on_node; /* --node, but not --node=any */
};

/* One decision, and its result. */
struct spread {
	const struct wish *wish;
	unsigned int seconds; /* the loads are what came in them; 0: since the start */
	struct irqkit_load
		*load; /* what came in them; NULL: the counts since the start */
	const struct irqkit_snapshot *rows; /* of the machine, with counts since boot */
	struct placed placed;
	struct notes notes;
	struct irqkit_cpuset *full; /* owned; that had no vector left; NULL: none */
	struct irqkit_cpuset *lost; /* owned; that went offline; NULL: none */
	double before; /* busiest / mean */
	double split; /* busiest / mean with --split; 0: not tried */
	/* Read after the writes, and what came since; owned; NULL: not measured. */
	struct irqkit_machine *after_machine;
	struct irqkit_load *after;
	double measured; /* busiest / mean of that */
};

void spread_free(struct spread *spread);

/* Reads the machine; reports what is wrong with the words of the request. */
enum status spread_check(struct change *change, const struct wish *wish);

/*
 * The rows of the change -> the steps of change->plan. @load: what came in @seconds; NULL
 * and 0: the counts since boot decide.
 */
enum status spread_decide(struct spread *spread, struct change *change,
	const struct wish *wish, struct irqkit_load *load, unsigned int seconds);

/* The load of the interrupt in a row of the machine. */
uint64_t spread_get_row_load(const struct spread *spread, size_t index);

#endif
