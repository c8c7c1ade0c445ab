/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The MSI vectors of a PCI function, by their index. */
#ifndef IRQKIT_MSI_VECTORS_H
#define IRQKIT_MSI_VECTORS_H

#include "devices/device.h"

/*
 * Lists the interrupts of all MSI vectors of the PCI function that the device is or
 * belongs to: the first is that of vector 0. A function without MSI has none.
 *
 * @ret_numbers: an array of interrupt numbers; the caller frees it
 */
int device_list_vectors(const struct irqkit_device *device, unsigned int **ret_numbers,
	size_t *ret_count);

#endif
