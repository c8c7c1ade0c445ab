/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which queues the interrupts of a network device serve, as far as their names show. */
#ifndef IRQKIT_QUEUE_NUMBERS_H
#define IRQKIT_QUEUE_NUMBERS_H

#include "devices/device.h"

/*
 * Fills in serves[] of each interrupt, once all of them are known, and the role of those
 * whose names mean one thing or another by what else the device has. The queues that /sys
 * lists must be known too, if there are any.
 */
int device_number_queues(struct irqkit_device *device);

#endif
