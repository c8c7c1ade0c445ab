/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit apply: makes policy files true. */
#include "base/basics.h"
#include "base/say.h"
#include "change/ban.h"
#include "change/change.h"
#include "measure/period.h"
#include "measure/signals.h"
#include "policy/apply.h"
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

/* ------------------------------------------------------------------------------- */
/* Plan                                                                            */

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
		status = apply_count(apply, change);
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

/* All lines, once the channels were changed. */
static enum status plan_rest(struct change *change, void *data)
{
	struct apply *apply = data;
	enum status status = apply->seconds ? apply_count(apply, change) : STATUS_DONE;

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
	change->applied_fn = apply_keep;
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

static enum status run(const struct call *call)
{
	struct apply_options *o = call->state;
	struct apply apply CLEANUP(apply_free) = { .call = call };
	struct change change CLEANUP(change_free) = { 0 };
	enum status status = o->stays ? apply_check_stay(call, &o->change) : STATUS_DONE;

	o->change.bans_by_default = true;
	apply.flags = o->is_anew ? IRQKIT_POLICIES_ANEW : 0;
	apply.lines.has_rest = change_writes(&o->change) && !o->stays;
	if (status == STATUS_DONE)
		status = apply_read_lines(&apply, call);
	if (status == STATUS_DONE && o->stays)
		return apply_run_stay(&apply, &o->change);
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
