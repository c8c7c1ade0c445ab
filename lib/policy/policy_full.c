/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A CPU that a spread has chosen has no vector left: only the kernel knows, when the plan is
 * written. The spread of the line then chooses the next best, for this interrupt and for
 * later ones, and the line is kept: a new plan would choose the full CPU again.
 */
#include "base/macros.h"
#include "policy/policy.h"
#include "request/placement.h"

#include <errno.h>

/* The placement that has chosen the CPUs of a step; NULL: no spread has. */
static const struct irqkit_placement *find_placement(
	const struct irqkit_policies *policy, size_t index)
{
	const struct policy_setting *setting = &policy->settings[index];

	return setting->step.knob == IRQKIT_KNOB_AFFINITY
		? policy->lines[setting->line].request->placement
		: NULL;
}

/* Changes a step of this placement to what was chosen now. */
static int update_step(struct irqkit_policies *policy, struct irqkit_plan *plan,
	const struct irqkit_placement *placement, size_t index)
{
	struct policy_setting *setting = &policy->settings[index];
	const struct irqkit_step *step = &plan->steps[index];
	const struct irqkit_cpuset *cpus;
	struct knob_value value = { 0 };
	size_t place;
	int r;

	if (find_placement(policy, index) != placement ||
		step->result == IRQKIT_SKIPPED ||
		irqkit_placement_find_irq(placement, (unsigned int)step->irq, &place) < 0)
		return 0;
	cpus = irqkit_spread_get_cpus(placement->spread, place);
	if (!cpus)
		cpus = step->old_value.cpus;
	if (irqkit_cpuset_is_equal(cpus, step->new_value.cpus))
		return 0;
	r = irqkit_plan_set_affinity(
		plan, index, cpus, irqkit_spread_get_reason(placement->spread, place));
	if (r == 0)
		r = knob_value_copy(&step->new_value, &value);
	if (r < 0)
		return r;
	knob_value_clear(&setting->step.new_value);
	setting->step.new_value = value;
	policy->lines[setting->line].is_kept = true;
	return 0;
}

void policy_place_again(void *data, struct irqkit_plan *plan, size_t index)
{
	struct irqkit_policies *policy = data;
	const struct irqkit_placement *placement = find_placement(policy, index);
	const struct irqkit_step *step = &plan->steps[index];
	int cpu = irqkit_cpuset_next(step->new_value.cpus, -1);
	size_t place;
	int r;

	/* without the CPUs that went offline, all is planned again */
	if (!placement || cpu < 0 || step->has_lost_cpus ||
		irqkit_placement_find_irq(placement, (unsigned int)step->irq, &place) < 0)
		return;
	r = irqkit_spread_place_again(placement->spread, place, (unsigned int)cpu);
	for (size_t i = index; i < plan->n_steps && r == 0; i++)
		r = update_step(policy, plan, placement, i);
}
