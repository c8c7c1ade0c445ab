/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The role of an interrupt of a device, and the queue that it serves. */
#ifndef IRQKIT_IRQ_QUEUE_H
#define IRQKIT_IRQ_QUEUE_H

#include "devices/device.h"

/* IRQKIT_ROLE_UNKNOWN if the device does not have this interrupt. */
enum irqkit_role device_find_role(const struct irqkit_device *device, int irq);

/*
 * Returns the queue that an interrupt of @device serves; -1: none, or the queue has no number.
 * If the interrupt serves none, *@ret_is_follower says whether it is known to carry no traffic.
 */
int device_find_irq_queue(const struct irqkit_device *device, int irq,
	enum irqkit_serves *ret_serves, bool *ret_is_follower);

/* Does the device have one rx and one tx queue, and no interrupt that may serve another one? */
bool device_has_only_queue(const struct irqkit_device *device);

/* The first device that raises the interrupt; NULL: none is known. */
struct irqkit_device *devices_find_first_owner(struct irqkit_devices *devices, int irq);

#endif
