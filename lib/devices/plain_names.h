/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interrupts that are called as the device alone. */
#ifndef IRQKIT_PLAIN_NAMES_H
#define IRQKIT_PLAIN_NAMES_H

#include "devices/device.h"

/* Sets serves[] and the role of those, once serves[] of all others is known. */
int plain_names_settle(struct irqkit_device *device);

#endif
