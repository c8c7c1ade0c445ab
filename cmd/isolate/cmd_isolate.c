/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit isolate: keeps work away from CPUs. */
#include "base/basics.h"
#include "base/fold.h"
#include "base/read_number.h"
#include "base/say.h"
#include "change/change.h"
#include "change/say_request.h"
#include "isolate/isolate_irqbalance.h"
#include "isolate/remains.h"
#include "measure/open_machine.h"
#include "table/render.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MAX_SECONDS 86400u

struct isolate_options {
	struct change_options change;
	struct table_options table;
	const char *only;
	const char *seconds;
	bool is_check;
};

static const struct option options[] = {
	{ "only", 0, OPTION_TEXT, offsetof(struct isolate_options, only), "LIST",
		"change only these: irqs, threads, rps, xps, workqueues, default, "
		"irqbalance" },
	{ "check", 0, OPTION_FLAG, offsetof(struct isolate_options, is_check), NULL,
		"only list what can still interrupt the CPUs" },
	{ "for", 0, OPTION_TEXT, offsetof(struct isolate_options, seconds), "SECONDS",
		"measure how often it does, for this many seconds" },
	CHANGE_OPTIONS(struct isolate_options, change),
	TABLE_OPTIONS(struct isolate_options, table),
	{ 0 },
};

/* ------------------------------------------------------------------------------- */
/* Words                                                                           */

static const struct {
	const char *name;
	unsigned int part;
} parts[] = {
	{ "irqs", IRQKIT_ISOLATE_IRQS },
	{ "threads", IRQKIT_ISOLATE_THREADS },
	{ "rps", IRQKIT_ISOLATE_RPS },
	{ "xps", IRQKIT_ISOLATE_XPS },
	{ "workqueues", IRQKIT_ISOLATE_WORKQUEUES },
	{ "default", IRQKIT_ISOLATE_DEFAULT },
	{ "irqbalance", IRQKIT_ISOLATE_IRQBALANCE },
};

/* 0: there is no such part. */
static unsigned int find_part(const char *name, size_t len)
{
	for (size_t i = 0; i < LENGTH(parts); i++)
		if (strlen(parts[i].name) == len &&
			strncmp(parts[i].name, name, len) == 0)
			return parts[i].part;
	return 0;
}

static enum status parse_only(const char *list, unsigned int *ret_parts)
{
	unsigned int chosen = 0;

	if (!list) {
		*ret_parts = IRQKIT_ISOLATE_ALL;
		return STATUS_DONE;
	}
	for (const char *name = list; name;) {
		size_t len = strcspn(name, ",");
		unsigned int part = find_part(name, len);

		if (!part) {
			say_error("--only takes some of irqs, threads, rps, xps, "
				  "workqueues, default and irqbalance, as in "
				  "--only=irqs,default, not '%.*s'",
				(int)len, name);
			return STATUS_MISUSE;
		}
		chosen |= part;
		name = name[len] ? name + len + 1 : NULL;
	}
	*ret_parts = chosen;
	return STATUS_DONE;
}

static enum status check_words(const struct call *call)
{
	const struct isolate_options *o = call->state;
	bool is_table = !o->is_check && table_options_are_given(&o->table);

	if (call->n_words == 1 &&
		(strcmp(call->words[0], "off") == 0 ||
			strcmp(call->words[0], "none") == 0)) {
		say_error("'%s' is not a set of CPUs; did you mean 'irqkit undo'?",
			call->words[0]);
		return STATUS_MISUSE;
	}
	if (call->n_words == 1 && !is_table)
		return STATUS_DONE;
	if (call->n_words == 1)
		say_error("--output, --sort, --noheadings, --raw and --pairs cannot be "
			  "combined with a change");
	else if (call->n_words == 0)
		say_error("isolate needs CPUs, as in 'irqkit isolate 2-3'");
	else
		say_error("isolate takes one SET of CPUs: separate CPUs with commas, as "
			  "in 'irqkit isolate 2,4-5'");
	return STATUS_MISUSE;
}

