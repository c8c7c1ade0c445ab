/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Queues and their CPUs -> steps: interrupts, XPS, threads. */
#include "base/array.h"
#include "base/cpuset.h"
#include "base/error_text.h"
#include "base/join.h"
#include "base/macros.h"
#include "devices/device.h"
#include "devices/threads.h"
#include "interrupts/snapshot.h"
#include "plan/plan.h"
#include "request/request_pin.h"
#include "request/request_queue.h"

#include <errno.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* Interrupts                                                                      */

/* One interrupt of two queues cannot go to different CPUs. */
static int check_shared(const struct pin *pin, const struct irqkit_step *step,
	const struct pin_place *place, const char *name)
{
	const struct irqkit_cpuset *cpus = irqkit_step_get_new_cpus(step);

	if (!cpus || irqkit_cpuset_is_equal(cpus, place->cpus))
		return 0;
	return request_fail(pin->request, IRQKIT_PROBLEM_WORDS,
		"interrupt %d belongs to both %s and %s: give both the same CPUs",
		irqkit_step_get_irq(step), irqkit_step_get_why(step), name);
}

static bool moves_all_queues(const struct pin *pin, int number)
{
	const struct irqkit_device_irq *irq = irqkit_device_find_irq(
		pin->device, (unsigned int)number);

	return irq && pin->n_placed[irq - pin->device->irqs] == irq->n_queues;
}

/* Warns about queues that were not named, but move with one that was. */
static int warn_shared(const struct pin *pin, const char *name, int irq)
{
	_cleanup_free_ char *others = NULL;

	if (moves_all_queues(pin, irq))
		return 0;
	for (size_t i = 0; i < pin->device->n_queues; i++) {
		const struct irqkit_queue *queue = &pin->device->queues[i];
		_cleanup_free_ char *other = NULL;

		if (queue->irq != irq || pin->has_place[i])
			continue;
		if (irqkit_queue_format_full_name(queue, &other) < 0 ||
			join_text(&others, other) < 0)
			return -ENOMEM;
	}
	if (others)
		request_warn(pin->request, "interrupt %d of %s also belongs to %s", irq,
			name, others);
	return 0;
}

static int refuse(const struct pin *pin, const struct irqkit_irq *irq, const char *name,
	const char *obstacle)
{
	int r = request_fail(pin->request, IRQKIT_PROBLEM_IMMOVABLE,
		"cannot move %s, the interrupt of %s: it is %s", irq->row->label, name,
		obstacle);

	return request_end_immovable(pin->request, r);
}

static int add_interrupt(struct pin *pin, const struct pin_place *place,
	struct irqkit_irq *irq, const char *name)
{
	const char *obstacle = irqkit_irq_find_obstacle(irq, place->is_named);
	int r;

	if (obstacle && place->is_named)
		return refuse(pin, irq, name, obstacle);
	r = obstacle ? irqkit_plan_add_skipped(pin->plan, irq, obstacle)
		     : irqkit_plan_add_affinity(pin->plan, irq, place->cpus, name,
			       place->is_named ? 0 : IRQKIT_STEP_OPTIONAL);
	return r < 0 ? request_fail_unreadable(pin->request, irq, r) : 0;
}

/* Once for each device: the reason is the same for all of its queues. */
static bool warn_unknown(struct pin *pin, const struct pin_place *place, const char *name)
{
	_cleanup_free_ char *why = NULL;
	unsigned int first;

	if (pin->has_warned_unknown)
		return true;
	if (irqkit_device_explain_unknown_queues(pin->device, &why, &first) < 0)
		return false;
	pin->has_warned_unknown = true;
	request_warn(pin->request,
		"cannot tell which interrupt serves %s%s: %s; to move one, use 'irqkit "
		"set %u --cpus=SET'",
		place->is_named ? "" : "each queue of ",
		place->is_named ? name : pin->device->name, why, first);
	return true;
}

static const char *get_state(struct pin *pin)
{
	if (!pin->state)
		pin->state = irqkit_device_is_down(pin->device)
			? "; the interface is down"
			: "";
	return pin->state;
}

/* The queue has no interrupt that could be moved. */
static void warn_missing(struct pin *pin, const struct pin_place *place, const char *name)
{
	const char *state = get_state(pin);

	if (place->queue->irq >= 0)
		request_warn(pin->request, "interrupt %d of %s is not in use%s",
			place->queue->irq, name, state);
	else if (!warn_unknown(pin, place, name) &&
		(place->is_named || pin->request->pin_flags & IRQKIT_PIN_WARN_ALL))
		request_warn(pin->request, "no interrupt found for %s%s", name, state);
}

