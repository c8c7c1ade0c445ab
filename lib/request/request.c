/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests: filled, planned, and what they have to say. */
#include "request/request.h"
#include "base/array.h"
#include "base/error_text.h"
#include "base/macros.h"
#include "kernel/ctx.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int request_new(enum request_kind kind, struct irqkit_request **ret_request)
{
	struct irqkit_request *request = calloc(1, sizeof(*request));

	if (!request)
		return -ENOMEM;
	request->kind = kind;
	request->width = 1;
	request->cpus_label = "cpus";
	request->node_label = "node";
	request->lower_label = "lower";
	request->queues_label = "queues";
	request->auto_label = "auto";
	request->wrap_label = "wrap";
	request->flows_label = "flows";
	request->rxqs_label = "rxqs";
	*ret_request = request;
	return 0;
}

EXPORT int irqkit_request_new_set(struct irqkit_request **ret_request)
{
	return request_new(REQUEST_SET, ret_request);
}

EXPORT int irqkit_request_new_default(struct irqkit_request **ret_request)
{
	return request_new(REQUEST_DEFAULT, ret_request);
}

EXPORT int irqkit_request_new_spread(struct irqkit_request **ret_request)
{
	return request_new(REQUEST_SPREAD, ret_request);
}

/* ------------------------------------------------------------------------------- */
/* What is wanted                                                                  */

EXPORT int irqkit_request_add_target(struct irqkit_request *request, const char *word)
{
	char *copy;

	if (!GROW(request->targets, request->n_targets, request->targets_room))
		return -ENOMEM;
	copy = strdup(word);
	if (!copy)
		return -ENOMEM;
	request->targets[request->n_targets++] = copy;
	return 0;
}

