/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Queues and their CPUs -> steps: interrupts, XPS, threads. */
#include "queues/pin.h"
#include "base/say.h"
#include "base/text.h"
#include "change/refusals.h"
#include "measure/explain.h"
#include "measure/queue.h"
#include "queues/knobs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* Interrupts                                                                      */

/*
 * The step of an interrupt that another queue shares, perhaps of another port; or NULL.
 */
static const struct irqkit_step *find_step(const struct irqkit_plan *plan, int irq)
{
	for (size_t i = 0; i < irqkit_plan_count(plan); i++)
		if (irqkit_step_get_irq(irqkit_plan_get(plan, i)) == irq)
			return irqkit_plan_get(plan, i);
	return NULL;
}

/* One interrupt of two queues cannot go to different CPUs. */
static enum status check_shared(
	const struct irqkit_step *step, const struct pin_place *place, const char *name)
{
	const struct irqkit_cpuset *cpus = irqkit_step_get_new_cpus(step);

	if (!cpus || irqkit_cpuset_is_equal(cpus, place->cpus))
		return STATUS_DONE;
	say_error("interrupt %d belongs to both %s and %s: give both the same CPUs",
		irqkit_step_get_irq(step), irqkit_step_get_why(step), name);
	return STATUS_MISUSE;
}

static bool is_placed(const struct pin *pin, const struct irqkit_queue *queue)
{
	for (size_t i = 0; i < pin->n_places; i++)
		if (pin->places[i].queue == queue)
			return true;
	return false;
}

/* Warns about queues that were not named, but move with one that was. */
static void warn_shared(const struct pin *pin, const struct pin_place *place, int irq)
{
	_cleanup_free_ char *name = queue_format_full_name(place->queue);
	_cleanup_free_ char *others = NULL;

	for (size_t i = 0; i < irqkit_device_count_queues(pin->device); i++) {
		const struct irqkit_queue *queue = irqkit_device_get_queue(
			pin->device, i);
		_cleanup_free_ char *other = NULL;

		if (irqkit_queue_get_irq(queue) != irq || is_placed(pin, queue))
			continue;
		other = queue_format_full_name(queue);
		if (!other || !text_join(&others, ", ", other))
			break;
	}
	if (others)
		say_warning("interrupt %d of %s also belongs to %s", irq,
			name ? name : "", others);
}

static enum status refuse(
	const struct pin_place *place, const struct irqkit_irq *irq, const char *obstacle)
{
	_cleanup_free_ char *name = queue_format_full_name(place->queue);

	say_error("cannot move %s, the interrupt of %s: it is %s",
		irqkit_interrupt_get_label(irqkit_irq_get_row(irq)), name ? name : "",
		obstacle);
	say_error("nothing was changed");
	return STATUS_IMMOVABLE;
}

static enum status add_interrupt(struct pin *pin, const struct pin_place *place,
	struct irqkit_irq *irq, const char *why)
{
	const char *obstacle = irqkit_irq_find_obstacle(irq, place->is_named);
	int r;

	if (obstacle && place->is_named)
		return refuse(place, irq, obstacle);
	r = obstacle ? irqkit_plan_add_skipped(pin->change->plan, irq, obstacle)
		     : irqkit_plan_add_affinity(pin->change->plan, irq, place->cpus, why,
			       place->is_named ? 0 : IRQKIT_STEP_OPTIONAL);
	return r < 0 ? change_say_unreadable(pin->change, irq, r) : STATUS_DONE;
}

/* Once for each device: the reason is the same for all of its queues. */
static bool warn_unknown(struct pin *pin, const struct pin_place *place, const char *name)
{
	_cleanup_free_ char *why = NULL;
	unsigned int first;

	if (pin->has_warned_unknown)
		return true;
	why = explain_unknown_queues(pin->device, &first);
	if (!why)
		return false;
	pin->has_warned_unknown = true;
	say_warning("cannot tell which interrupt serves %s%s: %s; to move one, use "
		    "'irqkit set %u --cpus=SET'",
		place->is_named ? "" : "each queue of ",
		place->is_named ? name : irqkit_device_get_name(pin->device), why, first);
	return true;
}

/* The queue has no interrupt that could be moved. */
static void warn_missing(struct pin *pin, const struct pin_place *place, int irq)
{
	_cleanup_free_ char *name = queue_format_full_name(place->queue);

	if (irq >= 0)
		say_warning("interrupt %d of %s is not in use%s", irq, name ? name : "",
			irqkit_device_is_down(pin->device) ? "; the interface is down"
							   : "");
	else if (!warn_unknown(pin, place, name ? name : "") &&
		(place->is_named || pin->change->call->common.verbosity > 0))
		say_warning("no interrupt found for %s%s", name ? name : "",
			irqkit_device_is_down(pin->device) ? "; the interface is down"
							   : "");
}