static int add_queue_interrupt(
	struct pin *pin, const struct pin_place *place, const char *name)
{
	int number = place->queue->irq, r;
	struct irqkit_irq *irq = number < 0
		? NULL
		: irqkit_machine_find_irq(pin->machine, (unsigned int)number);
	const struct irqkit_step *step;

	if (pin->request->pin_flags & IRQKIT_PIN_THREADS_ONLY)
		return 0;
	if (!irq) {
		warn_missing(pin, place, name);
		return 0;
	}
	/* another queue shares it, perhaps of another port */
	step = plan_find_irq_step(pin->plan, irq);
	if (step)
		return check_shared(pin, step, place, name);
	r = warn_shared(pin, name, number);
	return r < 0 ? r : add_interrupt(pin, place, irq, name);
}

/* ------------------------------------------------------------------------------- */
/* XPS                                                                             */

static int add_xps(struct pin *pin, const struct pin_place *place, const char *name)
{
	int r;

	if (place->queue->direction != IRQKIT_TX ||
		pin->request->pin_flags &
			(IRQKIT_PIN_NO_XPS | IRQKIT_PIN_IRQ_ONLY |
				IRQKIT_PIN_THREADS_ONLY))
		return 0;
	r = irqkit_plan_add_xps_cpus(pin->plan, place->queue, place->cpus, name);
	if (r == 0)
		return request_clear_rxqs(
			pin->request, pin->plan, place->queue, "would override the CPUs");
	/* one tx queue has none, and needs none */
	return r == -ENOENT
		? 0
		: request_fail_queue(pin->request, place->queue, IRQKIT_KNOB_XPS_CPUS, r);
}

/* ------------------------------------------------------------------------------- */
/* Threads                                                                         */

static int add_thread(struct pin *pin, const struct pin_place *place,
	struct irqkit_thread *thread, const char *name)
{
	size_t before = pin->threads.n;
	int r;

	/* the kernel moves it with its interrupt */
	if (pin->request->pin_flags & IRQKIT_PIN_THREADS_ONLY && thread_is_of_irq(thread))
		return 0;
	r = unique_add(&pin->threads, thread);
	if (r < 0 || pin->threads.n == before)
		return r;
	r = irqkit_plan_add_thread_affinity(pin->plan, thread, place->cpus, name);
	if (r == 0 || r == -ENOENT)
		return 0;
	return request_fail_with(pin->request, r,
		"cannot read the affinity of thread %u (%s): %s", thread->pid,
		thread->name, error_text(-r));
}

static int add_threads(struct pin *pin, const struct pin_place *place, const char *name)
{
	size_t n = 0;
	int r;

	if (pin->request->pin_flags & (IRQKIT_PIN_NO_THREADS | IRQKIT_PIN_IRQ_ONLY))
		return 0;
	r = irqkit_queue_count_threads(place->queue, &n);
	if (r < 0)
		return request_fail_with(pin->request, r,
			"cannot read the threads of %s: %s", pin->device->name,
			error_text(-r));
	for (size_t i = 0; i < n && r == 0; i++)
		r = add_thread(
			pin, place, irqkit_queue_get_thread(place->queue, i), name);
	return r;
}

/* The interrupt moves with the queue, and with it the work of other devices. */
static void remark_shared(const struct pin *pin)
{
	for (size_t i = 0; i < pin->n_places; i++) {
		int number = pin->places[i].queue->irq;
		const struct irqkit_irq *irq = number < 0
			? NULL
			: irqkit_machine_find_irq(pin->machine, (unsigned int)number);
		_cleanup_free_ char *text = NULL;

		if (!irq || !plan_find_irq_step(pin->plan, irq))
			continue;
		if (irqkit_device_explain_shared(pin->device, &text) == 0)
			request_remark(pin->request, "%s", text);
		return;
	}
}

int pin_add_steps(struct pin *pin)
{
	int r = 0;

	for (size_t i = 0; i < pin->n_places && r == 0; i++) {
		const struct pin_place *place = &pin->places[i];
		_cleanup_free_ char *name = NULL;

		r = irqkit_queue_format_full_name(place->queue, &name);
		if (r == 0)
			r = add_queue_interrupt(pin, place, name);
		if (r == 0)
			r = add_xps(pin, place, name);
		if (r == 0)
			r = add_threads(pin, place, name);
	}
	remark_shared(pin);
	return r;
}
