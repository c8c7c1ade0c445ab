/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPUs that should not be disturbed: the steps that keep work away from them. */
#ifndef IRQKIT_ISOLATE_H
#define IRQKIT_ISOLATE_H

#include "request/request.h"

struct isolate {
	struct irqkit_request *request;
	struct irqkit_machine *machine;
	struct irqkit_plan *plan;
	const struct irqkit_cpuset *cpus; /* that are isolated by this request */
	const struct irqkit_cpuset *housekeeping; /* that remain; never empty */
	size_t n_before; /* steps of the plan that earlier requests have added */
};

/*
 * isolate_choose.c: takes @away out of @now. If no CPU of @online is left, the result is
 * @instead. (pure)
 *
 * Returns 0; 1: the result is @instead; -ENOMEM.
 */
int isolate_choose(const struct irqkit_cpuset *now, const struct irqkit_cpuset *away,
	const struct irqkit_cpuset *online, const struct irqkit_cpuset *instead,
	struct irqkit_cpuset **ret_cpus);

/* isolated.c: what the last of @n steps of this kind sets; NULL: there is none. */
const struct irqkit_cpuset *isolate_find_planned(
	const struct irqkit_plan *plan, size_t n, enum irqkit_knob knob);

/* isolate_near.c: the housekeeping CPUs of @node, or of the nearest node that has some. */
int isolate_find_near(const struct isolate *isolate, int node,
	struct irqkit_cpuset **ret_cpus, int *ret_node);

/* isolate_irqs.c, isolate_queues.c, isolate_threads.c: each adds steps; says why not. */
int isolate_add_irqs(const struct isolate *isolate);
int isolate_add_rps(const struct isolate *isolate);
int isolate_add_xps(const struct isolate *isolate);
int isolate_add_threads(const struct isolate *isolate);

#endif
