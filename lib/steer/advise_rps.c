/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether RPS helps an interface of a machine, and on which CPUs. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/device.h"
#include "machine/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int add_serving(struct irqkit_machine *machine, const struct irqkit_device *device,
	struct irqkit_cpuset *set)
{
	for (size_t i = 0; i < device->n_queues; i++) {
		const struct irqkit_queue *queue = &device->queues[i];
		const struct irqkit_cpuset *serving;

		if (queue->direction != IRQKIT_RX)
			continue;
		serving = irqkit_machine_get_settled_queue_cpus(machine, queue);
		if (serving && irqkit_cpuset_add_set(set, serving) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* The packets of a software interface were steered when they entered the machine. */
static int advise_against(struct irqkit_cpuset **ret_cpus, char **ret_why)
{
	_cleanup_free_ char *why = strdup("a software interface has no interrupts");

	if (!why || irqkit_cpuset_new(ret_cpus) < 0)
		return -ENOMEM;
	*ret_why = TAKE(why);
	return 0;
}

EXPORT int irqkit_machine_advise_rps(struct irqkit_machine *machine,
	struct irqkit_device *device, struct irqkit_cpuset **ret_cpus, char **ret_why)
{
	_cleanup_cpuset_ struct irqkit_cpuset *serving = NULL, *cpus = NULL;
	_cleanup_free_ char *why = NULL;
	int node = -1, r = irqkit_cpuset_new(&serving);

	if (r == 0)
		r = add_serving(machine, device, serving);
	if (r == 0) {
		irqkit_machine_find_node(machine, device, -1, &node);
		r = irqkit_steer_rps(machine->topology, node, serving,
			irqkit_device_count_direction(device, IRQKIT_RX), &cpus, &why);
	}
	if (r < 0)
		return r;
	if (!irqkit_cpuset_is_empty(cpus) && irqkit_cpuset_is_empty(serving) &&
		!irqkit_device_get_bus_device(device))
		return advise_against(ret_cpus, ret_why);
	*ret_cpus = TAKE(cpus);
	*ret_why = TAKE(why);
	return 0;
}
