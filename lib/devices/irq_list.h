/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of interrupts of a device. */
#ifndef IRQKIT_IRQ_LIST_H
#define IRQKIT_IRQ_LIST_H

#include "devices/device.h"

/* Adds @irq, or finds it in the list, and notes that @source says so. */
int device_add_irq(struct irqkit_device *device, unsigned int irq,
	enum irqkit_source source, struct irqkit_device_irq **ret_irq);

#endif
