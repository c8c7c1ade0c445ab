/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan of 'irqkit isolate', so that a finding about isolation and its fix agree. */
#include "doctor/facts_isolate.h"
#include "base/array.h"
#include "base/macros.h"

#include <errno.h>
#include <string.h>

static int copy_step(struct facts *facts, const struct irqkit_step *from)
{
	const char *target = irqkit_step_get_target(from);
	const char *old = irqkit_step_get_old(from);
	int irq = irqkit_step_get_irq(from);
	struct isolate_step *step;

	if (!GROW(facts->isolate_steps, facts->n_isolate_steps,
		    facts->isolate_steps_room))
		return -ENOMEM;
	step = &facts->isolate_steps[facts->n_isolate_steps++];
	*step = (struct isolate_step){
		.knob = irqkit_step_get_knob(from),
		.irq = irq < 0
			? NULL
			: irqkit_machine_find_irq(facts->machine, (unsigned int)irq),
		.path = strdup(irqkit_step_get_path(from)),
		.target = strdup(target ? target : ""),
		.old = strdup(old ? old : ""),
	};
	return step->path && step->target && step->old ? 0 : -ENOMEM;
}

static int copy_steps(struct facts *facts, const struct irqkit_plan *plan)
{
	int r = 0;

	for (size_t i = 0; i < irqkit_plan_count(plan) && r == 0; i++) {
		const struct irqkit_step *step = irqkit_plan_get(plan, i);

		if (irqkit_step_get_result(step) == IRQKIT_PLANNED)
			r = copy_step(facts, step);
	}
	return r;
}

static int plan_isolate(struct facts *facts, const char *cpus)
{
	struct irqkit_request *request = NULL;
	struct irqkit_plan *plan = NULL;
	int r = irqkit_request_new_isolate(&request);

	if (r == 0)
		r = irqkit_request_set_cpus(request, cpus, NULL);
	if (r == 0)
		r = irqkit_plan_new(facts->machine, &plan);
	if (r == 0)
		r = irqkit_request_plan(request, facts->machine, plan);
	if (r == 0)
		r = copy_steps(facts, plan);
	irqkit_plan_free(plan);
	irqkit_request_free(request);
	return r;
}

int facts_plan_isolate(struct facts *facts)
{
	_cleanup_free_ char *cpus = NULL;

	if (facts->has_planned_isolate)
		return facts->isolate_error;
	cpus = facts_format_cpus(facts->isolated);
	if (!cpus)
		return -ENOMEM;
	facts->has_planned_isolate = true;
	facts->isolate_error = plan_isolate(facts, cpus);
	return facts->isolate_error;
}

void facts_free_isolate(struct facts *facts)
{
	for (size_t i = 0; i < facts->n_isolate_steps; i++) {
		free(facts->isolate_steps[i].path);
		free(facts->isolate_steps[i].target);
		free(facts->isolate_steps[i].old);
	}
	free(facts->isolate_steps);
}
