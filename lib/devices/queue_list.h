/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queues of a device, in order. */
#ifndef IRQKIT_QUEUE_LIST_H
#define IRQKIT_QUEUE_LIST_H

#include "devices/device.h"

/* Adds a queue at its place. One that is there already is not added again. */
int queue_list_add(struct irqkit_device *device, enum irqkit_direction direction,
	unsigned int number);

#endif
