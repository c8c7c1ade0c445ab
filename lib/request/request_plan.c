/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request becomes steps of a plan, by its kind. */
#include "base/macros.h"
#include "request/placement.h"
#include "request/request_channels.h"
#include "request/request_net.h"
#include "request/request_steer.h"
#include "request/warn_isolated.h"

#include <errno.h>
#include <stdlib.h>

/* What came of an earlier plan is forgotten. */
static void begin(struct irqkit_request *request)
{
	request_drop_messages(request);
	request->problem = IRQKIT_PROBLEM_NONE;
	request->n_gone = 0;
	request->why_gone = NULL;
	placement_free(TAKE(request->placement));
	irqkit_selection_free(TAKE(request->selection));
	request_drop_net(request);
	irqkit_request_free(TAKE(request->rest));
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
	free(request->queue_numbers);
	free(request->rxqs);
	for (size_t i = 0; i < request->n_pins; i++)
		free(request->pins[i]);
	free(request->pins);
	free(request);
}

/* The CPUs of these requests are chosen by a person. */
static bool names_cpus_of_irqs(const struct irqkit_request *request)
{
	return !request->is_of_policy &&
		(request->kind == REQUEST_SET || request->kind == REQUEST_PIN);
}

EXPORT int irqkit_request_plan(struct irqkit_request *request,
	struct irqkit_machine *machine, struct irqkit_plan *plan)
{
	size_t n_before = irqkit_plan_count(plan);
	int r;

	begin(request);
	switch (request->kind) {
	case REQUEST_SPREAD:
		r = request_plan_spread(request, machine, plan);
		break;
	case REQUEST_RPS:
		r = request_plan_rps(request, machine, plan);
		break;
	case REQUEST_RPS_DEFAULT:
		r = request_plan_rps_default(request, machine, plan);
		break;
	case REQUEST_FLOW_ENTRIES:
		r = request_plan_flow_entries(request, machine, plan);
		break;
	case REQUEST_XPS:
		r = request_plan_xps(request, machine, plan);
		break;
	case REQUEST_PIN:
		r = request_plan_pin(request, machine, plan);
		break;
	case REQUEST_CHANNELS:
		r = request_plan_channels(request, machine, plan);
		break;
	case REQUEST_ISOLATE:
		r = request_plan_isolate(request, machine, plan);
		break;
	default:
		r = request_plan_set(request, machine, plan);
		break;
	}
	if (r == 0 && names_cpus_of_irqs(request))
		r = request_warn_isolated(request, machine, plan, n_before);
	return r < 0 && request->problem == IRQKIT_PROBLEM_NONE
		? request_note_problem(request, IRQKIT_PROBLEM_FAILED, r)
		: r;
}

static int check_spread(struct irqkit_request *request, struct irqkit_machine *machine)
{
	struct irqkit_placement *placement = NULL;
	int r = placement_new(request, machine, &placement);

	placement_free(placement);
	return r;
}

EXPORT int irqkit_request_check(
	struct irqkit_request *request, struct irqkit_machine *machine)
{
	int r;

	begin(request);
	switch (request->kind) {
	case REQUEST_SPREAD:
		r = check_spread(request, machine);
		break;
	case REQUEST_RPS:
	case REQUEST_XPS:
		r = request_check_steering(request, machine);
		break;
	case REQUEST_CHANNELS:
		r = request_check_channels(request, machine);
		break;
	case REQUEST_RPS_DEFAULT:
		r = request_check_rps_default(request, machine);
		break;
	case REQUEST_FLOW_ENTRIES:
		r = request_check_flow_entries(request, machine);
		break;
	default:
		r = -EINVAL;
		break;
	}
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
