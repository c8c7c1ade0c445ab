/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan: its steps are added, with what their knobs hold now. */
#include "plan/plan.h"
#include "base/macros.h"
#include "interrupts/snapshot.h"
#include "machine/machine.h"
#include "plan/barrier_loss.h"
#include "topology/topology.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

EXPORT int irqkit_plan_new(struct irqkit_machine *machine, struct irqkit_plan **ret_plan)
{
	struct irqkit_plan *plan = calloc(1, sizeof(*plan));

	if (!plan)
		return -ENOMEM;
	plan->machine = machine;
	plan->ctx = machine->ctx;
	*ret_plan = plan;
	return 0;
}

void step_clear(struct irqkit_step *step)
{
	free(step->path);
	free(step->target);
	free(step->identity);
	free(step->why);
	free(step->kernel_text);
	free(step->queue_name);
	knob_value_clear(&step->old_value);
	knob_value_clear(&step->new_value);
	irqkit_cpuset_free(step->effective);
}

EXPORT void irqkit_plan_free(struct irqkit_plan *plan)
{
	if (!plan)
		return;
	while (plan->n_steps > 0)
		plan_drop_step(plan);
	for (size_t i = 0; i < plan->n_saved; i++)
		step_clear(&plan->saved[i].step);
	free(plan->saved);
	free(plan->steps);
	ban_list_clear(&plan->bans);
	barrier_loss_clear(plan);
	free(plan);
}

int plan_add_step(struct irqkit_plan *plan, struct irqkit_step **ret_step)
{
	if (plan->n_steps == plan->steps_room) {
		size_t room = plan->steps_room ? plan->steps_room * 2 : 16;
		void *steps = reallocarray(plan->steps, room, sizeof(*plan->steps));

		if (!steps)
			return -ENOMEM;
		plan->steps = steps;
		plan->steps_room = room;
	}
	*ret_step = &plan->steps[plan->n_steps++];
	**ret_step = (struct irqkit_step){ .irq = -1, .result = IRQKIT_PLANNED };
	return 0;
}

void plan_drop_step(struct irqkit_plan *plan)
{
	struct irqkit_step *step = &plan->steps[--plan->n_steps];
	struct irqkit_irq *irq = step->irq < 0
		? NULL
		: irqkit_machine_find_irq(plan->machine, (unsigned int)step->irq);

	if (irq) {
		irq_set_planned(irq, NULL);
		if (irq->step == plan->n_steps + 1)
			irq->step = 0;
	}
	step_clear(step);
}

static int copy_text(const char *text, char **ret_copy)
{
	*ret_copy = text ? strdup(text) : NULL;
	return text && !*ret_copy ? -ENOMEM : 0;
}

int step_copy(const struct irqkit_step *from, struct irqkit_step *ret_step)
{
	struct irqkit_step step = {
		.knob = from->knob,
		.irq = from->irq,
		.pid = from->pid,
		.queue = from->queue,
		.file = from->file,
		.result = from->result == IRQKIT_SKIPPED ? IRQKIT_SKIPPED
							 : IRQKIT_PLANNED,
		.is_optional = from->is_optional,
	};
	int r = copy_text(from->path, &step.path);

	if (r == 0)
		r = copy_text(from->target, &step.target);
	if (r == 0)
		r = copy_text(from->identity, &step.identity);
	if (r == 0)
		r = copy_text(from->why, &step.why);
	if (r == 0)
		r = knob_value_copy(&from->new_value, &step.new_value);
	if (r < 0)
		step_clear(&step);
	else
		*ret_step = step;
	return r;
}

int plan_add_copy(struct irqkit_plan *plan, const struct irqkit_step *from)
{
	struct irqkit_irq *irq = from->irq < 0
		? NULL
		: irqkit_machine_find_irq(plan->machine, (unsigned int)from->irq);
	struct irqkit_step *step;
	int r = plan_add_step(plan, &step);

	if (r < 0)
		return r;
	r = step_copy(from, step);
	if (r == 0 && step->result != IRQKIT_SKIPPED) {
		r = step_read_old(plan, step);
		if (r == 0)
			r = step_set_new_value(plan, step, &from->new_value);
	}
	if (r < 0)
		plan_drop_step(plan);
	else if (irq && !irq->step)
		irq->step = plan->n_steps;
	return r;
}

int plan_add_machine_step(struct irqkit_plan *plan, enum irqkit_knob knob,
	const char *path, const char *target, const char *why,
	struct irqkit_step **ret_step)
{
	struct irqkit_step *step;
	int r = plan_add_step(plan, &step);

