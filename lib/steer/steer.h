/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The decisions of steer_rps.c and steer_xps.c as pure functions, for unit tests. */
#ifndef IRQKIT_STEER_H
#define IRQKIT_STEER_H

#include <irqkit.h>

/* An interrupt that announces received packets, and the rx queues that it serves. */
struct rps_source {
	const struct irqkit_cpuset *serving; /* handle it; NULL: not known */
	const struct irqkit_cpuset *cores; /* those and what shares a core with them */
	const char *queues; /* "rx-0" or "rx-0, rx-4" */
	uint64_t load; /* how often it fired */
	bool is_chosen; /* decided: RPS helps its queues */
};

struct rps_question {
	const struct irqkit_cpuset *cpus; /* that may share the work */
	const struct irqkit_cpuset *local; /* near the device, or NULL: not known */
	const struct irqkit_cpuset *fast; /* of fast cores, or NULL: all are alike */
	const char *portals; /* the interrupts are those of another device, or NULL */
	struct rps_source *sources;
	size_t n_sources;
	size_t n_queues;
	size_t n_online;
	int node; /* of @local, or -1 */
	bool has_loads; /* of each source */
	bool is_software; /* no interrupt belongs to the interface */
};

struct rps_answer {
	struct irqkit_cpuset *cpus; /* owned; empty: RPS does not help */
	char *why; /* owned */
	bool is_sure; /* RPS helps no other queue than those of the sources chosen */
};
/* Also chooses among the sources. */
int steer_rps(const struct rps_question *question, struct rps_answer *ret_answer);

/* How far a CPU is from another; 0 is itself. */
typedef unsigned int distance_fn(void *data, unsigned int from, unsigned int to);
/* @served[i]: the CPU that handles queue i, or -1. @ret_sets has @n_queues places. */
int steer_xps(const struct irqkit_cpuset *cpus, const int *served, size_t n_queues,
	distance_fn *distance, void *data, struct irqkit_cpuset **ret_sets);

/* How often an interrupt fired. */
typedef uint64_t count_irq_fn(void *data, unsigned int irq);
/* irqkit_machine_mostly_sends() by these counts. */
bool steer_mostly_sends(struct irqkit_device *device, count_irq_fn *count, void *data);

#endif
