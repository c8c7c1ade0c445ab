/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What differs between two states. Nothing here prints. */
#ifndef CMD_COMPARISON_H
#define CMD_COMPARISON_H

#include "compare/state.h"

enum change_kind {
	CHANGE_NONE,
	CHANGE_MOVED, /* other CPUs handle it */
	CHANGE_AFFINITY, /* other CPUs may handle it, and the same ones do */
	CHANGE_APPEARED,
	CHANGE_GONE,
	CHANGE_RATE, /* only how often it fires */
};

/* An interrupt of one state or of both. */
struct pair {
	const struct state_irq *before, *after; /* NULL: it is not there */
	enum change_kind kind;
	double rate_before, rate_after; /* per second; -1: not known */
	/* how much it counts in the load of each state: interrupts or interrupts a second */
	double weight_before, weight_after;
};

/* A setting that differs. */
struct difference_of_setting {
	const char *device;
	const char *queue; /* "rx-0"; NULL: it belongs to the device */
	const char *key; /* "rps_cpus", "xps_cpus", "combined", ... */
	char *before, *after; /* owned; "0-3", ""; NULL: the queue is not there */
};

enum boots {
	BOOTS_UNKNOWN, /* a boot ID is missing */
	BOOTS_SAME,
	BOOTS_DIFFER, /* the machine was rebooted in between, or there are two machines */
};

/* How a state places its load. */
struct side {
	double *loads; /* owned; by CPU */
	double total;
	double imbalance; /* busiest CPU / mean; 0: there is no load */
	size_t n_cpus; /* that the mean is of */
	double remote; /* share that CPUs of another node handle; -1: not known */
	double per_second; /* -1: not known */
	size_t n_queue_irqs; /* interrupts of queues that one core handles */
	size_t n_cores; /* cores that handle any of them */
	size_t most_per_core; /* 0: cores are not known, or there are no such interrupts */
};

struct comparison {
	const struct state *before, *after;
	enum boots boots;
	double seconds; /* between the two, in the same boot; 0: not known */
	bool is_since; /* the load of the second state is that since the first one */
	struct pair *pairs; /* owned; by number, those that are gone at the end */
	size_t n_pairs;
	size_t n_by_kind[CHANGE_RATE + 1];
	struct difference_of_setting *settings; /* owned */
	size_t n_settings;
	size_t n_unknown; /* settings that are known of one state only */
	size_t n_cpus; /* the highest CPU number of both, plus 1 */
	struct side sides[2]; /* before, after */
};

/* -ENOMEM, and nothing else. What was found is freed by comparison_clear() in any case. */
int comparison_make(struct comparison *comparison, const struct state *before,
	const struct state *after);
void comparison_clear(struct comparison *comparison);

/* Are interrupts and settings the same? Counts and rates do not matter. */
bool comparison_is_same(const struct comparison *comparison);

/* The parts of it, in their own files. */
int comparison_pair(struct comparison *comparison);
int comparison_compare_settings(struct comparison *comparison);
int comparison_measure(struct comparison *comparison);

#endif
