/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit apply: makes policy files true. */
#include "base/basics.h"
#include "base/say.h"
#include "base/text.h"
#include "change/ban.h"
#include "change/change.h"
#include "measure/open_machine.h"
#include "measure/period.h"
#include "measure/signals.h"
#include "policy/balance.h"
#include "policy/lines.h"
#include "policy/stay.h"
#include "table/render.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct apply_options {
	struct change_options change;
	bool stays;
	bool is_anew;
};

static const struct option options[] = {
	{ "stay", 0, OPTION_FLAG, offsetof(struct apply_options, stays), NULL,
		"keep running, and keep the settings in force" },
	{ "anew", 0, OPTION_FLAG, offsetof(struct apply_options, is_anew), NULL,
		"decide again what depends on counts" },
	CHANGE_OPTIONS(struct apply_options, change),
	BAN_OPTIONS(struct apply_options, change),
	{ 0 },
};

struct apply {
	struct lines lines;
	unsigned int seconds; /* to measure; 0: no line needs that */
	unsigned int flags; /* IRQKIT_POLICIES_ANEW, or 0 */
	bool has_planned; /* once; a second plan repeats no warning */
	const struct call *call;
	bool is_kept; /* --stay: what depends on counts was decided, and is compared */
	struct irqkit_sample *before; /* owned; the counters before they are measured */
	struct irqkit_load *load; /* owned; what came in that time */
	struct balance balance; /* --stay: lines with --every */
};

static void apply_free(struct apply *apply)
{
	balance_free(&apply->balance);
	lines_free(&apply->lines);
	irqkit_sample_free(apply->before);
	irqkit_load_free(apply->load);
}

/* ------------------------------------------------------------------------------- */
/* Plan                                                                            */

static unsigned int find_seconds(const struct lines *lines)
{
	unsigned int most = 0;

	for (size_t i = 0; i < lines->n; i++) {
		unsigned int seconds = irqkit_request_get_seconds(
			irqkit_policies_get_request(lines->policy, i));

		most = seconds > most ? seconds : most;
	}
	return most;
}

static enum status measure(struct apply *apply, struct change *change)
{
	enum status status;
	sigset_t held;

	/* other irqkits need not wait for the measurement */
	change_unlock(change);
	signals_hold(&held);
	status = period_start(
		change->ctx, apply->seconds, &change->call->common, &apply->before);
	if (status != STATUS_DONE)
		say_error("stopped while measuring: nothing was changed");
	signals_let_in(&held);
	return status == STATUS_DONE ? change_read_machine(change) : status;
}

/* What fired since then, in the rows that the machine has now. */
static enum status count(struct apply *apply, const struct change *change)
{
	struct irqkit_load *load;
	enum status status = period_end(change->machine, apply->before, &load);

	if (status != STATUS_DONE)
		return status;
	irqkit_load_free(apply->load);
	apply->load = load;
	for (size_t i = 0; i < apply->lines.n; i++) {
		struct irqkit_request *request = irqkit_policies_get_request(
			apply->lines.policy, i);

		if (irqkit_request_get_seconds(request))
			irqkit_request_set_load(request, load);
	}
	return STATUS_DONE;
}

static void add_remark(void *data, char *remark)
{
	struct change *change = data;

	report_add_remark(&change->report, remark);
}

/* The queues that other lines are about are not there yet. */
static enum status judge_barrier(const struct apply *apply, struct change *change)
{
	const struct lines *lines = &apply->lines;
	size_t n = 0;
	char *remark;

	if (!irqkit_plan_has_barrier(change->plan))
		return STATUS_DONE;
	/* they are about queues that change */
	report_drop_remarks(&change->report);
	if (change_writes(change->options))
		return STATUS_DONE;
	for (size_t i = 0; i < lines->n; i++)
		n += strcmp(lines->calls[i].command->name, "channels") != 0;
	if (n && change->options->is_script) {
		say_error("the policy changes channels, and a script cannot have what "
			  "is planned after that: run 'irqkit apply', or put the "
			  "channels lines into a file of their own");
		return STATUS_MISUSE;
	}
	if (n &&
		asprintf(&remark,
			"%zu other line%s planned after the change of the channels.", n,
			n == 1 ? " is" : "s are") >= 0)
		report_add_remark(&change->report, remark);
	return STATUS_DONE;
}

/* A mistake is reported before the measurement, and there is none if all is as applied. */
static enum status plan_before(struct apply *apply, struct change *change)
{
	enum status status;

	if (!apply->seconds || apply->before)
		return STATUS_DONE;
	status = lines_plan(
		&apply->lines, change->machine, change->plan, apply->flags, NULL, NULL);
	if (status != STATUS_DONE)
		return status;
	if (!irqkit_policies_is_as_applied(apply->lines.policy))
		return measure(apply, change);
	apply->seconds = 0;
	return change_new_plan(change);
}

