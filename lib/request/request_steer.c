/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests for RPS and XPS: what is wanted, and one interface after the other. */
#include "request/request_steer.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "request/request_net.h"

#include <errno.h>

EXPORT int irqkit_request_new_rps(struct irqkit_request **ret_request)
{
	return request_new(REQUEST_RPS, ret_request);
}

EXPORT int irqkit_request_new_rps_default(struct irqkit_request **ret_request)
{
	return request_new(REQUEST_RPS_DEFAULT, ret_request);
}

EXPORT int irqkit_request_new_flow_entries(struct irqkit_request **ret_request)
{
	return request_new(REQUEST_FLOW_ENTRIES, ret_request);
}

EXPORT int irqkit_request_new_xps(struct irqkit_request **ret_request)
{
	return request_new(REQUEST_XPS, ret_request);
}

EXPORT void irqkit_request_set_lower(
	struct irqkit_request *request, bool is_lower, const char *label)
{
	request->is_lower = is_lower;
	request->lower_label = label ? label : "lower";
}

EXPORT int irqkit_request_set_queues(
	struct irqkit_request *request, const char *list, const char *label)
{
	request->queues_label = label ? label : "queues";
	return request_replace(&request->queue_numbers, list);
}

EXPORT int irqkit_request_set_rxqs(
	struct irqkit_request *request, const char *list, const char *label)
{
	request->rxqs_label = label ? label : "rxqs";
	return request_replace(&request->rxqs, list);
}

EXPORT void irqkit_request_set_steering(struct irqkit_request *request,
	enum irqkit_steering steering, const char *auto_label)
{
	request->steering = steering;
	request->auto_label = auto_label ? auto_label : "auto";
}

EXPORT int irqkit_request_set_flows(
	struct irqkit_request *request, uint64_t flows, const char *label)
{
	if (flows > IRQKIT_FLOWS_MAX)
		return -ERANGE;
	request->flows = flows;
	request->flows_label = label ? label : "flows";
	request->has_flows = true;
	return 0;
}

/* ------------------------------------------------------------------------------- */

static enum irqkit_direction direction_of(const struct irqkit_request *request)
{
	return request->kind == REQUEST_RPS ? IRQKIT_RX : IRQKIT_TX;
}

/*
 * Should a remark say that other interfaces are below? Not for a policy that turns the setting off,
 * or that is as it was saved.
 */
static bool remarks_lower(const struct irqkit_request *request,
	const struct irqkit_plan *plan, size_t first)
{
	if (!request->is_of_policy)
		return true;
	if (request->steering == IRQKIT_STEERING_OFF)
		return false;
	for (size_t i = first; i < irqkit_plan_count(plan); i++)
		if (irqkit_step_get_result(irqkit_plan_get(plan, i)) == IRQKIT_PLANNED)
			return true;
	return false;
}

int request_plan_steering(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan, steer_plan_fn *fn)
{
	size_t n_steps = irqkit_plan_count(plan);
	int r = request_find_net(request, machine);

	for (size_t i = 0; i < request->n_devices && r == 0; i++) {
		size_t before = request->n_queues;
		struct irqkit_device *device = request->devices[i];

		r = request_choose_queues(request, device, direction_of(request));
		if (r == 0)
			r = fn(&(struct steer_task){
				.request = request,
				.machine = machine,
				.plan = plan,
				.device = device,
				.queues = request->queues + before,
				.n_queues = request->n_queues - before,
			});
	}
	if (r == 0 && irqkit_plan_count(plan) == n_steps)
		return request_fail(request, IRQKIT_PROBLEM_IMMOVABLE,
			request->kind == REQUEST_RPS
				? "RPS has no effect on any of the interfaces (%zu): "
				  "their packets arrive on interfaces below them"
				: "XPS applies to none of the interfaces (%zu): each "
				  "has one tx queue, or none in a traffic class",
			request->n_devices);
	if (r == 0 && remarks_lower(request, plan, n_steps))
		request_remark_lower(request);
	return r;
}

/* ------------------------------------------------------------------------------- */
/* All interfaces                                                                  */

static bool has_setting(
	const struct irqkit_device *device, enum irqkit_direction direction)
{
	size_t n = irqkit_device_count_queues(device);

	for (size_t i = 0; i < n; i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(device, i);
		_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
		int r;

		if (irqkit_queue_get_direction(queue) != direction)
			continue;
		r = direction == IRQKIT_RX ? irqkit_queue_read_rps_cpus(queue, &cpus)
					   : irqkit_queue_read_xps_cpus(queue, &cpus);
		if (r == 0 && !irqkit_cpuset_is_empty(cpus))
			return true;
	}
	return false;
}

/*
 * The kernel has no XPS for a single tx queue. The packets of a bond are steered where they
 * arrive or leave, and those of lo stay on their CPU; what is set for these is shown.
 */
static int is_steerable(
	struct irqkit_device *device, enum irqkit_direction direction, bool *ret_is)
{
	size_t n = irqkit_device_count_direction(device, direction);
	enum irqkit_net_kind kind;
	int r = irqkit_device_read_net_kind(device, &kind);

	if (r < 0)
		return r;
	*ret_is = n > (direction == IRQKIT_TX ? 1 : 0) &&
		((kind != IRQKIT_NET_LOOPBACK && kind != IRQKIT_NET_UPPER) ||
			has_setting(device, direction));
	return 0;
}

static int find_all(struct irqkit_request *request, struct irqkit_devices *devices)
{
	size_t n = 0;
	int r = irqkit_devices_lack_sys(devices) ? -ENOENT
						 : irqkit_devices_count_net(devices, &n);

	for (size_t i = 0; i < n && r == 0; i++) {
		struct irqkit_device *device = irqkit_devices_get_net(devices, i);
		bool is = false;

		r = is_steerable(device, direction_of(request), &is);
		if (r == 0 && is)
			r = request_add_net(request, device);
	}
	return r < 0 ? request_fail_list(request, devices, r) : 0;
}

int request_check_steering(struct irqkit_request *request, struct irqkit_machine *machine)
{
	int r = request->n_targets ? request_find_net(request, machine)
				   : find_all(request, machine->devices);

	for (size_t i = 0; i < request->n_devices && r == 0; i++)
		r = request_choose_queues(
			request, request->devices[i], direction_of(request));
	if (r == 0)
		request_remark_lower(request);
	return r;
}
