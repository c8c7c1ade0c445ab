/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From an interrupt to the queue that it serves. */
#include "devices/irq_queue.h"

/* The first queue of the device that has this interrupt, and its directions. */
static int find_queue(
	const struct irqkit_device *device, int number, enum irqkit_serves *ret_serves)
{
	const struct irqkit_device_irq *irq = irqkit_device_find_irq(
		device, (unsigned int)number);
	bool has_rx = irq && irq->first_queue[IRQKIT_RX] != NO_NUMBER;
	bool has_tx = irq && irq->first_queue[IRQKIT_TX] != NO_NUMBER;

	*ret_serves = has_rx && has_tx ? IRQKIT_SERVES_BOTH
		: has_rx	       ? IRQKIT_SERVES_RX
		: has_tx	       ? IRQKIT_SERVES_TX
				       : IRQKIT_SERVES_NONE;
	/* NO_NUMBER is above all of them */
	return has_rx || has_tx
		? (int)(irq->first_queue[IRQKIT_RX] < irq->first_queue[IRQKIT_TX]
				  ? irq->first_queue[IRQKIT_RX]
				  : irq->first_queue[IRQKIT_TX])
		: -1;
}

enum irqkit_role device_find_role(const struct irqkit_device *device, int irq)
{
	const struct irqkit_device_irq *own = irqkit_device_find_irq(
		device, (unsigned int)irq);

	return own ? irqkit_device_irq_get_role(own) : IRQKIT_ROLE_UNKNOWN;
}

int device_find_irq_queue(const struct irqkit_device *device, int irq,
	enum irqkit_serves *ret_serves, bool *ret_is_follower)
{
	int queue = find_queue(device, irq, ret_serves);

	*ret_is_follower = false;
	if (queue >= 0)
		return queue;
	switch (device_find_role(device, irq)) {
	case IRQKIT_ROLE_LINK:
	case IRQKIT_ROLE_CONFIG:
	case IRQKIT_ROLE_ADMIN:
	case IRQKIT_ROLE_ERROR:
	case IRQKIT_ROLE_UNUSED:
		*ret_is_follower = true;
		return -1;
	default:
		return -1;
	}
}

bool device_has_only_queue(const struct irqkit_device *device)
{
	return irqkit_device_count_direction(device, IRQKIT_RX) == 1 &&
		irqkit_device_count_direction(device, IRQKIT_TX) == 1;
}

struct irqkit_device *devices_find_first_owner(struct irqkit_devices *devices, int irq)
{
	size_t n = 0;

	if (irqkit_devices_count_owners(devices, (unsigned int)irq, &n) < 0 || n == 0)
		return NULL;
	return irqkit_devices_get_owner(devices, (unsigned int)irq, 0);
}
