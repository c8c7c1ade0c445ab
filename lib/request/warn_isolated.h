/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A warning about interrupts that a request lets fire on isolated CPUs. */
#ifndef IRQKIT_WARN_ISOLATED_H
#define IRQKIT_WARN_ISOLATED_H

#include "request/request.h"

/*
 * Warns once about all steps of @plan from index @n_before that do so, unless the words of
 * the request say that isolated CPUs are meant.
 */
int request_warn_isolated(struct irqkit_request *request, struct irqkit_machine *machine,
	const struct irqkit_plan *plan, size_t n_before);

#endif
