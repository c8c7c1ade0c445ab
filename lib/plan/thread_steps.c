/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of a plan that place threads: there can be thousands of both. */
#include "plan/thread_steps.h"
#include "base/array.h"
#include "plan/plan.h"
#include "plan/step.h"

#include <errno.h>
#include <stdlib.h>

static int compare_steps(const void *a, const void *b)
{
	const struct thread_step *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid > y->pid ? 1 : -1;
	return (x->index > y->index) - (x->index < y->index);
}

static int compare_pid(const void *member, const void *key)
{
	uint64_t pid = ((const struct thread_step *)member)->pid;
	uint64_t wanted = *(const uint64_t *)key;

	return (pid > wanted) - (pid < wanted);
}

void thread_steps_clear(struct thread_steps *steps)
{
	free(steps->steps);
	*steps = (struct thread_steps){ 0 };
}

int thread_steps_find(
	const struct irqkit_plan *plan, size_t n_steps, struct thread_steps *ret_steps)
{
	struct thread_steps found = { .plan = plan };
	size_t n = 0;

	for (size_t i = 0; i < n_steps; i++)
		n += plan->steps[i].knob == IRQKIT_KNOB_THREAD;
	found.steps = calloc(n + 1, sizeof(*found.steps));
	if (!found.steps)
		return -ENOMEM;
	for (size_t i = 0; i < n_steps; i++)
		if (plan->steps[i].knob == IRQKIT_KNOB_THREAD)
			found.steps[found.n++] = (struct thread_step){ plan->steps[i].pid,
				i };
	qsort(found.steps, found.n, sizeof(*found.steps), compare_steps);
	*ret_steps = found;
	return 0;
}

/* The first step of the thread with this or the next higher number. */
static size_t find_place(const struct thread_steps *steps, uint64_t pid)
{
	return array_lower_bound(
		steps->steps, steps->n, sizeof(*steps->steps), &pid, compare_pid);
}

const struct irqkit_step *thread_steps_get_first(
	const struct thread_steps *steps, unsigned int pid)
{
	size_t at = find_place(steps, pid);

	return at < steps->n && steps->steps[at].pid == pid
		? &steps->plan->steps[steps->steps[at].index]
		: NULL;
}

const struct irqkit_step *thread_steps_get_last(
	const struct thread_steps *steps, unsigned int pid)
{
	size_t end = find_place(steps, (uint64_t)pid + 1);

	return end > 0 && steps->steps[end - 1].pid == pid
		? &steps->plan->steps[steps->steps[end - 1].index]
		: NULL;
}
