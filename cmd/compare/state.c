/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of a machine at one time. */
#include "compare/state.h"
#include "base/basics.h"

#include <string.h>

static void clear_groups(struct state_groups *groups)
{
	for (size_t i = 0; i < groups->n; i++)
		irqkit_cpuset_free(groups->groups[i].cpus);
	free(groups->groups);
}

static void clear_irq(struct state_irq *irq)
{
	free(irq->label);
	free(irq->name);
	free(irq->device);
	free(irq->queues);
	irqkit_cpuset_free(irq->affinity);
	irqkit_cpuset_free(irq->effective);
	free(irq->counts);
}

void state_clear(struct state *state)
{
	for (size_t i = 0; i < state->n_irqs; i++)
		clear_irq(&state->irqs[i]);
	free(state->irqs);
	clear_groups(&state->nodes);
	clear_groups(&state->cores);
	settings_clear(&state->settings);
	irqkit_cpuset_free(state->cpus);
	irqkit_cpuset_free(state->isolated);
	free(state->time);
	free(state->boot_id);
	*state = (struct state){ .uptime = -1 };
}

struct state_irq *state_new_irqs(struct state *state, size_t n)
{
	state->irqs = calloc(n + 1, sizeof(*state->irqs));
	state->n_irqs = 0;
	return state->irqs;
}

bool state_add_group(
	struct state_groups *groups, unsigned int number, struct irqkit_cpuset *cpus)
{
	struct state_group *more = reallocarray(
		groups->groups, groups->n + 1, sizeof(*more));

	if (!more) {
		irqkit_cpuset_free(cpus);
		return false;
	}
	groups->groups = more;
	more[groups->n++] = (struct state_group){ number, cpus };
	return true;
}

/*
 * Kernels before 4.13 do not show which CPU they chose, unless only one is allowed. A move
 * that is pending takes place before the next interrupt is handled.
 */
const struct irqkit_cpuset *state_irq_place(
	const struct state *state, const struct state_irq *irq)
{
	const struct irqkit_cpuset *affinity = irq->affinity;

	if (irq->is_background)
		return NULL;
	if (affinity && irqkit_cpuset_has_common(affinity, state->cpus) &&
		irqkit_cpuset_count(affinity) == 1)
		return affinity;
	return irq->effective;
}

static int compare_number(const void *key, const void *member)
{
	unsigned int wanted = *(const unsigned int *)key;
	unsigned int number = ((const struct state_irq *)member)->number;

	return (wanted > number) - (wanted < number);
}

const struct state_irq *state_find_irq(const struct state *state, int number)
{
	unsigned int wanted = (unsigned int)number;

	return number >= 0 && state->n_irqs
		? bsearch(&wanted, state->irqs, state->n_irqs, sizeof(*state->irqs),
			  compare_number)
		: NULL;
}

static int compare_irqs(const void *a, const void *b)
{
	return compare_number(&((const struct state_irq *)a)->number, b);
}

void state_sort_irqs(struct state *state)
{
	if (state->n_irqs)
		qsort(state->irqs, state->n_irqs, sizeof(*state->irqs), compare_irqs);
}

int state_node_of(const struct state *state, unsigned int cpu)
{
	for (size_t i = 0; i < state->nodes.n; i++)
		if (irqkit_cpuset_has(state->nodes.groups[i].cpus, cpu))
			return (int)state->nodes.groups[i].number;
	return -1;
}