/* @set: the CPUs, as on the command line */
static enum status request_set(
	const struct call *call, const char *set, struct irqkit_request **ret_request)
{
	const struct isolate_options *o = call->state;
	struct irqkit_request *request CLEANUP(free_request) = NULL;
	unsigned int only = 0;
	enum status status = parse_only(o->only, &only);

	if (status != STATUS_DONE)
		return status;
	if (irqkit_request_new_isolate(&request) < 0 ||
		irqkit_request_set_cpus(request, set, "isolate") < 0)
		return say_no_memory();
	irqkit_request_set_only(request, only);
	*ret_request = request;
	request = NULL;
	return STATUS_DONE;
}

static enum status make_request(
	const struct call *call, struct irqkit_request **ret_request)
{
	enum status status = check_words(call);

	return status == STATUS_DONE ? request_set(call, call->words[0], ret_request)
				     : status;
}

/* ------------------------------------------------------------------------------- */
/* Changing                                                                        */

/* A run that plans: the request, and the CPUs that it names. */
struct isolation {
	const struct isolate_options *options;
	struct irqkit_request *request; /* owned */
	struct irqkit_cpuset *cpus; /* owned; NULL: not read yet */
	unsigned int seconds;
};

static void isolation_clear(struct isolation *isolation)
{
	irqkit_request_free(isolation->request);
	irqkit_cpuset_free(isolation->cpus);
}

static enum status plan(struct change *change, void *data)
{
	struct isolation *isolation = data;
	enum status status = request_plan(isolation->request, change);

	change->report.hides_unchanged = true;
	change->report.is_not_for_load = true;
	if (status != STATUS_DONE)
		return status;
	irqkit_cpuset_free(isolation->cpus);
	isolation->cpus = NULL;
	return request_say(isolation->request,
		irqkit_request_get_isolated(
			isolation->request, change->machine, &isolation->cpus));
}

static struct remains remains_after(
	const struct change *change, const struct isolation *isolation)
{
	return (struct remains){
		.machine = change->machine,
		.cpus = isolation->cpus,
		.plan = change->plan,
		.flags = change_writes(change->options) ? 0 : IRQKIT_DISTURBANCES_PLANNED,
		.seconds = isolation->seconds,
	};
}

static void add_keys(const struct report *report, struct document *document)
{
	const struct change *change = report->data;
	struct remains remains CLEANUP(remains_free) = remains_after(
		change, change->plan_data);

	if (remains_find(&remains, &report->call->common) == STATUS_DONE)
		remains_add_keys(&remains, document);
	else
		document_fail(document);
}

static char *explain_irqbalance(const struct change *change)
{
	const struct isolation *isolation = change->plan_data;

	return isolate_explain_irqbalance(change, isolation->cpus);
}

static enum status print_remains(
	const struct change *change, const struct isolation *isolation)
{
	struct remains remains CLEANUP(remains_free) = remains_after(change, isolation);
	const struct common *common = &change->call->common;
	enum status status = remains_find(&remains, common);

	if (status == STATUS_DONE)
		putchar('\n');
	return status == STATUS_DONE ? remains_print(&remains, common) : status;
}

static bool has_step(const struct irqkit_plan *plan, enum irqkit_knob knob)
{
	for (size_t i = 0; i < irqkit_plan_count(plan); i++)
		if (irqkit_step_get_knob(irqkit_plan_get(plan, i)) == knob)
			return true;
	return false;
}

/*
 * Commands ignore a default affinity that nothing confirms: see topology_isolated.c. So it
 * is in a saved root without a mask of the workqueues, whose threads stay.
 */
static void print_unseen(const struct change *change, const struct isolation *isolation)
{
	struct irqkit_topology *topology CLEANUP(free_topology) = NULL;
	const struct irqkit_cpuset *isolated;
	_cleanup_free_ char *list = NULL;
	bool is_one = irqkit_cpuset_count(isolation->cpus) == 1;

	if (has_step(change->plan, IRQKIT_KNOB_WORKQUEUE) ||
		!has_step(change->plan, IRQKIT_KNOB_DEFAULT_AFFINITY) ||
		irqkit_topology_new(change->ctx, &topology) < 0 ||
		irqkit_cpuset_format_list(isolation->cpus, &list) < 0)
		return;
	isolated = irqkit_topology_get_cpus(topology, IRQKIT_CPUS_ISOLATED);
	if (isolated && irqkit_cpuset_is_subset(isolation->cpus, isolated))
		return;
	printf("Other commands will not treat CPU%s %s as isolated: there is no mask of "
	       "the\nworkqueues, and the default affinity is not enough for that.\n",
		is_one ? "" : "s", list);
}

