/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the queues of one device should be pinned, and the steps that pin them. */
#ifndef IRQKIT_REQUEST_PIN_H
#define IRQKIT_REQUEST_PIN_H

#include "request/request.h"
#include "target/unique.h"

struct pin_place {
	struct irqkit_queue *queue;
	struct irqkit_cpuset *cpus; /* owned */
	bool is_named; /* not one of `all` */
};

/* One device, and where its queues should be. */
struct pin {
	struct irqkit_request *request;
	struct irqkit_machine *machine;
	struct irqkit_plan *plan;
	struct irqkit_device *device;
	struct pin_place *places; /* owned; as many as the device has queues */
	size_t n_places;
	bool *has_place; /* owned; by index of the queue */
	unsigned int *n_placed; /* owned; queues, by index of their interrupt */
	struct unique threads; /* those that have a step */
	bool has_warned_unknown;
	const char *state; /* for messages: is the device down? NULL: not asked yet */
};

/* pin_words.c: reads the words QUEUE=SET of the request; says what is wrong with them. */
int pin_read_words(struct pin *pin);

/* pin_steps.c: adds the steps for all places; says why not. */
int pin_add_steps(struct pin *pin);

#endif
