/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit channels: how many queues a network interface has, and which of them get flows. */
#include "base/basics.h"
#include "base/example.h"
#include "base/option_values.h"
#include "base/read_number.h"
#include "base/say.h"
#include "change/place_again.h"
#include "change/say_request.h"
#include "channels/show_channels.h"
#include "channels/ssh_session.h"
#include "measure/open_machine.h"
#include "queues/lower_option.h"

#include <stdio.h>
#include <string.h>

#define MOST_CHANNELS 65535u

struct channels_options {
	struct change_options change;
	struct table_options table;
	const char *combined, *rx, *tx;
	const char *rss;
	bool is_auto;
	bool spreads;
	bool is_lower;
};

static const struct option options[] = {
	{ "combined", 0, OPTION_TEXT, offsetof(struct channels_options, combined), "N",
		"set the number of queues that receive and transmit" },
	{ "rx", 0, OPTION_TEXT, offsetof(struct channels_options, rx), "N",
		"set the number of queues that only receive" },
	{ "tx", 0, OPTION_TEXT, offsetof(struct channels_options, tx), "N",
		"set the number of queues that only transmit" },
	{ "auto", 0, OPTION_FLAG, offsetof(struct channels_options, is_auto), NULL,
		"set the useful number, or the most that the driver allows" },
	{ "rss", 0, OPTION_TEXT, offsetof(struct channels_options, rss), "N",
		"give flows to the first N rx queues, or to all ('equal')" },
	{ "spread", 0, OPTION_FLAG, offsetof(struct channels_options, spreads), NULL,
		"after that, spread the interrupts of the queues over CPUs" },
	LOWER_OPTION(struct channels_options, is_lower),
	CHANGE_OPTIONS(struct channels_options, change),
	TABLE_OPTIONS(struct channels_options, table),
	{ 0 },
};

static bool sets_counts(const struct channels_options *o)
{
	return o->combined || o->rx || o->tx || o->is_auto;
}

static bool is_change(const struct channels_options *o)
{
	return sets_counts(o) || o->rss;
}

/* ------------------------------------------------------------------------------- */
/* Words                                                                           */

static bool is_number(const char *word)
{
	return *word && !word[strspn(word, "0123456789")];
}

/* "eth0 combined 4", as ethtool -L takes it, "eth0 4" or "eth0 auto": the option; NULL: another word */
static char *find_count(const struct call *call)
{
	bool has_kind = call->n_words == 3 &&
		(strcmp(call->words[1], "combined") == 0 ||
			strcmp(call->words[1], "rx") == 0 ||
			strcmp(call->words[1], "tx") == 0);
	char *option;

	if (call->n_words == 2 &&
		(strcmp(call->words[1], "auto") == 0 ||
			strcmp(call->words[1], "max") == 0))
		return strdup("--auto");
	if ((call->n_words != 2 && !has_kind) ||
		!is_number(call->words[call->n_words - 1]) ||
		asprintf(&option, "--%s=%s", has_kind ? call->words[1] : "combined",
			call->words[call->n_words - 1]) < 0)
		return NULL;
	return option;
}

static enum status say_no_net(const struct call *call)
{
	_cleanup_free_ char *net = example_find_channels(call, "DEV");

	if (!net)
		return say_no_memory();
	say_error("channels needs a network interface, as in 'irqkit channels %s --auto'",
		net);
	return STATUS_MISUSE;
}

static enum status check_words(const struct call *call, const struct channels_options *o)
{
	_cleanup_free_ char *count = is_change(o) ? NULL : find_count(call);

