/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests for XPS: the CPUs, or the rx queues, of tx queues. */
#include "base/buffer.h"
#include "base/cpuset.h"
#include "base/error_text.h"
#include "base/macros.h"
#include "devices/device.h"
#include "request/request_cpus.h"
#include "request/request_net.h"
#include "request/request_queue.h"
#include "request/request_steer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Why XPS of a bond has no effect. */
static const char bond_why[] = "the ports below it choose their tx queues themselves";

/* Why XPS has no effect, although the kernel has it; NULL: no memory. */
static char *explain_ignored(const struct irqkit_device *device)
{
	const char *driver = irqkit_device_get_driver(device);
	char *why;

	if (!driver)
		return strdup(bond_why);
	return asprintf(&why, "its driver %s chooses the tx queue of each packet itself",
		       driver) < 0
		? NULL
		: why;
}

/* ------------------------------------------------------------------------------- */
/* The set of each queue, into an array of the caller                              */

static int choose_same(const struct steer_task *task, struct irqkit_cpuset **sets)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	int r = task->is_in_vain || task->request->steering == IRQKIT_STEERING_OFF ||
			task->request->steering == IRQKIT_STEERING_NONE
		? irqkit_cpuset_new(&cpus)
		: request_read_cpus(task->request, task->machine,
			  request_find_local(task->machine, task->device), &cpus);

	for (size_t i = 0; i < task->n_queues && r == 0; i++)
		r = irqkit_cpuset_copy(cpus, &sets[i]);
	return r;
}

/* @n queues get CPUs that may be far from the interrupt. */
static void warn_unknown(const struct steer_task *task, size_t n)
{
	_cleanup_free_ char *why = NULL;

	irqkit_device_explain_unknown_direction(task->device, IRQKIT_TX, &why);
	request_warn(task->request,
		"%s: no interrupt found for %zu of %zu tx queues%s%s; CPUs are assigned "
		"to %s in turn",
		task->device->name, n, task->n_queues, why ? ": " : "", why ? why : "",
		n == 1 ? "it" : "them");
}

/* The number of the class that a queue is in; -1: none. Without classes, all are in one. */
static int read_class(struct irqkit_queue *queue)
{
	unsigned int number;
	int r = irqkit_queue_read_traffic_class(queue, &number);

	return r == -ENODATA ? -1 : r < 0 ? 0 : (int)number;
}

/* The queues of a class. */
struct class_queues {
	size_t *index; /* owned; in the task */
	int *served; /* owned; the CPU that handles each, or -1 */
	struct irqkit_cpuset **sets; /* owned array */
	size_t n;
};

static void class_free(struct class_queues *class)
{
	free(class->index);
	free(class->served);
	free(class->sets);
}

static bool class_alloc(struct class_queues *class, size_t n)
{
	class->index = calloc(n + 1, sizeof(*class->index));
	class->served = calloc(n + 1, sizeof(*class->served));
	class->sets = calloc(n + 1, sizeof(struct irqkit_cpuset *));
	return class->index && class->served && class->sets;
}

/* Collects the queues of this class that have no set yet. */
static void collect(const struct steer_task *task, int number,
	struct irqkit_cpuset *const *sets, struct class_queues *class)
{
	class->n = 0;
	for (size_t i = 0; i < task->n_queues; i++) {
		const struct irqkit_cpuset *serving;

		if (sets[i] || read_class(task->queues[i]) != number)
			continue;
		serving = irqkit_machine_get_settled_queue_cpus(
			task->machine, task->queues[i]);
		class->served[class->n] = serving ? irqkit_cpuset_next(serving, -1) : -1;
		class->index[class->n++] = i;
	}
}

/* Each CPU gets a queue of each class: net/core/dev.c, __netif_set_xps_queue(). */
static int choose_near(const struct steer_task *task, struct irqkit_cpuset **sets)
{
	struct class_queues class CLEANUP(class_free) = { 0 };
	size_t unknown = 0;
	int r = class_alloc(&class, task->n_queues) ? 0 : -ENOMEM;

	for (size_t i = 0; i < task->n_queues && r == 0; i++) {
		if (sets[i])
			continue;
		collect(task, read_class(task->queues[i]), sets, &class);
		r = irqkit_steer_xps(
			task->machine->topology, class.served, class.n, class.sets);
		for (size_t k = 0; k < class.n && r == 0; k++) {
			sets[class.index[k]] = class.sets[k];
			unknown += class.served[k] < 0;
		}
	}
	if (r < 0)
		return request_fail_with(task->request, r,
			"cannot choose CPUs for %s: %s", task->device->name,
			error_text(-r));
	if (unknown)
		warn_unknown(task, unknown);
	return 0;
}

