/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The decisions of steer_rps.c and steer_xps.c as pure functions, for unit tests. */
#ifndef IRQKIT_STEER_H
#define IRQKIT_STEER_H

#include <irqkit.h>

struct rps_question {
	const struct irqkit_cpuset *cpus; /* that may share the work */
	const struct irqkit_cpuset *local; /* near the device, or NULL: not known */
	const struct irqkit_cpuset *serving; /* serve its interrupts */
	const struct irqkit_cpuset *siblings; /* those and what shares a core with them */
	size_t n_online;
	size_t n_queues;
	int node; /* of @local, or -1 */
};
int steer_rps(const struct rps_question *question, struct irqkit_cpuset **ret_cpus,
	char **ret_why);

/* How far a CPU is from another; 0 is itself. */
typedef unsigned int distance_fn(void *data, unsigned int from, unsigned int to);
/* @served[i]: the CPU that handles queue i, or -1. @ret_sets has @n_queues places. */
int steer_xps(const struct irqkit_cpuset *cpus, const int *served, size_t n_queues,
	distance_fn *distance, void *data, struct irqkit_cpuset **ret_sets);

#endif
