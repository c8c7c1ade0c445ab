/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interrupts that a request names, and what is said if none of them can be moved. */
#include "request/request_select.h"

#include <errno.h>

/* The problem of a TARGET, by the error of the selection. */
static enum irqkit_problem problem_of(int error)
{
	switch (error) {
	case -EINVAL:
		return IRQKIT_PROBLEM_WORDS;
	case -ESRCH:
		return IRQKIT_PROBLEM_NO_MATCH;
	default:
		return IRQKIT_PROBLEM_FAILED;
	}
}

int request_select(struct irqkit_request *request, struct irqkit_machine *machine,
	const char *const *words, size_t n, struct irqkit_selection **ret_selection)
{
	char *message = NULL;
	int r = irqkit_machine_select(machine, words, n, 0, ret_selection, &message);

	if (r == 0 && irqkit_selection_get_warning(*ret_selection))
		request_warn(request, "%s", irqkit_selection_get_warning(*ret_selection));
	if (r == 0 || !message)
		return r;
	return request_take_message(request, problem_of(r), r, message);
}

int request_fail_immovable(struct irqkit_request *request, struct irqkit_irq *irq)
{
	bool has_name = irq->row->n_actions > 0;

	return request_fail(request, IRQKIT_PROBLEM_IMMOVABLE,
		"cannot move %s%s%s%s: it is %s", irq->row->label, has_name ? " (" : "",
		has_name ? irq->row->actions[0] : "", has_name ? ")" : "",
		irqkit_irq_find_obstacle(irq, true));
}

int request_fail_all_immovable(struct irqkit_request *request, size_t n)
{
	const enum irqkit_problem problem = IRQKIT_PROBLEM_IMMOVABLE;

	if (n == 0)
		return request_fail(request, problem,
			"cannot move any of these: they have no interrupt number");
	if (request->n_gone == n)
		return request_fail(request, problem,
			"cannot read the affinity of %zu interrupt%s: %s", n,
			n == 1 ? "" : "s", request->why_gone);
	if (n == 1)
		return request_fail(request, problem,
			"the interrupt cannot be moved: 'irqkit show -o +MOVABLE' shows "
			"why");
	return request_fail(request, problem,
		"none of these %zu interrupts can be moved: 'irqkit show -o +MOVABLE' "
		"shows why",
		n);
}

int request_check_any_movable(
	struct irqkit_request *request, const struct irqkit_plan *plan)
{
	size_t n = irqkit_plan_count(plan);

	return irqkit_plan_count_results(plan, IRQKIT_SKIPPED) == n
		? request_fail_all_immovable(request, n)
		: 0;
}
