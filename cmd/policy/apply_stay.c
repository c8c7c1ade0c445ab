/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit apply --stay: the policy is kept in force. */
#include "base/basics.h"
#include "base/say.h"
#include "measure/period.h"
#include "measure/signals.h"
#include "policy/apply.h"
#include "policy/stay.h"

#include <string.h>

/* Something that depends on counts was not there when they were decided on. */
static bool has_undecided(const struct apply *apply, const struct irqkit_plan *plan)
{
	bool is_undecided = false;

	for (size_t i = 0; i < irqkit_plan_count(plan) && !is_undecided; i++)
		if (irqkit_policies_differs(apply->lines.policy, plan, i, &is_undecided) <
			0)
			return false;
	return is_undecided;
}

/* A signal that comes is left for the loop that waits for events. */
static enum status measure_to_stay(struct apply *apply, struct change *change)
{
	enum status status = period_read(change->ctx, &apply->before);

	change_unlock(change);
	if (status != STATUS_DONE)
		return status;
	if (signals_wait(apply->seconds))
		return change_read_machine(change);
	irqkit_sample_free(apply->before);
	apply->before = NULL;
	return STATUS_REFUSED;
}

static enum status plan_with(struct apply *apply, struct change *change)
{
	unsigned int flags = IRQKIT_POLICIES_LEAVE |
		(apply->is_kept ? (unsigned int)IRQKIT_POLICIES_CHECK : apply->flags);
	enum status status = lines_plan(
		&apply->lines, change->machine, change->plan, flags, NULL, NULL);

	/* a line that cannot be planned now, because a CPU is offline, may be later */
	return status == STATUS_REFUSED && irqkit_ctx_get_error(change->ctx)
		? status
		: STATUS_DONE;
}

/* What is wrong with a line is reported when the policy is read, not in each round. */
static enum status plan_to_stay(struct change *change, void *data)
{
	struct apply *apply = data;
	enum status status = STATUS_DONE;

	apply->lines.is_silent = apply->has_planned;
	say_set_silent(apply->has_planned);
	if (apply->seconds && !apply->before)
		status = measure_to_stay(apply, change);
	if (status == STATUS_DONE && apply->seconds)
		status = apply_count(apply, change);
	if (status == STATUS_DONE)
		status = balance_count(&apply->balance, change);
	if (status == STATUS_DONE)
		status = plan_with(apply, change);
	if (status == STATUS_DONE && apply->is_kept &&
		has_undecided(apply, change->plan)) {
		apply->is_kept = false;
		status = change_new_plan(change);
		if (status == STATUS_DONE)
			status = plan_with(apply, change);
	}
	say_set_silent(false);
	apply->has_planned = true;
	if (status != STATUS_DONE)
		return status;
	/* a decision that needs no write is kept too */
	change->needs_lock = !apply->is_kept ||
		(balance_is_due(&apply->balance) &&
			irqkit_policies_is_kept(apply->lines.policy) == 0);
	return STATUS_DONE;
}

static enum status keep_to_stay(struct change *change, void *data)
{
	struct apply *apply = data;

	if (apply->is_kept && !balance_is_due(&apply->balance))
		return apply_save_placed(change);
	apply->is_kept = true;
	return apply_keep(change, data);
}

static enum status reload(void *data)
{
	struct apply *apply = data;
	struct apply fresh CLEANUP(
		apply_free) = { .call = apply->call, .flags = apply->flags },
	former;
	enum status status = apply_read_lines(&fresh, apply->call);

	if (status == STATUS_DONE)
		status = balance_start(&fresh.balance, fresh.lines.policy, stay_now());
	if (status != STATUS_DONE) {
		say_error("the policy files are wrong: the policy stays as it was");
		return status;
	}
	former = *apply;
	*apply = fresh;
	fresh = former;
	return STATUS_DONE;
}

static int64_t get_due(const void *data)
{
	return balance_get_due(&((const struct apply *)data)->balance);
}

static bool begin_balance(void *data, struct irqkit_ctx *ctx)
{
	return balance_begin(&((struct apply *)data)->balance, ctx, stay_now());
}

static void end_balance(void *data, struct irqkit_ctx *ctx, bool is_put_off)
{
	balance_end(&((struct apply *)data)->balance, ctx, is_put_off, stay_now());
}

static const char *find_source(void *data, size_t index, unsigned int *ret_line)
{
	const struct irqkit_policies *policy = ((struct apply *)data)->lines.policy;

	return irqkit_policies_get_file(
		policy, irqkit_policies_get_line(policy, index), ret_line);
}

enum status apply_check_stay(const struct call *call, const struct change_options *o)
{
	if (call->common.root)
		say_error("--stay needs the running system and cannot be combined with "
			  "--root");
	else if (o->is_dry_run || o->is_script || o->keeps_going || o->wait ||
		call->common.is_json)
		say_error("--stay runs until stopped and cannot be combined with "
			  "--dry-run, --script, --json, --keep-going or --wait");
	else if (lines_are_read_once(call))
		say_error(
			"--stay needs a policy file: standard input or a pipe cannot be "
			"read again after SIGHUP");
	else
		return STATUS_DONE;
	return STATUS_MISUSE;
}

enum status apply_run_stay(struct apply *apply, const struct change_options *o)
{
	struct change change CLEANUP(change_free) = { 0 };
	const struct stay_policy policy = { .plan = plan_to_stay,
		.applied = keep_to_stay,
		.reload = reload,
		.find_source = find_source,
		.get_due = get_due,
		.begin_balance = begin_balance,
		.end_balance = end_balance,
		.data = apply };
	enum status status = change_open(&change, apply->call, o);

	if (status == STATUS_DONE)
		status = balance_start(&apply->balance, apply->lines.policy, stay_now());
	return status == STATUS_DONE ? stay_run(&change, &policy) : status;
}
