/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queues of a network device. */
#ifndef IRQKIT_QUEUES_H
#define IRQKIT_QUEUES_H

#include "devices/device.h"

#define SOCK_FLOW_ENTRIES_PATH "/proc/sys/net/core/rps_sock_flow_entries"

int device_read_queues(struct irqkit_device *device);
/* The answers of the kernel about the device whose ifindex is filled in. */
int device_join_netlink(
	struct irqkit_device *device, const struct netlink_answers *answers);

#endif
