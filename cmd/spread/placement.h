/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine, as the input of the library's placement policy. */
#ifndef CMD_PLACEMENT_H
#define CMD_PLACEMENT_H

#include "change/change.h"
#include "target/select.h"

enum node_policy { NODE_LOCAL, NODE_ANY, NODE_NUMBER };

/* The wishes of the command line: where interrupts may go, and how. */
struct placement_wish {
	const char *cpus; /* --cpus, or NULL */
	enum node_policy node_policy;
	unsigned int node; /* of NODE_NUMBER */
	enum irqkit_policy policy;
	unsigned int width;
	unsigned int gain; /* percent */
	uint64_t idle; /* a load that is too small for a move */
	bool is_split;
	bool passes_absent; /* a word that matches nothing is reported and passed over */
	/* Should this one stay, although it seems movable? NULL: none should. */
	bool (*is_left_out)(const void *data, const struct irqkit_interrupt *interrupt);
	const void *data; /* for it */
};

/* A device that has some of the interrupts. */
struct placement_device {
	struct irqkit_device *device; /* NULL: not known, and it has one interrupt */
	size_t n_queues; /* that have an interrupt of their own */
	size_t n_cpus; /* where these may go */
	int node; /* -1: not known */
	bool has_rps; /* several CPUs share what a queue receives: spread_steering.c */
};

struct placement {
	struct irqkit_topology *topology; /* owned */
	struct irqkit_devices *devices; /* the change's */
	struct irqkit_spread *spread; /* owned */
	struct irqkit_cpuset *cpus; /* owned; where interrupts may go */
	const struct irqkit_interrupt **interrupts; /* owned array; as in spread */
	bool *is_named; /* owned array; does a TARGET name this interrupt by itself? */
	size_t n;
	const struct irqkit_interrupt **skipped; /* owned array; cannot be moved */
	size_t n_skipped;
	size_t n_absent; /* words passed over */
	struct placement_device *owners; /* owned */
	size_t n_owners;
	/* With a width: interrupts that several CPUs may handle, and one does. */
	size_t n_on_one_of_many;
};

/* Reads the rows of the change, and reports mistakes in @wish or in the words. */
enum status placement_check(struct change *change, const struct placement_wish *wish);

/*
 * Chooses the interrupts (by the call's words; without words, those of network devices
 * with queues), and describes them and the CPUs to the library. @counts has the rows of
 * the change's snapshot, with the counts that are the load. Reports what is wrong.
 */
enum status placement_build(struct placement *placement, struct change *change,
	const struct placement_wish *wish, const struct irqkit_snapshot *counts);
void placement_clear(struct placement *placement);

/* placement_choose.c: choose the CPUs and the interrupts; report what is wrong. */
enum status placement_choose_cpus(
	struct placement *placement, const struct placement_wish *wish);
enum status placement_choose_interrupts(struct placement *placement,
	struct change *change, const struct placement_wish *wish);

/* placement_tell.c: the interrupts that were chosen, and the loads of all others. */
enum status placement_tell_rows(struct placement *placement, struct change *change,
	const struct placement_wish *wish, const struct irqkit_snapshot *counts);

/* Adds the steps of the decision to the change's plan; skipped interrupts come last. */
enum status placement_add_steps(const struct placement *placement, struct change *change);

/*
 * Counts interrupts that the plan did not move, and will not move, on their current CPU.
 */
void placement_leave_unmoved(
	const struct placement *placement, const struct change *change);

/* Its index, or -1. */
long placement_find(const struct placement *placement, int irq);

#endif
