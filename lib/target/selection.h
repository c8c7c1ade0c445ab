/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interrupts that some TARGETs mean, and what kind of words these were. */
#ifndef IRQKIT_SELECTION_H
#define IRQKIT_SELECTION_H

#include "target/unique.h"

#include <irqkit.h>

struct irqkit_selection {
	struct irqkit_machine *machine; /* not owned */
	struct irqkit_irq **irqs; /* owned array; in the order of the rows */
	bool *is_named; /* owned; of each interrupt */
	size_t n_irqs;
	struct unique devices; /* struct irqkit_device */
	bool is_of_devices; /* every word names a device, or a queue of one */
	bool is_of_numbers; /* every word is a number or a range */
	struct irqkit_device *named; /* by the last word, also by its queue; or NULL */
	char *named_queue; /* owned; "rx-0" of the last word, or NULL */
	bool has_queues; /* some words name a queue, not a whole device */
	char *warning; /* owned; what a user may not expect, or NULL */
};

/*
 * What `local` means in the SET @text; unchanged if the SET does not use it. Errors as
 * irqkit_selection_parse_set().
 */
int selection_find_local(const struct irqkit_selection *selection, const char *text,
	size_t len, const struct irqkit_cpuset **ret_local, size_t *reterr_at,
	char **reterr_message);

#endif
