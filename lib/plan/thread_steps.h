/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of a plan that place threads, by the number of the thread. */
#ifndef IRQKIT_THREAD_STEPS_H
#define IRQKIT_THREAD_STEPS_H

#include <irqkit.h>

struct thread_step {
	unsigned int pid;
	size_t index; /* of the step in the plan */
};

struct thread_steps {
	const struct irqkit_plan *plan; /* not owned; or NULL. It may get more steps */
	struct thread_step *steps; /* owned array; by thread, then as in the plan */
	size_t n;
};

/* Finds them in the first @n_steps of a plan. */
int thread_steps_find(
	const struct irqkit_plan *plan, size_t n_steps, struct thread_steps *ret_steps);
void thread_steps_clear(struct thread_steps *steps);
/* The first and the last step of the thread; NULL: it has none. */
const struct irqkit_step *thread_steps_get_first(
	const struct thread_steps *steps, unsigned int pid);
const struct irqkit_step *thread_steps_get_last(
	const struct thread_steps *steps, unsigned int pid);

#endif
