/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interrupts of the snapshot, by number and by name. */
#ifndef IRQKIT_ROWS_H
#define IRQKIT_ROWS_H

#include "devices/device.h"

int devices_sort_names(struct irqkit_devices *devices);

/* Needs sorted names. The first name that is not before @prefix, or n_names. */
size_t devices_find_names(const struct irqkit_devices *devices, const char *prefix);
/* NULL: there is no such interrupt. */
const struct irqkit_interrupt *devices_find_row(
	const struct irqkit_devices *devices, unsigned int irq);

#endif
