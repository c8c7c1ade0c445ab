/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of interrupts of a device. */
#include "devices/irq_list.h"
#include "base/array.h"
#include "base/macros.h"

#include <errno.h>
#include <string.h>

int device_add_irq(struct irqkit_device *device, unsigned int irq,
	enum irqkit_source source, struct irqkit_device_irq **ret_irq)
{
	size_t at = device->n_irqs;

	while (at > 0 && device->irqs[at - 1].irq >= irq)
		at--;
	if (at == device->n_irqs || device->irqs[at].irq != irq) {
		if (!GROW(device->irqs, device->n_irqs, device->irqs_room))
			return -ENOMEM;
		memmove(&device->irqs[at + 1], &device->irqs[at],
			(device->n_irqs - at) * sizeof(*device->irqs));
		device->n_irqs++;
		device->irqs[at] = (struct irqkit_device_irq){ .irq = irq,
			.role = IRQKIT_ROLE_UNUSED,
			.first_queue = { NO_NUMBER, NO_NUMBER } };
	}
	device->irqs[at].sources |= 1u << source;
	*ret_irq = &device->irqs[at];
	return 0;
}

bool device_irq_serves(const struct irqkit_device_irq *irq,
	enum irqkit_direction direction, unsigned int number)
{
	uint32_t serves = irq->serves[direction], stride = irq->stride[direction];

	if (serves == SERVES_ALL_QUEUES)
		return true;
	return is_queue_number(serves) &&
		(serves == number || (stride && number % stride == serves));
}

/* ------------------------------------------------------------------------------- */

EXPORT size_t irqkit_device_count_irqs(const struct irqkit_device *device)
{
	return device->n_irqs;
}

EXPORT const struct irqkit_device_irq *irqkit_device_get_irq(
	const struct irqkit_device *device, size_t index)
{
	return &device->irqs[index];
}

static int compare_irq(const void *member, const void *key)
{
	unsigned int irq = ((const struct irqkit_device_irq *)member)->irq;
	unsigned int wanted = *(const unsigned int *)key;

	return (irq > wanted) - (irq < wanted);
}

EXPORT const struct irqkit_device_irq *irqkit_device_find_irq(
	const struct irqkit_device *device, unsigned int irq)
{
	size_t at = array_lower_bound(
		device->irqs, device->n_irqs, sizeof(*device->irqs), &irq, compare_irq);

	return at < device->n_irqs && device->irqs[at].irq == irq ? &device->irqs[at]
								  : NULL;
}

EXPORT unsigned int irqkit_device_irq_get_number(const struct irqkit_device_irq *irq)
{
	return irq->irq;
}

EXPORT struct irqkit_queue *irqkit_device_find_irq_queue(
	const struct irqkit_device *device, unsigned int irq,
	enum irqkit_direction direction)
{
	const struct irqkit_device_irq *own = irqkit_device_find_irq(device, irq);

	return own && own->first_queue[direction] != NO_NUMBER
		? irqkit_device_find_queue(device, direction, own->first_queue[direction])
		: NULL;
}

bool queue_is_first_of_irq(const struct irqkit_queue *queue)
{
	const struct irqkit_device_irq *irq = queue->irq < 0
		? NULL
		: irqkit_device_find_irq(queue->device, (unsigned int)queue->irq);
	enum irqkit_direction direction;

	if (!irq)
		return true;
	direction = irq->first_queue[IRQKIT_RX] != NO_NUMBER ? IRQKIT_RX : IRQKIT_TX;
	return queue->direction == direction &&
		queue->number == irq->first_queue[direction];
}

EXPORT struct irqkit_queue *irqkit_queue_get_next(const struct irqkit_queue *queue)
{
	return queue->next;
}

EXPORT enum irqkit_role irqkit_device_irq_get_role(const struct irqkit_device_irq *irq)
{
	return irq->role;
}

EXPORT bool irqkit_device_irq_has_source(
	const struct irqkit_device_irq *irq, enum irqkit_source source)
{
	return irq->sources & 1u << source;
}

EXPORT enum irqkit_source irqkit_device_irq_get_source(
	const struct irqkit_device_irq *irq)
{
	enum irqkit_source source = IRQKIT_SOURCE_NETLINK;

	while (!irqkit_device_irq_has_source(irq, source))
		source++;
	return source;
}
