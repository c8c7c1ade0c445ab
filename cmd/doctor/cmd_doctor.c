/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit doctor: what is wrong with this machine, and what fixes it. */
#include "base/basics.h"
#include "base/option_values.h"
#include "base/options.h"
#include "base/read_number.h"
#include "base/say.h"
#include "change/ban.h"
#include "doctor/view.h"
#include "measure/open_machine.h"
#include "measure/sample.h"
#include "measure/signals.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* How long the running system is measured. */
#define DEFAULT_SECONDS 2
#define MAX_SECONDS 3600u

#define OPTION(name, letter, kind, member, arg, help)                                    \
	{                                                                                \
		name, letter, kind, offsetof(struct doctor_options, member), arg, help   \
	}

static const struct option options[] = {
	OPTION("for", 0, OPTION_TEXT, seconds, "SECONDS",
		"measure for this many seconds (default: 2)"),
	OPTION("all", 'a', OPTION_FLAG, is_all, NULL,
		"show all findings, not only seven"),
	OPTION("list", 'l', OPTION_FLAG, is_list, NULL, "list the rules"),
	OPTION("explain", 0, OPTION_TEXT, explained, "ID",
		"explain a rule: when it reports something, and why"),
	OPTION("ignore", 0, OPTION_TEXT, ignored, "IDS",
		"leave out these rules: IDs, with commas between them"),
	OPTION("level", 0, OPTION_TEXT, level, "CLASS",
		"exit with 5 only for this class or worse (default: low)"),
	OPTION("fix", 0, OPTION_FLAG, fixes, NULL,
		"apply the fixes that irqkit can apply"),
	OPTION("dry-run", 'n', OPTION_FLAG, change.is_dry_run, NULL,
		"with --fix: show the plan, but write nothing"),
	BAN_OPTIONS(struct doctor_options, change),
	{ 0 },
};

struct words {
	unsigned int seconds;
	enum irqkit_class level;
};

/* ------------------------------------------------------------------------------- */
/* Words                                                                           */

static enum status read_seconds(const struct doctor_options *o, struct words *words)
{
	uint64_t seconds = DEFAULT_SECONDS;

	if (o->seconds &&
		(read_number(o->seconds, strlen(o->seconds), MAX_SECONDS, &seconds) < 0 ||
			!seconds)) {
		say_error("--for takes a number of seconds from 1 to %u, not '%s'",
			MAX_SECONDS, o->seconds);
		return STATUS_MISUSE;
	}
	words->seconds = (unsigned int)seconds;
	return STATUS_DONE;
}

static enum status read_level(const struct doctor_options *o, struct words *words)
{
	static const char *const levels[] = { "info", "low", "medium", "high", "broken",
		NULL };

	words->level = IRQKIT_CLASS_LOW;
	if (!o->level || class_read(o->level, &words->level))
		return STATUS_DONE;
	say_bad_value("--level", "info, low, medium, high or broken", o->level, levels);
	return STATUS_MISUSE;
}

static enum status check_together(const struct call *call, const struct doctor_options *o)
{
	if (!o->fixes && (o->change.is_dry_run || o->change.bans || o->change.keeps_bans))
		say_error("--dry-run, --ban and --no-ban need --fix");
	else if (o->fixes && (o->is_list || o->explained))
		say_error("--fix cannot be combined with --list or --explain");
	else if (o->is_list && o->explained)
		say_error("--list cannot be combined with --explain");
	else if ((o->is_list || o->explained) && call->n_words)
		say_error("--list and --explain take no device");
	else if (o->seconds && call->common.root)
		say_error("--for measures the running system and cannot be combined with "
			  "--root");
	else
		return ban_check(&o->change);
	return STATUS_MISUSE;
}

static enum status read_words(const struct call *call, struct words *words)
{
	const struct doctor_options *o = call->state;
	enum status status = check_together(call, o);

	if (status == STATUS_DONE)
		status = read_seconds(o, words);
	return status == STATUS_DONE ? read_level(o, words) : status;
}

/* ------------------------------------------------------------------------------- */
/* Look                                                                            */

struct looking {
	const struct call *call;
	struct change_machine on; /* owned */
	struct irqkit_affinities *earlier; /* owned, or NULL: of a saved system */
	struct irqkit_load *load; /* owned, or NULL */
	struct irqkit_doctor *doctor; /* owned */
};

