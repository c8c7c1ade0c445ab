/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the loads to a placement, and to the steps of a plan. */
#include "spread/decision.h"

void spread_free(struct spread *spread)
{
	placement_clear(&spread->placement);
	notes_free(&spread->notes);
	irqkit_cpuset_free(spread->full);
	irqkit_snapshot_free(spread->after_counts);
	irqkit_snapshot_free(spread->after);
}

/* From the rows of the change and the counts to a plan. */
enum status spread_decide(struct spread *spread, struct change *change,
	const struct wish *wish, const struct irqkit_snapshot *counts,
	unsigned int seconds)
{
	enum status status;

	*spread = (struct spread){ .wish = wish, .seconds = seconds, .counts = counts };
	status = placement_build(&spread->placement, change, &wish->placement, counts);
	if (status == STATUS_DONE)
		status = placement_add_steps(&spread->placement, change);
	/*
	 * as the library counts: the whole load of an interrupt is on the CPU that
	 * handles it now
	 */
	spread->before = spread->placement.spread
		? irqkit_spread_get_imbalance_before(spread->placement.spread)
		: 0;
	return change_judge(change, status);
}
