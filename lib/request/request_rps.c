/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests for RPS and RFS: the CPUs and the flow tables of rx queues. */
#include "base/buffer.h"
#include "base/cpuset.h"
#include "base/error_text.h"
#include "base/join.h"
#include "base/macros.h"
#include "devices/queues.h"
#include "kernel/ctx.h"
#include "request/request_cpus.h"
#include "request/request_net.h"
#include "request/request_queue.h"
#include "request/request_steer.h"
#include "topology/topology.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* CPUs                                                                            */

static int fail_isolated(struct irqkit_request *request,
	const struct irqkit_cpuset *isolated, const struct irqkit_cpuset *others)
{
	_cleanup_free_ char *list = NULL, *rest = NULL;
	const char *label = request->cpus_label;

	if (irqkit_cpuset_format_list(isolated, &list) < 0 ||
		(request->mask && !irqkit_cpuset_is_empty(others)
				? irqkit_cpuset_format_mask(others, &rest)
				: irqkit_cpuset_format_list(others, &rest)) < 0)
		return -ENOMEM;
	if (*rest)
		return request_fail(request, IRQKIT_PROBLEM_WORDS,
			"%s: the kernel accepts no isolated CPU for RPS (isolated: %s); "
			"use %s=%s",
			label, list, label, rest);
	if (request->kind == REQUEST_RPS_DEFAULT)
		return request_fail(request, IRQKIT_PROBLEM_WORDS,
			"%s: the kernel accepts no isolated CPU for RPS (isolated: %s); "
			"use other CPUs, as in %s=housekeeping",
			label, list, label);
	return request_fail(request, IRQKIT_PROBLEM_WORDS,
		"%s: the kernel accepts no isolated CPU for RPS (isolated: %s); use "
		"other CPUs, or %s to have them chosen",
		label, list, request->auto_label);
}

/* The kernel would leave out isolated CPUs silently, or refuse a set without others. */
static int check_isolated(struct irqkit_request *request,
	const struct irqkit_machine *machine, const struct irqkit_cpuset *cpus)
{
	const struct irqkit_cpuset *allowed = topology_get_kernel_cpus(
		machine->topology, IRQKIT_CPUS_HOUSEKEEPING);
	_cleanup_cpuset_ struct irqkit_cpuset *isolated = NULL, *others = NULL;

	if (!allowed || irqkit_cpuset_is_subset(cpus, allowed))
		return 0;
	if (irqkit_cpuset_copy(cpus, &isolated) < 0 ||
		irqkit_cpuset_copy(cpus, &others) < 0)
		return -ENOMEM;
	irqkit_cpuset_remove_set(isolated, allowed);
	irqkit_cpuset_keep_set(others, allowed);
	return fail_isolated(request, isolated, others);
}

/* "rx-0, rx-3"; NULL: all of the queues chosen, or no memory. */
static char *name_helped(const struct steer_task *task)
{
	char *names = NULL;
	size_t n = 0;

	for (size_t i = 0; i < task->n_queues; i++) {
		_cleanup_free_ char *name = NULL;

		if (!irqkit_rps_advice_helps(task->advice, task->queues[i]))
			continue;
		n++;
		if (irqkit_queue_format_name(task->queues[i], &name) < 0 ||
			join_text(&names, name) < 0)
			return NULL;
	}
	if (n == task->n_queues)
		free(TAKE(names));
	return names;
}

static void remark_decision(const struct steer_task *task)
{
	const struct irqkit_cpuset *cpus = irqkit_rps_advice_get_cpus(task->advice);
	const char *why = irqkit_rps_advice_get_reason(task->advice);
	const char *name = task->device->name;
	unsigned int n = irqkit_cpuset_count(cpus);
	_cleanup_free_ char *list = NULL, *queues = name_helped(task);

	if (irqkit_cpuset_format_list(cpus, &list) < 0)
		return;
	if (n == 0)
		request_remark(task->request, "RPS would not help %s: %s.", name, why);
	else
		request_remark(task->request, "RPS%s%s uses CPU%s %s: %s has %s.",
			queues ? " of " : "", queues ? queues : "", n == 1 ? "" : "s",
			list, name, why);
}

/* The decision leaves out CPUs that handle the queues, if these are known. */
static void warn_unknown(const struct steer_task *task)
{
	_cleanup_free_ char *why = NULL;

	if (irqkit_device_explain_unknown_direction(task->device, IRQKIT_RX, &why) == 0)
		request_warn(task->request,
			"%s does not know which CPUs handle the rx queues of %s: %s; use "
			"%s=SET to choose CPUs",
			task->request->auto_label, task->device->name, why,
			task->request->cpus_label);
}