static enum status plan_interrupt(
	struct pin *pin, const struct pin_place *place, const char *why)
{
	int irq = irqkit_queue_get_irq(place->queue);
	_cleanup_free_ char *name = queue_format_full_name(place->queue);
	struct irqkit_irq *record = irq < 0
		? NULL
		: irqkit_machine_find_irq(pin->change->machine, (unsigned int)irq);
	const struct irqkit_step *step;

	if (!record) {
		warn_missing(pin, place, irq);
		return STATUS_DONE;
	}
	step = find_step(pin->change->plan, irq);
	if (step)
		return check_shared(step, place, name ? name : "");
	warn_shared(pin, place, irq);
	return add_interrupt(pin, place, record, why);
}

/* ------------------------------------------------------------------------------- */
/* XPS                                                                             */

/* The queue, if it is a tx queue; otherwise NULL. */
static struct irqkit_queue *find_xps_queue(const struct pin_place *place)
{
	struct irqkit_queue *queue = place->queue;

	return irqkit_queue_get_direction(queue) == IRQKIT_TX ? queue : NULL;
}

static enum status plan_xps(
	struct pin *pin, const struct pin_place *place, const char *why)
{
	struct irqkit_queue *queue = find_xps_queue(place);
	int r;

	if (!queue || pin->options->no_xps || pin->options->irq_only)
		return STATUS_DONE;
	r = irqkit_plan_add_xps_cpus(pin->change->plan, queue, place->cpus, why);
	/* one tx queue has none, and needs none */
	if (r == 0)
		return queue_clear_rxqs(pin->change, queue, "would override the CPUs");
	return r != -ENOENT ? queue_say_unreadable(pin->change, queue, "xps_cpus", r)
			    : STATUS_DONE;
}

/* ------------------------------------------------------------------------------- */
/* Threads                                                                         */

static bool has_pid(const struct pin *pin, unsigned int pid)
{
	for (size_t i = 0; i < pin->n_pids; i++)
		if (pin->pids[i] == pid)
			return true;
	return false;
}

static enum status add_thread(struct pin *pin, const struct pin_place *place,
	const struct irqkit_thread *thread, const char *why)
{
	unsigned int *pids;
	int r;

	if (has_pid(pin, irqkit_thread_get_pid(thread)))
		return STATUS_DONE;
	pids = reallocarray(pin->pids, pin->n_pids + 1, sizeof(*pids));
	if (!pids)
		return say_no_memory();
	pin->pids = pids;
	pids[pin->n_pids++] = irqkit_thread_get_pid(thread);
	r = irqkit_plan_add_thread_affinity(pin->change->plan, thread, place->cpus, why);
	if (r == 0 || r == -ENOENT)
		return STATUS_DONE;
	say_error("cannot read the affinity of thread %u (%s): %s",
		irqkit_thread_get_pid(thread), irqkit_thread_get_name(thread),
		strerror(-r));
	return STATUS_REFUSED;
}

static enum status plan_threads(
	struct pin *pin, const struct pin_place *place, const char *why)
{
	enum status status = STATUS_DONE;
	size_t n;
	int r;

	if (pin->options->no_threads || pin->options->irq_only)
		return STATUS_DONE;
	r = irqkit_queue_count_threads(place->queue, &n);
	if (r < 0) {
		say_error("cannot read the threads of %s: %s",
			irqkit_device_get_name(pin->device), strerror(-r));
		return STATUS_REFUSED;
	}
	for (size_t i = 0; i < n && status == STATUS_DONE; i++)
		status = add_thread(
			pin, place, irqkit_queue_get_thread(place->queue, i), why);
	return status;
}

/* Its interrupt goes with the queue, and with it the work of other devices. */
static void remark_shared(struct pin *pin)
{
	for (size_t i = 0; i < pin->n_places; i++) {
		int irq = irqkit_queue_get_irq(pin->places[i].queue);

		if (irq < 0 || !find_step(pin->change->plan, irq))
			continue;
		report_add_remark(&pin->change->report, explain_shared(pin->device));
		return;
	}
}

enum status pin_plan(struct pin *pin)
{
	enum status status = STATUS_DONE;

	for (size_t i = 0; i < pin->n_places && status == STATUS_DONE; i++) {
		const struct pin_place *place = &pin->places[i];
		_cleanup_free_ char *why = queue_format_full_name(place->queue);

		if (!why)
			return say_no_memory();
		status = plan_interrupt(pin, place, why);
		if (status == STATUS_DONE)
			status = plan_xps(pin, place, why);
		if (status == STATUS_DONE)
			status = plan_threads(pin, place, why);
	}
	remark_shared(pin);
	return status;
}
