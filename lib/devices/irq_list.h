/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of interrupts of a device. */
#ifndef IRQKIT_IRQ_LIST_H
#define IRQKIT_IRQ_LIST_H

#include "devices/device.h"

/* Instead of a queue's number in irqkit_device_irq.serves[]. */
#define SERVES_NO_QUEUE UINT32_MAX
#define SERVES_ALL_QUEUES (UINT32_MAX - 1)
#define SERVES_UNKNOWN_QUEUE (UINT32_MAX - 2)

/* Is it a queue's number? */
static inline bool is_queue_number(uint32_t serves)
{
	return serves < SERVES_UNKNOWN_QUEUE;
}

/* Adds @irq, or finds it in the list, and notes that @source says so. */
int device_add_irq(struct irqkit_device *device, unsigned int irq,
	enum irqkit_source source, struct irqkit_device_irq **ret_irq);

/* Does @irq serve this queue? */
bool device_irq_serves(const struct irqkit_device_irq *irq,
	enum irqkit_direction direction, unsigned int number);

/* Is it the first queue that its interrupt serves, or does no known interrupt serve it? */
bool queue_is_first_of_irq(const struct irqkit_queue *queue);

#endif
