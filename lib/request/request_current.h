/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A SET with `current` in it: each interrupt gets CPUs of its own. */
#ifndef IRQKIT_REQUEST_CURRENT_H
#define IRQKIT_REQUEST_CURRENT_H

#include "request/request.h"

struct current {
	struct irqkit_request *request; /* whose SET it is */
	struct irqkit_machine *machine;
	const struct irqkit_cpuset *local; /* what `local` means in it, or NULL */
	struct irqkit_cpuset *cpus; /* owned; of the last interrupt, or NULL */
	char *left; /* owned; "24 27": the SET leaves these no CPU; or NULL */
	size_t n_left;
};

/* Does the SET of the request say something else for each interrupt? */
bool request_uses_current(const struct irqkit_request *request);

/* Reads the SET once, as if every CPU were allowed; says what is wrong with its words. */
int current_check_words(struct current *current);

/*
 * The CPUs of one interrupt, until the next call. NULL: the SET leaves it none, which
 * current_check_left() says.
 */
int current_read_cpus(struct current *current, struct irqkit_irq *irq,
	const struct irqkit_cpuset **ret_cpus);

/* Says which interrupts have no CPU left, if there are any: an error, or a warning. */
int current_check_left(struct current *current, bool is_error);

void current_clear(struct current *current);

#endif
