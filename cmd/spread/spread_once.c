/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One run of `irqkit spread`: measure, decide, apply, measure again, report. */
#include "base/basics.h"
#include "base/say.h"
#include "change/ban.h"
#include "measure/open_machine.h"
#include "measure/period.h"
#include "measure/signals.h"
#include "spread/spread_apply.h"
#include "spread/spread_notes.h"
#include "spread/spread_report.h"
#include "spread/spread_run.h"

#include <signal.h>
#include <stdio.h>

/* The load of the next seconds. */
static enum status measure_after(
	struct spread *spread, struct change *change, unsigned int seconds)
{
	struct irqkit_sample *before = NULL;
	enum status status = period_start(
		change->ctx, seconds, &change->call->common, &before);

	if (status == STATUS_DONE)
		status = machine_new(change->ctx, &spread->after_machine);
	if (status == STATUS_DONE)
		status = period_end(spread->after_machine, before, &spread->after);
	irqkit_sample_free(before);
	return status;
}

/*
 * Compares what was measured before and after, weighed by the same: what the load before
 * was weighed by may not be known afterwards.
 */
static void compare(struct spread *spread, struct irqkit_load *before)
{
	const struct irqkit_cpuset *cpus = spread->placed.judged;
	enum irqkit_weigh weigh = irqkit_load_get_weigh(before);

	irqkit_load_weigh(spread->after, weigh);
	spread->measured = irqkit_load_get_imbalance(spread->after, cpus);
	if (irqkit_load_get_weigh(spread->after) == weigh)
		return;
	irqkit_load_weigh(before, irqkit_load_get_weigh(spread->after));
	spread->before = irqkit_load_get_imbalance(before, cpus);
	irqkit_load_weigh(before, weigh);
}

static enum status revert(struct change *change)
{
	int r = irqkit_plan_roll_back(change->plan, change->lock);

	return r < 0 ? change_say_failure(change, r) : STATUS_REFUSED;
}

/* Two measurements of the same load differ by some percent. */
static bool is_worse(const struct spread *spread)
{
	/* without load before there is nothing that it could be worse than */
	return spread->before > 0 && spread->measured > spread->before * 1.1;
}

/* Interrupts have left CPUs that none should use: they do not go back there. */
static bool keeps_relief(const struct spread *spread)
{
	const struct irqkit_cpuset *unfit = spread->placed.unfit;
	_cleanup_free_ char *list = NULL;

	if (irqkit_cpuset_is_empty(unfit) || irqkit_cpuset_format_list(unfit, &list) < 0)
		return false;
	say_warning("imbalance was %.1f before and %.1f after; the change stays, because "
		    "undoing it would move interrupts back to CPU%s %s, which no "
		    "interrupt should use (isolated or nohz_full)",
		spread->before, spread->measured,
		irqkit_cpuset_count(unfit) == 1 ? "" : "s", list);
	return true;
}

static enum status verify(struct spread *spread, struct change *change,
	const struct wish *wish, struct irqkit_load *before)
{
	enum status status = measure_after(spread, change, wish->verify);

	if (status != STATUS_DONE) {
		say_error(wish->reverts ? "stopped before the result was measured: the "
					  "change was rolled back"
					: "stopped before the result was measured: the "
					  "change stays; 'irqkit undo' undoes it");
		return wish->reverts ? revert(change) : STATUS_DONE;
	}
	compare(spread, before);
	if (!wish->reverts || !is_worse(spread) || keeps_relief(spread))
		return STATUS_DONE;
	say_error("imbalance was %.1f before and %.1f after: the change was rolled back",
		spread->before, spread->measured);
	return revert(change);
}

/* @measured: NULL if nothing was measured */
static enum status apply_and_report(struct spread *spread, struct change *change,
	const struct wish *wish, struct irqkit_load *measured)
{
	enum status status;
	sigset_t before;

	signals_hold(&before);
	status = spread_apply(spread, change);
	if (status == STATUS_DONE)
		status = change_check_any_moved(change);
	if (status == STATUS_DONE)
		spread_remark_full_cpus(spread, change);
	placed_leave_unmoved(&spread->placed, change);
	/* other irqkits need not wait during the measurement, if nothing will be restored */
	if (!wish->reverts)
		change_unlock(change);
	/* the samples of a saved root are from before the change */
	if (status == STATUS_DONE && measured && wish->verify &&
		irqkit_plan_count_written(change->plan) > 0 &&
		!irqkit_ctx_has_second_sample(change->ctx))
		status = verify(spread, change, wish, measured);
	return change_end(change, status, &before);
}

