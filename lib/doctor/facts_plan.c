/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What irqkit would do, so that a finding and its fix never disagree. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "doctor/facts_net.h"
#include "request/placement.h"

#include <errno.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* Loads                                                                           */

/*
 * The loads of CPUs, with each interrupt where it is placed, not where it was counted:
 * after a change, old counts say nothing.
 */
struct loads {
	double *loads[2]; /* owned; by number of CPU; before and after */
	size_t n;
};

static void loads_free(struct loads *loads)
{
	free(loads->loads[0]);
	free(loads->loads[1]);
}

static int loads_new(const struct facts *facts, struct loads *loads)
{
	int last = -1;

	for (int cpu = -1; (cpu = irqkit_cpuset_next(facts->online, cpu)) >= 0;)
		last = cpu;
	loads->n = (size_t)(last + 1);
	loads->loads[0] = calloc(loads->n + 1, sizeof(double));
	loads->loads[1] = calloc(loads->n + 1, sizeof(double));
	return loads->loads[0] && loads->loads[1] ? 0 : -ENOMEM;
}

static void loads_add(struct loads *loads, int when, int cpu, double load)
{
	if (cpu >= 0 && (size_t)cpu < loads->n)
		loads->loads[when][cpu] += load;
}

/* The CPU after the plan: the first one that was chosen; the same where it stays. */
static int find_planned(const struct facts *facts, const struct irqkit_placement *p,
	struct irqkit_irq *irq)
{
	size_t place = placement_find(p, irq);
	const struct irqkit_cpuset *cpus = place
		? irqkit_spread_get_cpus(p->spread, place - 1)
		: NULL;
	int now = facts_find_cpu(facts, irq);

	return cpus && (now < 0 || !irqkit_cpuset_has(cpus, (unsigned int)now))
		? irqkit_cpuset_next(cpus, -1)
		: now;
}

/* Sums the loads of all units once, because a rule may ask for each of many devices. */
static int sum_loads(struct facts *facts, const struct loads *loads)
{
	if (facts->cpu_loads)
		return 0;
	facts->cpu_loads = calloc(loads->n + 1, sizeof(double));
	if (!facts->cpu_loads)
		return -ENOMEM;
	for (size_t i = 0; i < facts->n_units; i++)
		for (size_t j = 0; j < facts->units[i].n_irqs; j++) {
			struct irqkit_irq *irq = facts->units[i].irqs[j];
			int cpu = facts_find_cpu(facts, irq);

			if (cpu >= 0 && (size_t)cpu < loads->n)
				facts->cpu_loads[cpu] += (double)facts_count(facts, irq);
		}
	return 0;
}

/* @is_own: only the load of the interrupts that are placed */
static int fill_loads(struct facts *facts, const struct irqkit_placement *p,
	struct loads *loads, bool is_own)
{
	int r = is_own ? 0 : sum_loads(facts, loads);

	if (r < 0)
		return r;
	for (int when = 0; when < 2 && !is_own; when++)
		memcpy(loads->loads[when], facts->cpu_loads, loads->n * sizeof(double));
	for (size_t i = 0; i < p->n; i++) {
		struct irqkit_irq *irq = p->irqs[i];
		double load = (double)facts_count(facts, irq);

		if (!facts->unit_of[irqkit_irq_get_index(irq)])
			continue;
		if (is_own)
			loads_add(loads, 0, facts_find_cpu(facts, irq), load);
		else
			loads_add(loads, 1, facts_find_cpu(facts, irq), -load);
		loads_add(loads, 1, find_planned(facts, p, irq), load);
	}
	return 0;
}

static double find_most(const struct loads *loads, int when)
{
	double most = 0;

	for (size_t cpu = 0; cpu < loads->n; cpu++)
		if (loads->loads[when][cpu] > most)
			most = loads->loads[when][cpu];
	return most;
}

static int find_gain(struct facts *facts, const struct irqkit_placement *p, bool is_own,
	double *ret_gain)
{
	struct loads loads CLEANUP(loads_free) = { 0 };
	double before, after;
	int r = loads_new(facts, &loads);

	if (r == 0)
		r = fill_loads(facts, p, &loads, is_own);
	if (r < 0)
		return r;
	before = find_most(&loads, 0);
	after = find_most(&loads, 1);
	*ret_gain = before > 0 ? 1 - after / before : 0;
	return 0;
}