	if (count)
		say_error("channels takes network interfaces; did you mean 'irqkit "
			  "channels %s %s'?",
			call->words[0], count);
	else if (o->is_auto && (o->combined || o->rx || o->tx))
		say_error("--auto cannot be combined with --combined, --rx and --tx");
	else if (is_change(o) && call->n_words == 0)
		return say_no_net(call);
	else if (is_change(o) && table_options_are_given(&o->table))
		say_error("--output, --sort, --noheadings, --raw and --pairs cannot be "
			  "combined with a change");
	else if (!is_change(o) && change_options_are_given(&o->change))
		say_error("--dry-run, --script, --keep-going and --wait need one of "
			  "--combined, --rx, --tx, --auto or --rss");
	else if (!sets_counts(o) && o->spreads)
		say_error("--spread needs one of --combined, --rx, --tx or --auto; "
			  "'irqkit spread DEV' spreads the present interrupts");
	else if (o->spreads && o->change.is_script)
		say_error("--spread and --script cannot be combined: a script cannot "
			  "place interrupts that are not there yet; run 'irqkit spread "
			  "DEV --script' after the change");
	else if (o->change.wait && !o->spreads)
		say_error("--wait waits for moves of interrupts and needs --spread");
	else
		return STATUS_DONE;
	return STATUS_MISUSE;
}

static bool set_count(struct irqkit_request *request, enum irqkit_channel_kind kind,
	const char *label, const char *word)
{
	uint64_t number;

	if (!word)
		return true;
	if (read_number(word, strlen(word), MOST_CHANNELS, &number) < 0) {
		say_error("%s takes a number of queues, not '%s'", label, word);
		return false;
	}
	irqkit_request_set_channels(request, kind, (unsigned int)number, label);
	return true;
}

static bool set_rss(struct irqkit_request *request, const char *word)
{
	uint64_t number = 0;

	if (!word)
		return true;
	if (strcmp(word, "equal") != 0 &&
		(read_number(word, strlen(word), MOST_CHANNELS, &number) < 0 ||
			number == 0)) {
		static const char *const words[] = { "equal", NULL };

		say_bad_value("--rss", "'equal' or a number of queues", word, words);
		return false;
	}
	irqkit_request_set_rss(request, (unsigned int)number, "--rss");
	return true;
}

/* What is wanted; a request that only shows wants nothing. */
static enum status fill_request(const struct call *call, struct irqkit_request *request)
{
	const struct channels_options *o = call->state;

	irqkit_request_set_lower(request, o->is_lower, "--lower");
	irqkit_request_set_spreads(request, o->spreads);
	if (!set_count(request, IRQKIT_CHANNEL_COMBINED, "--combined", o->combined) ||
		!set_count(request, IRQKIT_CHANNEL_RX, "--rx", o->rx) ||
		!set_count(request, IRQKIT_CHANNEL_TX, "--tx", o->tx) ||
		!set_rss(request, o->rss))
		return STATUS_MISUSE;
	if (o->is_auto)
		irqkit_request_set_auto_channels(request, "--auto");
	return request_add_words(request, call);
}

static enum status new_request(
	const struct call *call, struct irqkit_request **ret_request)
{
	struct irqkit_request *request CLEANUP(free_request) = NULL;
	enum status status = check_words(call, call->state);

	if (status != STATUS_DONE)
		return status;
	if (irqkit_request_new_channels(&request) < 0)
		return say_no_memory();
	status = fill_request(call, request);
	if (status == STATUS_DONE) {
		*ret_request = request;
		request = NULL;
	}
	return status;
}

static enum status make_request(
	const struct call *call, struct irqkit_request **ret_request)
{
	if (is_change(call->state))
		return new_request(call, ret_request);
	say_error(
		"channels changes nothing without one of --combined, --rx, --tx, --auto "
		"or --rss");
	return STATUS_MISUSE;
}

/* ------------------------------------------------------------------------------- */

static void warn_of_session(struct change *change, const struct irqkit_request *request)
{
	struct irqkit_devices *devices = irqkit_machine_get_devices(change->machine);

	if (!irqkit_plan_has_barrier(change->plan))
		return;
	for (size_t i = 0; i < irqkit_request_count_devices(request); i++) {
		const struct irqkit_device *device = irqkit_request_get_device(
			request, i);

		if (ssh_session_uses(devices, device))
			say_warning("this ssh session runs over %s: if it breaks off, "
				    "'irqkit undo' from a console restores the channels",
				irqkit_device_get_name(device));
	}
}