static enum status change_all(struct isolation *isolation, const struct call *call)
{
	const struct change_options *o = &isolation->options->change;
	struct change change CLEANUP(change_free) = { 0 };
	enum status status = change_open(&change, call, o);

	change.explain_irqbalance = explain_irqbalance;
	change.report.data = &change;
	change.report.add_keys = add_keys;
	if (status == STATUS_DONE)
		status = change_make(&change, plan, isolation);
	if (status != STATUS_DONE || o->is_script || call->common.is_json ||
		call->common.is_quiet)
		return status;
	if (change_writes(o))
		print_unseen(&change, isolation);
	return machine_judge(change.ctx, print_remains(&change, isolation));
}

/* ------------------------------------------------------------------------------- */
/* Showing                                                                         */

/*
 * Prints what is left, in JSON with @ok. With --quiet, the exit status says what @ok says.
 * NULL: the command only shows.
 */
static enum status report(
	struct remains *remains, const struct call *call, const bool *ok)
{
	const struct common *common = &call->common;
	enum status status = remains_find(remains, common);
	struct document *document;

	if (status != STATUS_DONE)
		return status;
	if (!common->is_json)
		return ok && common->is_quiet ? STATUS_DONE
					      : remains_print(remains, common);
	document = document_new();
	document_add_text(document, "command", call->command->name);
	if (ok)
		document_add_bool(document, "ok", remains->n_planned == 0);
	remains_add_keys(remains, document);
	return document_finish(document);
}

/* The threads of a saved root are in its files, and no file moves them. */
static enum status leave_out_threads(
	struct isolation *isolation, const struct change *change)
{
	unsigned int only = 0;
	enum status status = parse_only(isolation->options->only, &only);

	if (strcmp(irqkit_ctx_get_root(change->ctx), "/") != 0)
		irqkit_request_set_only(
			isolation->request, only & ~(unsigned int)IRQKIT_ISOLATE_THREADS);
	return status;
}

static enum status check_set(
	struct isolation *isolation, struct change *change, const struct call *call)
{
	enum status status = leave_out_threads(isolation, change);
	struct remains remains CLEANUP(remains_free) = { 0 };
	bool ok = true;

	if (status == STATUS_DONE)
		status = change_judge(change, plan(change, isolation));
	if (status != STATUS_DONE)
		return status;
	remains = remains_after(change, isolation);
	remains.lists_planned = true;
	remains.table = &isolation->options->table;
	status = machine_judge(change->ctx, report(&remains, call, &ok));
	return status == STATUS_DONE && remains.n_planned ? STATUS_DRIFT : status;
}

static void say_none_isolated(const struct call *call)
{
	if (!call->common.is_quiet)
		print_sentence(
			"No CPU is isolated: 'irqkit isolate SET' keeps work away from "
			"CPUs.\n");
}

/* isolcpus= may name CPUs that a virtual machine has not got yet, which no SET can. */
static void keep_online(struct irqkit_cpuset *cpus, struct irqkit_machine *machine)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		irqkit_machine_get_topology(machine), IRQKIT_CPUS_ONLINE);

	if (online)
		irqkit_cpuset_keep_set(cpus, online);
}

/* Of those that are isolated now. */
static enum status check_isolated(
	struct isolation *isolation, struct change *change, const struct call *call)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	_cleanup_free_ char *set = NULL;
	enum status status;
	int r = irqkit_machine_read_isolated(change->machine, &cpus);

	if (r == 0)
		keep_online(cpus, change->machine);
	if (r == 0)
		r = irqkit_cpuset_format_list(cpus, &set);
	if (r == -ENOMEM)
		return say_no_memory();
	if (r < 0)
		return STATUS_REFUSED;
	if (irqkit_cpuset_is_empty(cpus)) {
		struct remains none CLEANUP(remains_free) = {
			.machine = change->machine,
			.cpus = cpus,
			.table = &isolation->options->table,
		};
		bool ok = true;

		if (call->common.is_json)
			return report(&none, call, &ok);
		say_none_isolated(call);
		return STATUS_DONE;
	}
	status = request_set(call, set, &isolation->request);
	return status == STATUS_DONE ? check_set(isolation, change, call) : status;
}

