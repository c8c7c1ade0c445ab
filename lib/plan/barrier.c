/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a barrier may reset: saved before it, and restored by queue, not by number. Drivers
 * give their interrupts back, and may get other numbers (ice, mlx5), or set affinity and
 * XPS of every queue again (virtnet_set_affinity() in drivers/net/virtio_net.c).
 */
#include "plan/barrier.h"
#include "base/array.h"
#include "base/macros.h"
#include "devices/queues.h"
#include "kernel/ctx.h"
#include "machine/machine.h"
#include "plan/barrier_loss.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* Saving                                                                          */

/* The last step becomes a saved value of the barrier before it. */
static int keep_last(struct irqkit_plan *plan, size_t barrier)
{
	struct irqkit_step *step = &plan->steps[plan->n_steps - 1];

	if (!GROW(plan->saved, plan->n_saved, plan->saved_room))
		return -ENOMEM;
	step->queue = NULL;
	plan->saved[plan->n_saved++] = (struct saved_step){ *step, barrier };
	plan->n_steps--;
	return 0;
}

/* A value that cannot be read cannot get lost either. */
static int keep_if_read(struct irqkit_plan *plan, size_t barrier, int error)
{
	int r = error < 0 ? error : keep_last(plan, barrier);

	if (r == 0)
		return 0;
	plan_drop_step(plan);
	return r == -ENOMEM || is_failure(r) ? r : 0;
}

static int save_irq(struct irqkit_plan *plan, size_t barrier, unsigned int number)
{
	struct irqkit_irq *irq = irqkit_machine_find_irq(plan->machine, number);
	enum irqkit_movable movable;
	struct irqkit_step *step;
	size_t before;
	int r;

	if (!irq || irqkit_irq_get_movable(irq, &movable) < 0 ||
		(movable != IRQKIT_MOVABLE && movable != IRQKIT_SEEMS_MANAGED))
		return 0;
	before = irq->step;
	r = plan_add_irq_step(plan, irq, "saved", &step);
	if (r < 0)
		return r;
	irq->step = before; /* it is not a step of the plan */
	r = step_read_old(plan, step);
	if (r == 0 && !step->queue_name)
		r = step_name_queue(plan->machine, irq, &step->queue_name);
	return keep_if_read(plan, barrier, r);
}

static int save_queue(struct irqkit_plan *plan, size_t barrier,
	struct irqkit_queue *queue, enum irqkit_knob knob)
{
	struct irqkit_step *step;
	int r = plan_add_queue_step(plan, knob, queue, "saved", &step);

	if (r < 0)
		return r == -ENOMEM || is_failure(r) ? r : 0;
	return keep_if_read(plan, barrier, step_read_old(plan, step));
}

static int save_queues(
	struct irqkit_plan *plan, size_t barrier, struct irqkit_device *device)
{
	static const enum irqkit_knob knobs[2][2] = {
		[IRQKIT_RX] = { IRQKIT_KNOB_RPS_CPUS, IRQKIT_KNOB_RPS_FLOW_CNT },
		[IRQKIT_TX] = { IRQKIT_KNOB_XPS_CPUS, IRQKIT_KNOB_XPS_RXQS },
	};
	int r = 0;

	for (size_t i = 0; i < device->n_queues; i++)
		for (size_t k = 0; k < 2 && r == 0; k++)
			r = save_queue(plan, barrier, &device->queues[i],
				knobs[device->queues[i].direction][k]);
	return r;
}

static int save_rss(
	struct irqkit_plan *plan, size_t barrier, struct irqkit_device *device)
{
	struct irqkit_step *step;
	int r = plan_add_ethtool_step(plan, IRQKIT_KNOB_RSS, device, "saved", &step);

	return r < 0 ? r : keep_if_read(plan, barrier, step_read_old(plan, step));
}

int barrier_save(struct irqkit_plan *plan, struct irqkit_device *device)
{
	size_t barrier = plan->n_steps - 1;
	int r = 0;

	for (size_t i = 0; i < device->n_irqs && r == 0; i++)
		r = save_irq(plan, barrier, device->irqs[i].irq);
	if (r == 0)
		r = save_queues(plan, barrier, device);
	if (r == 0)
		r = save_rss(plan, barrier, device);
	return r == 0 ? barrier_loss_save(plan, device) : r;
}

/* ------------------------------------------------------------------------------- */
/* After it                                                                        */

int barrier_pass(struct irqkit_plan *plan)
{
	for (size_t i = 0; i < plan->n_steps; i++) {
		plan->steps[i].queue = NULL;
		plan->steps[i].is_passed |= plan->steps[i].is_written;
	}
	return irqkit_machine_refresh(plan->machine, IRQKIT_REFRESH_ALL, NULL, NULL);
}

/* Where the interrupt of a queue has another number now. */
static int find_again(struct irqkit_plan *plan, struct irqkit_step *step)
{
	int irq = step->queue_name ? step_find_irq(plan->machine, step->queue_name) : -1;

	return irq < 0 || irq == step->irq ? 0 : step_set_irq(step, (unsigned int)irq);
}

static int restore(struct irqkit_plan *plan, struct irqkit_step *step)
{
	struct knob_value now CLEANUP(knob_value_clear) = { 0 };
	int r = find_again(plan, step);

	if (r < 0)
		return r;
	r = step_read_now(plan->ctx, step, &now);
	if (r < 0) /* its queue is gone, or cannot be read */
		return is_failure(r) ? r : 0;
	if (knob_value_is_equal(step->knob, &step->old_value, &now))
		return 0;
	return step_write_value(plan->ctx, step, &step->old_value, &(bool){ 0 }, NULL);
}

int barrier_restore(struct irqkit_plan *plan, const struct irqkit_step *barrier)
{
	size_t at = (size_t)(barrier - plan->steps);
	int error = plan->n_saved ? barrier_pass(plan) : 0;

	for (size_t i = 0; i < plan->n_saved; i++) {
		int r = plan->saved[i].barrier == at ? restore(plan, &plan->saved[i].step)
						     : 0;

		error = error ? error : r;
	}
	return error;
}

EXPORT bool irqkit_plan_has_barrier(const struct irqkit_plan *plan)
{
	for (size_t i = 0; i < plan->n_steps; i++)
		if (step_is_barrier(&plan->steps[i]) &&
			plan->steps[i].result == IRQKIT_PLANNED)
			return true;
	return false;
}

EXPORT bool irqkit_plan_needs_rest(const struct irqkit_plan *plan)
{
	for (size_t i = 0; i < plan->n_steps; i++)
		if (step_is_barrier(&plan->steps[i]) && plan->steps[i].is_written &&
			!plan->steps[i].is_passed)
			return true;
	return false;
}

EXPORT int irqkit_plan_pass_barrier(struct irqkit_plan *plan)
{
	int r = barrier_pass(plan);

	return r < 0 ? r : barrier_loss_find(plan);
}
