/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plan is made, shown or applied; if its CPUs go offline meanwhile, another one is made.
 */
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"
#include "change/change.h"
#include "change/script.h"
#include "measure/signals.h"

#include <errno.h>
#include <string.h>

/* CPUs that come and go all the time must not keep a change busy for ever. */
#define MOST_PLANS 20

static int apply_steps(struct change *change)
{
	unsigned int flags = change->options->keeps_going ? IRQKIT_APPLY_KEEP_GOING : 0;

	return irqkit_plan_apply(change->plan, change->lock, change->call->line, flags);
}

/* What the barrier has lost, and the change does not restore. */
static void say_losses(const struct change *change)
{
	char *text;

	for (size_t i = 0; irqkit_plan_explain_loss(change->plan, i, &text) == 0; i++) {
		say_warning("%s", text);
		free(text);
	}
}

/*
 * After a barrier: the rest is planned on the machine as it is now, and becomes part of
 * the same change. Without a plan for it, what the barrier changed is put back.
 */
static int apply_rest(struct change *change)
{
	int r = irqkit_plan_pass_barrier(change->plan);
	enum status status;

	if (r == 0) {
		status = change_judge(change, change->rest_fn(change, change->plan_data));
		r = status == STATUS_DONE ? apply_steps(change) : -ECANCELED;
	}
	if (r == 0)
		say_losses(change);
	if (r == 0 || irqkit_plan_count_results(change->plan, IRQKIT_FAILED) > 0)
		return r;
	change->lacks_rest = true;
	irqkit_plan_roll_back(change->plan, change->lock);
	return r;
}

static int apply_plan(struct change *change)
{
	int r = apply_steps(change);

	change->lacks_rest = false;
	return r == 0 && change->rest_fn && irqkit_plan_needs_rest(change->plan)
		? apply_rest(change)
		: r;
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

/*
 * If there is no plan without the CPUs that went offline, the change is unplanned
 * afterwards. Says what failed.
 */
static enum status apply(struct change *change)
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

/* ------------------------------------------------------------------------------- */

/*
 * What is left to undo once the plan was applied? What is gone, nobody can restore. What
 * was skipped for another reason is left for --force; if that was given, nothing else
 * helps, and only the number of the change undoes it again.
 */
static enum irqkit_change_state judge_undo(const struct change *change)
{
	for (size_t i = 0; i < irqkit_plan_count(change->plan) && !change->is_forced;
		i++) {
		const struct irqkit_step *step = irqkit_plan_get(change->plan, i);
		enum irqkit_result result = irqkit_step_get_result(step);

		if (result == IRQKIT_FAILED ||
			(result == IRQKIT_SKIPPED && !change_lost_its_thing(step)))
			return IRQKIT_CHANGE_SKIPPED;
	}
	return IRQKIT_CHANGE_UNDONE;
}

/* Everything that an undo changed has been changed since then: it stays undone. */
static bool redoes_nothing(const struct change *change)
{
	size_t n = irqkit_plan_count(change->plan);

	return irqkit_change_get_undoes(change->undone) > 0 && n > 0 &&
		irqkit_plan_count_results(change->plan, IRQKIT_SKIPPED) == n;
}

/* If that fails, the next undo takes this change again, and finds it restored already. */
static void mark_undone(const struct change *change)
{
	unsigned int number = irqkit_change_get_number(change->undone);
	int forgotten = irqkit_placed_forget(change->lock, number);
	int r = redoes_nothing(change) ? 0
				       : irqkit_change_set_state(change->undone,
						 change->lock, judge_undo(change));
	_cleanup_free_ char *path = r < 0
		? text_below_root(irqkit_ctx_get_root(change->ctx), "/run/irqkit")
		: NULL;

	r = r < 0 ? r : forgotten;
	if (r < 0)
		say_warning("change %u has been undone, but cannot be marked as undone "
			    "in %s: %s",
			irqkit_change_get_number(change->undone),
			path ? path : "/run/irqkit", strerror(-r));
}

static enum status apply_and_report(struct change *change)
{
	enum status status;
	bool is_made;
	sigset_t before;

	signals_hold(&before);
	status = apply(change);
	if (change->is_unplanned) {
		signals_let_in(&before);
		return status;
	}
	is_made = status == STATUS_DONE ||
		(change->options->keeps_going &&
			irqkit_plan_count_written(change->plan) > 0);
	if (change->undone && is_made)
		mark_undone(change);
	if (change->applied_fn && is_made && status == STATUS_DONE)
		status = change->applied_fn(change, change->plan_data);
	return change_end(change, status, &before);
}

enum status change_finish(struct change *change)
{
	if (!change_writes(change->options))
		change_warn(change);
	/* a script reads more files than the plan */
	if (change->options->is_script)
		return change_judge(change, script_print(change));
	/* its remarks read the machine too */
	if (!change_writes(change->options))
		return change_judge(change, report_print(&change->report));
	return apply_and_report(change);
}

static enum status plan_under_lock(struct change *change)
{
	bool is_current;
	enum status status = change_lock(change, &is_current);

	if (status != STATUS_DONE || is_current)
		return status;
	say_set_errors_only(true);
	status = change_plan_again(change);
	say_set_errors_only(false);
	return status;
}

/* Where everything is as it should be, nothing is written, unless a change is undone. */
static bool needs_lock(const struct change *change)
{
	return change->undone || change->needs_lock ||
		irqkit_plan_count_bans(change->plan) > 0 ||
		irqkit_plan_count_results(change->plan, IRQKIT_PLANNED) > 0;
}

enum status change_make(struct change *change, change_plan_fn *plan, void *data)
{
	enum status status;

	change->plan_fn = plan;
	change->plan_data = data;
	change_try_lock(change);
	status = change_plan_again(change);
	if (status == STATUS_DONE && change_writes(change->options) && needs_lock(change))
		status = plan_under_lock(change);
	return status == STATUS_DONE ? change_finish(change) : status;
}

enum status change_run_with_rest(struct change *change, const struct call *call,
	const struct change_options *options, change_plan_fn *plan, change_plan_fn *rest,
	void *data)
{
	enum status status = change_open(change, call, options);

	change->rest_fn = rest;
	return status == STATUS_DONE ? change_make(change, plan, data) : status;
}

enum status change_run_on(struct change *change, const struct call *call,
	const struct change_options *options, struct change_machine *read,
	change_plan_fn *plan, change_plan_fn *rest, void *data)
{
	enum status status = change_open_on(change, call, options, read);

	change->rest_fn = rest;
	return status == STATUS_DONE ? change_make(change, plan, data) : status;
}

enum status change_run(struct change *change, const struct call *call,
	const struct change_options *options, change_plan_fn *plan, void *data)
{
	return change_run_with_rest(change, call, options, plan, NULL, data);
}
