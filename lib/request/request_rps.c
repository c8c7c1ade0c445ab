/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests for RPS and RFS: the CPUs and the flow tables of rx queues. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/queues.h"
#include "kernel/ctx.h"
#include "request/request_cpus.h"
#include "request/request_net.h"
#include "request/request_queue.h"
#include "request/request_steer.h"

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
	return request_fail(request, IRQKIT_PROBLEM_WORDS,
		"%s: the kernel accepts no isolated CPU for RPS (isolated: %s); use "
		"other CPUs, or %s to have them chosen",
		label, list, request->auto_label);
}

/* The kernel would leave out isolated CPUs silently, or refuse a set without others. */
static int check_isolated(const struct steer_task *task, const struct irqkit_cpuset *cpus)
{
	const struct irqkit_cpuset *allowed = irqkit_topology_get_cpus(
		task->machine->topology, IRQKIT_CPUS_HOUSEKEEPING);
	_cleanup_cpuset_ struct irqkit_cpuset *isolated = NULL, *others = NULL;

	if (!allowed || irqkit_cpuset_is_subset(cpus, allowed))
		return 0;
	if (irqkit_cpuset_copy(cpus, &isolated) < 0 ||
		irqkit_cpuset_copy(cpus, &others) < 0)
		return -ENOMEM;
	irqkit_cpuset_remove_set(isolated, allowed);
	irqkit_cpuset_keep_set(others, allowed);
	return fail_isolated(task->request, isolated, others);
}

static void remark_decision(
	const struct steer_task *task, const struct irqkit_cpuset *cpus, const char *why)
{
	const char *name = task->device->name;
	unsigned int n = irqkit_cpuset_count(cpus);
	_cleanup_free_ char *list = NULL;

	if (irqkit_cpuset_format_list(cpus, &list) < 0)
		return;
	if (n == 0)
		request_remark(task->request, "RPS would not help %s: %s.", name, why);
	else
		request_remark(task->request, "RPS uses CPU%s %s: %s has %s.",
			n == 1 ? "" : "s", list, name, why);
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

static int advise(
	const struct steer_task *task, struct irqkit_cpuset **ret_cpus, char **ret_why)
{
	int r = irqkit_machine_advise_rps(task->machine, task->device, ret_cpus, ret_why);

	if (r < 0)
		return request_fail_with(task->request, r,
			"cannot choose CPUs for %s: %s", task->device->name,
			strerror(-r));
	remark_decision(task, *ret_cpus, *ret_why);
	warn_unknown(task);
	return 0;
}

/* The CPUs and the reason; no CPUs: RPS is turned off. */
static int choose_cpus(
	const struct steer_task *task, struct irqkit_cpuset **ret_cpus, char **ret_why)
{
	struct irqkit_request *request = task->request;
	int r;

	if (request->steering == IRQKIT_STEERING_AUTO)
		return advise(task, ret_cpus, ret_why);
	*ret_why = strdup("requested");
	if (!*ret_why)
		return -ENOMEM;
	if (request->steering == IRQKIT_STEERING_OFF)
		return irqkit_cpuset_new(ret_cpus);
	r = request_read_cpus(request, task->machine,
		request_find_local(task->machine, task->device), ret_cpus);
	return r == 0 ? check_isolated(task, *ret_cpus) : r;
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

		if (!serving || !irqkit_cpuset_is_subset(cpus, serving))
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

static int plan_cpus(const struct steer_task *task)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	_cleanup_free_ char *why = NULL;
	int r = choose_cpus(task, &cpus, &why);

	if (r == 0 && !irqkit_cpuset_is_empty(cpus))
		remark_same_cpu(task, cpus);
	for (size_t i = 0; i < task->n_queues && r == 0; i++) {
		r = irqkit_plan_add_rps_cpus(task->plan, task->queues[i], cpus, why);
		if (r < 0)
			r = request_fail_queue(
				task->request, task->queues[i], IRQKIT_KNOB_RPS_CPUS, r);
	}
	return r;
}

/* ------------------------------------------------------------------------------- */
/* Flows                                                                           */

static int fail_entries(const struct steer_task *task, int error)
{
	const struct irqkit_ctx *ctx = task->machine->ctx;

	if (error == -ENOENT)
		return request_fail(task->request, IRQKIT_PROBLEM_IMMOVABLE,
			"there is no %.*s%s: the kernel was built without RPS, or this "
			"is a container",
			ctx_root_length(ctx), ctx->root, SOCK_FLOW_ENTRIES_PATH);
	return request_fail_with(task->request, error, "cannot read %.*s%s: %s",
		ctx_root_length(ctx), ctx->root, SOCK_FLOW_ENTRIES_PATH,
		strerror(-error));
}

/*
 * The counts of queues need this table. It belongs to the machine, so it never shrinks.
 */
static int plan_entries(const struct steer_task *task, uint64_t flows)
{
	uint64_t now;
	int r = irqkit_rps_read_sock_flow_entries(task->machine->ctx, &now);

	if (r == 0)
		r = irqkit_plan_add_rps_sock_flow_entries(task->plan,
			now > flows ? now : flows,
			now >= flows ? "already large enough"
				     : "raised to hold these flows");
	return r < 0 ? fail_entries(task, r) : 0;
}

static int plan_flows(const struct steer_task *task)
{
	const struct irqkit_request *request = task->request;
	uint64_t flows = request->has_flows ? request->flows : 0;
	uint64_t each = (flows + task->n_queues - 1) / task->n_queues;
	bool is_off = request->steering == IRQKIT_STEERING_OFF;
	char why[64] = "requested";
	int r = flows && task->is_first ? plan_entries(task, flows) : 0;

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

static int plan_device(const struct steer_task *task)
{
	const struct irqkit_request *request = task->request;
	int r = 0;

	if (request->has_flows || request->steering == IRQKIT_STEERING_OFF)
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
	if (request->steering == IRQKIT_STEERING_RXQS)
		return request_fail(
			request, IRQKIT_PROBLEM_WORDS, "only XPS can steer by rx queues");
	return request_plan_steering(request, machine, plan, plan_device);
}
