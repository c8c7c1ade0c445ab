/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit pin-queue: pins everything that belongs to a queue to given CPUs. */
#include "base/read_number.h"
#include "base/say.h"
#include "measure/queue.h"
#include "queues/net_queues.h"
#include "queues/pin.h"

#include <limits.h>
#include <string.h>

static const struct option options[] = {
	{ "wrap", 0, OPTION_FLAG, offsetof(struct pin_options, wraps), NULL,
		"with all=SET: reuse CPUs if SET has fewer CPUs than DEV has queues" },
	{ "no-xps", 0, OPTION_FLAG, offsetof(struct pin_options, no_xps), NULL,
		"do not change XPS" },
	{ "no-threads", 0, OPTION_FLAG, offsetof(struct pin_options, no_threads), NULL,
		"do not move kernel threads" },
	{ "irq-only", 0, OPTION_FLAG, offsetof(struct pin_options, irq_only), NULL,
		"move only interrupts, neither XPS nor threads" },
	LOWER_OPTION(struct pin_options, is_lower),
	CHANGE_OPTIONS(struct pin_options, change),
	{ 0 },
};

/* ------------------------------------------------------------------------------- */
/* QUEUE=SET                                                                       */

static enum status place_queue(struct pin *pin, struct irqkit_queue *queue,
	const struct irqkit_cpuset *cpus, bool is_named)
{
	struct pin_place *place = &pin->places[pin->n_places];

	for (size_t i = 0; i < pin->n_places; i++) {
		_cleanup_free_ char *name = NULL;

		if (pin->places[i].queue != queue)
			continue;
		name = queue_format_full_name(queue);
		say_error("%s is given twice", name ? name : "a queue");
		return STATUS_MISUSE;
	}
	if (irqkit_cpuset_copy(cpus, &place->cpus) < 0)
		return say_no_memory();
	place->queue = queue;
	place->is_named = is_named;
	pin->n_places++;
	return STATUS_DONE;
}

/* The queues of this number, rx and tx, to one CPU. */
static enum status place_number(struct pin *pin, unsigned int number, unsigned int cpu)
{
	_cleanup_cpuset_ struct irqkit_cpuset *one = NULL;
	size_t n = irqkit_device_count_queues(pin->device);
	enum status status = STATUS_DONE;

	if (irqkit_cpuset_new(&one) < 0 || irqkit_cpuset_add(one, cpu) < 0)
		return say_no_memory();
	for (size_t i = 0; i < n && status == STATUS_DONE; i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(pin->device, i);

		if (irqkit_queue_get_number(queue) == number)
			status = place_queue(pin, queue, one, false);
	}
	return status;
}

/* Queue i to the i-th CPU, rx and tx alike. */
static enum status place_all(struct pin *pin, const struct irqkit_cpuset *cpus)
{
	const char *name = irqkit_device_get_name(pin->device);
	_cleanup_cpuset_ struct irqkit_cpuset *numbers = NULL;
	size_t n = irqkit_device_count_queues(pin->device);
	enum status status = STATUS_DONE;
	int cpu = -1;

	if (irqkit_cpuset_new(&numbers) < 0)
		return say_no_memory();
	for (size_t i = 0; i < n && status == STATUS_DONE; i++)
		status = net_add_number(irqkit_device_get_queue(pin->device, i), numbers);
	if (status != STATUS_DONE)
		return status;
	if (irqkit_cpuset_count(numbers) > irqkit_cpuset_count(cpus) &&
		!pin->options->wraps) {
		say_error("%s has %u queues, but SET has %u CPU%s; name more CPUs, or "
			  "reuse "
			  "them with --wrap",
			name, irqkit_cpuset_count(numbers), irqkit_cpuset_count(cpus),
			irqkit_cpuset_count(cpus) == 1 ? "" : "s");
		return STATUS_MISUSE;
	}
	irqkit_cpuset_foreach (number, numbers) {
		cpu = irqkit_cpuset_next(cpus, cpu);
		cpu = cpu < 0 ? irqkit_cpuset_next(cpus, -1) : cpu;
		status = place_number(pin, number, (unsigned int)cpu);
		if (status != STATUS_DONE)
			break;
	}
	return status;
}

/* "0", "rx-0" or "tx-0" */
static enum status place_word(
	struct pin *pin, const char *word, size_t len, const struct irqkit_cpuset *cpus)
{
	bool is_rx = strncmp(word, "rx-", 3) == 0, is_tx = strncmp(word, "tx-", 3) == 0;
	size_t before = is_rx || is_tx ? 3 : 0;
	struct irqkit_queue *rx = NULL, *tx = NULL;
	enum status status = STATUS_DONE;
	uint64_t number;

