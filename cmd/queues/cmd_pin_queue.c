/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit pin-queue: pins everything that belongs to a queue to given CPUs. */
#include "base/basics.h"
#include "base/example.h"
#include "base/say.h"
#include "base/suggest.h"
#include "base/text.h"
#include "change/say_request.h"
#include "queues/lower_option.h"
#include "target/select.h"

#include <stdio.h>
#include <string.h>

struct pin_options {
	struct change_options change;
	bool wraps;
	bool no_xps;
	bool no_threads;
	bool irq_only;
	bool threads_only;
	bool is_lower;
};

static const struct option options[] = {
	{ "wrap", 0, OPTION_FLAG, offsetof(struct pin_options, wraps), NULL,
		"with all=SET: reuse CPUs if SET has fewer CPUs than DEV has queues" },
	{ "no-xps", 0, OPTION_FLAG, offsetof(struct pin_options, no_xps), NULL,
		"do not change XPS" },
	{ "no-threads", 0, OPTION_FLAG, offsetof(struct pin_options, no_threads), NULL,
		"do not move kernel threads" },
	{ "irq-only", 0, OPTION_FLAG, offsetof(struct pin_options, irq_only), NULL,
		"move only interrupts, neither XPS nor threads" },
	{ "threads-only", 0, OPTION_FLAG, offsetof(struct pin_options, threads_only),
		NULL, "move only kernel threads, except those of interrupts" },
	LOWER_OPTION(struct pin_options, is_lower),
	CHANGE_OPTIONS(struct pin_options, change),
	BAN_OPTIONS(struct pin_options, change),
	{ 0 },
};

static bool is_all(const char *word)
{
	return strncmp(word, "all=", 4) == 0;
}

/* "eth0:0" */
static bool is_queue(const char *word)
{
	size_t len = strcspn(word, ":");

	return len > 0 && word[len] && word[len + 1];
}

/* Of "eth0 0 3" and "eth0:0 3": the queue and its CPUs. */
static void say_pair(const struct call *call, const char *queue, const char *cpus)
{
	_cleanup_free_ char *meant = NULL;

	if (asprintf(&meant, "irqkit pin-queue %.*s %s=%s",
		    (int)strcspn(call->words[0], ":"), call->words[0], queue, cpus) < 0)
		say_no_memory();
	else
		say_suggestion(call->common.root, meant, "'%s' is not QUEUE=SET",
			call->words[1]);
}

/* The interface after its queues, as in "0=2 1=3 eth0"; or NULL. */
static const char *find_later_net(const struct call *call)
{
	for (size_t i = 1; i < call->n_words; i++)
		if (*call->words[i] && !strchr(call->words[i], '='))
			return call->words[i];
	return NULL;
}

/* "0=2 1=3": the interface before them is missing. */
static enum status say_no_net(const struct call *call)
{
	const char *later = find_later_net(call);
	_cleanup_free_ char *net = later ? text_quote(later)
					 : example_find_net(call, "DEV");
	_cleanup_free_ char *line = NULL;
	bool is_joined = net && asprintf(&line, "irqkit pin-queue %s", net) >= 0;

	for (size_t i = 0; i < call->n_words && is_joined; i++) {
		_cleanup_free_ char *word = text_quote(call->words[i]);

		if (call->words[i] != later)
			is_joined = word && text_join(&line, " ", word);
	}
	if (!is_joined)
		return say_no_memory();
	say_suggestion(call->common.root, line,
		"'%s' stands where the interface should be", call->words[0]);
	return STATUS_MISUSE;
}

/* The first @len bytes; NULL: no memory. */
static char *quote_begin(const char *text, size_t len)
{
	_cleanup_free_ char *part = strndup(text, len);

	return part ? text_quote(part) : NULL;
}

/* "eth0", "eth0:rx-1", or nothing at all */
static enum status say_no_cpus(const struct call *call)
{
	const char *word = call->n_words ? call->words[0] : "";
	const char *queue = is_queue(word) ? strchr(word, ':') + 1 : "0";
	_cleanup_free_ char *net = *word ? quote_begin(word, strcspn(word, ":"))
					 : example_find_net(call, "DEV");
	_cleanup_free_ char *pair = NULL, *quoted = NULL;

	if (asprintf(&pair, "%s=%u", queue, example_find_cpu(call)) < 0)
		pair = NULL;
	quoted = pair ? text_quote(pair) : NULL;
	if (!net || !quoted)
		return say_no_memory();
	say_error("pin-queue needs an interface and CPUs for its queues, as in 'irqkit "
		  "pin-queue %s %s'",
		net, quoted);
	return STATUS_MISUSE;
}

