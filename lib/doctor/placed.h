/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interrupts that irqkit has placed, by its journal. */
#ifndef IRQKIT_PLACED_H
#define IRQKIT_PLACED_H

#include "doctor/rule.h"

/* What is asked about each interrupt that a change still in force has placed. */
typedef void placed_fn(void *data, struct irqkit_irq *irq);

/* @older: only changes that are older than so many seconds */
int placed_for_each(struct look *look, double older, placed_fn *fn, void *data);

struct placed_count {
	const struct irqkit_irqbalance *irqbalance; /* or NULL: bans do not matter */
	const struct irqkit_irq *first;
	size_t n;
	size_t n_banned; /* these do not count */
};

#endif
