/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqkit xps: transmit packet steering. */
#include "xps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct options {
	struct change_options change;
	struct table_options table;
	const char *cpus;
	const char *queues;
	bool is_auto;
	bool is_rxqs;
	bool is_off;
	bool is_lower;
};

static const struct option options[] = {
	{ "cpus", 'C', OPTION_TEXT, offsetof(struct options, cpus), "SET",
		"the CPUs that send by these queues" },
	{ "auto", 0, OPTION_FLAG, offsetof(struct options, is_auto), NULL,
		"each CPU sends by the queue that is served nearest to it" },
	{ "rxqs", 0, OPTION_FLAG, offsetof(struct options, is_rxqs), NULL,
		"what belongs to a flow of rx-N is sent by tx-N" },
	{ "off", 0, OPTION_FLAG, offsetof(struct options, is_off), NULL, "turn XPS off" },
	{ "queues", 0, OPTION_TEXT, offsetof(struct options, queues), "LIST",
		"these tx queues only, as in 0,2" },
	{ "lower", 0, OPTION_FLAG, offsetof(struct options, is_lower), NULL,
		"the interfaces that DEV is made of instead" },
	CHANGE_OPTIONS(struct options, change),
	TABLE_OPTIONS(struct options, table),
	{ 0 },
};

static bool is_change(const struct options *o)
{
	return o->cpus || o->is_auto || o->is_rxqs || o->is_off;
}

static enum status say_no_memory(void)
{
	say_error("out of memory");
	return STATUS_REFUSED;
}

/* What to do with one device. */
struct task {
	struct net *net;
	struct change *change;
	struct irqkit_device *device;
	const struct options *options;
	struct irqkit_queue **queues; /* owned array */
	size_t n_queues;
	struct irqkit_cpuset **sets; /* owned, and each: what each of them gets */
};

static void task_free(struct task *task)
{
	for (size_t i = 0; i < task->n_queues && task->sets; i++)
		irqkit_cpuset_free(task->sets[i]);
	free(task->sets);
	free(task->queues);
}

/* ------------------------------------------------------------------------------- */
/* What each queue gets                                                            */

static enum status choose_same(struct task *task)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	enum status status;

	if (task->options->is_off && irqkit_cpuset_new(&cpus) < 0)
		return say_no_memory();
	status = task->options->is_off
		? STATUS_DONE
		: net_read_cpus(
			  task->net, "--cpus", task->options->cpus, task->device, &cpus);
	for (size_t i = 0; i < task->n_queues && status == STATUS_DONE; i++)
		if (irqkit_cpuset_copy(cpus, &task->sets[i]) < 0)
			status = say_no_memory();
	return status;
}

static enum status choose_near(struct task *task)
{
	int *served = calloc(task->n_queues + 1, sizeof(*served));
	size_t unknown = 0;
	int r = served ? 0 : -ENOMEM;

	for (size_t i = 0; i < task->n_queues && served; i++) {
		_cleanup_cpuset_ struct irqkit_cpuset *serving = net_read_serving(
			task->net, task->queues[i]);

		served[i] = serving ? irqkit_cpuset_next(serving, -1) : -1;
		unknown += served[i] < 0;
	}
	if (r == 0)
		r = irqkit_steer_xps(
			task->net->topology, served, task->n_queues, task->sets);
	free(served);
	if (r < 0) {
		say_error("cannot decide about %s: %s",
			irqkit_device_get_name(task->device), strerror(-r));
		return STATUS_REFUSED;
	}
	if (unknown)
		say_warning("%s: no interrupt is known of %zu of %zu tx queues: CPUs are "
			    "given to %s in turn",
			irqkit_device_get_name(task->device), unknown, task->n_queues,
			unknown == 1 ? "it" : "them");
	return STATUS_DONE;
}

/* The i-th rx queue to the i-th tx queue, beginning again where there are fewer of those. */
static enum status choose_rxqs(struct task *task)
{
	size_t n = 0, n_tx = 0;

	/* those that were not chosen have their part as well */
	for (size_t i = 0; i < irqkit_device_count_queues(task->device); i++)
		n_tx += irqkit_queue_get_direction(irqkit_device_get_queue(
				task->device, i)) == IRQKIT_TX;
	for (size_t i = 0; i < task->n_queues; i++)
		if (irqkit_cpuset_new(&task->sets[i]) < 0)
			return say_no_memory();
	for (size_t i = 0; i < irqkit_device_count_queues(task->device); i++) {
		const struct irqkit_queue *queue = irqkit_device_get_queue(
			task->device, i);

		size_t to;

		if (irqkit_queue_get_direction(queue) != IRQKIT_RX)
			continue;
		to = n++ % n_tx;
		for (size_t k = 0; k < task->n_queues; k++)
			if (irqkit_queue_get_number(task->queues[k]) == to &&
				irqkit_cpuset_add(task->sets[k],
					irqkit_queue_get_number(queue)) < 0)
				return say_no_memory();
	}
	return STATUS_DONE;
}

/* ------------------------------------------------------------------------------- */
/* Steps                                                                           */