	if (r < 0)
		return r;
	step->knob = knob;
	step->path = strdup(path);
	step->target = strdup(target);
	step->why = strdup(why ? why : "");
	if (!step->path || !step->target || !step->why) {
		plan_drop_step(plan);
		return -ENOMEM;
	}
	*ret_step = step;
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Steps                                                                           */

int step_set_irq(struct irqkit_step *step, unsigned int irq)
{
	char *path;

	if (asprintf(&path, "/proc/irq/%u/smp_affinity", irq) < 0)
		return -ENOMEM;
	free(step->path);
	step->path = path;
	step->irq = (int)irq;
	return 0;
}

static int set_interrupt(struct irqkit_step *step,
	const struct irqkit_interrupt *interrupt, const char *why)
{
	int r = step_set_irq(step, (unsigned int)interrupt->irq);

	if (r < 0)
		return r;
	step->knob = IRQKIT_KNOB_AFFINITY;
	step->target = interrupt_join_actions(interrupt);
	step->why = strdup(why ? why : "");
	step->identity = interrupt->chip ? strdup(interrupt->chip) : NULL;
	if (!step->target || !step->why || (interrupt->chip && !step->identity))
		return -ENOMEM;
	return 0;
}

int plan_add_irq_step(struct irqkit_plan *plan, struct irqkit_irq *irq, const char *why,
	struct irqkit_step **ret_step)
{
	int r = irq->row->irq < 0 ? -EINVAL : plan_add_step(plan, ret_step);

	if (r < 0)
		return r;
	r = set_interrupt(*ret_step, irq->row, why);
	/* after a barrier, the journal needs to know whose interrupt it is */
	if (r == 0 && plan->n_saved)
		r = step_name_queue(plan->machine, irq, &(*ret_step)->queue_name);
	if (r < 0)
		plan_drop_step(plan);
	else if (!irq->step)
		irq->step = plan->n_steps;
	return r;
}

const struct irqkit_step *plan_find_irq_step(
	const struct irqkit_plan *plan, const struct irqkit_irq *irq)
{
	const struct irqkit_step *step = irq->step > 0 && irq->step <= plan->n_steps
		? &plan->steps[irq->step - 1]
		: NULL;

	return step && step->irq == irq->row->irq ? step : NULL;
}

EXPORT int irqkit_plan_add_affinity(struct irqkit_plan *plan, struct irqkit_irq *irq,
	const struct irqkit_cpuset *cpus, const char *why, unsigned int flags)
{
	struct irqkit_step *step;
	int r = plan_add_irq_step(plan, irq, why, &step);

	if (r < 0)
		return r;
	step->is_optional = flags & IRQKIT_STEP_OPTIONAL;
	r = step_set_cpus(plan, step, cpus);
	if (r < 0)
		plan_drop_step(plan);
	return r;
}

int plan_add_machine_cpus(struct irqkit_plan *plan, enum irqkit_knob knob,
	const char *path, const char *target, const struct irqkit_cpuset *cpus,
	const char *why)
{
	struct irqkit_step *step;
	int r = plan_add_machine_step(plan, knob, path, target, why, &step);

	if (r < 0)
		return r;
	r = step_set_cpus(plan, step, cpus);
	if (r < 0)
		plan_drop_step(plan);
	return r;
}

EXPORT int irqkit_plan_add_default_affinity(
	struct irqkit_plan *plan, const struct irqkit_cpuset *cpus, const char *why)
{
	return plan_add_machine_cpus(plan, IRQKIT_KNOB_DEFAULT_AFFINITY,
		DEFAULT_AFFINITY_PATH, "default", cpus, why);
}

EXPORT int irqkit_plan_add_kept(
	struct irqkit_plan *plan, struct irqkit_irq *irq, const char *why)
{
	struct irqkit_step *step;
	int r = plan_add_irq_step(plan, irq, why, &step);

	if (r < 0)
		return r;
	r = step_read_old(plan, step);
	if (r == 0)
		r = knob_value_parse(step->knob, step->old_value.text, &step->new_value);
	if (r < 0) {
		plan_drop_step(plan);
		return r;
	}
	step->result = IRQKIT_UNCHANGED;
	step_read_effective(plan, step);
	return 0;
}

EXPORT int irqkit_plan_add_skipped(
	struct irqkit_plan *plan, struct irqkit_irq *irq, const char *why)
{
	struct irqkit_step *step;
	int r = plan_add_irq_step(plan, irq, why, &step);

	if (r == 0)
		step->result = IRQKIT_SKIPPED;
	return r;
}

EXPORT int irqkit_plan_set_affinity(struct irqkit_plan *plan, size_t index,
	const struct irqkit_cpuset *cpus, const char *why)
{
	struct irqkit_step *step = &plan->steps[index];
	enum irqkit_result before = step->result;
	int r;

	if (step->knob != IRQKIT_KNOB_AFFINITY || before == IRQKIT_SKIPPED ||
		(step->is_written && !step->has_lost_cpus))
		return -EINVAL;
	r = step_set_why(step, "%s", why ? why : "");
	step->result = IRQKIT_PLANNED;
	if (r == 0)
		r = step_set_new_cpus(plan, step, cpus);
	if (r < 0) {
		step->result = before;
		return r;
	}
	/* the kernel has taken it elsewhere, since the CPUs of the first write are lost */
	if (step->is_written)
		step->result = IRQKIT_PLANNED;
	step->error = 0;
	return 0;
}

EXPORT int irqkit_plan_leave(struct irqkit_plan *plan, size_t index, const char *why)
{
	struct irqkit_step *step = &plan->steps[index];
	int r = step->result == IRQKIT_PLANNED ? step_set_why(step, "%s", why ? why : "")
					       : -EINVAL;

	if (r == 0)
		step->result = IRQKIT_SKIPPED;
	return r;
}

EXPORT void irqkit_plan_set_full_fn(
	struct irqkit_plan *plan, irqkit_full_fn *fn, void *data)
{
	plan->full_fn = fn;
	plan->full_data = data;
}