/* The CPU that handles the interrupt has the packets already. */
static void remark_same_cpu(
	const struct steer_task *task, const struct irqkit_cpuset *cpus)
{
	_cleanup_free_ char *first = NULL;
	char more[64] = "";
	size_t n = 0;

	for (size_t i = 0; i < task->n_queues; i++) {
		const struct irqkit_cpuset *serving =
			irqkit_machine_get_settled_queue_cpus(
				task->machine, task->queues[i]);

		if (!serving || irqkit_cpuset_count(serving) != 1 ||
			!irqkit_cpuset_is_equal(cpus, serving))
			continue;
		if (n++ == 0)
			irqkit_queue_format_full_name(task->queues[i], &first);
	}
	if (!first)
		return;
	if (n > 1)
		snprintf(more, sizeof(more), " (and %zu more)", n - 1);
	request_remark(task->request,
		"%s%s: RPS has no effect, since it targets the CPU that handles the "
		"interrupt.",
		first, more);
}

static int add_step(const struct steer_task *task, struct irqkit_queue *queue,
	const struct irqkit_cpuset *cpus, const char *why)
{
	int r = irqkit_plan_add_rps_cpus(task->plan, queue, cpus, why);

	return r < 0 ? request_fail_queue(task->request, queue, IRQKIT_KNOB_RPS_CPUS, r)
		     : 0;
}

/* Plans the same CPUs for all queues. */
static int plan_same(const struct steer_task *task, const struct irqkit_cpuset *cpus)
{
	int r = 0;

	if (!irqkit_cpuset_is_empty(cpus))
		remark_same_cpu(task, cpus);
	for (size_t i = 0; i < task->n_queues && r == 0; i++)
		r = add_step(task, task->queues[i], cpus, "requested");
	return r;
}

static int plan_given(const struct steer_task *task)
{
	struct irqkit_request *request = task->request;
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	int r;

	if (request->steering == IRQKIT_STEERING_OFF ||
		request->steering == IRQKIT_STEERING_NONE)
		r = irqkit_cpuset_new(&cpus);
	else
		r = request_read_cpus(request, task->machine,
			request_find_local(task->machine, task->device), &cpus);
	if (r == 0)
		r = check_isolated(request, task->machine, cpus);
	return r < 0 ? r : plan_same(task, cpus);
}

/* Why RPS of a queue is off, or should be. */
static const char *explain_off(
	const struct steer_task *task, const struct irqkit_cpuset *cpus)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		task->machine->topology, IRQKIT_CPUS_ONLINE);

	if (online && !irqkit_cpuset_is_empty(cpus) &&
		!irqkit_cpuset_has_common(cpus, online))
		return "no effect: its CPUs are offline";
	return irqkit_cpuset_is_empty(irqkit_rps_advice_get_cpus(task->advice))
		? irqkit_rps_advice_get_reason(task->advice)
		: "not one of the busy queues";
}

/* The queues that RPS helps get the CPUs; what helps no queue is turned off. */
static int advise_queue(const struct steer_task *task, struct irqkit_queue *queue)
{
	static const char *const phrases[] = {
		[IRQKIT_RPS_OFF] = NULL,
		[IRQKIT_RPS_ON] = "kept: it may help",
		[IRQKIT_RPS_SAME_CPU] = "no effect: its CPU handles the interrupt",
		[IRQKIT_RPS_REDUNDANT] = NULL,
		[IRQKIT_RPS_NO_EFFECT] = NULL,
	};
	_cleanup_cpuset_ struct irqkit_cpuset *now = NULL, *none = NULL;
	enum irqkit_rps_state state;
	const char *why;
	int r;

	if (irqkit_rps_advice_helps(task->advice, queue))
		return add_step(task, queue, irqkit_rps_advice_get_cpus(task->advice),
			irqkit_rps_advice_get_reason(task->advice));
	r = irqkit_queue_read_rps_cpus(queue, &now);
	if (r == 0)
		r = irqkit_cpuset_new(&none);
	if (r < 0)
		return request_fail_queue(task->request, queue, IRQKIT_KNOB_RPS_CPUS, r);
	state = irqkit_rps_advice_judge(task->advice, queue, now);
	why = phrases[state] ? phrases[state] : explain_off(task, now);
	return add_step(task, queue, state == IRQKIT_RPS_ON ? now : none, why);
}

static int plan_advised(struct steer_task *task)
{
	int r = irqkit_rps_advice_new(task->machine, task->device, &task->advice);

	if (r < 0)
		return request_fail_with(task->request, r,
			"cannot choose CPUs for %s: %s", task->device->name,
			error_text(-r));
	remark_decision(task);
	warn_unknown(task);
	for (size_t i = 0; i < task->n_queues && r == 0; i++)
		r = advise_queue(task, task->queues[i]);
	irqkit_rps_advice_free(TAKE(task->advice));
	return r;
}

