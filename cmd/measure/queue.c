/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of queues, and how many there are. */
#include "measure/queue.h"

const char *queue_direction_word(enum irqkit_direction direction)
{
	return direction == IRQKIT_RX ? "rx" : "tx";
}

char *queue_format_full_name(const struct irqkit_queue *queue)
{
	char *name = NULL;

	irqkit_queue_format_full_name(queue, &name);
	return name;
}

size_t queue_count(const struct irqkit_device *device, enum irqkit_direction direction)
{
	size_t n = 0;

	for (size_t i = 0; i < irqkit_device_count_queues(device); i++)
		n += irqkit_queue_get_direction(irqkit_device_get_queue(device, i)) ==
			direction;
	return n;
}
