/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps for what ethtool(8) sets: channels, and the RSS table. */
#include "base/macros.h"
#include "channels/counts.h"
#include "channels/rss.h"
#include "devices/queues.h"
#include "kernel/ctx.h"
#include "plan/barrier.h"
#include "plan/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The index of the interface; "": it is not known. */
static int set_identity(struct irqkit_step *step, struct irqkit_device *device)
{
	const char *text = "";
	int r = device_get_ifindex_text(device, &text);

	if (is_failure(r))
		return r;
	step->identity = strdup(r < 0 ? "" : text);
	return step->identity ? 0 : -ENOMEM;
}

int plan_add_ethtool_step(struct irqkit_plan *plan, enum irqkit_knob knob,
	struct irqkit_device *device, const char *why, struct irqkit_step **ret_step)
{
	_cleanup_free_ char *path = NULL;
	uint32_t number;
	int r;

	if (asprintf(&path, "ethtool:%s/%s", device->name,
		    knob == IRQKIT_KNOB_RSS ? "rss" : "channels") < 0) {
		path = NULL;
		return -ENOMEM;
	}
	/* a name that no interface can have */
	if (!knob_parse_path(path, &knob, &number))
		return -EINVAL;
	r = plan_add_machine_step(plan, knob, path, device->name, why, ret_step);
	if (r < 0)
		return r;
	r = set_identity(*ret_step, device);
	if (r < 0)
		plan_drop_step(plan);
	return r;
}

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

	/* the table that is right now will not be, if the driver makes it anew */
	if (r == 0 && is_after)
		plan->steps[plan->n_steps - 1].result = IRQKIT_PLANNED;
	return r;
}

/* ------------------------------------------------------------------------------- */

int ethtool_knob_read(
	struct irqkit_ctx *ctx, const struct irqkit_step *step, char **ret_text)
{
	_cleanup_rss_ struct rss_table table = { 0 };
	char name[16];
	int r;

	knob_get_device_name(step->path, name);
	if (step->knob == IRQKIT_KNOB_CHANNELS)
		return counts_read(ctx, name, ret_text);
	r = rss_read(ctx, name, &table);
	return r < 0 ? r : rss_format(&table, ret_text);
}

int ethtool_knob_write(struct irqkit_ctx *ctx, struct irqkit_step *step, const char *text,
	bool *ret_is_answer)
{
	char name[16];

	free(TAKE(step->kernel_text));
	knob_get_device_name(step->path, name);
	*ret_is_answer = true;
	if (step->knob == IRQKIT_KNOB_CHANNELS)
		return counts_write(ctx, name, text, &step->kernel_text, ret_is_answer);
	return rss_write(ctx, name, text, &step->kernel_text);
}