static int plan_cpus(const struct steer_task *task)
{
	struct steer_task copy = *task;

	return task->request->steering == IRQKIT_STEERING_AUTO ? plan_advised(&copy)
							       : plan_given(task);
}

/* ------------------------------------------------------------------------------- */
/* Flows                                                                           */

static int fail_entries(
	struct irqkit_request *request, const struct irqkit_ctx *ctx, int error)
{
	if (is_failure(error)) /* the log function of the context knows it */
		return error;
	if (error == -ENOENT)
		return request_fail(request, IRQKIT_PROBLEM_IMMOVABLE,
			"there is no %.*s%s: the kernel was built without RPS, or this "
			"is a container",
			ctx_root_length(ctx), ctx->root, SOCK_FLOW_ENTRIES_PATH);
	return request_fail_with(request, error, "cannot read %.*s%s: %s",
		ctx_root_length(ctx), ctx->root, SOCK_FLOW_ENTRIES_PATH,
		error_text(-error));
}

/*
 * The counts of queues need this table. It belongs to the machine, so it never shrinks.
 */
static int plan_entries(const struct steer_task *task, uint64_t flows)
{
	uint64_t now;
	int r = irqkit_machine_read_sock_flow_entries(task->machine, &now);

	if (r == 0 && task->machine->planned_flow_entries > now)
		now = task->machine->planned_flow_entries;
	if (r == 0)
		r = irqkit_plan_add_rps_sock_flow_entries(task->plan,
			now > flows ? now : flows,
			now >= flows ? "already large enough"
				     : "raised to hold these flows");
	return r < 0 ? fail_entries(task->request, task->machine->ctx, r) : 0;
}

/* The table of all devices is raised once, with the first device that needs it. */
static bool has_entries(const struct irqkit_plan *plan)
{
	for (size_t i = 0; i < irqkit_plan_count(plan); i++)
		if (irqkit_step_get_knob(irqkit_plan_get(plan, i)) ==
			IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES)
			return true;
	return false;
}

static int plan_flows(const struct steer_task *task)
{
	const struct irqkit_request *request = task->request;
	uint64_t flows = request->has_flows ? request->flows : 0;
	uint64_t each = (flows + task->n_queues - 1) / task->n_queues;
	bool is_off = request->steering == IRQKIT_STEERING_OFF;
	char why[64] = "requested";
	int r = flows && !has_entries(task->plan) ? plan_entries(task, flows) : 0;

	if (task->n_queues > 1 && flows)
		snprintf(why, sizeof(why), "%llu for %zu queues",
			(unsigned long long)flows, task->n_queues);
	for (size_t i = 0; i < task->n_queues && r == 0; i++) {
		r = irqkit_plan_add_rps_flow_cnt(task->plan, task->queues[i], each, why);
		/* a missing knob need not be turned off */
		if (r == -ENOENT && is_off)
			r = 0;
		else if (r < 0)
			r = request_fail_queue(task->request, task->queues[i],
				IRQKIT_KNOB_RPS_FLOW_CNT, r);
	}
	return r;
}

/* ------------------------------------------------------------------------------- */

static bool changes_cpus(const struct irqkit_request *request)
{
	return request->cpus || request->mask ||
		request->steering != IRQKIT_STEERING_GIVEN;
}

/* "eth0 eth1", as words of a command. */
static int name_receiving(struct irqkit_device *device, char **ret_names, bool *ret_one)
{
	struct buffer names = { 0 };
	size_t n;
	int r = irqkit_device_count_receiving(device, &n);

	for (size_t i = 0; i < n && r == 0; i++)
		buffer_add(&names, "%s%s", i ? " " : "",
			irqkit_device_get_receiving(device, i)->name);
	*ret_one = n == 1;
	return r < 0 ? r : buffer_take(&names, ret_names);
}

static int fail_upper(const struct steer_task *task)
{
	const struct irqkit_request *request = task->request;
	const char *name = task->device->name;
	_cleanup_free_ char *names = NULL, *words = NULL;
	struct buffer options = { 0 };
	bool is_one;
	int r = name_receiving(task->device, &names, &is_one);

	if (request->cpus)
		buffer_add(&options, " %s=%s", request->cpus_label, request->cpus);
	else if (request->mask)
		buffer_add(&options, " %s=%s", request->cpus_label, request->mask);
	if (request->has_flows)
		buffer_add(&options, " %s=%llu", request->flows_label,
			(unsigned long long)request->flows);
	if (r < 0)
		free(options.text);
	else
		r = buffer_take(&options, &words);
	if (r < 0)
		return r;
	if (!*names)
		return request_fail(task->request, IRQKIT_PROBLEM_WORDS,
			"RPS of %s has no effect: its packets arrive on the interfaces "
			"below it, and it has none",
			name);
	return request_fail(task->request, IRQKIT_PROBLEM_WORDS,
		"RPS of %s has no effect: its packets arrive on the interface%s below "
		"it; "
		"use 'irqkit rps %s%s'",
		name, is_one ? "" : "s", names, words);
}

