/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Marks the interrupts of a device, queue, PCI function or driver. */
#ifndef CMD_MARK_DEVICE_H
#define CMD_MARK_DEVICE_H

#include "target/marks.h"
#include "target/target.h"

enum status mark_device(
	struct marks *marks, const struct target *target, struct meaning *ret_meaning);
enum status mark_driver(
	struct marks *marks, const struct target *target, struct meaning *ret_meaning);

#endif