/* ------------------------------------------------------------------------------- */

/* Reads the rows under the lock, unless they were read when nobody else could write. */
static enum status read_under_lock(struct change *change, bool has_read)
{
	bool is_current = true;
	enum status status = STATUS_DONE;

	if (change_writes(change->options))
		status = change_lock(change, &is_current);
	if (status != STATUS_DONE || (has_read && is_current))
		return status;
	return change_read_machine(change);
}

/* Measures if that was requested, and then reads the rows, under the lock. */
static enum status read_load(
	struct change *change, const struct wish *wish, struct irqkit_load **ret_measured)
{
	unsigned int seconds = wish->seconds ? wish->seconds : wish->verify;
	struct irqkit_sample *before = NULL;
	bool has_read = !seconds && change_writes(change->options);
	enum status status = STATUS_DONE;
	sigset_t held;

	if (has_read)
		change_try_lock(change);
	/* report a mistyped word before the measurement */
	if (seconds || has_read)
		status = spread_check(change, wish);
	if (status == STATUS_DONE && seconds) {
		signals_hold(&held);
		status = period_start(
			change->ctx, seconds, &change->call->common, &before);
		if (status != STATUS_DONE)
			say_error("stopped while measuring: nothing was changed");
		signals_let_in(&held);
	}
	if (status == STATUS_DONE)
		status = read_under_lock(change, has_read);
	if (status == STATUS_DONE && before)
		status = period_end(change->machine, before, ret_measured);
	irqkit_sample_free(before);
	return status;
}

/* How long was measured: a saved root may have its own two samples. */
static unsigned int count_seconds(const struct change *change, const struct wish *wish,
	const struct irqkit_load *measured)
{
	double seconds = irqkit_load_get_seconds(measured);

	if (!irqkit_ctx_has_second_sample(change->ctx))
		return wish->seconds ? wish->seconds : wish->verify;
	return seconds < 1 ? 1 : (unsigned int)(seconds + 0.5);
}

/* A measured load is the load of every policy, except the one by counts since boot. */
static enum status decide(struct spread *spread, struct change *change,
	const struct wish *wish, struct irqkit_load *measured)
{
	bool is_total = wish->policy == IRQKIT_POLICY_LOAD && !wish->seconds;
	enum status status = measured && !is_total
		? spread_decide(spread, change, wish, measured,
			  count_seconds(change, wish, measured))
		: spread_decide(spread, change, wish, NULL, 0);

	if (status != STATUS_DONE)
		return status;
	/* what is measured after is compared with what was measured before */
	if (measured) {
		irqkit_load_weigh(measured, wish->weigh);
		spread->before = irqkit_load_get_imbalance(
			measured, spread->placed.judged);
	}
	status = spread_try_split(spread, change);
	if (status == STATUS_DONE)
		status = ban_plan(change);
	if (status != STATUS_DONE)
		return status;
	spread_find_notes(spread, change);
	status = change_judge(change, status);
	if (status != STATUS_DONE)
		return status;
	spread_say_warnings(spread, change);
	if (change->options->is_script)
		spread_pin_unmoved(spread, change, wish);
	return STATUS_DONE;
}

static enum status show(struct spread *spread, struct change *change)
{
	placed_leave_unmoved(&spread->placed, change);
	return change_finish(change);
}

enum status spread_once(const struct call *call, const struct change_options *options,
	const struct wish *wish)
{
	struct change change CLEANUP(change_free) = { 0 };
	struct spread spread CLEANUP(spread_free) = { 0 };
	struct irqkit_load *measured = NULL;
	enum status status = change_open(&change, call, options);

	if (status == STATUS_DONE)
		status = read_load(&change, wish, &measured);
	if (status == STATUS_DONE)
		status = decide(&spread, &change, wish, measured);
	change.has_own_warnings = true;
	change.report.has_own_warnings = true;
	if (wish->asks_to_verify)
		change.report.not_done = "measured again";
	change.report.add_remark = spread_add_remark;
	change.report.add_keys = spread_add_keys;
	change.report.get_load = spread_get_load;
	change.report.data = &spread;
	change.report.keeps_unchanged = wish->width == 1;
	change.report.hides_unchanged = wish->policy == IRQKIT_POLICY_LOAD;
	if (status == STATUS_DONE)
		status = change_writes(options)
			? apply_and_report(&spread, &change, wish, measured)
			: show(&spread, &change);
	irqkit_load_free(measured);
	return status;
}
