/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packet steering leaves the isolated CPUs.
 *
 * rps_cpus: the CPUs to which an rx queue hands its packets. Without any, the CPU that
 * handles the interrupt processes them.
 *
 * xps_cpus: the CPUs that transmit on a tx queue. A CPU that no queue names transmits on
 * any of them, by a hash of the flow: net/core/dev.c, netdev_pick_tx(). So the isolated
 * CPUs can still transmit, the other CPUs keep their queues, and a queue that served only
 * isolated CPUs is left to the hash.
 */
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/device.h"
#include "kernel/ctx.h"
#include "plan/plan.h"
#include "request/isolate.h"
#include "request/request_queue.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What one kind of steering needs. */
struct kind {
	enum irqkit_direction direction;
	enum irqkit_knob knob;
	int (*read)(struct irqkit_queue *queue, struct irqkit_cpuset **ret_set);
	int (*add)(struct irqkit_plan *plan, struct irqkit_queue *queue,
		const struct irqkit_cpuset *cpus, const char *why);
	const char *empty; /* the reason where no CPU is left */
};

/* An earlier step of the plan counts more than what the kernel has. */
static int read_planned(const struct isolate *isolate, const struct kind *kind,
	struct irqkit_queue *queue, struct irqkit_cpuset **ret_set)
{
	for (size_t i = isolate->n_before; i-- > 0;) {
		const struct irqkit_step *step = &isolate->plan->steps[i];

		if (step->queue == queue && step->knob == kind->knob)
			return irqkit_cpuset_copy(step->new_value.cpus, ret_set);
	}
	return kind->read(queue, ret_set);
}

static int add_queue(const struct isolate *isolate, const struct kind *kind,
	struct irqkit_queue *queue)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	const char *why;
	bool is_on;
	int r = read_planned(isolate, kind, queue, &cpus);

	/* a single tx queue has no XPS; a queue in no traffic class says EINVAL */
	if (r == -ENOENT || r == -EINVAL)
		return 0;
	if (r < 0)
		return request_fail_queue(isolate->request, queue, kind->knob, r);
	is_on = !irqkit_cpuset_is_empty(cpus);
	irqkit_cpuset_remove_set(cpus, isolate->cpus);
	why = !is_on			       ? "already off"
		: irqkit_cpuset_is_empty(cpus) ? kind->empty
					       : "keeps its other CPUs";
	/* a policy holds also what its line has emptied before */
	if (!is_on && !isolate->request->all_isolated)
		return 0;
	r = kind->add(isolate->plan, queue, cpus, why);
	return r < 0 ? request_fail_queue(isolate->request, queue, kind->knob, r) : 0;
}

static int add_device(const struct isolate *isolate, const struct kind *kind,
	struct irqkit_device *device)
{
	int r = 0;

	for (size_t i = 0; i < device->n_queues && r == 0; i++)
		if (device->queues[i].direction == kind->direction)
			r = add_queue(isolate, kind, &device->queues[i]);
	return r;
}

static int add_all(const struct isolate *isolate, const struct kind *kind)
{
	struct irqkit_devices *devices = isolate->machine->devices;
	size_t n = 0;
	int r = irqkit_devices_count_net(devices, &n);

	if (r < 0)
		return is_failure(r) ? r : 0;
	for (size_t i = 0; i < n && r == 0; i++)
		r = add_device(isolate, kind, irqkit_devices_get_net(devices, i));
	return r;
}

int isolate_add_rps(const struct isolate *isolate)
{
	static const struct kind rps = {
		.direction = IRQKIT_RX,
		.knob = IRQKIT_KNOB_RPS_CPUS,
		.read = irqkit_queue_read_rps_cpus,
		.add = irqkit_plan_add_rps_cpus,
		.empty = "no CPU was left: RPS off",
	};

	return add_all(isolate, &rps);
}

int isolate_add_xps(const struct isolate *isolate)
{
	static const struct kind xps = {
		.direction = IRQKIT_TX,
		.knob = IRQKIT_KNOB_XPS_CPUS,
		.read = irqkit_queue_read_xps_cpus,
		.add = irqkit_plan_add_xps_cpus,
		.empty = "no CPU was left: chosen only by hash",
	};

	return add_all(isolate, &xps);
}
