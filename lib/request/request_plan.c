/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request becomes steps of a plan, by its kind. */
#include "base/macros.h"
#include "request/placement.h"

#include <errno.h>
#include <stdlib.h>

/* What came of an earlier plan is forgotten. */
static void begin(struct irqkit_request *request)
{
	request_drop_messages(request);
	request->problem = IRQKIT_PROBLEM_NONE;
	request->n_gone = 0;
	placement_free(TAKE(request->placement));
	irqkit_selection_free(TAKE(request->selection));
}

EXPORT void irqkit_request_free(struct irqkit_request *request)
{
	if (!request)
		return;
	begin(request);
	free(request->messages);
	for (size_t i = 0; i < request->n_targets; i++)
		free(request->targets[i]);
	free(request->targets);
	free(request->cpus);
	free(request->mask);
	free(request);
}

EXPORT int irqkit_request_plan(struct irqkit_request *request,
	struct irqkit_machine *machine, struct irqkit_plan *plan)
{
	int r;

	begin(request);
	switch (request->kind) {
	case REQUEST_SPREAD:
		r = request_plan_spread(request, machine, plan);
		break;
	default:
		r = request_plan_set(request, machine, plan);
		break;
	}
	return r < 0 && request->problem == IRQKIT_PROBLEM_NONE
		? request_note_problem(request, IRQKIT_PROBLEM_FAILED, r)
		: r;
}

EXPORT int irqkit_request_check(
	struct irqkit_request *request, struct irqkit_machine *machine)
{
	struct irqkit_placement *placement = NULL;
	int r;

	begin(request);
	if (request->kind != REQUEST_SPREAD)
		return request_note_problem(request, IRQKIT_PROBLEM_FAILED, -EINVAL);
	r = placement_new(request, machine, &placement);
	placement_free(placement);
	if (r < 0 && request->problem == IRQKIT_PROBLEM_NONE)
		request_note_problem(request, IRQKIT_PROBLEM_FAILED, r);
	return r;
}

EXPORT int irqkit_request_plan_again(
	struct irqkit_request *request, struct irqkit_plan *plan)
{
	request_drop_messages(request);
	return request->placement ? placement_add_steps(request->placement, plan)
				  : -EINVAL;
}
