/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties of a plan and its steps. */
#include "plan/step.h"
#include "base/macros.h"
#include "plan/plan.h"

EXPORT size_t irqkit_plan_count(const struct irqkit_plan *plan)
{
	return plan->n_steps;
}

EXPORT const struct irqkit_step *irqkit_plan_get(
	const struct irqkit_plan *plan, size_t index)
{
	return &plan->steps[index];
}

EXPORT unsigned int irqkit_plan_get_number(const struct irqkit_plan *plan)
{
	return plan->journal_number;
}

EXPORT size_t irqkit_plan_count_results(
	const struct irqkit_plan *plan, enum irqkit_result result)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_steps; i++)
		n += plan->steps[i].result == result;
	return n;
}

EXPORT size_t irqkit_plan_count_written(const struct irqkit_plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_steps; i++)
		n += plan->steps[i].is_written;
	return n;
}

EXPORT const char *irqkit_step_get_path(const struct irqkit_step *step)
{
	return step->path;
}

EXPORT enum irqkit_knob irqkit_step_get_knob(const struct irqkit_step *step)
{
	return step->knob;
}

EXPORT int irqkit_step_get_irq(const struct irqkit_step *step)
{
	return step->irq;
}

EXPORT const char *irqkit_step_get_target(const struct irqkit_step *step)
{
	return step->target;
}

EXPORT const char *irqkit_step_get_old(const struct irqkit_step *step)
{
	return step->old_value.text;
}

EXPORT const char *irqkit_step_get_new(const struct irqkit_step *step)
{
	return step->new_value.text;
}

EXPORT const struct irqkit_cpuset *irqkit_step_get_old_cpus(
	const struct irqkit_step *step)
{
	return step->knob == IRQKIT_KNOB_XPS_RXQS ? NULL : step->old_value.cpus;
}

EXPORT const struct irqkit_cpuset *irqkit_step_get_new_cpus(
	const struct irqkit_step *step)
{
	return step->knob == IRQKIT_KNOB_XPS_RXQS ? NULL : step->new_value.cpus;
}

EXPORT const struct irqkit_cpuset *irqkit_step_get_effective(
	const struct irqkit_step *step)
{
	return step->knob == IRQKIT_KNOB_XPS_RXQS ? NULL : step->effective;
}

EXPORT const char *irqkit_step_get_why(const struct irqkit_step *step)
{
	return step->why;
}

EXPORT enum irqkit_result irqkit_step_get_result(const struct irqkit_step *step)
{
	return step->result;
}

EXPORT bool irqkit_step_was_written(const struct irqkit_step *step)
{
	return step->is_written;
}

EXPORT bool irqkit_step_is_optional(const struct irqkit_step *step)
{
	return step->is_optional;
}

EXPORT bool irqkit_step_was_refused(const struct irqkit_step *step)
{
	return step->is_refused;
}

EXPORT bool irqkit_step_was_changed_since(const struct irqkit_step *step)
{
	return step->is_changed_since;
}

EXPORT bool irqkit_step_has_lost_cpus(const struct irqkit_step *step)
{
	return step->has_lost_cpus;
}

EXPORT int irqkit_step_get_error(const struct irqkit_step *step)
{
	return step->error;
}

EXPORT const char *irqkit_step_get_kernel_text(const struct irqkit_step *step)
{
	return step->kernel_text;
}
