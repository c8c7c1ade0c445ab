/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings of one queue in a request. */
#ifndef IRQKIT_REQUEST_QUEUE_H
#define IRQKIT_REQUEST_QUEUE_H

#include "request/request.h"

/* Says why a knob of a queue can be neither read nor planned. */
int request_fail_queue(struct irqkit_request *request, struct irqkit_queue *queue,
	enum irqkit_knob knob, int error);

/*
 * Adds a step that empties xps_rxqs of a tx queue, if it holds anything: as long as it
 * does, the kernel ignores xps_cpus.
 */
int request_clear_rxqs(struct irqkit_request *request, struct irqkit_plan *plan,
	struct irqkit_queue *queue, const char *why);

#endif
