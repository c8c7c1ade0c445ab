/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How each state places its load: that of an interrupt belongs to the CPUs where it is
 * handled now, and only where the kernel does not say which to those where it was counted.
 */
#include "base/basics.h"
#include "compare/comparison.h"

#include <errno.h>

static void note_highest(size_t *n_cpus, const struct irqkit_cpuset *set)
{
	for (int cpu = set ? irqkit_cpuset_next(set, (int)*n_cpus - 1) : -1; cpu >= 0;
		cpu = irqkit_cpuset_next(set, cpu))
		*n_cpus = (size_t)cpu + 1;
}

static void count_cpus(struct comparison *comparison, const struct state *state)
{
	size_t *n = &comparison->n_cpus;

	note_highest(n, state->cpus);
	for (size_t i = 0; i < state->n_irqs; i++) {
		const struct state_irq *irq = &state->irqs[i];

		note_highest(n, state_irq_place(state, irq));
		if (irq->n_counts && irq->counts[irq->n_counts - 1].cpu >= *n)
			*n = (size_t)irq->counts[irq->n_counts - 1].cpu + 1;
	}
}

static void add_remote(const struct state *state, const struct state_irq *irq,
	unsigned int cpu, double load, double remote[2])
{
	if (irq->node < 0)
		return;
	remote[0] += load;
	if (state_node_of(state, cpu) != irq->node)
		remote[1] += load;
}

/* remote: the load of interrupts whose node is known, and what of it is on other nodes. */
static void add_load(const struct state *state, struct side *side,
	const struct state_irq *irq, double weight, double remote[2])
{
	const struct irqkit_cpuset *place = state_irq_place(state, irq);
	double n = place ? irqkit_cpuset_count(place) : 0;

	if (irq->is_background || weight <= 0 || (!place && !irq->total))
		return;
	side->total += weight;
	if (place) {
		irqkit_cpuset_foreach (cpu, place) {
			side->loads[cpu] += weight / n;
			add_remote(state, irq, cpu, weight / n, remote);
		}
		return;
	}
	for (size_t i = 0; i < irq->n_counts; i++) {
		const struct state_count *count = &irq->counts[i];
		double part = weight * (double)count->count / (double)irq->total;

		side->loads[count->cpu] += part;
		add_remote(state, irq, count->cpu, part, remote);
	}
}

/*
 * The mean is that of the CPUs that may be used and of those that handled any of this before,
 * so that to empty a CPU counts as gain.
 */
static void measure_imbalance(
	const struct comparison *comparison, const struct state *state, struct side *side)
{
	double most = 0;

	for (size_t i = 0; i < comparison->n_cpus; i++) {
		unsigned int cpu = (unsigned int)i;
		bool is_online = irqkit_cpuset_has(state->cpus, cpu);
		bool is_isolated = state->isolated &&
			irqkit_cpuset_has(state->isolated, cpu);

		if (side->loads[i] > most)
			most = side->loads[i];
		if ((is_online && !is_isolated) || side->loads[i] > 0 ||
			(is_online && comparison->sides[0].loads[i] > 0))
			side->n_cpus++;
	}
	if (side->total > 0)
		side->imbalance = most * (double)side->n_cpus / side->total;
}

/* The index of the core that all of @place is on, or -1. */
static int find_core(const struct state *state, const struct irqkit_cpuset *place)
{
	for (size_t i = 0; place && i < state->cores.n; i++)
		if (irqkit_cpuset_is_subset(place, state->cores.groups[i].cpus))
			return (int)i;
	return -1;
}

static int measure_cores(const struct state *state, struct side *side)
{
	_cleanup_free_ size_t *queues = calloc(state->cores.n + 1, sizeof(*queues));

	if (!queues)
		return -ENOMEM;
	for (size_t i = 0; i < state->n_irqs; i++) {
		const struct state_irq *irq = &state->irqs[i];
		int core = irq->queues ? find_core(state, state_irq_place(state, irq))
				       : -1;

		if (core < 0)
			continue;
		side->n_queue_irqs++;
		side->n_cores += queues[core]++ == 0;
		if (queues[core] > side->most_per_core)
			side->most_per_core = queues[core];
	}
	return 0;
}

/* How often all of these interrupts fire, in the time that their weights are of. */
static double measure_rate(
	const struct comparison *comparison, const struct state *state, double total)
{
	if (state == comparison->after && comparison->is_since)
		return total / comparison->seconds;
	return state->uptime > 0 ? total / state->uptime : -1;
}

static int measure_side(struct comparison *comparison, const struct state *state,
	struct side *side, bool is_after)
{
	double remote[2] = { 0, 0 };

	side->loads = calloc(comparison->n_cpus + 1, sizeof(*side->loads));
	if (!side->loads)
		return -ENOMEM;
	for (size_t i = 0; i < comparison->n_pairs; i++) {
		const struct pair *pair = &comparison->pairs[i];
		const struct state_irq *irq = is_after ? pair->after : pair->before;

		if (irq)
			add_load(state, side, irq,
				is_after ? pair->weight_after : pair->weight_before,
				remote);
	}
	measure_imbalance(comparison, state, side);
	side->remote = state->nodes.n > 1 && remote[0] > 0 ? remote[1] / remote[0] : -1;
	side->per_second = measure_rate(comparison, state, side->total);
	return measure_cores(state, side);
}

int comparison_measure(struct comparison *comparison)
{
	int r;

	count_cpus(comparison, comparison->before);
	count_cpus(comparison, comparison->after);
	r = measure_side(comparison, comparison->before, &comparison->sides[0], false);
	if (r < 0)
		return r;
	return measure_side(comparison, comparison->after, &comparison->sides[1], true);
}
