/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interrupts whose name is only that of the device. */
#ifndef IRQKIT_PLAIN_NAMES_H
#define IRQKIT_PLAIN_NAMES_H

#include "devices/device.h"

/* Sets serves[] and the role of those, once serves[] of all others is known. */
int plain_names_settle(struct irqkit_device *device);

#endif