static enum status plan(struct change *change, void *data)
{
	struct apply *apply = data;
	bool is_said = apply->seconds || apply->has_planned;
	enum status status = plan_before(apply, change);
	int r;

	if (status == STATUS_DONE && apply->seconds)
		status = count(apply, change);
	/* what it warns of has been said before the measurement */
	say_set_errors_only(is_said);
	if (status == STATUS_DONE)
		status = lines_plan(&apply->lines, change->machine, change->plan,
			apply->flags, add_remark, change);
	say_set_errors_only(apply->has_planned);
	apply->has_planned = true;
	if (status == STATUS_MISUSE || status == STATUS_IMMOVABLE)
		say_error("nothing was changed");
	if (status == STATUS_DONE)
		status = judge_barrier(apply, change);
	if (status != STATUS_DONE)
		return status;
	r = irqkit_policies_is_kept(apply->lines.policy);
	change->needs_lock = r == 0 ||
		(!change->options->keeps_bans &&
			irqkit_plan_has_saved_placed(change->plan) == 0);
	return r < 0 ? say_no_memory() : STATUS_DONE;
}

/* ------------------------------------------------------------------------------- */
/* Report                                                                          */

static const struct apply *apply_of(const struct report *report)
{
	return report->data;
}

static const char *get_source(
	const struct report *report, size_t index, unsigned int *ret_line)
{
	const struct irqkit_policies *policy = apply_of(report)->lines.policy;

	return irqkit_policies_get_file(
		policy, irqkit_policies_get_line(policy, index), ret_line);
}

static void add_keys(const struct report *report, struct document *document)
{
	lines_add_missing(&apply_of(report)->lines, document);
}

/* A run that ends balances nothing. */
static void remark_every(struct change *change, const struct lines *lines)
{
	for (size_t i = 0; i < lines->n; i++) {
		unsigned int seconds = irqkit_request_get_every(
			irqkit_policies_get_request(lines->policy, i));
		_cleanup_free_ char *place = lines_format_place(lines, i);
		char *remark;

		if (seconds && place &&
			asprintf(&remark,
				"%s: decided once; with --stay, it is decided again "
				"every %u s.",
				place, seconds) >= 0)
			report_add_remark(&change->report, remark);
	}
}

/* Deleting a line undoes nothing. */
static void remark_left(struct change *change, const struct irqkit_policies *policy)
{
	size_t n = irqkit_policies_count_left(policy);

	for (size_t i = 0; i < n && change->call->common.verbosity > 0; i++) {
		const char *target, *path = irqkit_policies_get_left(policy, i, &target);
		char *remark;

		if (asprintf(&remark,
			    "No line sets %s (%s) any more; it was not changed.", path,
			    target) >= 0)
			report_add_remark(&change->report, remark);
	}
}

/* For the policy script of irqbalance. Without the lock, everything is saved already. */
static enum status save_placed(const struct change *change)
{
	int r = !change->lock ? 0
		: change->options->keeps_bans
		? irqkit_placed_clear(change->lock)
		: irqkit_plan_save_placed(change->plan, change->lock);
	_cleanup_free_ char *path = r < 0
		? text_below_root(irqkit_ctx_get_root(change->ctx), "/run/irqkit/placed")
		: NULL;

	if (r < 0)
		say_error("the policy was applied, but cannot be noted in %s: %s",
			path ? path : "/run/irqkit/placed", strerror(-r));
	return r < 0 ? STATUS_REFUSED : STATUS_DONE;
}

/* Later checks compare with what was applied. */
static enum status keep(struct change *change, void *data)
{
	struct apply *apply = data;
	int r = irqkit_policies_settle(apply->lines.policy, change->ctx);
	_cleanup_free_ char *path = NULL;

	if (r == 0)
		r = irqkit_policies_keep(apply->lines.policy, change->lock);
	if (r < 0)
		path = text_below_root(
			irqkit_ctx_get_root(change->ctx), "/run/irqkit/policy");
	if (r < 0)
		say_error("the policy was applied, but cannot be noted in %s: %s",
			path ? path : "/run/irqkit/policy", strerror(-r));
	return r < 0 ? STATUS_REFUSED : save_placed(change);
}

/* All lines, once the channels were changed. */
static enum status plan_rest(struct change *change, void *data)
{
	struct apply *apply = data;
	enum status status = apply->seconds ? count(apply, change) : STATUS_DONE;

	say_set_errors_only(true);
	if (status == STATUS_DONE)
		status = lines_plan(&apply->lines, change->machine, change->plan,
			IRQKIT_POLICIES_REST, add_remark, change);
	say_set_errors_only(false);
	if (status == STATUS_DONE)
		remark_left(change, apply->lines.policy);
	return status == STATUS_DONE ? ban_plan(change) : status;
}

