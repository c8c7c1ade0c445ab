/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order of a device's vectors, which distinguishes interrupts with the same name. */
#ifndef IRQKIT_VECTORS_H
#define IRQKIT_VECTORS_H

#include "devices/device.h"

struct vector {
	struct irqkit_device_irq *irq;
	uint64_t place; /* in the function */
};

/* By place, for qsort(). */
int vectors_compare(const void *a, const void *b);

/*
 * The interrupts of the device in the order of its vectors. For a PCI function, hwirq
 * counts the vectors (the MSI index). For other devices it says where a line leads; there,
 * the kernel's numbers are in the order in which the driver requested them.
 *
 * *ret_vectors has n_irqs members, and is owned by the caller.
 */
int vectors_list(const struct irqkit_device *device, struct vector **ret_vectors);

#endif
