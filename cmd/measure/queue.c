/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of queues. */
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
