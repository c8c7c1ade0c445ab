/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which interrupts belong to a device, and the purpose of each. */
#ifndef IRQKIT_DEVICE_IRQS_H
#define IRQKIT_DEVICE_IRQS_H

#include "devices/device.h"

int device_read_irqs(struct irqkit_device *device);

#endif