static void looking_free(struct looking *looking)
{
	irqkit_doctor_free(looking->doctor);
	irqkit_affinities_free(looking->earlier);
	irqkit_load_free(looking->load);
	irqkit_machine_free(looking->on.machine);
	irqkit_lock_free(looking->on.lock);
	irqkit_ctx_free(looking->on.ctx);
}

static enum status add_device(struct looking *looking, const char *name)
{
	struct irqkit_device *device;
	int r = irqkit_devices_find(
		irqkit_machine_get_devices(looking->on.machine), name, &device);

	if (r == 0)
		r = irqkit_doctor_add_device(looking->doctor, device);
	if (r == 0)
		return STATUS_DONE;
	if (r == -ENOMEM)
		return say_no_memory();
	if (strcmp(name, "all") == 0)
		say_error("there is no device 'all'; did you mean 'irqkit doctor', which "
			  "checks all devices?");
	else if (strcmp(name, "fix") == 0 || strcmp(name, "list") == 0)
		say_error("there is no device '%s'; did you mean the option '--%s'?",
			name, name);
	else
		say_error("there is no device '%s': 'irqkit show --queues' lists "
			  "interfaces",
			name);
	return STATUS_NO_MATCH;
}

/* Ids with commas between them. */
static enum status ignore(struct looking *looking, const char *list)
{
	if (list && !*list) {
		say_error("--ignore takes IDs of rules, not '': 'irqkit doctor "
			  "--list' shows them");
		return STATUS_MISUSE;
	}
	while (list && *list) {
		size_t len = strcspn(list, ",");
		_cleanup_free_ char *id = strndup(list, len);
		int r = id ? irqkit_doctor_ignore(looking->doctor, id) : -ENOMEM;

		if (r < 0)
			return r == -ENOENT ? say_unknown_rule(list, len)
					    : say_no_memory();
		list += len;
		list += *list == ',';
	}
	return STATUS_DONE;
}

static enum status say_cannot_measure(const struct looking *looking, int error)
{
	if (error == -ENOMEM)
		return say_no_memory();
	if (error != irqkit_ctx_get_error(looking->on.ctx))
		say_error("cannot read the counters: %s", strerror(-error));
	return STATUS_REFUSED;
}

static enum status read_sample(struct looking *looking,
	const struct irqkit_sample *before, struct irqkit_sample **ret_sample)
{
	int r = irqkit_sample_new_of(looking->on.machine, before, ret_sample);

	return r < 0 ? say_cannot_measure(looking, r) : STATUS_DONE;
}

/* Where interrupts go before the measurement. */
static enum status note_affinities(struct looking *looking)
{
	int r = irqkit_affinities_new(looking->on.machine, &looking->earlier);

	return r < 0 ? say_cannot_measure(looking, r) : STATUS_DONE;
}

/* What is read from now on is what a fix changes. Nobody waits for the measurement. */
static void try_lock(struct looking *looking)
{
	const struct doctor_options *o = looking->call->state;

	if (o->fixes && change_writes(&o->change))
		irqkit_lock_try(looking->on.ctx, &looking->on.lock);
}

static enum status wait_and_read(struct looking *looking, unsigned int seconds,
	const struct irqkit_sample *before, struct irqkit_sample **ret_after)
{
	enum status status;
	sigset_t held;
	bool goes_on;

	signals_hold(&held);
	goes_on = sample_wait(seconds, &looking->call->common);
	signals_let_in(&held);
	if (!goes_on) {
		say_error("stopped while measuring");
		return STATUS_REFUSED;
	}
	try_lock(looking);
	status = machine_refresh(looking->on.machine, 0);
	return status == STATUS_DONE ? read_sample(looking, before, ret_after) : status;
}

/* The running system is measured; a saved one has a second sample, or a mean since boot. */
static enum status measure(struct looking *looking, const struct words *words)
{
	struct irqkit_sample *before = NULL, *after = NULL;
	enum status status = read_sample(looking, NULL, &before);
	int r = 0;