static enum status plan_and_remark(struct change *change, void *data)
{
	struct apply *apply = data;
	enum status status;

	change->is_of_policy = true;
	change->applied_fn = keep;
	change->report.get_source = get_source;
	change->report.add_keys = add_keys;
	change->report.hides_unchanged = change_writes(change->options);
	change->report.data = apply;
	status = plan(change, data);
	if (status == STATUS_DONE)
		remark_every(change, &apply->lines);
	if (status == STATUS_DONE && !irqkit_plan_has_barrier(change->plan))
		remark_left(change, apply->lines.policy);
	return status;
}

/* ------------------------------------------------------------------------------- */

static enum status read_lines(struct apply *apply, const struct call *call)
{
	struct irqkit_ctx *ctx = NULL;
	enum status status = machine_open(call, &ctx);

	if (status == STATUS_DONE)
		status = lines_read(&apply->lines, call, ctx);
	irqkit_ctx_free(ctx);
	if (status == STATUS_MISUSE)
		say_error("nothing was changed");
	if (status == STATUS_DONE)
		lines_warn_if_absent(&apply->lines, call);
	if (status == STATUS_DONE)
		apply->seconds = find_seconds(&apply->lines);
	return status;
}

/* ------------------------------------------------------------------------------- */
/* --stay                                                                          */

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
		status = count(apply, change);
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
		return save_placed(change);
	apply->is_kept = true;
	return keep(change, data);
}

static enum status reload(void *data)
{
	struct apply *apply = data;
	struct apply fresh CLEANUP(
		apply_free) = { .call = apply->call, .flags = apply->flags },
	former;
	enum status status = read_lines(&fresh, apply->call);

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

static bool reads_stdin(const struct call *call)
{
	for (size_t i = 0; i < call->n_words; i++)
		if (strcmp(call->words[i], "-") == 0)
			return true;
	return false;
}

static enum status check_stay(const struct call *call, const struct change_options *o)
{
	if (call->common.root)
		say_error("--stay needs the running system and cannot be combined with "
			  "--root");
	else if (o->is_dry_run || o->is_script || o->keeps_going || o->wait ||
		call->common.is_json)
		say_error("--stay runs until stopped and cannot be combined with "
			  "--dry-run, --script, --json, --keep-going or --wait");
	else if (reads_stdin(call))
		say_error("--stay reads the policy again for SIGHUP, which standard "
			  "input cannot: name a file");
	else
		return STATUS_DONE;
	return STATUS_MISUSE;
}

static enum status run_stay(struct apply *apply, const struct apply_options *o)
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
	enum status status = change_open(&change, apply->call, &o->change);

	if (status == STATUS_DONE)
		status = balance_start(&apply->balance, apply->lines.policy, stay_now());
	return status == STATUS_DONE ? stay_run(&change, &policy) : status;
}

/* ------------------------------------------------------------------------------- */

static enum status run(const struct call *call)
{
	struct apply_options *o = call->state;
	struct apply apply CLEANUP(apply_free) = { .call = call };
	struct change change CLEANUP(change_free) = { 0 };
	enum status status = o->stays ? check_stay(call, &o->change) : STATUS_DONE;

	o->change.bans_by_default = true;
	apply.flags = o->is_anew ? IRQKIT_POLICIES_ANEW : 0;
	apply.lines.has_rest = change_writes(&o->change) && !o->stays;
	if (status == STATUS_DONE)
		status = read_lines(&apply, call);
	if (status == STATUS_DONE && o->stays)
		return run_stay(&apply, o);
	if (status == STATUS_DONE)
		status = change_run_with_rest(
			&change, call, &o->change, plan_and_remark, plan_rest, &apply);
	return status == STATUS_DONE && lines_count_missing(&apply.lines) > 0
		? STATUS_NO_MATCH
		: status;
}

const struct command cmd_apply = {
	.name = "apply",
	.args = "[OPTION...] [FILE...]",
	.summary = "apply policy files: command lines that are kept in files",
	.needs_root_to = "apply a policy",
	.more = "Without FILE: the files *.conf of /etc/irqkit.d, /run/irqkit.d and\n"
		"/usr/lib/irqkit.d. A FILE may be a directory of them; - is "
		"standard "
		"input.\n"
		"irqkit.conf(5) describes the files.\n"
		"\n"
		"  irqkit apply --dry-run                the plan, with the line of each "
		"setting\n"
		"  irqkit apply                          apply the files\n"
		"  irqkit apply --stay                   keep the settings in force\n"
		"  irqkit check                          does everything still hold?\n"
		"  irqkit undo                           undo all of it\n",
	.options = options,
	.state_size = sizeof(struct apply_options),
	.run = run,
};
