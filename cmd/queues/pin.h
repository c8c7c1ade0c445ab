/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of `irqkit pin-queue`, and the steps that pin.c makes of them. */
#ifndef CMD_PIN_H
#define CMD_PIN_H

#include "queues/net.h"

struct pin_options {
	struct change_options change;
	bool wraps;
	bool no_xps;
	bool no_threads;
	bool irq_only;
	bool is_lower;
};

struct pin_place {
	struct irqkit_queue *queue;
	struct irqkit_cpuset *cpus; /* owned */
	bool is_named; /* not one of `all` */
};

/* One device, and where its queues should be. */
struct pin {
	struct net *net;
	struct change *change;
	struct irqkit_device *device;
	const struct pin_options *options;
	struct pin_place *places; /* owned; as many as the device has queues */
	size_t n_places;
	unsigned int *pids; /* owned; threads that have theirs */
	size_t n_pids;
	bool has_warned_unknown;
};

/* Adds the steps for all places; says why not. */
enum status pin_plan(struct pin *pin);

#endif