/* Would a setting be made that is never used? */
static int is_in_vain(const struct steer_task *task, bool *ret_is)
{
	const struct irqkit_request *request = task->request;
	enum irqkit_net_kind kind;
	int r = irqkit_device_read_net_kind(task->device, &kind);

	*ret_is = r == 0 && kind == IRQKIT_NET_UPPER &&
		((request->steering == IRQKIT_STEERING_GIVEN && changes_cpus(request)) ||
			(request->has_flows && request->flows));
	return r;
}

static int plan_device(const struct steer_task *task)
{
	const struct irqkit_request *request = task->request;
	bool is;
	int r = is_in_vain(task, &is);

	if (r == 0 && is && request_is_optional(request, task->device)) {
		request_remark(task->request,
			"%s is skipped: RPS has no effect on it, since its packets "
			"arrive on interfaces below it.",
			task->device->name);
		return 0;
	}
	if (r == 0 && is)
		return fail_upper(task);
	if (r == 0 && (request->has_flows || request->steering == IRQKIT_STEERING_OFF))
		r = plan_flows(task);
	return r == 0 && changes_cpus(request) ? plan_cpus(task) : r;
}

int request_plan_rps(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan)
{
	if (!changes_cpus(request) && !request->has_flows)
		return request_fail(request, IRQKIT_PROBLEM_WORDS,
			"neither CPUs nor flows are given");
	if (request->steering == IRQKIT_STEERING_OFF && request->has_flows)
		return request_fail(request, IRQKIT_PROBLEM_WORDS,
			"RPS cannot be turned off with a number of flows: RFS is turned "
			"off too");
	if (request->steering == IRQKIT_STEERING_RXQS || request->rxqs)
		return request_fail(
			request, IRQKIT_PROBLEM_WORDS, "only XPS can steer by rx queues");
	return request_plan_steering(request, machine, plan, plan_device);
}

/* ------------------------------------------------------------------------------- */
/* Interfaces that are created later                                               */

static int fail_default(
	struct irqkit_request *request, const struct irqkit_ctx *ctx, int error)
{
	if (error == -ENOENT)
		return request_fail(request, IRQKIT_PROBLEM_IMMOVABLE,
			"there is no %.*s%s: the kernel is older than Linux 6.3, was "
			"built without RPS, or this is a container",
			ctx_root_length(ctx), ctx->root, RPS_DEFAULT_MASK_PATH);
	if (is_failure(error)) /* the log function of the context knows it */
		return error;
	return request_fail_with(request, error, "cannot read %.*s%s: %s",
		ctx_root_length(ctx), ctx->root, RPS_DEFAULT_MASK_PATH,
		error_text(-error));
}

int request_check_rps_default(
	struct irqkit_request *request, struct irqkit_machine *machine)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	int r = irqkit_machine_read_rps_default_mask(machine, &cpus);

	return r < 0 ? fail_default(request, machine->ctx, r) : 0;
}

int request_plan_rps_default(struct irqkit_request *request,
	struct irqkit_machine *machine, struct irqkit_plan *plan)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	int r;

	if (request->steering == IRQKIT_STEERING_OFF)
		r = irqkit_cpuset_new(&cpus);
	else if (request->cpus || request->mask)
		r = request_read_cpus(request, machine, NULL, &cpus);
	else
		r = request_fail(request, IRQKIT_PROBLEM_WORDS, "no CPUs are given");
	if (r == 0)
		r = check_isolated(request, machine, cpus);
	if (r < 0)
		return r;
	r = irqkit_plan_add_rps_default_mask(plan, cpus, "requested");
	return r < 0 ? fail_default(request, machine->ctx, r) : 0;
}

/* ------------------------------------------------------------------------------- */
/* The flow table of the whole system                                              */

int request_check_flow_entries(
	struct irqkit_request *request, struct irqkit_machine *machine)
{
	uint64_t entries;
	int r = irqkit_machine_read_sock_flow_entries(machine, &entries);

	return r < 0 ? fail_entries(request, machine->ctx, r) : 0;
}

int request_plan_flow_entries(struct irqkit_request *request,
	struct irqkit_machine *machine, struct irqkit_plan *plan)
{
	int r;

	if (!request->has_flows)
		return request_fail(
			request, IRQKIT_PROBLEM_WORDS, "no number of flows is given");
	r = irqkit_plan_add_rps_sock_flow_entries(plan, request->flows, "requested");
	return r < 0 ? fail_entries(request, machine->ctx, r) : 0;
}
