/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of queues, and how many there are. */
#include "measure/queue.h"

#include <stdio.h>

const char *queue_direction_word(enum irqkit_direction direction)
{
	return direction == IRQKIT_RX ? "rx" : "tx";
}

void queue_format_name(const struct irqkit_queue *queue, char name[QUEUE_NAME_ROOM])
{
	snprintf(name, QUEUE_NAME_ROOM, "%s-%u",
		queue_direction_word(irqkit_queue_get_direction(queue)),
		irqkit_queue_get_number(queue));
}

char *queue_format_full_name(const struct irqkit_queue *queue)
{
	char name[QUEUE_NAME_ROOM], *text;

	queue_format_name(queue, name);
	if (asprintf(&text, "%s:%s",
		    irqkit_device_get_name(irqkit_queue_get_device(queue)), name) < 0)
		return NULL;
	return text;
}

size_t queue_count(const struct irqkit_device *device, enum irqkit_direction direction)
{
	size_t n = 0;

	for (size_t i = 0; i < irqkit_device_count_queues(device); i++)
		n += irqkit_queue_get_direction(irqkit_device_get_queue(device, i)) ==
			direction;
	return n;
}
