/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan: its steps, in the order in which they are written. */
#ifndef IRQKIT_PLAN_H
#define IRQKIT_PLAN_H

#include "plan/step.h"

struct irqkit_plan {
	struct irqkit_ctx *ctx;
	struct irqkit_step *steps; /* owned */
	size_t n_steps;
	size_t steps_room;
	unsigned int undoes; /* the change that this plan undoes, or 0 */
	unsigned int journal_number; /* of the change that applying it made, or 0 */
	irqkit_full_fn *full_fn; /* NULL: none */
	void *full_data;
};

/* A new step with result planned; what it owns is still NULL. */
int plan_add_step(struct irqkit_plan *plan, struct irqkit_step **ret_step);
/* Drops the last step. */
void plan_drop_step(struct irqkit_plan *plan);
/* A new step for a knob that there is once in a machine. */
int plan_add_machine_step(struct irqkit_plan *plan, enum irqkit_knob knob,
	const char *path, const char *target, const char *why,
	struct irqkit_step **ret_step);

#endif
