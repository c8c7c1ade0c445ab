/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One value of a step is written. */
#include "kernel/knob.h"
#include "plan/banned_cpus_knob.h"
#include "plan/ethtool_knob.h"
#include "plan/plan.h"
#include "plan/thread_knob.h"

#include <errno.h>

int step_write_value(struct irqkit_ctx *ctx, struct irqkit_step *step,
	const struct knob_value *value, bool *ret_is_answer, char **ret_text)
{
	int r;

	*ret_is_answer = false;
	if (knob_is_ethtool(step->knob))
		return ethtool_knob_write(ctx, step->knob, step->path, value->text,
			&step->kernel_text, ret_is_answer);
	if (step->knob == IRQKIT_KNOB_BANNED_CPUS)
		return banned_cpus_write(ctx, step, value->cpus);
	if (step->knob != IRQKIT_KNOB_THREAD && ret_text)
		return knob_write_and_read(
			ctx, step->path + 1, value->text, ret_is_answer, ret_text);
	if (step->knob != IRQKIT_KNOB_THREAD)
		return knob_write(ctx, step->path + 1, value->text, ret_is_answer);
	r = thread_is_same(ctx, step->pid, step->target, step->identity);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	return thread_write_cpus(step->pid, value->cpus);
}
