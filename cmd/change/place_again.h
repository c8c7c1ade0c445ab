/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* While a placement is written: a CPU has no vector left or went offline. */
#ifndef CMD_PLACE_AGAIN_H
#define CMD_PLACE_AGAIN_H

#include <irqkit.h>
#include <stddef.h>

/* A placement of @n interrupts, and where its steps begin in the plan. */
struct placing {
	struct irqkit_spread *spread; /* not owned */
	size_t n;
	size_t first;
};

/*
 * Gives the interrupt of the step at @index the next best CPU, and places later ones again.
 * If there is none, says so and leaves the step as it is. For irqkit_plan_set_full_fn().
 */
void place_again(const struct placing *placing, struct irqkit_plan *plan, size_t index);

#endif
