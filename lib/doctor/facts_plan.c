/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What irqkit would do, so that a finding and its fix never disagree. */
#include "base/macros.h"
#include "doctor/facts.h"

static void read_gain(
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

static int plan_spread(struct facts *facts, struct irqkit_request *request,
	struct irqkit_plan *plan, struct plan_gain *ret_gain)
{
	const struct irqkit_placement *placement;
	int r = irqkit_request_plan(request, facts->machine, plan);

	*ret_gain = (struct plan_gain){ 0 };
	placement = irqkit_request_get_placement(request);
	if (r == 0 && placement)
		read_gain(facts, irqkit_placement_get_spread(placement), ret_gain);
	/* what cannot be planned gains nothing */
	return r == -ENOMEM ? r : 0;
}

int facts_plan_spread(struct facts *facts, const char *const *words, size_t n_words,
	enum irqkit_policy policy, struct plan_gain *ret_gain)
{
	struct irqkit_request *request = NULL;
	struct irqkit_plan *plan = NULL;
	int r = irqkit_request_new_spread(&request);

	for (size_t i = 0; i < n_words && r == 0; i++)
		r = irqkit_request_add_target(request, words[i]);
	if (r == 0)
		r = irqkit_plan_new(facts->machine, &plan);
	if (r == 0) {
		irqkit_request_set_policy(request, policy);
		irqkit_request_set_counts(request, facts_counts(facts));
		r = plan_spread(facts, request, plan, ret_gain);
	}
	irqkit_plan_free(plan);
	irqkit_request_free(request);
	return r;
}
