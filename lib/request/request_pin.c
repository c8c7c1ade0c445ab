/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that belongs to a queue is pinned: its interrupt, XPS and kernel threads. */
#include "request/request_pin.h"
#include "base/array.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/device.h"
#include "request/request_net.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

EXPORT int irqkit_request_new_pin(struct irqkit_request **ret_request)
{
	return request_new(REQUEST_PIN, ret_request);
}

EXPORT void irqkit_request_set_pin_flags(
	struct irqkit_request *request, unsigned int flags)
{
	request->pin_flags = flags;
}

EXPORT void irqkit_request_set_wraps(
	struct irqkit_request *request, bool wraps, const char *label)
{
	request->wraps = wraps;
	request->wrap_label = label ? label : "wrap";
}

EXPORT int irqkit_request_add_pin(struct irqkit_request *request, const char *word)
{
	char *copy;

	if (!GROW(request->pins, request->n_pins, request->pins_room))
		return -ENOMEM;
	copy = strdup(word);
	if (!copy)
		return -ENOMEM;
	request->pins[request->n_pins++] = copy;
	return 0;
}

static void pin_clear(struct pin *pin)
{
	for (size_t i = 0; i < pin->n_places; i++)
		irqkit_cpuset_free(pin->places[i].cpus);
	free(pin->places);
	free(pin->has_place);
	free(pin->n_placed);
	unique_clear(&pin->threads);
}

static int plan_device(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan, struct irqkit_device *device)
{
	struct pin pin CLEANUP(pin_clear) = {
		.request = request,
		.machine = machine,
		.plan = plan,
		.device = device,
	};
	int r;

	pin.places = calloc(device->n_queues + 1, sizeof(*pin.places));
	pin.has_place = calloc(device->n_queues + 1, sizeof(*pin.has_place));
	pin.n_placed = calloc(device->n_irqs + 1, sizeof(*pin.n_placed));
	if (!pin.places || !pin.has_place || !pin.n_placed)
		return -ENOMEM;
	r = pin_read_words(&pin);
	return r == 0 ? pin_add_steps(&pin) : r;
}

/* Says why a plan moves nothing. */
static int check_plan(struct irqkit_request *request, const struct irqkit_plan *plan)
{
	const enum irqkit_problem problem = IRQKIT_PROBLEM_IMMOVABLE;
	size_t n = irqkit_plan_count(plan);

	if (n == 0) {
		struct irqkit_device *named = request->named[0].device;
		_cleanup_free_ char *lower = request_explain_lower(request, named);

		if (!lower)
			return request_fail(request, problem,
				"cannot pin these queues of %s: they have no known "
				"interrupt, no XPS and no thread",
				named->name);
		request_drop_messages(request); /* "no interrupt", for each queue */
		return request_fail(request, problem,
			"cannot pin queues of %s: it has no hardware queues; %s",
			named->name, lower);
	}
	if (irqkit_plan_count_results(plan, IRQKIT_SKIPPED) == n)
		return request_fail(request, problem,
			"cannot pin these queues: the kernel places all of their "
			"interrupts and threads itself");
	return 0;
}

int request_plan_pin(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan)
{
	int r = request_find_net(request, machine);

	for (size_t i = 0; i < request->n_devices && r == 0; i++)
		r = plan_device(request, machine, plan, request->devices[i]);
	if (r == 0)
		r = check_plan(request, plan);
	if (r == 0)
		request_remark_lower(request);
	return r;
}
