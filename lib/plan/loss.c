/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/barrier_loss.h"

#include <stdlib.h>

void placed_thread_clear(struct placed_thread *thread)
{
	free(thread->name);
	free(thread->start);
	irqkit_cpuset_free(thread->cpus);
}

static void loss_clear(struct barrier_loss *loss)
{
	for (size_t i = 0; i < loss->n_threads; i++)
		placed_thread_clear(&loss->threads[i]);
	free(loss->threads);
	free(loss->device);
	free(loss->rings);
	free(loss->rings_after);
}

void barrier_loss_clear(struct irqkit_plan *plan)
{
	for (size_t i = 0; i < plan->n_losses; i++)
		loss_clear(&plan->losses[i]);
	free(plan->losses);
}
