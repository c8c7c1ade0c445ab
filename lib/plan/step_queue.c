/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queue of an interrupt, by name: numbers of interrupts change, names of queues do not. */
#include "base/macros.h"
#include "base/number.h"
#include "devices/device.h"
#include "machine/machine.h"
#include "plan/plan.h"

#include <errno.h>
#include <string.h>

static const struct irqkit_queue *find_queue(
	const struct irqkit_device *device, unsigned int irq)
{
	const struct irqkit_queue *queue = irqkit_device_find_irq_queue(
		device, irq, IRQKIT_RX);

	return queue ? queue : irqkit_device_find_irq_queue(device, irq, IRQKIT_TX);
}

int step_name_queue(
	struct irqkit_machine *machine, struct irqkit_irq *irq, char **ret_name)
{
	unsigned int number = (unsigned int)irq->row->irq;
	const struct irqkit_queue *queue = NULL;
	size_t n = 0;
	int r = irqkit_devices_count_owners(machine->devices, number, &n);

	*ret_name = NULL;
	for (size_t i = 0; i < n && r == 0 && !queue; i++)
		queue = find_queue(
			irqkit_devices_get_owner(machine->devices, number, i), number);
	if (r == 0 && queue)
		r = irqkit_queue_format_full_name(queue, ret_name);
	return r == -ENOMEM ? r : 0;
}

int step_find_irq(struct irqkit_machine *machine, const char *queue_name)
{
	const char *colon = strrchr(queue_name, ':');
	_cleanup_free_ char *name = NULL;
	enum irqkit_direction direction = IRQKIT_RX;
	const struct irqkit_queue *queue;
	struct irqkit_device *device;
	uint32_t number;

	if (!colon)
		return -1;
	if (strncmp(colon, ":tx-", 4) == 0)
		direction = IRQKIT_TX;
	else if (strncmp(colon, ":rx-", 4) != 0)
		return -1;
	name = strndup(queue_name, (size_t)(colon - queue_name));
	if (!name || parse_u32(colon + 4, strlen(colon + 4), &number) < 0 ||
		irqkit_devices_find_net(machine->devices, name, &device) < 0)
		return -1;
	queue = irqkit_device_find_queue(device, direction, number);
	return queue ? queue->irq : -1;
}
