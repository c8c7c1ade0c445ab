/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the command line to the knobs: what all commands that write have in common. */
#include "change/change.h"
#include "base/basics.h"
#include "base/read_number.h"
#include "base/say.h"
#include "base/text.h"
#include "change/ban.h"
#include "change/note_irqbalance.h"
#include "change/note_policy.h"
#include "change/refusals.h"
#include "change/run_lock.h"
#include "measure/open_machine.h"
#include "measure/signals.h"
#include "table/render.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DEFAULT_WAIT_S 10u
#define MAX_WAIT_S 86400u
#define POLL_MS 50u

/* As text_below_root(). */
static char *below_root(const struct change *change, const char *path)
{
	return text_below_root(irqkit_ctx_get_root(change->ctx), path);
}

void change_free(struct change *change)
{
	irqkit_plan_free(change->plan);
	irqkit_machine_free(change->machine);
	irqkit_lock_free(change->lock);
	irqkit_ctx_free(change->ctx);
	report_drop_remarks(&change->report);
	report_drop_warnings(&change->report);
	free(change->report.warning);
	free(change->report.policy_warning);
}

bool change_options_are_given(const struct change_options *options)
{
	return options->is_dry_run || options->is_script || options->keeps_going ||
		options->wait || options->bans || options->keeps_bans;
}

bool change_writes(const struct change_options *options)
{
	return !options->is_dry_run && !options->is_script;
}

static bool parse_wait(const char *word, unsigned int *ret_ms)
{
	uint64_t seconds = DEFAULT_WAIT_S;

	*ret_ms = 0;
	if (!word)
		return true;
	if (*word && read_number(word, strlen(word), MAX_WAIT_S, &seconds) < 0) {
		say_error("--wait takes a number of seconds up to %u, not '%s'",
			MAX_WAIT_S, word);
		return false;
	}
	*ret_ms = (unsigned int)seconds * 1000;
	return true;
}

static enum status check_options(
	const struct change_options *options, const struct common *common)
{
	if (options->is_script && common->is_json)
		say_error("--script and --json cannot be combined");
	else if (options->is_script && options->wait)
		say_error("--wait and --script cannot be combined: a script does not "
			  "wait");
	else
		return ban_check(options);
	return STATUS_MISUSE;
}

static enum status start(struct change *change, const struct call *call,
	const struct change_options *options)
{
	enum status status = check_options(options, &call->common);

	*change = (struct change){ .call = call, .options = options };
	if (status != STATUS_DONE || !parse_wait(options->wait, &change->wait_ms))
		return STATUS_MISUSE;
	change->report = (struct report){
		.call = call,
		.is_dry_run = options->is_dry_run,
		.keeps_going = options->keeps_going,
		.has_waited = change->wait_ms > 0,
		.not_done = options->wait ? "waited for" : NULL,
	};
	return change_writes(options) ? render_load(&call->common) : STATUS_DONE;
}

enum status change_open(struct change *change, const struct call *call,
	const struct change_options *options)
{
	enum status status = start(change, call, options);

	return status == STATUS_DONE ? machine_open(call, &change->ctx) : status;
}

enum status change_open_on(struct change *change, const struct call *call,
	const struct change_options *options, struct change_machine *read)
{
	enum status status = start(change, call, options);

	if (status != STATUS_DONE)
		return status;
	change->ctx = read->ctx;
	change->lock = read->lock;
	change->machine = read->machine;
	change->is_read = true;
	*read = (struct change_machine){ 0 };
	return STATUS_DONE;
}

void change_try_lock(struct change *change)
{
	/* that must come before the machine is read */
	if (change_writes(change->options) && !change->is_read)
		irqkit_lock_try(change->ctx, &change->lock);
}

enum status change_lock(struct change *change, bool *ret_is_current)
{
	const char *what = change->call->command->needs_root_to;
	enum status status;

	*ret_is_current = true;
	if (change->lock)
		return STATUS_DONE;
	status = run_lock_take(
		change->ctx, what ? what : "change interrupts", &change->lock);
	if (status == STATUS_DONE)
		*ret_is_current = irqkit_lock_is_first(change->lock);
	return status;
}

void change_unlock(struct change *change)
{
	irqkit_lock_free(change->lock);
	change->lock = NULL;
}

enum status change_new_plan(struct change *change)
{
	irqkit_plan_free(change->plan);
	change->report.plan = change->plan = NULL;
	if (irqkit_plan_new(change->machine, &change->plan) < 0)
		return say_no_memory();
	change->report.plan = change->plan;
	change->report.machine = change->machine;
	return STATUS_DONE;
}

enum status change_read_machine(struct change *change)
{
	enum status status = STATUS_DONE;

	if (!change->machine)
		status = machine_new(change->ctx, &change->machine);
	else if (!change->is_read)
		status = machine_refresh(change->machine, 0);
	change->is_read = false;
	return status == STATUS_DONE ? change_new_plan(change) : status;
}