	if (len <= before ||
		read_number(word + before, len - before, UINT_MAX, &number) < 0) {
		say_error("'%.*s' is not a queue; write it as 0, rx-0, tx-0 or all",
			(int)len, word);
		return STATUS_MISUSE;
	}
	if (!is_tx)
		rx = irqkit_device_find_queue(
			pin->device, IRQKIT_RX, (unsigned int)number);
	if (!is_rx)
		tx = irqkit_device_find_queue(
			pin->device, IRQKIT_TX, (unsigned int)number);
	if (!rx && !tx) {
		say_error("%s has no queue %.*s; it has %zu rx and %zu tx queues",
			irqkit_device_get_name(pin->device), (int)len, word,
			queue_count(pin->device, IRQKIT_RX),
			queue_count(pin->device, IRQKIT_TX));
		return STATUS_NO_MATCH;
	}
	if (rx)
		status = place_queue(pin, rx, cpus, true);
	if (tx && status == STATUS_DONE)
		status = place_queue(pin, tx, cpus, true);
	return status;
}

static bool is_all(const char *word)
{
	return strncmp(word, "all=", 4) == 0;
}

static enum status read_word(struct pin *pin, const char *word)
{
	const char *equals = strchr(word, '=');
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	enum status status;

	if (!equals || equals == word) {
		say_error("'%s' is not QUEUE=SET; write it as 0=2, rx-1=3 or all=0-3",
			word);
		return STATUS_MISUSE;
	}
	status = net_read_cpus(pin->net, word, equals + 1, pin->device, &cpus);
	if (status != STATUS_DONE)
		return status;
	return is_all(word) ? place_all(pin, cpus)
			    : place_word(pin, word, (size_t)(equals - word), cpus);
}

static void pin_free(struct pin *pin)
{
	for (size_t i = 0; i < pin->n_places; i++)
		irqkit_cpuset_free(pin->places[i].cpus);
	free(pin->places);
	free(pin->pids);
}

static enum status plan_device(
	struct net *net, struct change *change, size_t index, const struct call *call)
{
	struct pin pin CLEANUP(pin_free) = {
		.net = net,
		.change = change,
		.device = net->targets[index],
		.options = call->state,
	};
	enum status status = STATUS_DONE;

	pin.places = calloc(
		irqkit_device_count_queues(pin.device) + 1, sizeof(*pin.places));
	if (!pin.places)
		return say_no_memory();
	for (size_t i = 1; i < call->n_words && status == STATUS_DONE; i++)
		status = read_word(&pin, call->words[i]);
	return status == STATUS_DONE ? pin_plan(&pin) : status;
}

/* Says why a plan moves nothing. */
static enum status check_plan(const struct change *change, const struct net *net)
{
	_cleanup_free_ char *lower = NULL;

	if (irqkit_plan_count(change->plan) == 0) {
		lower = net_remark_lower(net);
		say_error("cannot pin these queues of %s: they have no known "
			  "interrupt, no XPS and no thread%s%s",
			irqkit_device_get_name(net->named), lower ? ". " : "",
			lower ? lower : "");
	} else if (irqkit_plan_count_results(change->plan, IRQKIT_SKIPPED) ==
		irqkit_plan_count(change->plan)) {
		say_error("cannot pin these queues: the kernel places all of their "
			  "interrupts and threads itself");
	} else {
		return STATUS_DONE;
	}
	return STATUS_IMMOVABLE;
}

static enum status plan(struct change *change, void *data)
{
	const struct call *call = change->call;
	const struct pin_options *o = call->state;
	struct net *net = data;
	enum status status = net_open(net, change, call->words[0], o->is_lower);

	for (size_t i = 0; i < net->n_targets && status == STATUS_DONE; i++)
		status = plan_device(net, change, i, call);
	if (status == STATUS_DONE)
		status = check_plan(change, net);
	if (status != STATUS_DONE)
		return status;
	change->owners = net->targets;
	change->n_owners = net->n_targets;
	report_add_remark(&change->report, net_remark_lower(net));
	return STATUS_DONE;
}

static enum status check_words(const struct call *call, const struct pin_options *o)
{
	bool has_all = false;

	for (size_t i = 1; i < call->n_words; i++)
		has_all |= is_all(call->words[i]);
	if (call->n_words < 2)
		say_error("pin-queue needs an interface and CPUs for its queues, as in "
			  "'irqkit pin-queue eth0 0=2 1=3'");
	else if (o->wraps && !has_all)
		say_error("--wrap works only with all=SET");
	else
		return STATUS_DONE;
	return STATUS_MISUSE;
}

static enum status run(const struct call *call)
{
	const struct pin_options *o = call->state;
	struct change change CLEANUP(change_free) = { 0 };
	struct net net CLEANUP(net_close) = { 0 };
	enum status status = check_words(call, o);

	return status == STATUS_DONE ? change_run(&change, call, &o->change, plan, &net)
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
};
