/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a change would gain, by the counts since boot. */
#include "measure/gain.h"
#include "base/basics.h"

#include <errno.h>
#include <stdio.h>

static int plan_spread(struct irqkit_request *request, struct irqkit_machine *machine,
	const struct irqkit_device *device)
{
	_cleanup_free_ char *word = NULL;
	struct irqkit_plan *plan = NULL;
	int r;

	if (asprintf(&word, "dev:%s", irqkit_device_get_name(device)) < 0) {
		word = NULL;
		return -ENOMEM;
	}
	r = irqkit_request_add_target(request, word);
	if (r == 0)
		r = irqkit_plan_new(machine, &plan);
	if (r == 0)
		r = irqkit_request_plan(request, machine, plan);
	irqkit_plan_free(plan);
	return r;
}

static bool is_gain(const struct irqkit_spread *spread, double part)
{
	return irqkit_spread_is_better(spread) &&
		irqkit_spread_get_imbalance_after(spread) <=
		(1 - part) * irqkit_spread_get_imbalance_before(spread);
}

bool gain_by_spread(
	struct irqkit_machine *machine, const struct irqkit_device *device, double part)
{
	struct irqkit_request *request = NULL;
	bool gains;

	if (irqkit_request_new_spread(&request) < 0)
		return false;
	gains = plan_spread(request, machine, device) == 0 &&
		is_gain(irqkit_placement_get_spread(
				irqkit_request_get_placement(request)),
			part);
	irqkit_request_free(request);
	return gains;
}
