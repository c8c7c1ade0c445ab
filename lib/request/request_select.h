/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interrupts that a request names. */
#ifndef IRQKIT_REQUEST_SELECT_H
#define IRQKIT_REQUEST_SELECT_H

#include "request/request.h"

static inline void free_selection(struct irqkit_selection **selection)
{
	irqkit_selection_free(*selection);
}

/* The interrupts that the words mean; says why not. */
int request_select(struct irqkit_request *request, struct irqkit_machine *machine,
	const char *const *words, size_t n, struct irqkit_selection **ret_selection);

/* Says that an interrupt, which a TARGET names by itself, cannot be moved. */
int request_fail_immovable(struct irqkit_request *request, struct irqkit_irq *irq);

/* Says that none of @n interrupts can be moved. */
int request_fail_all_immovable(struct irqkit_request *request, size_t n);

/* The same if the plan skips all that it has; otherwise 0. */
int request_check_any_movable(
	struct irqkit_request *request, const struct irqkit_plan *plan);

#endif