static char *explain_cpus(const struct task *task, size_t i)
{
	_cleanup_cpuset_ struct irqkit_cpuset *serving = NULL;
	char *why;

	if (!task->options->is_auto)
		return strdup("asked for");
	serving = net_read_serving(task->net, task->queues[i]);
	if (!serving ||
		asprintf(&why, "served by CPU %d", irqkit_cpuset_next(serving, -1)) < 0)
		return serving ? NULL : strdup("in turn");
	return why;
}

static enum status add_step(const struct task *task, size_t i)
{
	const struct irqkit_queue *queue = task->queues[i];
	_cleanup_free_ char *why = NULL;
	int r;

	if (task->options->is_rxqs) {
		r = irqkit_plan_add_xps_rxqs(
			task->change->plan, queue, task->sets[i], "asked for");
		return r < 0 ? net_say_unreadable(queue, "xps_rxqs", r) : STATUS_DONE;
	}
	why = explain_cpus(task, i);
	if (!why)
		return say_no_memory();
	r = irqkit_plan_add_xps_cpus(task->change->plan, queue, task->sets[i], why);
	return r < 0 ? net_say_unreadable(queue, "xps_cpus", r) : net_clear_rxqs(
			task->change, queue,
			task->options->is_off ? "asked for" : "would count before CPUs");
}

static enum status plan_device(
	struct net *net, struct change *change, size_t index, const struct options *o)
{
	struct task task CLEANUP(task_free) = {
		.net = net,
		.change = change,
		.device = net->targets[index],
		.options = o,
	};
	enum status status = net_choose_queues(
		task.device, IRQKIT_TX, o->queues, &task.queues, &task.n_queues);

	if (status != STATUS_DONE)
		return status;
	if (net_count_queues(task.device, IRQKIT_TX) == 1)
		return net_say_unreadable(task.queues[0], "xps_cpus", -ENOENT);
	task.sets = calloc(task.n_queues + 1, sizeof(struct irqkit_cpuset *));
	if (!task.sets)
		return say_no_memory();
	status = o->is_auto  ? choose_near(&task)
		: o->is_rxqs ? choose_rxqs(&task)
			     : choose_same(&task);
	for (size_t i = 0; i < task.n_queues && status == STATUS_DONE; i++)
		status = add_step(&task, i);
	return status;
}

static enum status change_xps(
	struct net *net, struct change *change, const struct options *o)
{
	enum status status = STATUS_DONE;

	for (size_t i = 0; i < net->n_targets && status == STATUS_DONE; i++)
		status = plan_device(net, change, i, o);
	if (status != STATUS_DONE)
		return status;
	change_add_remark(change, net_remark_lower(net));
	return change_finish(change);
}

/* ------------------------------------------------------------------------------- */

static enum status check_words(const struct call *call, const struct options *o)
{
	if (call->n_words != 1)
		say_error("xps takes one network interface, as in 'irqkit xps eth0'");
	else if (!!o->cpus + o->is_auto + o->is_rxqs + o->is_off > 1)
		say_error("--cpus, --auto, --rxqs and --off exclude each other");
	else if (!is_change(o) && change_options_are_given(&o->change))
		say_error("without --cpus, --auto, --rxqs or --off nothing is changed: --dry-run, "
			  "--script, --keep-going and --wait do not go with it");
	else if (is_change(o) && table_options_are_given(&o->table))
		say_error("--output, --sort, --noheadings, --raw and --pairs are about what "
			  "is shown: they do not go with a change");
	else
		return STATUS_DONE;
	return STATUS_MISUSE;
}

static enum status run(const struct call *call)
{
	const struct options *o = call->state;
	struct change_options change_options = o->change;
	struct change change CLEANUP(change_free) = { 0 };
	struct net net CLEANUP(net_close) = { 0 };
	enum status status = xps_check_columns(&o->table, &call->common);

	if (status == STATUS_DONE)
		status = check_words(call, o);
	/* nothing is locked for a look */
	change_options.is_dry_run |= !is_change(o);
	if (status == STATUS_DONE)
		status = change_begin(&change, call, &change_options);
	if (status == STATUS_DONE)
		status = net_open(&net, &change, call->words[0], o->is_lower);
	if (status != STATUS_DONE)
		return status;
	return is_change(o) ? change_xps(&net, &change, o)
			    : xps_show(&net, o->queues, &o->table);
}

const struct command cmd_xps = {
	.name = "xps",
	.args = "[OPTION...] DEV",
	.summary = "show or set transmit packet steering",
	.more = "Without --cpus, --auto, --rxqs and --off it shows what there is.\n"
		"\n"
		"  irqkit xps eth0                      which CPU sends by which queue?\n"
		"  irqkit xps eth0 --auto               by the queue that is served "
		"nearest\n"
		"  irqkit xps eth0 --queues=1 --cpus=2  CPU 2 sends by tx-1\n"
		"  irqkit xps eth0 --off                the kernel chooses by flow\n"
		"  irqkit undo                          as it was before\n"
		"\n"
		"Columns: QUEUE DEVICE IRQ SERVED CPUS MASK RXQS.\n",
	.options = options,
	.state_size = sizeof(struct options),
	.run = run,
};
