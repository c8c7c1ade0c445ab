/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps for the settings of queues of network devices, and for kernel threads. */
#include "base/macros.h"
#include "base/number.h"
#include "devices/queues.h"
#include "kernel/ctx.h"
#include "plan/plan.h"
#include "topology/topology.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int set_path(struct irqkit_step *step, const struct irqkit_queue *queue)
{
	_cleanup_free_ char *folder = NULL;
	enum irqkit_knob knob;
	uint32_t number;
	int r = irqkit_queue_format_path(queue, &folder);

	if (r < 0)
		return r;
	if (asprintf(&step->path, "%s/%s", folder, queue_file_name(step->file)) < 0) {
		step->path = NULL;
		return -ENOMEM;
	}
	/* a name that no interface can have, of the other direction */
	return knob_parse_path(step->path, &knob, &number) && knob == step->knob
		? 0
		: -EINVAL;
}

/* The index of its interface; "" if it is not known. */
static int set_identity(struct irqkit_step *step, struct irqkit_queue *queue)
{
	const char *text = "";
	uint32_t index;
	int r = device_get_ifindex_text(queue->device, &text);

	if (is_failure(r))
		return r;
	if (r < 0 || parse_u32(text, strlen(text), &index) < 0)
		text = "";
	step->identity = strdup(text);
	return step->identity ? 0 : -ENOMEM;
}

static int set_queue(
	struct irqkit_step *step, struct irqkit_queue *queue, const char *why)
{
	int r = set_path(step, queue);

	if (r == 0)
		r = irqkit_queue_format_full_name(queue, &step->target);
	if (r == 0)
		r = set_identity(step, queue);
	if (r == 0)
		step->why = strdup(why ? why : "");
	return r < 0 ? r : step->why ? 0 : -ENOMEM;
}

int plan_add_queue_step(struct irqkit_plan *plan, enum irqkit_knob knob,
	struct irqkit_queue *queue, const char *why, struct irqkit_step **ret_step)
{
	struct irqkit_step *step;
	int r = plan_add_step(plan, &step);

	if (r < 0)
		return r;
	step->knob = knob;
	step->queue = queue;
	step->file = queue_file_of(knob);
	r = set_queue(step, queue, why);
	if (r < 0)
		plan_drop_step(plan);
	else
		*ret_step = step;
	return r;
}

/* The common part of all knobs of queues. If the knob holds a number, @cpus is NULL. */
static int add_queue(struct irqkit_plan *plan, enum irqkit_knob knob,
	struct irqkit_queue *queue, const struct irqkit_cpuset *cpus, uint64_t number,
	const char *why)
{
	struct irqkit_step *step;
	int r = plan_add_queue_step(plan, knob, queue, why, &step);

	if (r < 0)
		return r;
	r = cpus ? step_set_cpus(plan, step, cpus) : step_set_number(plan, step, number);
	if (r < 0)
		plan_drop_step(plan);
	return r;
}

EXPORT int irqkit_plan_add_rps_cpus(struct irqkit_plan *plan, struct irqkit_queue *queue,
	const struct irqkit_cpuset *cpus, const char *why)
{
	return add_queue(plan, IRQKIT_KNOB_RPS_CPUS, queue, cpus, 0, why);
}

EXPORT int irqkit_plan_add_xps_cpus(struct irqkit_plan *plan, struct irqkit_queue *queue,
	const struct irqkit_cpuset *cpus, const char *why)
{
	return add_queue(plan, IRQKIT_KNOB_XPS_CPUS, queue, cpus, 0, why);
}

EXPORT int irqkit_plan_add_xps_rxqs(struct irqkit_plan *plan, struct irqkit_queue *queue,
	const struct irqkit_cpuset *rxqs, const char *why)
{
	return add_queue(plan, IRQKIT_KNOB_XPS_RXQS, queue, rxqs, 0, why);
}

EXPORT int irqkit_plan_add_rps_flow_cnt(struct irqkit_plan *plan,
	struct irqkit_queue *queue, uint64_t count, const char *why)
{
	return add_queue(plan, IRQKIT_KNOB_RPS_FLOW_CNT, queue, NULL,
		round_up_to_power(count), why);
}

EXPORT int irqkit_plan_add_rps_sock_flow_entries(
	struct irqkit_plan *plan, uint64_t count, const char *why)
{
	struct irqkit_step *step;
	int r = plan_add_machine_step(plan, IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES,
		SOCK_FLOW_ENTRIES_PATH, "all devices", why, &step);

	if (r < 0)
		return r;
	r = step_set_number(plan, step, round_up_to_power(count));
	if (r < 0)
		plan_drop_step(plan);
	return r;
}

EXPORT int irqkit_plan_add_rps_default_mask(
	struct irqkit_plan *plan, const struct irqkit_cpuset *cpus, const char *why)
{
	return plan_add_machine_cpus(plan, IRQKIT_KNOB_RPS_DEFAULT_MASK,
		RPS_DEFAULT_MASK_PATH, "new interfaces", cpus, why);
}

EXPORT int irqkit_plan_add_workqueue_cpus(
	struct irqkit_plan *plan, const struct irqkit_cpuset *cpus, const char *why)
{
	return plan_add_machine_cpus(
		plan, IRQKIT_KNOB_WORKQUEUE, WORKQUEUE_PATH, "unbound work", cpus, why);
}

/* ------------------------------------------------------------------------------- */
/* Threads                                                                         */

/* If its number is another thread's by now, that shows when it is written. */
static int set_thread(
	struct irqkit_step *step, const struct irqkit_thread *thread, const char *why)
{
	step->knob = IRQKIT_KNOB_THREAD;
	step->pid = thread->pid;
	step->why = strdup(why ? why : "");
	step->target = strdup(thread->name);
	step->identity = strdup(thread->start);
	if (asprintf(&step->path, "/proc/%u/status", thread->pid) < 0)
		step->path = NULL;
	return step->path && step->why && step->target && step->identity ? 0 : -ENOMEM;
}

int plan_add_thread(struct irqkit_plan *plan, const struct irqkit_thread *thread,
	const struct irqkit_cpuset *cpus, const char *why, unsigned int flags)
{
	bool is_fixed = irqkit_thread_is_fixed(thread);
	struct irqkit_step *step;
	int r = plan_add_step(plan, &step);

	if (r < 0)
		return r;
	step->is_optional = flags & IRQKIT_STEP_OPTIONAL;
	r = set_thread(step, thread, is_fixed ? "placed by the kernel itself" : why);
	if (r == 0 && is_fixed)
		step->result = IRQKIT_SKIPPED;
	else if (r == 0)
		r = step_set_cpus(plan, step, cpus);
	if (r < 0)
		plan_drop_step(plan);
	return r;
}

EXPORT int irqkit_plan_add_thread_affinity(struct irqkit_plan *plan,
	const struct irqkit_thread *thread, const struct irqkit_cpuset *cpus,
	const char *why)
{
	return plan_add_thread(plan, thread, cpus, why, 0);
}