	if (status == STATUS_DONE && !looking->call->common.root) {
		status = note_affinities(looking);
		if (status == STATUS_DONE)
			status = wait_and_read(looking, words->seconds, before, &after);
	} else if (status == STATUS_DONE && irqkit_ctx_has_second_sample(looking->on.ctx))
		r = irqkit_sample_new_second(looking->on.ctx, before, &after, NULL, NULL);
	if (status == STATUS_DONE && r == 0)
		r = irqkit_load_new(looking->on.machine, after ? before : NULL,
			after ? after : before, &looking->load);
	irqkit_sample_free(before);
	irqkit_sample_free(after);
	/* without the time of boot, totals are all there is */
	if (r < 0 && r != -ENODATA)
		return say_cannot_measure(looking, r);
	return status;
}

static enum status choose(struct looking *looking)
{
	const struct doctor_options *o = looking->call->state;
	enum status status;

	if (irqkit_doctor_new(looking->on.machine, &looking->doctor) < 0)
		return say_no_memory();
	irqkit_doctor_set_earlier(looking->doctor, looking->earlier);
	status = ignore(looking, o->ignored);
	for (size_t i = 0; i < looking->call->n_words && status == STATUS_DONE; i++)
		status = add_device(looking, looking->call->words[i]);
	return status;
}

static enum status look(struct looking *looking, const struct words *words)
{
	enum status status = machine_open(looking->call, &looking->on.ctx);
	int r;

	if (status == STATUS_DONE && looking->call->common.root)
		try_lock(looking);
	if (status == STATUS_DONE)
		status = machine_new(looking->on.ctx, &looking->on.machine);
	/* a mistake in the words is reported before anything is measured */
	if (status == STATUS_DONE)
		status = choose(looking);
	if (status == STATUS_DONE)
		status = measure(looking, words);
	/* what was read of devices before the measurement may be gone */
	irqkit_doctor_free(looking->doctor);
	looking->doctor = NULL;
	if (status == STATUS_DONE)
		status = choose(looking);
	if (status != STATUS_DONE)
		return status;
	r = irqkit_doctor_look(looking->doctor, looking->load);
	if (r < 0 && r != irqkit_ctx_get_error(looking->on.ctx))
		say_error("cannot look at the machine: %s", strerror(-r));
	return machine_judge(looking->on.ctx, r < 0 ? STATUS_REFUSED : STATUS_DONE);
}

static enum status report(
	struct looking *looking, struct doctor_options *o, const struct words *words)
{
	struct doctor_view view CLEANUP(view_free) = { 0 };
	enum status status = view_new(&view, looking->call, looking->doctor);
	bool is_ok;

	if (status != STATUS_DONE)
		return status;
	if (o->fixes)
		return fix_findings(&view, o, &looking->on, words->level);
	is_ok = !view_has_class(&view, words->level);
	if (looking->call->common.is_json)
		status = print_findings_json(&view, is_ok);
	else if (!looking->call->common.is_quiet)
		show_findings(&view, o->is_all);
	return status == STATUS_DONE && !is_ok ? STATUS_DRIFT : status;
}

static enum status run(const struct call *call)
{
	struct doctor_options *o = call->state;
	struct looking looking CLEANUP(looking_free) = { .call = call };
	struct words words;
	enum status status = read_words(call, &words);

	if (status == STATUS_DONE && o->is_list)
		return show_rules(call);
	if (status == STATUS_DONE && o->explained)
		return explain_rule(call, o->explained);
	if (status == STATUS_DONE)
		status = look(&looking, &words);
	return status == STATUS_DONE ? report(&looking, o, &words) : status;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.args = "[OPTION...] [DEV...]",
	.summary = "find what is wrong, and the command that fixes it",
	.more = "Looks at the interrupts of DEV, or of the whole machine, and shows\n"
		"what is wrong, the worst first: what was found, why it matters, and "
		"what\n"
		"fixes it. Nothing is written without --fix.\n"
		"Exit status: 5 if something of class low or above was found.\n"
		"\n"
		"  irqkit doctor                     what is wrong with this machine?\n"
		"  irqkit doctor --for=30            measure longer, under load\n"
		"  irqkit doctor -v                  with the rule (ID) of each finding\n"
		"  irqkit doctor --explain ID        what does this finding mean?\n"
		"  irqkit doctor --fix -n            what would fix it, as one plan\n",
	.options = options,
	.state_size = sizeof(struct doctor_options),
	.run = run,
};
