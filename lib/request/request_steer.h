/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What requests for RPS and XPS have in common. */
#ifndef IRQKIT_REQUEST_STEER_H
#define IRQKIT_REQUEST_STEER_H

#include "request/request.h"

/* One interface, and its chosen queues. */
struct steer_task {
	struct irqkit_request *request;
	struct irqkit_machine *machine;
	struct irqkit_plan *plan;
	struct irqkit_device *device;
	struct irqkit_queue **queues; /* the request's */
	size_t n_queues;
	bool is_in_vain; /* XPS has no effect, so that --auto turns it off */
	struct irqkit_rps_advice *advice; /* owned while RPS decides, or NULL */
};

/* Adds the steps for the queues of one interface; says why not. */
typedef int steer_plan_fn(const struct steer_task *task);

/* Calls @fn for each interface of the request. */
int request_plan_steering(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan, steer_plan_fn *fn);

/* Finds the interfaces and queues that are meant, and decides nothing. */
int request_check_steering(
	struct irqkit_request *request, struct irqkit_machine *machine);

#endif
