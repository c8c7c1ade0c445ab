/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine, as the placement policy of the library wants to be told. */
#ifndef PLACEMENT_H
#define PLACEMENT_H

#include "change/change.h"
#include "target/select.h"

enum node_policy { NODE_LOCAL, NODE_ANY, NODE_NUMBER };

/* What the command line says about where interrupts may go, and how. */
struct placement_wish {
	const char *cpus; /* --cpus, or NULL */
	enum node_policy node_policy;
	unsigned int node; /* of NODE_NUMBER */
	enum irqkit_policy policy;
	unsigned int width;
	unsigned int gain; /* percent */
	uint64_t idle;	   /* a load that isn't worth a move */
	bool is_split;
	bool passes_absent; /* a word that matches nothing is told, and passed over */
	/* Is this one to be left alone, although it seems movable? NULL: none is. */
	bool (*is_left_out)(const void *data, const struct irqkit_interrupt *interrupt);
	const void *data; /* for it */
};

/* A device that has some of the interrupts. */
struct placement_device {
	struct irqkit_device *device; /* NULL: none is known, one interrupt alone */
	size_t n_queues;	      /* that have an interrupt of their own */
	size_t n_cpus;		      /* where these may go */
	int node;		      /* -1: not known */
	bool has_rps; /* several CPUs share what a queue receives: spread_steering.c */
};

struct placement {
	struct irqkit_topology *topology; /* owned */
	struct irqkit_devices *devices;	  /* the change's */
	struct irqkit_spread *spread;	  /* owned */
	struct irqkit_cpuset *cpus;	  /* owned; where interrupts may go */
	const struct irqkit_interrupt **interrupts; /* owned array; as in spread */
	size_t n;
	const struct irqkit_interrupt **skipped; /* owned array; cannot be moved */
	size_t n_skipped;
	size_t n_absent; /* words passed over */
	struct placement_device *owners; /* owned */
	size_t n_owners;
	/* With a width: those that may be served by several CPUs now, and are by one. */
	size_t n_on_one_of_many;
};

/* Reads the change's rows, and says what is wrong with @wish or @call's words. */
enum status placement_check(struct change *change, const struct placement_wish *wish);

/*
 * Chooses the interrupts (@call's words; none: those of network devices with queues), and
 * tells the library all about them and the CPUs. @counts has the rows of the change's
 * snapshot, with the counts that are the load. Says what is wrong.
 */
enum status placement_build(struct placement *placement, struct change *change,
	const struct placement_wish *wish, const struct irqkit_snapshot *counts);
void placement_clear(struct placement *placement);

/* placement_tell.c: the interrupts that were chosen, and the loads of all others. */
enum status placement_tell_rows(struct placement *placement, struct change *change,
	const struct placement_wish *wish, const struct irqkit_snapshot *counts);

/* From the decision to the steps of the change's plan: its interrupts, then what is skipped. */
enum status placement_add_steps(const struct placement *placement, struct change *change);

/* What the plan did not move, and will not, counts where it is. */
void placement_leave_unmoved(
	const struct placement *placement, const struct change *change);

/* Its index, or -1. */
long placement_find(const struct placement *placement, int irq);

#endif
