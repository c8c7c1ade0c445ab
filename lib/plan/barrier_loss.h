/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a barrier may lose permanently: ring sizes, which a driver may set again, and
 * where the threads of NAPIs may run, since new queues may have new threads.
 */
#ifndef IRQKIT_BARRIER_LOSS_H
#define IRQKIT_BARRIER_LOSS_H

#include "plan/plan.h"

/* A thread that may not run on all CPUs. */
struct placed_thread {
	unsigned int pid;
	char *name, *start; /* owned */
	struct irqkit_cpuset *cpus; /* owned */
	int queue; /* the number of the rx queue that it polls; -1: not known */
};

struct barrier_loss {
	char *device; /* owned; its name */
	char *rings; /* owned, or NULL: not known */
	char *rings_after; /* owned; if they are others; or NULL */
	struct placed_thread *threads; /* owned */
	size_t n_threads, room;
	size_t n_lost; /* threads that are gone, and no other was placed instead */
};

/* barrier_loss.c */

/* Notes what @device has before the barrier, which is the last step. */
int barrier_loss_save(struct irqkit_plan *plan, struct irqkit_device *device);

/*
 * Once the machine was read again: finds what is lost. A thread that a queue has got
 * instead of its old one is placed where that was, by a new step.
 */
int barrier_loss_find(struct irqkit_plan *plan);

/* loss.c */
void placed_thread_clear(struct placed_thread *thread);
void barrier_loss_clear(struct irqkit_plan *plan);

#endif
