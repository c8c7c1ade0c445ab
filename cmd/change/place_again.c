/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* While a placement is written: a CPU has no vector left or went offline. */
#include "change/place_again.h"
#include "base/say.h"

#include <errno.h>

/* Changes the step of an interrupt to its new place. */
static void update_step(
	const struct placing *placing, struct irqkit_plan *plan, size_t interrupt)
{
	size_t index = placing->first + interrupt;
	const struct irqkit_step *step = irqkit_plan_get(plan, index);
	const struct irqkit_cpuset *cpus = irqkit_spread_get_cpus(
		placing->spread, interrupt);

	if (irqkit_step_get_result(step) == IRQKIT_SKIPPED)
		return;
	if (!cpus)
		cpus = irqkit_step_get_old_cpus(step);
	if (!irqkit_cpuset_is_equal(irqkit_step_get_new_cpus(step), cpus))
		irqkit_plan_set_affinity(plan, index, cpus,
			irqkit_spread_get_reason(placing->spread, interrupt));
}

/*
 * Steps are in the order of the placement; only this one and later ones are placed
 * again.
 */
void place_again(const struct placing *placing, struct irqkit_plan *plan, size_t index)
{
	const struct irqkit_step *step = irqkit_plan_get(plan, index);
	size_t interrupt = index - placing->first;
	bool is_lost = irqkit_step_has_lost_cpus(step);
	unsigned int cpu;
	int r;

	if (index < placing->first || interrupt >= placing->n)
		return; /* a step of something else */
	cpu = (unsigned int)irqkit_cpuset_next(irqkit_step_get_new_cpus(step), -1);
	r = is_lost ? irqkit_spread_lose_cpu(placing->spread, interrupt, cpu)
		    : irqkit_spread_place_again(placing->spread, interrupt, cpu);
	if (r == -ENOSPC)
		say_error("cannot place interrupt %d (%s): no CPU that it may use %s",
			irqkit_step_get_irq(step), irqkit_step_get_target(step),
			is_lost ? "is online" : "has a free interrupt vector");
	for (size_t i = interrupt; i < placing->n && r == 0; i++)
		update_step(placing, plan, i);
}
