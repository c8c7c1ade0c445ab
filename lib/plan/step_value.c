/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values of a step: what its knob holds, and what it is to hold. */
#include "base/macros.h"
#include "devices/queues.h"
#include "devices/threads.h"
#include "interrupts/irq.h"
#include "irqbalance/irqbalance.h"
#include "kernel/knob.h"
#include "kernel/process.h"
#include "machine/machine.h"
#include "plan/ethtool_knob.h"
#include "plan/plan.h"
#include "plan/thread_knob.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct irqkit_irq *find_irq(
	const struct irqkit_plan *plan, const struct irqkit_step *step)
{
	return step->knob == IRQKIT_KNOB_AFFINITY
		? irqkit_machine_find_irq(plan->machine, (unsigned int)step->irq)
		: NULL;
}

static struct irqkit_thread *find_thread(
	const struct irqkit_plan *plan, const struct irqkit_step *step)
{
	return step->knob == IRQKIT_KNOB_THREAD
		? devices_find_thread(plan->machine->devices, step->pid)
		: NULL;
}

/* What the machine knows, as the kernel wrote it; -EAGAIN: it does not know this knob. */
static int get_known_text(const struct irqkit_plan *plan, const struct irqkit_step *step,
	const char **ret_text)
{
	struct irqkit_irq *irq = find_irq(plan, step);
	struct irqkit_thread *thread = find_thread(plan, step);
	enum machine_file file;

	if (irq)
		return irq_get_affinity_text(irq, ret_text);
	if (thread)
		return thread_get_text(thread, ret_text);
	if (machine_file_of(step->knob, &file) == 0)
		return machine_get_file(plan->machine, file, ret_text, NULL);
	return step->queue ? queue_get_text(step->queue, step->file, ret_text) : -EAGAIN;
}

int step_read_now(struct irqkit_ctx *ctx, const struct irqkit_step *step,
	struct knob_value *ret_value)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r;

	if (knob_is_ethtool(step->knob))
		r = ethtool_knob_read(ctx, step->knob, step->path, &text);
	else if (step->knob == IRQKIT_KNOB_THREAD)
		r = process_read_cpus(ctx, step->pid, NULL, &text);
	else if (step->knob == IRQKIT_KNOB_BANNED_CPUS)
		r = irqbalance_read_banned_cpus(ctx, step->pid, &text);
	else
		r = knob_read_line(ctx, step->path + 1, &text, &len);

	return r < 0 ? r : knob_value_parse(step->knob, text, ret_value);
}

void step_forget(const struct irqkit_plan *plan, const struct irqkit_step *step)
{
	struct irqkit_irq *irq = find_irq(plan, step);
	struct irqkit_thread *thread = find_thread(plan, step);
	enum machine_file file;

	if (irq) {
		irq_forget_affinity(irq);
		irq_forget_effective(irq);
	}
	if (thread)
		thread_forget(thread);
	if (machine_file_of(step->knob, &file) == 0)
		machine_forget_file(plan->machine, file);
	if (step->queue)
		queue_forget(step->queue, step->file);
}

int step_read_old(const struct irqkit_plan *plan, struct irqkit_step *step)
{
	const char *text;
	int r = get_known_text(plan, step, &text);

	knob_value_clear(&step->old_value);
	if (r == -EAGAIN)
		return step_read_now(plan->ctx, step, &step->old_value);
	return r < 0 ? r : knob_value_parse(step->knob, text, &step->old_value);
}

/*
 * Without effective affinity, or while the interrupt is not active, the knob's word is all;
 * so it is where it cannot be read, which the context notes.
 */
static int read_effective(const struct irqkit_plan *plan, const struct irqkit_step *step,
	struct irqkit_cpuset **ret_set)
{
	struct irqkit_irq *irq = find_irq(plan, step);
	const struct irqkit_cpuset *known;
	int r;

