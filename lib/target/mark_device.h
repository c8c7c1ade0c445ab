/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Marks the interrupts of a device, queue, PCI function or driver. A failure leaves a
 * message in the marks.
 */
#ifndef IRQKIT_MARK_DEVICE_H
#define IRQKIT_MARK_DEVICE_H

#include "target/marks.h"
#include "target/target.h"

int mark_device(
	struct marks *marks, const struct target *target, struct meaning *ret_meaning);
int mark_driver(
	struct marks *marks, const struct target *target, struct meaning *ret_meaning);

#endif
