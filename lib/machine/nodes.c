/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The NUMA node that an interrupt should be handled on, for all commands:
 *
 *	numa_node of the device, else /proc/irq/N/node -> the nearest node that has CPUs
 */
#include "base/macros.h"
#include "devices/device.h"
#include "machine/machine.h"

#include <errno.h>

static bool is_managed(const struct irqkit_machine *machine, unsigned int number)
{
	struct irqkit_irq *irq = irqkit_machine_find_irq(machine, number);
	enum irqkit_movable movable;

	return irq && irqkit_irq_get_movable(irq, &movable) == 0 &&
		(movable == IRQKIT_MANAGED || movable == IRQKIT_SEEMS_MANAGED);
}

/*
 * In a set with managed vectors, each vector has the node of its own CPUs, even a vector
 * that is not managed: kernel/irq/irqdesc.c, alloc_descs()
 */
static bool is_in_managed_set(
	const struct irqkit_machine *machine, struct irqkit_device *device)
{
	if (device->has_asked_managed)
		return device->has_managed;
	device->has_asked_managed = true;
	device->has_managed = false;
	for (size_t i = 0; i < device->n_irqs && !device->has_managed; i++)
		device->has_managed = is_managed(machine, device->irqs[i].irq);
	return device->has_managed;
}

static int read_own_node(struct irqkit_machine *machine, struct irqkit_device *device,
	int number, int *ret_node)
{
	struct irqkit_irq *irq;
	int r;

	if (device && irqkit_device_read_node(device, ret_node) == 0)
		return 0;
	if (number < 0 ||
		(device ? is_in_managed_set(machine, device)
			: is_managed(machine, (unsigned int)number)))
		return -ENODATA;
	r = irqkit_machine_need_irq(machine, (unsigned int)number, &irq);
	return r < 0 ? r : irqkit_irq_get_node(irq, ret_node);
}

EXPORT int irqkit_machine_find_node(struct irqkit_machine *machine,
	struct irqkit_device *device, int irq, int *ret_node)
{
	size_t n = 0;
	int node, r;

	if (!device && irq >= 0) {
		r = irqkit_devices_count_owners(machine->devices, (unsigned int)irq, &n);
		if (r == -ENOMEM)
			return r;
		if (r == 0 && n > 0)
			device = irqkit_devices_get_owner(
				machine->devices, (unsigned int)irq, 0);
	}
	if (irq < 0 && device && device->n_irqs > 0)
		irq = (int)device->irqs[0].irq;
	r = read_own_node(machine, device, irq, &node);
	if (r < 0)
		return r;
	node = irqkit_topology_find_near_node(machine->topology, (unsigned int)node);
	if (node < 0)
		return -ENODATA;
	*ret_node = node;
	return 0;
}
