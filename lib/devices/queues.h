/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queues of a network device. */
#ifndef IRQKIT_QUEUES_H
#define IRQKIT_QUEUES_H

#include "devices/device.h"

#define SOCK_FLOW_ENTRIES_PATH "/proc/sys/net/core/rps_sock_flow_entries"
#define RPS_DEFAULT_MASK_PATH "/proc/sys/net/core/rps_default_mask"

/* "rx" or "tx" */
const char *direction_word(enum irqkit_direction direction);

/* "rx-0" */
#define QUEUE_NAME_ROOM 16
void queue_format_name(
	const struct irqkit_queue *queue, char name[static QUEUE_NAME_ROOM]);

/* "rps_cpus" */
const char *queue_file_name(enum queue_file file);
/* The file of a knob of a queue. */
enum queue_file queue_file_of(enum irqkit_knob knob);

/* A setting as the kernel wrote it; it belongs to the queue. -EINVAL: not this direction. */
int queue_get_text(
	struct irqkit_queue *queue, enum queue_file file, const char **ret_text);
/* Holds @text as if it had been read, until queue_end_pretending(). */
int queue_pretend(struct irqkit_queue *queue, enum queue_file file, const char *text);
void queue_end_pretending(struct irqkit_queue *queue, enum queue_file file);
/* A setting that was written is read again when it is needed. */
void queue_forget(struct irqkit_queue *queue, enum queue_file file);
void queue_forget_all(struct irqkit_queue *queue);

/* What the file ifindex holds; it belongs to the device. */
int device_get_ifindex_text(struct irqkit_device *device, const char **ret_text);

int device_read_queues(struct irqkit_device *device);
/* Only for an interface that has a folder. */
int device_read_ifindex(struct irqkit_device *device, uint32_t *ret_ifindex);
/* Adds the queues and interrupts that the kernel reported for the ifindex of the device. */
int device_join_netlink(
	struct irqkit_device *device, const struct netlink_answers *answers);

#endif
