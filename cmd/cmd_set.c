/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit set: the CPUs that handle an interrupt. */
#include "base/basics.h"
#include "base/example.h"
#include "base/habits.h"
#include "base/say.h"
#include "base/suggest.h"
#include "base/text.h"
#include "change/change.h"
#include "change/check_words.h"
#include "change/say_request.h"
#include "target/select.h"

#include <stdio.h>
#include <string.h>

struct set_options {
	struct change_options change;
	const char *cpus;
	const char *mask;
	bool is_default;
};

static const struct option options[] = {
	{ "cpus", 'C', OPTION_TEXT, offsetof(struct set_options, cpus), "SET",
		"the CPUs that may handle the interrupts" },
	{ "mask", 'm', OPTION_TEXT, offsetof(struct set_options, mask), "HEX",
		"the same CPUs as a mask, as the kernel writes it" },
	{ "default", 0, OPTION_FLAG, offsetof(struct set_options, is_default), NULL,
		"set the default for new interrupts; takes no TARGET" },
	CHANGE_OPTIONS(struct set_options, change),
	BAN_OPTIONS(struct set_options, change),
	{ 0 },
};

static bool is_cpus(const char *word)
{
	return *word && !word[strspn(word, "0123456789-,:")];
}

/* "3", "cpu3", "node0", "node:0", "local": as a SET; NULL: another word */
static char *find_cpus(const char *word)
{
	static const struct {
		const char *typed, *meant;
	} kinds[] = { { "cpu", "" }, { "core", "" }, { "node", "node:" },
		{ "package", "package:" }, { "socket", "package:" } };
	char *text = NULL;

	if (is_cpus(word))
		return strdup(word);
	for (size_t i = 0; irqkit_set_get_word(i); i++)
		if (strcmp(word, irqkit_set_get_word(i)) == 0 &&
			strncmp(word, "irq:", 4) != 0)
			return strdup(word);
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		size_t len = strlen(kinds[i].typed);

		if (strncmp(word, kinds[i].typed, len) != 0)
			continue;
		len += word[len] == ':' || word[len] == '-';
		if (is_cpus(word + len) && word[len] >= '0' && word[len] <= '9' &&
			asprintf(&text, "%s%s", kinds[i].meant, word + len) >= 0)
			return text;
	}
	return NULL;
}

/* "irq24", "irq=24", "default": as irqkit has them, quoted for a shell */
static char *write_target(const char *word)
{
	size_t len = strncasecmp(word, "irq", 3) == 0 ? 3 : *word == '#' ? 1 : 0;

	len += len && word[len] && strchr("-_=/", word[len]);
	if (strcmp(word, "default") == 0)
		return strdup("--default");
	return text_quote(is_cpus(word + len) ? word + len : word);
}

#define NEEDS_CPUS "set needs --cpus=SET or --mask=HEX"

/*
 * `set 37 3` and `set 37=3`, as for taskset and pin-queue: says what is meant. False: that
 * is not the mistake.
 */
static bool say_bare_cpus(const struct call *call)
{
	const char *last = call->n_words ? call->words[call->n_words - 1] : "";
	const char *equals = strchr(last, '=');
	_cleanup_free_ char *cpus = find_cpus(equals ? equals + 1 : last);
	_cleanup_free_ char *line = NULL, *meant = NULL;

	if (call->n_words == 1 && !equals && is_cpus(last) && *last != ':' &&
		strchr(last, ':') && strchr(last, ':')[1]) {
		if (asprintf(&meant, "irqkit set %.*s --cpus=%s", (int)strcspn(last, ":"),
			    last, strchr(last, ':') + 1) < 0)
			return false;
		say_suggestion(call->common.root, meant, NEEDS_CPUS);
		return true;
	}
	if (!cpus || (!equals && call->n_words < 2))
		return false;
	for (size_t i = 0; i < call->n_words; i++) {
		bool is_last = i + 1 == call->n_words;
		_cleanup_free_ char *word = is_last
			? strndup(last, equals ? (size_t)(equals - last) : 0)
			: strdup(call->words[i]);
		_cleanup_free_ char *target = word ? write_target(word) : NULL;

		if (word && habits_is_filler(word))
			continue;
		if (!target || (*word && !text_join(&line, " ", target)))
			return false;
	}
	if (!line || asprintf(&meant, "irqkit set %s --cpus=%s", line, cpus) < 0)
		return false;
	say_suggestion(call->common.root, meant, NEEDS_CPUS);
	return true;
}