	if (!irq)
		return irq_read_effective(plan->ctx, (unsigned int)step->irq, ret_set);
	r = irqkit_irq_get_effective(irq, &known);
	return r < 0 ? r : irqkit_cpuset_copy(known, ret_set);
}

void step_read_effective(const struct irqkit_plan *plan, struct irqkit_step *step)
{
	bool is_in_force = true;

	if (step->knob == IRQKIT_KNOB_AFFINITY) {
		irqkit_cpuset_free(TAKE(step->effective));
		read_effective(plan, step, &step->effective);
	}
	if (step->effective)
		is_in_force = irqkit_cpuset_is_subset(
			step->effective, step->new_value.cpus);

	if (!is_in_force)
		step->result = IRQKIT_PENDING;
	else if (step->result == IRQKIT_PENDING)
		step->result = IRQKIT_DONE;
}

/* The kernel itself moves the thread to the CPU that handles its interrupt. */
bool step_is_irq_thread(const struct irqkit_step *step)
{
	return step->knob == IRQKIT_KNOB_THREAD && strncmp(step->target, "irq/", 4) == 0;
}

static void compare_with_old(const struct irqkit_plan *plan, struct irqkit_step *step)
{
	bool is_so = knob_value_is_equal(step->knob, &step->old_value, &step->new_value);

	if (step_is_irq_thread(step))
		is_so = irqkit_cpuset_is_subset(
			step->old_value.cpus, step->new_value.cpus);
	if (!is_so)
		return;
	step->result = IRQKIT_UNCHANGED;
	step_read_effective(plan, step);
}

/* Takes @value over. */
static int take_new_value(
	const struct irqkit_plan *plan, struct irqkit_step *step, struct knob_value value)
{
	struct irqkit_irq *irq = find_irq(plan, step);

	knob_value_clear(&step->new_value);
	step->new_value = value;
	compare_with_old(plan, step);
	return irq ? irq_set_planned(irq, step->new_value.cpus) : 0;
}

int step_set_new_value(const struct irqkit_plan *plan, struct irqkit_step *step,
	const struct knob_value *value)
{
	struct knob_value copy = { 0 };
	int r = knob_value_copy(value, &copy);

	return r < 0 ? r : take_new_value(plan, step, copy);
}

int step_set_new_cpus(const struct irqkit_plan *plan, struct irqkit_step *step,
	const struct irqkit_cpuset *cpus)
{
	struct knob_value value = { 0 };
	int r = knob_value_set_cpus(step->knob, cpus, step->old_value.text, &value);

	return r < 0 ? r : take_new_value(plan, step, value);
}

int step_set_cpus(const struct irqkit_plan *plan, struct irqkit_step *step,
	const struct irqkit_cpuset *cpus)
{
	int r = step_read_old(plan, step);

	return r < 0 ? r : step_set_new_cpus(plan, step, cpus);
}

int step_set_number(
	const struct irqkit_plan *plan, struct irqkit_step *step, uint64_t number)
{
	int r = step_read_old(plan, step);

	if (r == 0)
		r = knob_value_set_number(number, &step->new_value);
	if (r == 0)
		compare_with_old(plan, step);
	return r;
}

int step_set_text(
	const struct irqkit_plan *plan, struct irqkit_step *step, const char *text)
{
	int r = step_read_old(plan, step);

	if (r == 0)
		r = knob_value_parse(step->knob, text, &step->new_value);
	if (r == 0)
		compare_with_old(plan, step);
	return r;
}

int step_set_why_args(struct irqkit_step *step, const char *format, va_list args)
{
	char *why;

	if (vasprintf(&why, format, args) < 0)
		return -ENOMEM;
	free(step->why);
	step->why = why;
	return 0;
}

int step_set_why(struct irqkit_step *step, const char *format, ...)
{
	va_list args;
	int r;

	va_start(args, format);
	r = step_set_why_args(step, format, args);
	va_end(args);
	return r;
}
