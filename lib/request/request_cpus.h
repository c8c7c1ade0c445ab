/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The CPUs that a request names. */
#ifndef IRQKIT_REQUEST_CPUS_H
#define IRQKIT_REQUEST_CPUS_H

#include "request/request.h"

/* Reads the SET or mask of the request; @local: what `local` means in it, or NULL. */
int request_read_cpus(struct irqkit_request *request, struct irqkit_machine *machine,
	const struct irqkit_cpuset *local, struct irqkit_cpuset **ret_set);

/*
 * Reads a SET that messages call @label; @scope says what `local` and `current` mean.
 *
 * @order: gets the order of the CPUs, unless it is NULL
 */
int request_read_scoped(struct irqkit_request *request, struct irqkit_machine *machine,
	const char *label, const char *set, const struct set_scope *scope,
	struct set_order *order, struct irqkit_cpuset **ret_set);

/*
 * The SET that messages call @label is wrong, as @message says, or could not be read;
 * @message may be NULL.
 */
int request_fail_set(struct irqkit_request *request, const char *label, int error,
	const char *message);

#endif
