/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queues of a device, in order: rx-0, rx-1, ..., tx-0, ...; and what each is. */
#include "devices/queue_list.h"
#include "base/array.h"
#include "base/macros.h"
#include "devices/queues.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool is_before(const struct irqkit_queue *queue, enum irqkit_direction direction,
	unsigned int number)
{
	return queue->direction == direction ? queue->number < number
					     : queue->direction < direction;
}

/* Where the queue is in the order of queues, or would be. */
static size_t find_place(const struct irqkit_device *device,
	enum irqkit_direction direction, unsigned int number)
{
	size_t from = 0, to = device->n_queues;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (is_before(&device->queues[middle], direction, number))
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

EXPORT struct irqkit_queue *irqkit_device_find_queue(const struct irqkit_device *device,
	enum irqkit_direction direction, unsigned int number)
{
	size_t at = find_place(device, direction, number);

	if (at == device->n_queues || device->queues[at].direction != direction ||
		device->queues[at].number != number)
		return NULL;
	return &device->queues[at];
}

EXPORT size_t irqkit_device_count_queues(const struct irqkit_device *device)
{
	return device->n_queues;
}

EXPORT struct irqkit_queue *irqkit_device_get_queue(
	const struct irqkit_device *device, size_t index)
{
	return &device->queues[index];
}

EXPORT size_t irqkit_device_count_direction(
	const struct irqkit_device *device, enum irqkit_direction direction)
{
	size_t n_rx = find_place(device, IRQKIT_TX, 0);

	return direction == IRQKIT_RX ? n_rx : device->n_queues - n_rx;
}

int queue_list_add(struct irqkit_device *device, enum irqkit_direction direction,
	unsigned int number)
{
	size_t at = find_place(device, direction, number);

	if (irqkit_device_find_queue(device, direction, number))
		return 0;
	if (!GROW(device->queues, device->n_queues, device->queues_room))
		return -ENOMEM;
	memmove(&device->queues[at + 1], &device->queues[at],
		(device->n_queues - at) * sizeof(*device->queues));
	device->n_queues++;
	device->queues[at] = (struct irqkit_queue){
		.device = device,
		.direction = direction,
		.number = number,
		.irq = -1,
		.napi_id = -1,
		.napi_pid = -1,
	};
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* One queue                                                                       */

EXPORT struct irqkit_device *irqkit_queue_get_device(const struct irqkit_queue *queue)
{
	return queue->device;
}

EXPORT enum irqkit_direction irqkit_queue_get_direction(const struct irqkit_queue *queue)
{
	return queue->direction;
}

EXPORT unsigned int irqkit_queue_get_number(const struct irqkit_queue *queue)
{
	return queue->number;
}

EXPORT int irqkit_queue_get_irq(const struct irqkit_queue *queue)
{
	return queue->irq;
}

EXPORT enum irqkit_source irqkit_queue_get_source(const struct irqkit_queue *queue)
{
	return queue->source;
}

EXPORT int64_t irqkit_queue_get_napi_id(const struct irqkit_queue *queue)
{
	return queue->napi_id;
}

const char *direction_word(enum irqkit_direction direction)
{
	static const char *const words[] = {
		[IRQKIT_RX] = "rx",
		[IRQKIT_TX] = "tx",
	};

	return words[direction];
}

void queue_format_name(
	const struct irqkit_queue *queue, char name[static QUEUE_NAME_ROOM])
{
	snprintf(name, QUEUE_NAME_ROOM, "%s-%u", direction_word(queue->direction),
		queue->number);
}

EXPORT int irqkit_queue_format_name(const struct irqkit_queue *queue, char **ret_name)
{
	char name[QUEUE_NAME_ROOM], *copy;

	queue_format_name(queue, name);
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	*ret_name = copy;
	return 0;
}

EXPORT int irqkit_queue_format_full_name(
	const struct irqkit_queue *queue, char **ret_name)
{
	char *name;

	if (asprintf(&name, "%s:%s-%u", queue->device->name,
		    direction_word(queue->direction), queue->number) < 0)
		return -ENOMEM;
	*ret_name = name;
	return 0;
}

EXPORT int irqkit_queue_format_path(const struct irqkit_queue *queue, char **ret_path)
{
	char *path;

	if (asprintf(&path, "/sys/class/net/%s/queues/%s-%u", queue->device->name,
		    direction_word(queue->direction), queue->number) < 0)
		return -ENOMEM;
	*ret_path = path;
	return 0;
}
