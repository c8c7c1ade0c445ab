/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit isolate: keeps work away from CPUs. */
#include "base/basics.h"
#include "base/example.h"
#include "base/read_number.h"
#include "base/say.h"
#include "base/suggest.h"
#include "base/text.h"
#include "isolate/isolation.h"

#include <stdio.h>
#include <string.h>

#define MAX_SECONDS 86400u

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

/* "2 3" */
static void say_joined(const struct call *call)
{
	_cleanup_free_ char *set = NULL, *quoted = NULL, *meant = NULL;

	for (size_t i = 0; i < call->n_words; i++)
		if (!text_join(&set, ",", call->words[i]))
			break;
	quoted = set ? text_quote(set) : NULL;
	if (quoted && asprintf(&meant, "irqkit isolate %s", quoted) >= 0)
		say_suggestion(call->common.root, meant,
			"isolate takes one SET of CPUs: separate CPUs with commas");
	else
		say_no_memory();
}

static enum status say_no_set(const struct call *call)
{
	say_error(
		"isolate needs CPUs, as in 'irqkit isolate %u'", example_find_cpu(call));
	return STATUS_MISUSE;
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
		return say_no_set(call);
	else
		say_joined(call);
	return STATUS_MISUSE;
}

static enum status make_request(
	const struct call *call, struct irqkit_request **ret_request)
{
	enum status status = check_words(call);

	return status == STATUS_DONE
		? isolate_request_set(call, call->words[0], ret_request)
		: status;
}

static enum status check_options(const struct call *call)
{
	const struct isolate_options *o = call->state;
	bool is_change = change_options_are_given(&o->change);
	unsigned int only;

	if (o->is_check && is_change)
		say_error("--check changes nothing: it cannot be combined with "
			  "--dry-run, --script, --keep-going and --wait");
	else if (call->n_words == 0 && (is_change || (o->only && !o->is_check)))
		return say_no_set(call);
	else if (o->change.is_script && o->seconds)
		say_error("--for and --script cannot be combined: a script does not "
			  "measure");
	else
		return isolate_parse_only(o->only, &only);
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

/* ------------------------------------------------------------------------------- */

static void isolation_clear(struct isolation *isolation)
{
	irqkit_request_free(isolation->request);
	irqkit_cpuset_free(isolation->cpus);
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
		return isolate_check(&isolation, call);
	return call->n_words ? isolate_change(&isolation, call)
			     : isolate_show(&isolation, call);
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
