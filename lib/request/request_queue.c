/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a knob cannot be planned; and clearing the knob that overrides another one. */
#include "request/request_queue.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/device.h"
#include "kernel/ctx.h"

#include <errno.h>

int request_fail_queue(struct irqkit_request *request, struct irqkit_queue *queue,
	enum irqkit_knob knob, int error)
{
	char *text = NULL;

	/* the log function of the context knows it */
	if (error != -ENOENT && error == queue->device->devices->ctx->error)
		return request_note_problem(request, IRQKIT_PROBLEM_FAILED, error);
	if (irqkit_queue_explain_error(queue, knob, error, &text) < 0)
		return -ENOMEM;
	return request_take_message(request,
		error == -ENOENT ? IRQKIT_PROBLEM_IMMOVABLE : IRQKIT_PROBLEM_FAILED,
		error, text);
}

int request_clear_rxqs(struct irqkit_request *request, struct irqkit_plan *plan,
	struct irqkit_queue *queue, const char *why)
{
	_cleanup_cpuset_ struct irqkit_cpuset *rxqs = NULL, *none = NULL;
	int r = irqkit_queue_read_xps_rxqs(queue, &rxqs);

	/* empty only because an earlier plan of this request will clear it: that step stays */
	if (r == -ENOENT ||
		(r == 0 && irqkit_cpuset_is_empty(rxqs) &&
			!queue->files[QUEUE_XPS_RXQS].is_pretended))
		return 0;
	if (r == 0)
		r = irqkit_cpuset_new(&none);
	if (r == 0)
		r = irqkit_plan_add_xps_rxqs(plan, queue, none, why);
	return r < 0 ? request_fail_queue(request, queue, IRQKIT_KNOB_XPS_RXQS, r) : 0;
}
