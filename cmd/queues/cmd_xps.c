/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit xps: transmit packet steering. */
#include "base/say.h"
#include "measure/queue.h"
#include "queues/knobs.h"
#include "queues/net_queues.h"
#include "queues/show_xps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct xps_options {
	struct steer_options steer;
	bool is_rxqs;
};

static const struct option options[] = {
	{ "cpus", 'C', OPTION_TEXT, offsetof(struct xps_options, steer.cpus), "SET",
		"CPUs that transmit on these queues" },
	{ "auto", 0, OPTION_FLAG, offsetof(struct xps_options, steer.is_auto), NULL,
		"each CPU transmits on the queue handled nearest to it" },
	{ "rxqs", 0, OPTION_FLAG, offsetof(struct xps_options, is_rxqs), NULL,
		"send each flow on the tx queue paired with its rx queue" },
	{ "off", 0, OPTION_FLAG, offsetof(struct xps_options, steer.is_off), NULL,
		"turn XPS off" },
	{ "queues", 0, OPTION_TEXT, offsetof(struct xps_options, steer.queues), "LIST",
		"only these tx queues, as in 0,2" },
	STEER_OPTIONS(struct xps_options, steer),
	{ 0 },
};

static bool is_change(const struct xps_options *o)
{
	return o->steer.cpus || o->steer.is_auto || o->is_rxqs || o->steer.is_off;
}

static const struct xps_options *options_of(const struct steer_task *task)
{
	return task->change->call->state;
}

/* ------------------------------------------------------------------------------- */
/* The set of each queue, into an array of the caller                              */

static enum status choose_same(const struct steer_task *task, struct irqkit_cpuset **sets)
{
	const struct steer_options *o = &options_of(task)->steer;
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	enum status status;

	if (o->is_off && irqkit_cpuset_new(&cpus) < 0)
		return say_no_memory();
	status = o->is_off
		? STATUS_DONE
		: net_read_cpus(task->net, "--cpus", o->cpus, task->device, &cpus);
	for (size_t i = 0; i < task->n_queues && status == STATUS_DONE; i++)
		if (irqkit_cpuset_copy(cpus, &sets[i]) < 0)
			status = say_no_memory();
	return status;
}

/* @n queues get CPUs that may be far from the interrupt. */
static void warn_unknown(const struct steer_task *task, size_t n)
{
	_cleanup_free_ char *why = net_explain_unknown(task->device, IRQKIT_TX);

	say_warning("%s: no interrupt found for %zu of %zu tx queues%s%s; CPUs are "
		    "assigned to %s in turn",
		irqkit_device_get_name(task->device), n, task->n_queues, why ? ": " : "",
		why ? why : "", n == 1 ? "it" : "them");
}

static enum status choose_near(const struct steer_task *task, struct irqkit_cpuset **sets)
{
	int *served = calloc(task->n_queues + 1, sizeof(*served));
	size_t unknown = 0;
	int r;

	if (!served)
		return say_no_memory();
	for (size_t i = 0; i < task->n_queues; i++) {
		const struct irqkit_cpuset *serving = net_get_settled_cpus(
			task->net, task->queues[i]);

		served[i] = serving ? irqkit_cpuset_next(serving, -1) : -1;
		unknown += served[i] < 0;
	}
	r = irqkit_steer_xps(task->net->topology, served, task->n_queues, sets);
	free(served);
	if (r < 0) {
		say_error("cannot choose CPUs for %s: %s",
			irqkit_device_get_name(task->device), strerror(-r));
		return STATUS_REFUSED;
	}
	if (unknown)
		warn_unknown(task, unknown);
	return STATUS_DONE;
}

/* The set of the tx queue with this number; NULL: the queue was not chosen. */
static struct irqkit_cpuset *find_set(
	const struct steer_task *task, struct irqkit_cpuset **sets, size_t number)
{
	for (size_t i = 0; i < task->n_queues; i++)
		if (irqkit_queue_get_number(task->queues[i]) == number)
			return sets[i];
	return NULL;
}

/* The i-th rx queue goes to the i-th tx queue; fewer tx queues are used in turn. */
static enum status choose_rxqs(const struct steer_task *task, struct irqkit_cpuset **sets)
{
	/* queues that were not chosen count too */
	size_t n = 0, n_tx = queue_count(task->device, IRQKIT_TX);
	size_t n_queues = irqkit_device_count_queues(task->device);
	enum status status = STATUS_DONE;

