/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What irqkit would do, so that a finding and its fix never disagree. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "doctor/facts_net.h"
#include "request/placement.h"

/* ------------------------------------------------------------------------------- */
/* Loads                                                                           */

static void read_loads(
	struct facts *facts, const struct irqkit_spread *spread, struct plan_gain *gain)
{
	irqkit_cpuset_foreach (cpu, facts->online) {
		double before, after;

		if (!irqkit_spread_is_judged(spread, cpu))
			continue;
		before = (double)irqkit_spread_get_load_before(spread, cpu);
		after = (double)irqkit_spread_get_load_after(spread, cpu);
		gain->before = before > gain->before ? before : gain->before;
		gain->after = after > gain->after ? after : gain->after;
	}
	gain->n_moves = irqkit_spread_count_moves(spread);
	if (gain->before > 0 && gain->after < gain->before)
		gain->gain = 1 - gain->after / gain->before;
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

	gain->n_remote[when] += is_remote(facts, unit, cpu);
	gain->n_slow[when] += slow && irqkit_cpuset_has(slow, cpu);
	return unit && unit->is_data ? irqkit_cpuset_add(places->cpus[when], cpu) : 0;
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
		const struct irqkit_cpuset *cpus = irqkit_spread_get_cpus(p->spread, i);
		int now = facts_find_cpu(facts, p->irqs[i]);
		int then = cpus ? irqkit_cpuset_next(cpus, -1) : now;

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
	read_loads(facts, irqkit_placement_get_spread(placement), gain);
	return read_places(facts, placement, &places, gain);
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
