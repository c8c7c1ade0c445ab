/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Applies a placement; if a CPU has no vector left or goes offline, the next best is used. */
#include "spread/spread_apply.h"
#include "base/basics.h"
#include "base/say.h"

#include <errno.h>
#include <stdio.h>

/* Changes the step of an interrupt to its new place. */
static void update_step(
	const struct irqkit_spread *spread, struct irqkit_plan *plan, size_t index)
{
	const struct irqkit_step *step = irqkit_plan_get(plan, index);
	const struct irqkit_cpuset *cpus = irqkit_spread_get_cpus(spread, index);

	if (irqkit_step_get_result(step) == IRQKIT_SKIPPED)
		return;
	if (!cpus)
		cpus = irqkit_step_get_old_cpus(step);
	if (!irqkit_cpuset_is_equal(irqkit_step_get_new_cpus(step), cpus))
		irqkit_plan_set_affinity(
			plan, index, cpus, irqkit_spread_get_reason(spread, index));
}

static void note_cpus(struct irqkit_cpuset **set, const struct irqkit_cpuset *cpus)
{
	if (*set)
		irqkit_cpuset_add_set(*set, cpus);
	else
		irqkit_cpuset_copy(cpus, set);
}

/*
 * Steps are in the order of the placement; only this one and later ones are placed
 * again.
 */
static void place_again(void *data, struct irqkit_plan *plan, size_t index)
{
	struct spread *spread = data;
	struct irqkit_spread *placement = spread->placed.spread;
	const struct irqkit_step *step = irqkit_plan_get(plan, index);
	const struct irqkit_cpuset *cpus = irqkit_step_get_new_cpus(step);
	unsigned int cpu = (unsigned int)irqkit_cpuset_next(cpus, -1);
	bool is_lost = irqkit_step_has_lost_cpus(step);
	int r;

	note_cpus(is_lost ? &spread->lost : &spread->full, cpus);
	r = is_lost ? irqkit_spread_lose_cpu(placement, index, cpu)
		    : irqkit_spread_place_again(placement, index, cpu);
	if (r == -ENOSPC)
		say_error("cannot place interrupt %d (%s): no CPU that it may use %s",
			irqkit_step_get_irq(step), irqkit_step_get_target(step),
			is_lost ? "is online" : "has a free interrupt vector");
	for (size_t i = index; i < spread->placed.n && r == 0; i++)
		update_step(placement, plan, i);
}

enum status spread_apply(struct spread *spread, struct change *change)
{
	unsigned int flags = change->options->keeps_going ? IRQKIT_APPLY_KEEP_GOING : 0;
	int r;

	irqkit_plan_set_full_fn(change->plan, place_again, spread);
	r = irqkit_plan_apply(change->plan, change->lock, change->call->line, flags);
	return r < 0 ? change_say_failure(change, r) : STATUS_DONE;
}

static void remark_cpus(
	struct change *change, const struct irqkit_cpuset *cpus, const char *what)
{
	_cleanup_free_ char *list = NULL;
	char *remark;

	if (!cpus || irqkit_cpuset_format_list(cpus, &list) < 0)
		return;
	if (asprintf(&remark, "CPU%s %s %s; the next best CPU was used.",
		    irqkit_cpuset_count(cpus) == 1 ? "" : "s", list, what) >= 0)
		report_add_remark(&change->report, remark);
}

void spread_remark_full_cpus(const struct spread *spread, struct change *change)
{
	remark_cpus(change, spread->full, "had no free interrupt vector");
	remark_cpus(change, spread->lost, "went offline");
}

void spread_pin_unmoved(
	const struct spread *spread, struct change *change, const struct wish *wish)
{
	if (wish->policy != IRQKIT_POLICY_LOAD || wish->width > 1)
		return;
	for (size_t i = 0; i < spread->placed.n; i++) {
		const struct irqkit_step *step = irqkit_plan_get(change->plan, i);
		const struct irqkit_cpuset *cpus = irqkit_step_get_effective(step);

		if (irqkit_step_get_result(step) == IRQKIT_UNCHANGED && cpus &&
			!irqkit_cpuset_is_empty(cpus) &&
			irqkit_cpuset_is_subset(cpus, spread->placed.cpus))
			irqkit_plan_set_affinity(change->plan, i, cpus,
				irqkit_spread_get_reason(spread->placed.spread, i));
	}
}
