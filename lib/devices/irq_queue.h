/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an interrupt does for its device, where its queue is to be placed. */
#ifndef IRQKIT_IRQ_QUEUE_H
#define IRQKIT_IRQ_QUEUE_H

#include "devices/device.h"

/* IRQKIT_ROLE_UNKNOWN if the device does not have this interrupt. */
enum irqkit_role device_find_role(const struct irqkit_device *device, int irq);

/*
 * The queue that an interrupt of @device serves; -1: none, or it has no number. If it
 * serves none, *@ret_is_follower: it is known to carry no traffic.
 */
int device_find_irq_queue(const struct irqkit_device *device, int irq,
	enum irqkit_serves *ret_serves, bool *ret_is_follower);

/* Are there one rx and one tx queue, and no interrupt that may be of another one? */
bool device_has_only_queue(const struct irqkit_device *device);

/* The first device that raises the interrupt; NULL: none is known. */
struct irqkit_device *devices_find_first_owner(struct irqkit_devices *devices, int irq);

#endif
