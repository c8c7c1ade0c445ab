/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a spread was decided from: the machine, as the input of the placement policy. */
#ifndef IRQKIT_PLACEMENT_H
#define IRQKIT_PLACEMENT_H

#include "request/request.h"

/* A device that has some of the interrupts. */
struct placement_device {
	struct irqkit_device *device; /* NULL: not known, and it has one interrupt */
	size_t n_queues; /* that have an interrupt of their own */
	size_t n_cpus; /* where these may go */
	int node; /* -1: not known */
};

struct irqkit_placement {
	struct irqkit_request *request; /* what is wanted */
	struct irqkit_machine *machine;
	struct irqkit_spread *spread; /* owned */
	struct irqkit_cpuset *cpus; /* owned; where interrupts may go */
	bool is_time; /* the loads are CPU time, not numbers of interrupts or packets */
	struct set_order order; /* owned; of the CPUs that the request names */
	struct irqkit_irq *
		*irqs; /* owned array; as in spread, in the order of the rows */
	bool *is_named; /* owned array; does a TARGET name this interrupt by itself? */
	struct irqkit_cpuset **allowed; /* owned, and each; by `current`, or NULL */
	size_t n;
	struct irqkit_irq **skipped; /* owned array; cannot be moved */
	size_t n_skipped;
	size_t n_absent; /* TARGETs skipped */
	struct placement_device *owners; /* owned */
	size_t n_owners;
	/* With a width: interrupts that several CPUs may handle, and one does. */
	size_t n_on_one_of_many;
};

int placement_new(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_placement **ret_placement);
void placement_free(struct irqkit_placement *placement);

/* Adds the steps of the decision; skipped interrupts come last. */
int placement_add_steps(struct irqkit_placement *p, struct irqkit_plan *plan);

/* placement_choose.c: the CPUs and the interrupts that are meant. */
int placement_choose_cpus(struct irqkit_placement *p);
int placement_choose_irqs(struct irqkit_placement *p);
/* What `current` in the SET allows each interrupt. */
int placement_allow_current(struct irqkit_placement *p);

/* placement_tell.c: the interrupts that were chosen, and the loads of all others. */
int placement_tell_rows(struct irqkit_placement *p, const struct irqkit_snapshot *counts,
	struct irqkit_load *load);

/* placement_vectors.c: how many more interrupts each CPU takes. */
int placement_tell_vectors(struct irqkit_placement *p);

/* placement_pinned.c: queues that are not placed, and are pinned to one CPU. */
int placement_tell_pinned(struct irqkit_placement *p);

/* The place of an interrupt in irqs[] + 1, or 0. */
size_t placement_find(const struct irqkit_placement *p, const struct irqkit_irq *irq);

#endif
