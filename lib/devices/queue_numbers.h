/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which queues the interrupts of a network device serve, as far as their names show. */
#ifndef IRQKIT_QUEUE_NUMBERS_H
#define IRQKIT_QUEUE_NUMBERS_H

#include "devices/device.h"

/* Instead of a queue's number in irqkit_device_irq.serves[]. */
#define SERVES_NO_QUEUE UINT32_MAX
#define SERVES_ALL_QUEUES (UINT32_MAX - 1)
#define SERVES_UNKNOWN_QUEUE (UINT32_MAX - 2)

/*
 * Fills in serves[] of each interrupt, once all interrupts are known, and the role of
 * those whose names depend on what else the device has. If /sys lists queues, they must
 * be known too.
 */
int device_number_queues(struct irqkit_device *device);

/* Does @irq serve this queue? */
bool device_irq_serves(const struct irqkit_device_irq *irq,
	enum irqkit_direction direction, unsigned int number);

#endif
