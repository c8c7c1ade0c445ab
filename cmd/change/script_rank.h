/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a script finds an interrupt whose number may be another one at the next boot. */
#ifndef IRQKIT_CMD_SCRIPT_RANK_H
#define IRQKIT_CMD_SCRIPT_RANK_H

#include <irqkit.h>
#include <stdbool.h>
#include <stddef.h>

/* All interrupts that have a number, by the names of their handlers. */
struct ranks {
	struct ranked {
		char *names; /* owned; "a,b" */
		int irq;
	} * list; /* owned; sorted */
	size_t n;
};

/* The names as /sys/kernel/irq/N/actions has them: "a,b". NULL: no memory. */
char *rank_join_names(const struct irqkit_interrupt *interrupt);

/* False: no memory. */
bool ranks_init(struct ranks *ranks, const struct irqkit_snapshot *rows);
void ranks_clear(struct ranks *ranks);

/* The position of the interrupt among those with the same names, from 1. */
size_t rank_find(const struct ranks *ranks, int irq, const char *names);

#endif