/* The sets of the chosen tx queues, by index among the queues of the device; or NULL. */
static struct irqkit_cpuset **index_sets(
	const struct steer_task *task, struct irqkit_cpuset *const *sets)
{
	const struct irqkit_device *device = task->device;
	struct irqkit_cpuset **index = calloc(
		device->n_queues + 1, sizeof(struct irqkit_cpuset *));

	for (size_t i = 0; index && i < task->n_queues; i++)
		index[task->queues[i] - device->queues] = sets[i];
	return index;
}

static int read_rxqs(const struct steer_task *task, struct irqkit_cpuset **ret_rxqs)
{
	return request_read_numbers(task->request, task->request->rxqs,
		task->request->rxqs_label, task->device, IRQKIT_RX, ret_rxqs);
}

/* The rx queues that were given go to each tx queue. */
static int choose_given_rxqs(const struct steer_task *task, struct irqkit_cpuset **sets)
{
	_cleanup_cpuset_ struct irqkit_cpuset *rxqs = NULL;
	int r = read_rxqs(task, &rxqs);

	for (size_t i = 0; i < task->n_queues && r == 0; i++)
		r = irqkit_cpuset_copy(rxqs, &sets[i]);
	return r;
}

/* The i-th rx queue goes to the i-th tx queue; fewer tx queues are used in turn. */
static int choose_rxqs(const struct steer_task *task, struct irqkit_cpuset **sets)
{
	/* queues that were not chosen count too */
	size_t n = 0, n_tx = irqkit_device_count_direction(task->device, IRQKIT_TX);
	const struct irqkit_device *device = task->device;
	struct irqkit_cpuset **index;
	int r = 0;

	if (task->request->rxqs)
		return choose_given_rxqs(task, sets);
	for (size_t i = 0; i < task->n_queues && r == 0; i++)
		r = irqkit_cpuset_new(&sets[i]);
	index = index_sets(task, sets);
	if (!index)
		return -ENOMEM;
	for (size_t i = 0; i < device->n_queues && r == 0; i++) {
		const struct irqkit_queue *queue = &device->queues[i], *tx;

		if (queue->direction != IRQKIT_RX)
			continue;
		tx = irqkit_device_find_queue(
			device, IRQKIT_TX, (unsigned int)(n++ % n_tx));
		if (tx && index[tx - device->queues])
			r = request_add_number(
				task->request, queue, index[tx - device->queues]);
	}
	free(index);
	return r;
}

/* ------------------------------------------------------------------------------- */
/* Steps                                                                           */

/* Does the CPU that handles the queue not transmit on it, because the CPU is isolated? */
static bool is_left_out(
	const struct steer_task *task, const struct irqkit_cpuset *serving)
{
	const struct irqkit_cpuset *cpus = irqkit_topology_get_cpus(
		task->machine->topology, IRQKIT_CPUS_HOUSEKEEPING);
	int cpu = irqkit_cpuset_next(serving, -1);

	return cpus && cpu >= 0 && !irqkit_cpuset_has(cpus, (unsigned int)cpu);
}

/* "handled by CPU 3"; where only the affinity is known: "handled by one of CPUs 0-7" */
static char *explain_serving(
	const struct steer_task *task, const struct irqkit_cpuset *serving)
{
	_cleanup_free_ char *list = NULL;
	bool is_one = irqkit_cpuset_count(serving) == 1;
	char *why;

	if (irqkit_cpuset_format_list(serving, &list) < 0 ||
		asprintf(&why, "handled by %s %s%s", is_one ? "CPU" : "one of CPUs", list,
			is_one && is_left_out(task, serving) ? ", which is isolated"
							     : "") < 0)
		return NULL;
	return why;
}

