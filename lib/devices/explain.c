/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interrupts that a device shares with others, and those whose queue nobody says. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/device.h"
#include "interrupts/snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Interrupts of a device: how many, and which, as in "40-43,51". */
struct chosen {
	unsigned int n;
	unsigned int first;
	char *list; /* owned */
};

static void chosen_free(struct chosen *chosen)
{
	free(chosen->list);
}

/* True: there are some. */
static bool choose(const struct irqkit_device *device,
	bool (*is_meant)(
		const struct irqkit_device *device, const struct irqkit_device_irq *irq),
	struct chosen *chosen)
{
	_cleanup_cpuset_ struct irqkit_cpuset *numbers = NULL;

	if (irqkit_cpuset_new(&numbers) < 0)
		return false;
	for (size_t i = 0; i < irqkit_device_count_irqs(device); i++) {
		const struct irqkit_device_irq *irq = irqkit_device_get_irq(device, i);

		if (is_meant(device, irq) &&
			irqkit_cpuset_add(numbers, irqkit_device_irq_get_number(irq)) < 0)
			return false;
	}
	if (irqkit_cpuset_is_empty(numbers) ||
		irqkit_cpuset_format_list(numbers, &chosen->list) < 0)
		return false;
	chosen->n = irqkit_cpuset_count(numbers);
	chosen->first = (unsigned int)irqkit_cpuset_next(numbers, -1);
	return true;
}

/* ------------------------------------------------------------------------------- */

static bool is_of_controller(
	const struct irqkit_device *device, const struct irqkit_device_irq *irq)
{
	(void)device;
	return irqkit_device_irq_get_role(irq) == IRQKIT_ROLE_CONTROLLER;
}

EXPORT int irqkit_device_explain_shared(
	const struct irqkit_device *device, char **ret_text)
{
	struct chosen chosen CLEANUP(chosen_free) = { 0 };
	char *text;

	if (!choose(device, is_of_controller, &chosen))
		return -ENOENT;
	if (asprintf(&text,
		    "%s shares interrupt%s %s with all other devices on its USB "
		    "controller.",
		    device->name, chosen.n == 1 ? "" : "s", chosen.list) < 0)
		return -ENOMEM;
	*ret_text = text;
	return 0;
}

/* ------------------------------------------------------------------------------- */

/* It may serve a queue, and no queue is known to be served by it. */
static bool is_of_unknown_queue(
	const struct irqkit_device *device, const struct irqkit_device_irq *irq)
{
	enum irqkit_role role = irqkit_device_irq_get_role(irq);

	(void)device;
	if (role != IRQKIT_ROLE_QUEUE && role != IRQKIT_ROLE_UNKNOWN)
		return false;
	return !irq->has_queue[IRQKIT_RX] && !irq->has_queue[IRQKIT_TX];
}

static const char *get_name(const struct irqkit_device *device, unsigned int irq)
{
	const struct irqkit_interrupt *row = irqkit_snapshot_find_irq(
		device->devices->snapshot, irq);

	return row && row->n_actions ? row->actions[0] : "";
}

/* The name that all of them have; NULL: they have several. */
static const char *find_one_name(
	const struct irqkit_device *device, const struct chosen *chosen)
{
	const char *name = get_name(device, chosen->first);

	for (size_t i = 0; i < irqkit_device_count_irqs(device); i++) {
		const struct irqkit_device_irq *irq = irqkit_device_get_irq(device, i);

		if (is_of_unknown_queue(device, irq) &&
			strcmp(name,
				get_name(device, irqkit_device_irq_get_number(irq))) != 0)
			return NULL;
	}
	return name;
}

EXPORT int irqkit_device_explain_unknown_queues(
	const struct irqkit_device *device, char **ret_text, unsigned int *ret_first)
{
	struct chosen chosen CLEANUP(chosen_free) = { 0 };
	const char *name;
	char *text;
	int r;

	if (!choose(device, is_of_unknown_queue, &chosen))
		return -ENOENT;
	name = find_one_name(device, &chosen);
	if (chosen.n == 1)
		r = asprintf(&text,
			"the name of interrupt %s (%s) does not show its queue",
			chosen.list, name);
	else
		r = asprintf(&text,
			"the names of interrupts %s%s%s%s do not show their queues",
			chosen.list,
			!name			? ""
				: chosen.n == 2 ? " (both "
						: " (all ",
			name ? name : "", name ? ")" : "");
	if (r < 0)
		return -ENOMEM;
	*ret_text = text;
	*ret_first = chosen.first;
	return 0;
}

EXPORT int irqkit_device_explain_unknown_direction(const struct irqkit_device *device,
	enum irqkit_direction direction, char **ret_text)
{
	unsigned int first;
	bool is_lacking = false;

	for (size_t i = 0; i < device->n_queues; i++)
		is_lacking |= device->queues[i].direction == direction &&
			device->queues[i].irq < 0;
	return is_lacking ? irqkit_device_explain_unknown_queues(device, ret_text, &first)
			  : -ENOENT;
}
