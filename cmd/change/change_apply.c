/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Applies the plan of a change; if its CPUs go offline meanwhile, makes another plan. */
#include "change/change_apply.h"
#include "base/basics.h"
#include "base/say.h"

#include <string.h>

/* CPUs that come and go all the time must not keep a change busy for ever. */
#define MOST_PLANS 20

static int apply_plan(struct change *change)
{
	unsigned int flags = change->options->keeps_going ? IRQKIT_APPLY_KEEP_GOING : 0;

	return irqkit_plan_apply(change->plan, change->lock, change->call->line, flags);
}

/* Did a step fail since its CPUs went offline? */
static bool has_lost_cpus(const struct irqkit_plan *plan)
{
	for (size_t i = 0; i < irqkit_plan_count(plan); i++)
		if (irqkit_step_has_lost_cpus(irqkit_plan_get(plan, i)))
			return true;
	return false;
}

/*
 * What cannot be put back, since the CPUs of an old value are offline too, keeps its entry
 * in the journal, with which that of the next plan is merged. @kept: its number, or 0
 */
static void take_back(struct change *change, unsigned int *kept)
{
	unsigned int number;

	irqkit_plan_roll_back(change->plan, change->lock);
	number = irqkit_plan_get_number(change->plan);
	if (*kept && number)
		irqkit_journal_merge(change->lock, *kept, number);
	*kept = *kept ? *kept : number;
}

static enum status plan_again(struct change *change, unsigned int *kept)
{
	enum status status;

	take_back(change, kept);
	say_set_errors_only(true);
	status = change_plan_again(change);
	say_set_errors_only(false);
	report_add_remark(&change->report,
		strdup("CPUs went offline during the change: it was planned again."));
	return status;
}

static enum status end_apply(struct change *change, int error, unsigned int kept)
{
	unsigned int number = irqkit_plan_get_number(change->plan);

	if (kept && number)
		irqkit_journal_merge(change->lock, kept, number);
	if (error == 0)
		return change_check_any_moved(change);
	if (kept)
		say_error("some settings could not be restored, since their CPUs went "
			  "offline: run 'irqkit undo %u' later",
			kept);
	return change_say_failure(change, error);
}

enum status change_apply(struct change *change)
{
	unsigned int kept = 0;
	int r = apply_plan(change);

	for (int i = 1; r < 0 && i < MOST_PLANS && has_lost_cpus(change->plan); i++) {
		enum status status = plan_again(change, &kept);

		if (status != STATUS_DONE) {
			change->is_unplanned = true;
			return status;
		}
		r = apply_plan(change);
	}
	return end_apply(change, r, kept);
}
