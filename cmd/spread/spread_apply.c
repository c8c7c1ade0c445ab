/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Applies a placement; if a CPU has no vector left or goes offline, the next best is used. */
#include "spread/spread_apply.h"
#include "base/basics.h"
#include "change/place_again.h"

#include <stdio.h>

static void note_cpus(struct irqkit_cpuset **set, const struct irqkit_cpuset *cpus)
{
	if (*set)
		irqkit_cpuset_add_set(*set, cpus);
	else
		irqkit_cpuset_copy(cpus, set);
}

static void note_and_place(void *data, struct irqkit_plan *plan, size_t index)
{
	struct spread *spread = data;
	const struct placing placing = {
		.spread = spread->placed.spread,
		.n = spread->placed.n,
	};
	const struct irqkit_step *step = irqkit_plan_get(plan, index);

	note_cpus(irqkit_step_has_lost_cpus(step) ? &spread->lost : &spread->full,
		irqkit_step_get_new_cpus(step));
	place_again(&placing, plan, index);
}

enum status spread_apply(struct spread *spread, struct change *change)
{
	unsigned int flags = change->options->keeps_going ? IRQKIT_APPLY_KEEP_GOING : 0;
	int r;

	irqkit_plan_set_full_fn(change->plan, note_and_place, spread);
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
