/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which queues the interrupts of a network device serve, as far as their names show. */
#ifndef IRQKIT_QUEUE_NUMBERS_H
#define IRQKIT_QUEUE_NUMBERS_H

#include "devices/device.h"

/*
 * Fills in serves[] of each interrupt, once all interrupts are known, and the role of
 * those whose names depend on what else the device has. If /sys lists queues, they must
 * be known too.
 */
int device_number_queues(struct irqkit_device *device);

#endif
