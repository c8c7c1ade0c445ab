/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which changes are shown, and the names of their interrupts. */
#ifndef CMD_FILTER_H
#define CMD_FILTER_H

#include "base/command.h"

#include <irqkit.h>
#include <time.h>

/* The queues of the words: "eth0:rx-0". */
struct queue_names {
	char **names; /* owned */
	size_t n, room;
};

struct filter {
	struct irqkit_machine *machine; /* not owned */
	const char *const *words;
	size_t n_words; /* 0: everything is shown */
	struct irqkit_cpuset
		*irqs; /* owned; numbers of the interrupts that the words mean */
	struct queue_names queues;
	struct timespec read_at; /* the machine */
};

/* Reports a word that is no TARGET, or matches nothing. */
enum status filter_start(
	struct filter *filter, struct irqkit_machine *machine, const struct call *call);
void filter_free(struct filter *filter);

/*
 * Is it shown? Interrupts that have appeared since are found by the same words. Reads the
 * machine again if it is not known, or was not read for a second.
 */
bool filter_has(struct filter *filter, const struct irqkit_watched *watched);

/* The names of the handlers of an interrupt, "eth0, eth1"; NULL: none, or no memory. */
char *filter_name_irq(const struct filter *filter, int irq);

#endif
