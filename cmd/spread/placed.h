/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A placement of the library, as reports and notes look at it. */
#ifndef CMD_PLACED_H
#define CMD_PLACED_H

#include "change/change.h"

/* A device that has some of the interrupts. */
struct placed_device {
	struct irqkit_device *device; /* NULL: not known, and it has one interrupt */
	size_t n_queues; /* that have an interrupt of their own */
	size_t n_cpus; /* where these may go */
	int node; /* -1: not known */
	bool has_rps; /* several CPUs share what a queue receives: spread_steering.c */
};

struct placed {
	const struct irqkit_placement *placement; /* the request's */
	struct irqkit_topology *topology; /* the machine's */
	struct irqkit_devices *devices; /* the machine's */
	struct irqkit_spread *spread; /* the placement's */
	const struct irqkit_cpuset *cpus; /* the placement's; where interrupts may go */
	struct irqkit_cpuset *judged; /* owned; both that and the next */
	struct irqkit_cpuset *relieved; /* owned; handle some now, and may not be used */
	struct irqkit_cpuset *unfit; /* owned; of those: isolated or nohz_full */
	size_t n; /* interrupts */
	bool is_time; /* the loads are CPU time, not numbers of interrupts or packets */
	struct placed_device *owners; /* owned */
	size_t n_owners;
};

/* False: no memory. */
bool placed_init(struct placed *placed, const struct irqkit_placement *placement,
	const struct irqkit_machine *machine);
void placed_clear(struct placed *placed);

/* The index of an interrupt among those that are placed, or -1. */
long placed_find(const struct placed *placed, int irq);

/* Interrupts that the plan did not move, and will not, count where they are now. */
void placed_leave_unmoved(const struct placed *placed, const struct change *change);

#endif