enum status change_read_moved(struct change *change)
{
	enum status status = machine_refresh(change->machine, IRQKIT_REFRESH_MOVED);

	return status == STATUS_DONE ? change_new_plan(change) : status;
}

const struct irqkit_snapshot *change_rows(const struct change *change)
{
	return irqkit_machine_get_snapshot(change->machine);
}

/* ------------------------------------------------------------------------------- */

static void wait_for_moves(struct change *change)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };

	for (unsigned int waited = 0; waited < change->wait_ms; waited += POLL_MS) {
		if (irqkit_plan_refresh(change->plan) == 0 || signals_ask_to_end())
			return;
		nanosleep(&pause, NULL);
	}
	irqkit_plan_refresh(change->plan);
}

static void say_no_journal(const struct change *change, int error)
{
	bool is_back = irqkit_plan_count_results(change->plan, IRQKIT_ROLLED_BACK) > 0;
	_cleanup_free_ char *path = below_root(change, "/run/irqkit");

	say_error("cannot save the old values in %s, so %s: %s%s",
		path ? path : "/run/irqkit",
		is_back ? "the change was rolled back" : "nothing was written",
		strerror(-error),
		error == -ENOSPC || error == -EDQUOT
			? "; free some space there, then try again"
			: "");
}

/* Did anything fail, except moves of interrupts that the kernel cannot move? */
static bool has_other_failure(const struct irqkit_plan *plan)
{
	size_t refused = 0;

	for (size_t i = 0; i < irqkit_plan_count(plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(plan, i);

		if (irqkit_step_get_result(step) != IRQKIT_FAILED)
			continue;
		if (!irqkit_step_was_refused(step))
			return true;
		refused++;
	}
	return refused == 0;
}

enum status change_say_failure(const struct change *change, int error)
{
	if (irqkit_plan_count_results(change->plan, IRQKIT_FAILED) > 0)
		report_failures(&change->report);
	else if (change->lacks_rest)
		say_error("cannot finish the change, so it was rolled back: %s",
			strerror(-error));
	else if (ban_say_failure(change, error))
		return STATUS_REFUSED;
	else if (error == irqkit_ctx_get_error(change->ctx)) /* not applied at all */
		change_judge(change, STATUS_REFUSED);
	else
		say_no_journal(change, error);
	return change->undone || has_other_failure(change->plan) ? STATUS_REFUSED
								 : STATUS_IMMOVABLE;
}

enum status change_check_any_moved(const struct change *change)
{
	const struct irqkit_plan *plan = change->plan;
	size_t n = irqkit_plan_count(plan), refused = 0;

	for (size_t i = 0; i < n; i++)
		refused += irqkit_step_was_refused(irqkit_plan_get(plan, i));
	if (refused == 0 || irqkit_plan_count_results(plan, IRQKIT_SKIPPED) < n)
		return STATUS_DONE;
	say_error("cannot move %zu interrupt%s: the kernel refused", refused,
		refused == 1 ? "" : "s");
	return STATUS_IMMOVABLE;
}

bool change_lost_its_thing(const struct irqkit_step *step)
{
	int error = irqkit_step_get_error(step);

	return irqkit_step_get_result(step) == IRQKIT_SKIPPED &&
		(error == ENOENT || error == ESRCH);
}

/* After the writes: a look for other programs must neither delay nor prevent them. */
void change_warn(struct change *change)
{
	if (change->has_own_warnings)
		return;
	irqbalance_warn(change);
	free(change->report.policy_warning);
	change->report.policy_warning = policy_explain(change);
	if (change->report.policy_warning && !change->call->common.is_quiet)
		say_warning("%s", change->report.policy_warning);
}

enum status change_end(struct change *change, enum status status, const sigset_t *before)
{
	enum status reported;

	/* other irqkits may make changes while this one waits */
	change_unlock(change);
	if (status == STATUS_DONE)
		change_warn(change);
	if (status == STATUS_DONE)
		wait_for_moves(change);
	reported = report_print(&change->report);
	if (fflush(stdout) != 0 && status == STATUS_DONE)
		say_error("cannot write the report, but the change was made");
	signals_let_in(before);
	return status == STATUS_DONE ? reported : status;
}

enum status change_judge(const struct change *change, enum status status)
{
	if (irqkit_ctx_get_error(change->ctx) == 0)
		return status;
	status = machine_judge(change->ctx, status);
	if (change_writes(change->options))
		say_error("nothing was changed");
	return status;
}

enum status change_plan_again(struct change *change)
{
	enum status status = change_read_machine(change);

	report_drop_remarks(&change->report);
	if (status == STATUS_DONE)
		status = change_judge(change, change->plan_fn(change, change->plan_data));
	return status == STATUS_DONE ? ban_plan(change) : status;
}