static int explain_cpus(const struct steer_task *task, size_t i, char **ret_why)
{
	const struct irqkit_cpuset *serving = NULL;
	bool is_auto = task->request->steering == IRQKIT_STEERING_AUTO;
	char *why;

	if (task->is_in_vain) {
		*ret_why = explain_ignored(task->device);
		return *ret_why ? 0 : -ENOMEM;
	}
	if (is_auto)
		serving = irqkit_machine_get_settled_queue_cpus(
			task->machine, task->queues[i]);
	if (!serving)
		why = strdup(is_auto ? "in turn" : "requested");
	else
		why = explain_serving(task, serving);
	*ret_why = why;
	return why ? 0 : -ENOMEM;
}

static int add_rxqs(const struct steer_task *task, struct irqkit_queue *queue,
	const struct irqkit_cpuset *set)
{
	int r = irqkit_plan_add_xps_rxqs(task->plan, queue, set, "requested");

	return r < 0 ? request_fail_queue(task->request, queue, IRQKIT_KNOB_XPS_RXQS, r)
		     : 0;
}

/* Rx queues take precedence over CPUs, so what was not given is turned off. */
static int add_other_rxqs(const struct steer_task *task, struct irqkit_queue *queue)
{
	bool is_off = task->request->steering != IRQKIT_STEERING_GIVEN &&
		task->request->steering != IRQKIT_STEERING_AUTO;
	_cleanup_cpuset_ struct irqkit_cpuset *rxqs = NULL;
	int r;

	if (!task->request->rxqs)
		return request_clear_rxqs(task->request, task->plan, queue,
			is_off ? "requested" : "would override the CPUs");
	r = read_rxqs(task, &rxqs);
	return r == 0 ? add_rxqs(task, queue, rxqs) : r;
}

static int add_cpus(
	const struct steer_task *task, size_t i, const struct irqkit_cpuset *set)
{
	struct irqkit_queue *queue = task->queues[i];
	_cleanup_free_ char *why = NULL;
	int r = explain_cpus(task, i, &why);

	if (r < 0)
		return r;
	r = irqkit_plan_add_xps_cpus(task->plan, queue, set, why);
	return r < 0 ? request_fail_queue(task->request, queue, IRQKIT_KNOB_XPS_CPUS, r)
		     : add_other_rxqs(task, queue);
}

static int choose_sets(const struct steer_task *task, struct irqkit_cpuset **sets)
{
	if (task->is_in_vain)
		return choose_same(task, sets);
	switch (task->request->steering) {
	case IRQKIT_STEERING_AUTO:
		return choose_near(task, sets);
	case IRQKIT_STEERING_RXQS:
		return choose_rxqs(task, sets);
	default:
		return choose_same(task, sets);
	}
}

static int plan_queues(const struct steer_task *task)
{
	bool is_rxqs = task->request->steering == IRQKIT_STEERING_RXQS;
	struct irqkit_cpuset **sets;
	int r;

	sets = calloc(task->n_queues + 1, sizeof(struct irqkit_cpuset *));
	if (!sets)
		return -ENOMEM;
	r = choose_sets(task, sets);
	for (size_t i = 0; i < task->n_queues && r == 0; i++)
		r = is_rxqs ? add_rxqs(task, task->queues[i], sets[i])
			    : add_cpus(task, i, sets[i]);
	for (size_t i = 0; i < task->n_queues; i++)
		irqkit_cpuset_free(sets[i]);
	free(sets);
	return r;
}

/* The kernel neither transmits on queues in no class nor takes CPUs for them. */
static int plan_classes(const struct steer_task *task)
{
	struct steer_task part = *task;
	_cleanup_free_ char *first = NULL;
	int r = 0;

	part.n_queues = 0;
	part.queues = calloc(task->n_queues + 1, sizeof(struct irqkit_queue *));
	if (!part.queues)
		return -ENOMEM;
	for (size_t i = 0; i < task->n_queues && r == 0; i++) {
		if (read_class(task->queues[i]) >= 0)
			part.queues[part.n_queues++] = task->queues[i];
		else if (!first)
			r = irqkit_queue_format_full_name(task->queues[i], &first);
	}
	if (r == 0 && first)
		request_remark(task->request,
			"%s%s skipped: the kernel transmits on no queue without a "
			"traffic class.",
			first,
			task->n_queues - part.n_queues > 1 ? " and others are" : " is");
	if (r == 0 && part.n_queues)
		r = plan_queues(&part);
	free(part.queues);
	return r;
}

