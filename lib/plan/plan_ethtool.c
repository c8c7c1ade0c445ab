/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps for what ethtool(8) sets: channels, and the RSS table. */
#include "base/macros.h"
#include "plan/barrier.h"
#include "plan/plan.h"

#include <string.h>

static int add_text(struct irqkit_plan *plan, enum irqkit_knob knob,
	struct irqkit_device *device, const char *text, const char *why)
{
	struct irqkit_step *step;
	int r = plan_add_ethtool_step(plan, knob, device, why, &step);

	if (r < 0)
		return r;
	r = step_set_text(plan, step, text);
	if (r < 0)
		plan_drop_step(plan);
	return r;
}

/* Is a barrier of this device to be written before the step that is added next? */
static bool has_barrier(const struct irqkit_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->n_steps; i++)
		if (step_is_barrier(&plan->steps[i]) &&
			plan->steps[i].result == IRQKIT_PLANNED &&
			strcmp(plan->steps[i].target, name) == 0)
			return true;
	return false;
}

EXPORT int irqkit_plan_add_channels(struct irqkit_plan *plan,
	struct irqkit_device *device, const char *text, const char *why)
{
	int r = add_text(plan, IRQKIT_KNOB_CHANNELS, device, text, why);

	if (r < 0 || plan->steps[plan->n_steps - 1].result != IRQKIT_PLANNED)
		return r;
	return barrier_save(plan, device);
}

EXPORT int irqkit_plan_add_rss(struct irqkit_plan *plan, struct irqkit_device *device,
	const char *text, const char *why)
{
	bool is_after = has_barrier(plan, device->name);
	int r = add_text(plan, IRQKIT_KNOB_RSS, device, text, why);

	/* a table that is right now is wrong after the driver has created it again */
	if (r == 0 && is_after)
		plan->steps[plan->n_steps - 1].result = IRQKIT_PLANNED;
	return r;
}
