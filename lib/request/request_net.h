/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The network interface of a request, those below it, and the queues that are meant. */
#ifndef IRQKIT_REQUEST_NET_H
#define IRQKIT_REQUEST_NET_H

#include "request/request.h"

/* Finds the interfaces that the request acts on; says why not. */
int request_find_net(struct irqkit_request *request, struct irqkit_machine *machine);
/* Says why the interfaces cannot be listed. */
int request_fail_list(
	struct irqkit_request *request, const struct irqkit_devices *devices, int error);
/* Adds an interface to those that the request acts on. */
int request_add_net(struct irqkit_request *request, struct irqkit_device *device);
void request_drop_net(struct irqkit_request *request);

/*
 * Adds the queues of one direction to those of the request: all of the device, or only
 * those with the numbers that the request names. Says why not.
 */
int request_choose_queues(struct irqkit_request *request, struct irqkit_device *device,
	enum irqkit_direction direction);

/* Reads the numbers of queues, "0,2"; says if the device lacks one. */
int request_read_numbers(struct irqkit_request *request, const char *list,
	const char *label, const struct irqkit_device *device,
	enum irqkit_direction direction, struct irqkit_cpuset **ret_numbers);

/* Did only a glob name the interface, so that it may be skipped? */
bool request_is_optional(
	const struct irqkit_request *request, const struct irqkit_device *device);

/*
 * If a named interface is built on others, a sentence without a full stop that names them, which
 * the caller frees; otherwise NULL.
 */
char *request_explain_lower(
	const struct irqkit_request *request, struct irqkit_device *named);
/* Adds this sentence as a remark for each of them. */
void request_remark_lower(struct irqkit_request *request);

/* What `local` means in a SET for this device. */
const struct irqkit_cpuset *request_find_local(
	struct irqkit_machine *machine, struct irqkit_device *device);

/* Adds the number of @queue to a set of numbers; says why not. */
int request_add_number(struct irqkit_request *request, const struct irqkit_queue *queue,
	struct irqkit_cpuset *numbers);

#endif