/* ------------------------------------------------------------------------------- */
/* Interfaces for which the kernel does not use XPS                                */

static int fail_bond(const struct steer_task *task)
{
	const struct irqkit_request *request = task->request;
	const char *list = request->rxqs ? request->rxqs : "";
	const char *name = task->device->name;
	struct buffer options = { 0 };
	_cleanup_free_ char *words = NULL;

	if (request->cpus)
		buffer_add(&options, " %s=%s", request->cpus_label, request->cpus);
	else if (request->mask)
		buffer_add(&options, " %s=%s", request->cpus_label, request->mask);
	if (request->rxqs || request->steering == IRQKIT_STEERING_RXQS)
		buffer_add(&options, " --rxqs%s%s", *list ? "=" : "", list);
	return buffer_take(&options, &words) < 0
		? -ENOMEM
		: request_fail(task->request, IRQKIT_PROBLEM_WORDS,
			  "XPS of %s has no effect: %s; use 'irqkit xps %s --lower%s'",
			  name, bond_why, name, words);
}

/* Turns off what is set, and has no effect. */
static int clear_ignored(const struct steer_task *task)
{
	_cleanup_free_ char *why = explain_ignored(task->device);
	struct steer_task copy = *task;

	if (!why)
		return -ENOMEM;
	request_remark(
		task->request, "XPS would not help %s: %s.", task->device->name, why);
	copy.is_in_vain = true;
	return plan_queues(&copy);
}

static int skip_bond(const struct steer_task *task)
{
	if (!request_is_optional(task->request, task->device))
		return fail_bond(task);
	request_remark(task->request, "%s is skipped: XPS has no effect on it, since %s.",
		task->device->name, bond_why);
	return 0;
}

/* One policy can be for many systems, and the setting does no harm. */
static int plan_with_warning(const struct steer_task *task)
{
	_cleanup_free_ char *why = explain_ignored(task->device);

	if (!why)
		return -ENOMEM;
	request_warn(
		task->request, "XPS of %s has no effect: %s", task->device->name, why);
	return plan_classes(task);
}

static int plan_ignored(const struct steer_task *task)
{
	enum irqkit_steering steering = task->request->steering;

	if (steering == IRQKIT_STEERING_OFF || steering == IRQKIT_STEERING_NONE)
		return plan_classes(task);
	if (steering == IRQKIT_STEERING_AUTO)
		return clear_ignored(task);
	return irqkit_device_get_driver(task->device) ? plan_with_warning(task)
						      : skip_bond(task);
}

/* ------------------------------------------------------------------------------- */

static int plan_device(const struct steer_task *task)
{
	bool is_ignored = false;

	if (irqkit_device_count_direction(task->device, IRQKIT_TX) > 1) {
		int r = irqkit_device_read_ignores_xps(task->device, &is_ignored);

		return r < 0 ? r : is_ignored ? plan_ignored(task) : plan_classes(task);
	}
	if (!task->request->is_lower && !request_is_optional(task->request, task->device))
		return request_fail_queue(
			task->request, task->queues[0], IRQKIT_KNOB_XPS_CPUS, -ENOENT);
	request_remark(task->request,
		"%s is skipped: it has one tx queue, which all CPUs use.",
		task->device->name);
	return 0;
}

int request_plan_xps(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan)
{
	if (!request->cpus && !request->mask &&
		request->steering == IRQKIT_STEERING_GIVEN)
		return request_fail(request, IRQKIT_PROBLEM_WORDS, "no CPUs are given");
	if (request->rxqs &&
		(request->steering == IRQKIT_STEERING_OFF ||
			request->steering == IRQKIT_STEERING_AUTO))
		return request_fail(request, IRQKIT_PROBLEM_WORDS,
			"rx queues cannot be given when XPS is turned off or decides "
			"itself");
	if (request->has_flows)
		return request_fail(
			request, IRQKIT_PROBLEM_WORDS, "only RPS has a number of flows");
	return request_plan_steering(request, machine, plan, plan_device);
}