/* What follows cannot be planned for queues that are not there yet. */
static void remark_rest(
	struct change *change, const struct irqkit_request *request, bool spreads)
{
	char *remark;

	if (!spreads || change_writes(change->options) ||
		!irqkit_plan_has_barrier(change->plan))
		return;
	for (size_t i = 0; i < irqkit_request_count_devices(request); i++)
		if (asprintf(&remark,
			    "The interrupts of %s will be spread too: that is planned "
			    "after the change.",
			    irqkit_device_get_name(
				    irqkit_request_get_device(request, i))) >= 0)
			report_add_remark(&change->report, remark);
}

/* A request, and where its interrupts are placed. */
struct work {
	struct irqkit_request *request;
	struct placing placing;
};

static void place_next_best(void *data, struct irqkit_plan *plan, size_t index)
{
	const struct work *work = data;

	place_again(&work->placing, plan, index);
}

/* Where a CPU has no vector left for a new queue, the next best one is used. */
static void place_as_planned(struct change *change, struct work *work)
{
	const struct irqkit_placement *placement = irqkit_request_get_placement(
		work->request);
	size_t first = 0, n = irqkit_plan_count(change->plan);

	if (!placement)
		return;
	while (first < n &&
		irqkit_step_get_knob(irqkit_plan_get(change->plan, first)) !=
			IRQKIT_KNOB_AFFINITY)
		first++;
	work->placing = (struct placing){
		.spread = irqkit_placement_get_spread(placement),
		.n = irqkit_placement_count_irqs(placement),
		.first = first,
	};
	irqkit_plan_set_full_fn(change->plan, place_next_best, work);
}

static enum status plan(struct change *change, void *data)
{
	const struct channels_options *o = change->call->state;
	struct work *work = data;
	enum status status = request_plan(work->request, change);

	if (status != STATUS_DONE)
		return status;
	if (sets_counts(o))
		warn_of_session(change, work->request);
	remark_rest(change, work->request, o->spreads);
	place_as_planned(change, work);
	change->report.keeps_unchanged = true;
	return STATUS_DONE;
}

static enum status plan_rest(struct change *change, void *data)
{
	struct work *work = data;
	int r = irqkit_request_plan_rest(work->request, change->machine, change->plan);

	place_as_planned(change, work);
	return request_say(work->request, r);
}

static enum status show(
	struct irqkit_machine *machine, const struct call *call, void *data)
{
	const struct channels_options *o = call->state;
	struct irqkit_request *request = data;
	enum status status = request_say(request, irqkit_request_check(request, machine));

	return status == STATUS_DONE
		? channels_show(machine, request, &o->table, &call->common)
		: status;
}

static enum status run(const struct call *call)
{
	const struct channels_options *o = call->state;
	_cleanup_request_ struct irqkit_request *request = NULL;
	struct change change CLEANUP(change_free) = { 0 };
	enum status status = new_request(call, &request);
	struct work work = { .request = request };

	if (status != STATUS_DONE)
		return status;
	return is_change(o)
		? change_run_with_rest(&change, call, &o->change, plan, plan_rest, &work)
		: machine_show(call, show, request);
}

static void print_columns(void)
{
	columns_print("", channel_columns);
}

const struct command cmd_channels = {
	.name = "channels",
	.args = "[OPTION...] [DEV...]",
	.summary = "show or set the number of queues of an interface",
	.needs_root_to = "change channels",
	.more = "Without --combined, --rx, --tx, --auto and --rss: show how many queues "
		"each\n"
		"interface has and may have, and how many this system can use.\n"
		"\n"
		"  irqkit channels                           all interfaces\n"
		"  irqkit channels eth0 --auto --spread      a queue for each core, "
		"and its CPU\n"
		"  irqkit channels eth0 --combined=4 -n      show what would be "
		"changed\n"
		"  irqkit channels eth0 --rss=2              flows only to rx-0 and "
		"rx-1\n"
		"  irqkit undo                               undo the change\n",
	.print_columns = print_columns,
	.options = options,
	.state_size = sizeof(struct channels_options),
	.run = run,
	.make_request = make_request,
};