static int read_loads(
	struct facts *facts, const struct irqkit_placement *p, struct plan_gain *gain)
{
	int r = find_gain(facts, p, false, &gain->gain);

	gain->n_moves = irqkit_spread_count_moves(p->spread);
	gain->is_worse = irqkit_placement_is_worse(p);
	return r == 0 ? find_gain(facts, p, true, &gain->own_gain) : r;
}

/* ------------------------------------------------------------------------------- */
/* Places                                                                          */

struct places {
	struct irqkit_cpuset *cpus[2]; /* owned; before and after */
};

static void places_free(struct places *places)
{
	irqkit_cpuset_free(places->cpus[0]);
	irqkit_cpuset_free(places->cpus[1]);
}

static bool is_remote(
	const struct facts *facts, const struct unit *unit, unsigned int cpu)
{
	const struct fact_device *device = unit ? unit->device : NULL;

	return device && device->node >= 0 &&
		irqkit_topology_get_node(facts->topology, cpu) != device->node;
}

static int count_place(const struct facts *facts, const struct unit *unit,
	unsigned int cpu, int when, struct places *places, struct plan_gain *gain)
{
	const struct irqkit_cpuset *slow = irqkit_topology_get_slow_cores(
		facts->topology);

	if (!unit || !unit->is_data)
		return 0;
	if (unit->count) {
		gain->n_remote[when] += is_remote(facts, unit, cpu);
		gain->n_slow[when] += slow && irqkit_cpuset_has(slow, cpu);
	}
	return irqkit_cpuset_add(places->cpus[when], cpu);
}

static int read_places(const struct facts *facts, const struct irqkit_placement *p,
	struct places *places, struct plan_gain *gain)
{
	int r = irqkit_cpuset_new(&places->cpus[0]);

	if (r == 0)
		r = irqkit_cpuset_new(&places->cpus[1]);
	for (size_t i = 0; i < p->n && r == 0; i++) {
		const struct unit *unit =
			facts->unit_of[irqkit_irq_get_index(p->irqs[i])];
		int now = facts_find_cpu(facts, p->irqs[i]);
		int then = find_planned(facts, p, p->irqs[i]);

		if (now >= 0)
			r = count_place(facts, unit, (unsigned int)now, 0, places, gain);
		if (then >= 0 && r == 0)
			r = count_place(facts, unit, (unsigned int)then, 1, places, gain);
	}
	for (int when = 0; when < 2 && r == 0; when++) {
		gain->n_cpus[when] = irqkit_cpuset_count(places->cpus[when]);
		gain->n_cores[when] = facts_count_cores(facts, places->cpus[when]);
	}
	return r;
}

/* ------------------------------------------------------------------------------- */

static int plan_spread(struct facts *facts, struct irqkit_request *request,
	struct irqkit_plan *plan, struct plan_gain *gain)
{
	struct places places CLEANUP(places_free) = { 0 };
	const struct irqkit_placement *placement;
	int r = irqkit_request_plan(request, facts->machine, plan);

	placement = irqkit_request_get_placement(request);
	if (r < 0 || !placement)
		return r == -ENOMEM ? r : 0;
	r = read_loads(facts, placement, gain);
	return r == 0 ? read_places(facts, placement, &places, gain) : r;
}

static int new_request(struct facts *facts, const struct spread_words *words,
	struct irqkit_request **ret_request)
{
	int r = irqkit_request_new_spread(ret_request);

	for (size_t i = 0; i < words->n_targets && r == 0; i++)
		r = irqkit_request_add_target(*ret_request, words->targets[i]);
	if (r == 0 && words->cpus)
		r = irqkit_request_set_cpus(*ret_request, words->cpus, NULL);
	if (r == 0) {
		irqkit_request_set_policy(*ret_request, words->policy);
		irqkit_request_set_counts(*ret_request, facts_counts(facts));
	}
	return r;
}

int facts_plan_spread(
	struct facts *facts, const struct spread_words *words, struct plan_gain *ret_gain)
{
	struct plan_gain gain = { 0 };
	struct irqkit_request *request = NULL;
	struct irqkit_plan *plan = NULL;
	int r = new_request(facts, words, &request);

	if (r == 0)
		r = irqkit_plan_new(facts->machine, &plan);
	if (r == 0)
		r = plan_spread(facts, request, plan, &gain);
	irqkit_plan_free(plan);
	irqkit_request_free(request);
	if (r == 0)
		*ret_gain = gain;
	return r;
}