static enum status check(struct isolation *isolation, const struct call *call)
{
	const struct change_options only_plan = { .is_dry_run = true };
	struct change change CLEANUP(change_free) = { 0 };
	enum status status = change_open(&change, call, &only_plan);

	if (status == STATUS_DONE)
		status = change_read_machine(&change);
	if (status != STATUS_DONE)
		return status;
	return call->n_words ? check_set(isolation, &change, call)
			     : check_isolated(isolation, &change, call);
}

static enum status show_isolated(
	struct irqkit_machine *machine, const struct call *call, void *data)
{
	const struct isolation *isolation = data;
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	struct remains remains CLEANUP(remains_free) = {
		.machine = machine,
		.flags = IRQKIT_DISTURBANCES_COUNTED,
		.seconds = isolation->seconds,
		.table = &isolation->options->table,
	};
	int r = irqkit_machine_read_isolated(machine, &cpus);

	if (r == -ENOMEM)
		return say_no_memory();
	if (r < 0)
		return STATUS_REFUSED;
	remains.cpus = cpus;
	if (!irqkit_cpuset_is_empty(cpus) || call->common.is_json)
		return report(&remains, call, NULL);
	say_none_isolated(call);
	return STATUS_DONE;
}

/* ------------------------------------------------------------------------------- */

static enum status check_options(const struct call *call)
{
	const struct isolate_options *o = call->state;
	bool is_change = change_options_are_given(&o->change);
	unsigned int only;

	if (o->is_check && is_change)
		say_error("--check changes nothing: it cannot be combined with "
			  "--dry-run, --script, --keep-going and --wait");
	else if (call->n_words == 0 && (is_change || (o->only && !o->is_check)))
		say_error("isolate needs CPUs, as in 'irqkit isolate 2-3'");
	else if (o->change.is_script && o->seconds)
		say_error("--for and --script cannot be combined: a script does not "
			  "measure");
	else
		return parse_only(o->only, &only);
	return STATUS_MISUSE;
}

static enum status parse_seconds(const char *word, unsigned int *ret_seconds)
{
	uint64_t number = 0;

	*ret_seconds = 0;
	if (!word)
		return STATUS_DONE;
	if (read_number(word, strlen(word), MAX_SECONDS, &number) < 0 || !number) {
		say_error("--for takes a number of seconds from 1 to %u, not '%s'",
			MAX_SECONDS, word);
		return STATUS_MISUSE;
	}
	*ret_seconds = (unsigned int)number;
	return STATUS_DONE;
}

static enum status run(const struct call *call)
{
	struct isolation isolation CLEANUP(isolation_clear) = { .options = call->state };
	enum status status = check_options(call);

	if (status == STATUS_DONE)
		status = parse_seconds(isolation.options->seconds, &isolation.seconds);
	if (status == STATUS_DONE)
		status = remains_check_options(
			&isolation.options->table, isolation.seconds, &call->common);
	if (status == STATUS_DONE && call->n_words)
		status = make_request(call, &isolation.request);
	if (status != STATUS_DONE)
		return status;
	if (isolation.options->is_check)
		return check(&isolation, call);
	return call->n_words ? change_all(&isolation, call)
			     : machine_show(call, show_isolated, &isolation);
}

const struct command cmd_isolate = {
	.name = "isolate",
	.args = "[OPTION...] [SET]",
	.summary = "keep interrupts and other work away from CPUs",
	.needs_root_to = "keep work away from CPUs",
	.more = "Without SET: show the isolated CPUs and what reached them.\n"
		"--check --quiet prints only errors; the exit status is 5 if "
		"something is left.\n"
		"\n"
		"  irqkit isolate 2-3 -n            show what would be changed\n"
		"  irqkit isolate 2-3               keep everything that can be moved "
		"off\n"
		"                                   CPUs 2 and 3\n"
		"  irqkit isolate --check 2-3       is something left that can be "
		"moved?\n"
		"  irqkit isolate --for=10          what reaches the isolated CPUs in "
		"ten\n"
		"                                   seconds\n"
		"  irqkit undo                      undo the change\n",
	.print_columns = remains_print_columns,
	.options = options,
	.state_size = sizeof(struct isolate_options),
	.run = run,
	.make_request = make_request,
};