static enum status check_words(const struct call *call, const struct pin_options *o)
{
	bool has_all = false;

	for (size_t i = 1; i < call->n_words; i++)
		has_all |= is_all(call->words[i]);
	if (call->n_words == 1 && strchr(call->words[0], '=') &&
		strchr(call->words[0], ':'))
		say_error("pin-queue takes the interface and the queue as two words; "
			  "did you mean 'irqkit pin-queue %.*s %s'?",
			(int)strcspn(call->words[0], ":"), call->words[0],
			strchr(call->words[0], ':') + 1);
	else if (call->n_words == 3 && *call->words[0] != ':' && *call->words[1] &&
		*call->words[2] && !strchr(call->words[1], '=') &&
		!strchr(call->words[2], '='))
		say_pair(call, call->words[1], call->words[2]);
	else if (call->n_words == 2 && is_queue(call->words[0]) && *call->words[1] &&
		!strchr(call->words[1], '='))
		say_pair(call, strchr(call->words[0], ':') + 1, call->words[1]);
	else if (call->n_words > 0 && strchr(call->words[0], '=') &&
		!strchr(call->words[0], ':'))
		return say_no_net(call);
	else if (call->n_words < 2)
		return say_no_cpus(call);
	else if (o->wraps && !has_all)
		say_error("--wrap works only with all=SET");
	else if (o->threads_only && (o->irq_only || o->no_threads))
		say_error("--threads-only cannot be combined with --irq-only and "
			  "--no-threads");
	else
		return STATUS_DONE;
	return STATUS_MISUSE;
}

static unsigned int flags_of(const struct call *call, const struct pin_options *o)
{
	return (o->no_xps ? IRQKIT_PIN_NO_XPS : 0u) |
		(o->no_threads ? IRQKIT_PIN_NO_THREADS : 0u) |
		(o->irq_only ? IRQKIT_PIN_IRQ_ONLY : 0u) |
		(o->threads_only ? IRQKIT_PIN_THREADS_ONLY : 0u) |
		(call->common.verbosity > 0 ? IRQKIT_PIN_WARN_ALL : 0u);
}

static enum status make_request(
	const struct call *call, struct irqkit_request **ret_request)
{
	const struct pin_options *o = call->state;
	_cleanup_request_ struct irqkit_request *request = NULL;
	enum status status = check_words(call, o);

	if (status != STATUS_DONE)
		return status;
	if (irqkit_request_new_pin(&request) < 0)
		return say_no_memory();
	irqkit_request_set_lower(request, o->is_lower, "--lower");
	irqkit_request_set_wraps(request, o->wraps, "--wrap");
	irqkit_request_set_pin_flags(request, flags_of(call, o));
	if (irqkit_request_add_target(request, call->words[0]) < 0)
		return say_no_memory();
	for (size_t i = 1; i < call->n_words; i++)
		if (irqkit_request_add_pin(request, call->words[i]) < 0)
			return say_no_memory();
	return request_give(&request, STATUS_DONE, ret_request);
}

static enum status plan(struct change *change, void *data)
{
	struct irqkit_request *request = data;
	enum status status = request_plan(request, change);

	change->request = request; /* the script finds its threads by these interfaces */
	return status;
}

static enum status run(const struct call *call)
{
	const struct pin_options *o = call->state;
	_cleanup_request_ struct irqkit_request *request = NULL;
	struct change change CLEANUP(change_free) = { 0 };
	enum status status = make_request(call, &request);

	return status == STATUS_DONE
		? change_run(&change, call, &o->change, plan, request)
		: status;
}

const struct command cmd_pin_queue = {
	.name = "pin-queue",
	.args = "[OPTION...] DEV QUEUE=SET...",
	.summary = "pin a queue's interrupt, XPS and threads to CPUs",
	.more = "A QUEUE is 0 (rx-0 and tx-0), rx-0, tx-0, or all (queue i goes to the "
		"i-th CPU\n"
		"of SET). The queue's interrupt and kernel threads move to the CPUs of "
		"SET, and\n"
		"these CPUs transmit on it (XPS).\n"
		"all=SET keeps the order written (all=7,6,5,4) and takes no 'current'.\n"
		"\n"
		"  irqkit pin-queue eth0 0=2 1=3          queue 0 to CPU 2, queue 1 to "
		"CPU 3\n"
		"  irqkit pin-queue eth0 rx-0=4 tx-0=5    each direction on its own "
		"CPU\n"
		"  irqkit pin-queue eth0 all=0-3 -n       show what would be changed\n"
		"  irqkit undo                            undo the change\n",
	.options = options,
	.state_size = sizeof(struct pin_options),
	.run = run,
	.make_request = make_request,
};
