/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A new step for what ethtool(8) sets. */
#include "base/macros.h"
#include "devices/queues.h"
#include "kernel/ctx.h"
#include "plan/plan.h"

#include <errno.h>
#include <stdio.h>
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