int request_replace(char **text, const char *with)
{
	char *copy = with ? strdup(with) : NULL;

	if (with && !copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

EXPORT int irqkit_request_set_cpus(
	struct irqkit_request *request, const char *set, const char *label)
{
	request->cpus_label = label ? label : "cpus";
	return request_replace(&request->cpus, set);
}

EXPORT int irqkit_request_set_mask(
	struct irqkit_request *request, const char *mask, const char *label)
{
	request->cpus_label = label ? label : "mask";
	return request_replace(&request->mask, mask);
}

EXPORT void irqkit_request_set_node(struct irqkit_request *request,
	enum irqkit_node_policy policy, unsigned int node, const char *label)
{
	request->node_policy = policy;
	request->node = node;
	request->node_label = label ? label : "node";
}

EXPORT void irqkit_request_set_policy(
	struct irqkit_request *request, enum irqkit_policy policy)
{
	request->policy = policy;
}

EXPORT void irqkit_request_set_width(struct irqkit_request *request, unsigned int width)
{
	request->width = width;
}

EXPORT void irqkit_request_set_split(struct irqkit_request *request, bool is_split)
{
	request->is_split = is_split;
}

EXPORT void irqkit_request_set_gain(struct irqkit_request *request, unsigned int percent)
{
	request->gain = percent;
}

EXPORT void irqkit_request_set_idle(struct irqkit_request *request, uint64_t load)
{
	request->idle = load;
}

EXPORT void irqkit_request_set_counts(
	struct irqkit_request *request, const struct irqkit_snapshot *counts)
{
	request->counts = counts;
	request->load = NULL;
}

EXPORT void irqkit_request_set_load(
	struct irqkit_request *request, struct irqkit_load *load)
{
	request->load = load;
}

EXPORT void irqkit_request_set_weigh(
	struct irqkit_request *request, enum irqkit_weigh weigh)
{
	request->weigh = weigh;
}

EXPORT enum irqkit_weigh irqkit_request_get_weigh(const struct irqkit_request *request)
{
	return request->weigh;
}

EXPORT void irqkit_request_set_passes_absent(
	struct irqkit_request *request, bool passes_absent)
{
	request->passes_absent = passes_absent;
}

EXPORT void irqkit_request_set_leave_out_fn(
	struct irqkit_request *request, irqkit_leave_out_fn *fn, void *data)
{
	request->leave_out = fn;
	request->leave_out_data = data;
}

/* ------------------------------------------------------------------------------- */
/* What came of it                                                                 */

void request_drop_messages(struct irqkit_request *request)
{
	for (size_t i = 0; i < request->n_messages; i++)
		free(request->messages[i].text);
	request->n_messages = 0;
}

int request_add_message(
	struct irqkit_request *request, enum irqkit_message_kind kind, char *text)
{
	if (!text ||
		!GROW(request->messages, request->n_messages, request->messages_room)) {
		free(text);
		return -ENOMEM;
	}
	request->messages[request->n_messages++] = (struct request_message){
		.text = text,
		.kind = kind,
	};
	return 0;
}

int request_note_problem(
	struct irqkit_request *request, enum irqkit_problem problem, int error)
{
	request->problem = error == -ENOMEM ? IRQKIT_PROBLEM_FAILED : problem;
	return error;
}

static char *format_arguments(const char *format, va_list args)
{
	char *text;

	return vasprintf(&text, format, args) < 0 ? NULL : text;
}

/* The error code for a problem that is not an error of the system. */
static int error_of(enum irqkit_problem problem)
{
	switch (problem) {
	case IRQKIT_PROBLEM_WORDS:
		return -EINVAL;
	case IRQKIT_PROBLEM_NO_MATCH:
		return -ESRCH;
	default:
		return -EPERM;
	}
}

int request_take_message(struct irqkit_request *request, enum irqkit_problem problem,
	int error, char *message)
{
	int r = request_add_message(request, IRQKIT_MESSAGE_ERROR, message);

	return request_note_problem(request, problem, r < 0 ? r : error);
}

int request_fail(struct irqkit_request *request, enum irqkit_problem problem,
	const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = format_arguments(format, args);
	va_end(args);
	return request_take_message(request, problem, error_of(problem), text);
}

int request_fail_with(struct irqkit_request *request, int error, const char *format, ...)
{
	va_list args;
	char *text;

	if (error == -ENOMEM)
		return request_note_problem(request, IRQKIT_PROBLEM_FAILED, error);
	va_start(args, format);
	text = format_arguments(format, args);
	va_end(args);
	return request_take_message(request, IRQKIT_PROBLEM_FAILED, error, text);
}

void request_warn(struct irqkit_request *request, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	request_add_message(
		request, IRQKIT_MESSAGE_WARNING, format_arguments(format, args));
	va_end(args);
}

int request_end_immovable(struct irqkit_request *request, int r)
{
	return r == -ENOMEM || request->is_of_policy
		? r
		: request_fail(request, IRQKIT_PROBLEM_IMMOVABLE, "nothing was changed");
}

void request_remark(struct irqkit_request *request, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	request_add_message(
		request, IRQKIT_MESSAGE_REMARK, format_arguments(format, args));
	va_end(args);
}

int request_fail_unreadable(
	struct irqkit_request *request, const struct irqkit_irq *irq, int error)
{
	const char *absence = error == -ENOENT ? machine_explain_absence(irq->machine)
					       : NULL;
	const char *meaning = absence ? absence : irqkit_explain_error(-error);

	if (is_failure(error)) /* the log function of the context knows it */
		return request_note_problem(request, IRQKIT_PROBLEM_FAILED, error);
	return request_fail_with(request, error,
		"cannot read the affinity of interrupt %s: %s%s%s", irq->row->label,
		error_text(-error), meaning ? ": " : "", meaning ? meaning : "");
}

int request_add_gone(
	struct irqkit_request *request, struct irqkit_plan *plan, struct irqkit_irq *irq)
{
	request->n_gone++;
	if (!request->why_gone)
		request->why_gone = machine_explain_gone(irq->machine);
	return irqkit_plan_add_skipped(plan, irq, request->why_gone);
}

EXPORT enum irqkit_problem irqkit_request_get_problem(
	const struct irqkit_request *request)
{
	return request->problem;
}

EXPORT size_t irqkit_request_count_messages(const struct irqkit_request *request)
{
	return request->n_messages;
}

EXPORT const char *irqkit_request_get_message(const struct irqkit_request *request,
	size_t index, enum irqkit_message_kind *ret_kind)
{
	*ret_kind = request->messages[index].kind;
	return request->messages[index].text;
}

EXPORT const struct irqkit_selection *irqkit_request_get_selection(
	const struct irqkit_request *request)
{
	return request->selection;
}

EXPORT const struct irqkit_placement *irqkit_request_get_placement(
	const struct irqkit_request *request)
{
	return request->placement;
}

EXPORT size_t irqkit_request_count_devices(const struct irqkit_request *request)
{
	return request->n_devices;
}

EXPORT struct irqkit_device *irqkit_request_get_device(
	const struct irqkit_request *request, size_t index)
{
	return request->devices[index];
}

EXPORT size_t irqkit_request_count_queues(const struct irqkit_request *request)
{
	return request->n_queues;
}

EXPORT struct irqkit_queue *irqkit_request_get_queue(
	const struct irqkit_request *request, size_t index)
{
	return request->queues[index];
}

bool request_depends_on_counts(const struct irqkit_request *request)
{
	return (request->kind == REQUEST_SPREAD &&
		       request->policy == IRQKIT_POLICY_LOAD) ||
		(request->kind == REQUEST_RPS &&
			request->steering == IRQKIT_STEERING_AUTO) ||
		(request->kind == REQUEST_CHANNELS && request->auto_channels_label);
}

EXPORT void irqkit_request_set_every(struct irqkit_request *request, unsigned int seconds)
{
	request->every = seconds;
}

EXPORT unsigned int irqkit_request_get_every(const struct irqkit_request *request)
{
	return request->every;
}

EXPORT void irqkit_request_set_seconds(
	struct irqkit_request *request, unsigned int seconds)
{
	request->seconds = seconds;
}

EXPORT unsigned int irqkit_request_get_seconds(const struct irqkit_request *request)
{
	return request->seconds;
}