	for (size_t i = 0; i < task->n_queues; i++)
		if (irqkit_cpuset_new(&sets[i]) < 0)
			return say_no_memory();
	for (size_t i = 0; i < n_queues && status == STATUS_DONE; i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(task->device, i);
		struct irqkit_cpuset *set;

		if (irqkit_queue_get_direction(queue) != IRQKIT_RX)
			continue;
		set = find_set(task, sets, n++ % n_tx);
		if (set)
			status = net_add_number(queue, set);
	}
	return status;
}

/* ------------------------------------------------------------------------------- */
/* Steps                                                                           */

static char *explain_cpus(const struct steer_task *task, size_t i)
{
	const struct irqkit_cpuset *serving;
	char *why;

	if (!options_of(task)->steer.is_auto)
		return strdup("requested");
	serving = net_get_settled_cpus(task->net, task->queues[i]);
	if (!serving ||
		asprintf(&why, "handled by CPU %d", irqkit_cpuset_next(serving, -1)) < 0)
		return serving ? NULL : strdup("in turn");
	return why;
}

static enum status add_step(
	const struct steer_task *task, size_t i, const struct irqkit_cpuset *set)
{
	const struct xps_options *o = options_of(task);
	struct irqkit_queue *queue = task->queues[i];
	_cleanup_free_ char *why = NULL;
	int r;

	if (o->is_rxqs) {
		r = irqkit_plan_add_xps_rxqs(task->change->plan, queue, set, "requested");
		return r < 0 ? queue_say_unreadable(task->change, queue, "xps_rxqs", r)
			     : STATUS_DONE;
	}
	why = explain_cpus(task, i);
	if (!why)
		return say_no_memory();
	r = irqkit_plan_add_xps_cpus(task->change->plan, queue, set, why);
	return r < 0 ? queue_say_unreadable(task->change, queue, "xps_cpus", r)
		     : queue_clear_rxqs(task->change, queue,
			       o->steer.is_off ? "requested" : "would override the CPUs");
}

static enum status plan_device(const struct steer_task *task)
{
	const struct xps_options *o = options_of(task);
	struct irqkit_cpuset **sets;
	enum status status;

	if (queue_count(task->device, IRQKIT_TX) == 1)
		return queue_say_unreadable(
			task->change, task->queues[0], "xps_cpus", -ENOENT);
	sets = calloc(task->n_queues + 1, sizeof(struct irqkit_cpuset *));
	if (!sets)
		return say_no_memory();
	status = o->steer.is_auto ? choose_near(task, sets)
		: o->is_rxqs	  ? choose_rxqs(task, sets)
				  : choose_same(task, sets);
	for (size_t i = 0; i < task->n_queues && status == STATUS_DONE; i++)
		status = add_step(task, i, sets[i]);
	for (size_t i = 0; i < task->n_queues; i++)
		irqkit_cpuset_free(sets[i]);
	free(sets);
	return status;
}

/* ------------------------------------------------------------------------------- */

static enum status check_words(const struct xps_options *o)
{
	const struct steer_options *s = &o->steer;

	if (!!s->cpus + s->is_auto + o->is_rxqs + s->is_off > 1)
		say_error("--cpus, --auto, --rxqs and --off cannot be combined");
	else
		return STATUS_DONE;
	return STATUS_MISUSE;
}

static enum status run(const struct call *call)
{
	static const struct steering steering = { &xps_kind,
		"--cpus, --auto, --rxqs or --off", xps_show, plan_device };
	const struct xps_options *o = call->state;
	enum status status = steer_check(call, &xps_kind, &o->steer);

	if (status == STATUS_DONE)
		status = check_words(o);
	return status == STATUS_DONE ? steer_run(call, &steering, &o->steer, is_change(o))
				     : status;
}

const struct command cmd_xps = {
	.name = "xps",
	.args = "[OPTION...] DEV",
	.summary = "show or set transmit packet steering",
	.more = "Without --cpus, --auto, --rxqs and --off: show the current settings.\n"
		"\n"
		"  irqkit xps eth0                      which CPU transmits on which "
		"queue?\n"
		"  irqkit xps eth0 --auto               on the queue handled nearest "
		"to it\n"
		"  irqkit xps eth0 --queues=1 --cpus=2  CPU 2 transmits on tx-1\n"
		"  irqkit xps eth0 --off                the kernel chooses a queue per "
		"flow\n"
		"  irqkit undo                          undo the change\n"
		"\n"
		"Columns: QUEUE DEVICE IRQ SERVED CPUS MASK RXQS.\n",
	.options = options,
	.state_size = sizeof(struct xps_options),
	.run = run,
};