static enum status say_no_cpus(const struct call *call)
{
	_cleanup_free_ char *target = example_find_target(call, "TARGET");

	if (!target)
		return say_no_memory();
	say_error(NEEDS_CPUS ", as in 'irqkit set %s --cpus=%u'", target,
		example_find_cpu(call));
	return STATUS_MISUSE;
}

static enum status check_words(const struct call *call, const struct set_options *o)
{
	if (o->cpus && o->mask)
		say_error("--cpus and --mask cannot be combined");
	else if (!o->cpus && !o->mask && o->is_default)
		say_error("set --default needs --cpus=SET or --mask=HEX, as in 'irqkit "
			  "set --default --cpus=%s'",
			call->n_words == 1 && is_cpus(call->words[0]) ? call->words[0]
								      : "0-3");
	else if (!o->cpus && !o->mask && say_bare_cpus(call))
		return STATUS_MISUSE;
	else if (!o->cpus && !o->mask)
		return say_no_cpus(call);
	else if (o->is_default && call->n_words)
		say_error("--default sets the default for new interrupts and takes no "
			  "TARGET");
	else if (!o->is_default && !call->n_words)
		say_error("set needs a TARGET: 'irqkit show' lists the interrupts, "
			  "'all' means all of them");
	else
		return STATUS_DONE;
	return STATUS_MISUSE;
}

static enum status plan(struct change *change, void *data)
{
	enum status status = check_number_words(change->call, change->machine, true);

	return status == STATUS_DONE ? request_plan(data, change) : status;
}

static enum status make_request(
	const struct call *call, struct irqkit_request **ret_request)
{
	const struct set_options *o = call->state;
	_cleanup_request_ struct irqkit_request *request = NULL;
	enum status status = check_words(call, o);
	int r;

	if (status != STATUS_DONE)
		return status;
	r = o->is_default ? irqkit_request_new_default(&request)
			  : irqkit_request_new_set(&request);
	if (r == 0)
		r = o->cpus ? irqkit_request_set_cpus(request, o->cpus, "--cpus")
			    : irqkit_request_set_mask(request, o->mask, "--mask");
	if (r < 0)
		return say_no_memory();
	return request_give(&request, request_add_words(request, call), ret_request);
}

static enum status run(const struct call *call)
{
	const struct set_options *o = call->state;
	_cleanup_request_ struct irqkit_request *request = NULL;
	struct change change CLEANUP(change_free) = { 0 };
	enum status status = make_request(call, &request);

	return status == STATUS_DONE
		? change_run(&change, call, &o->change, plan, request)
		: status;
}

const struct command cmd_set = {
	.name = "set",
	.args = "[OPTION...] TARGET... --cpus=SET|--mask=HEX",
	.summary = "choose the CPUs that handle interrupts",
	.more = SELECT_HELP
	"\n"
	"  irqkit set eth1 --cpus=2              move the interrupts of eth1 "
	"to CPU 2\n"
	"  irqkit set 'nvme0q*' --mask=f0 -n     show what would be changed\n"
	"  irqkit set eth1 --cpus=2 --script     print a script for rc.local\n"
	"  irqkit set all --cpus=current,^2-3    move everything off CPUs 2 and "
	"3\n"
	"  irqkit set --default --cpus=1-7       CPUs for interrupts that are "
	"requested\n"
	"                                        later\n"
	"  irqkit undo                           undo the change\n",
	.options = options,
	.state_size = sizeof(struct set_options),
	.run = run,
	.make_request = make_request,
};
