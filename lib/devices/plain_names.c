/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Interrupts whose name is only that of the device. What they serve depends on their
 * number: a single one may serve all queues or none; for several, the driver's order may
 * show it.
 */
#include "devices/plain_names.h"
#include "base/macros.h"
#include "devices/irq_list.h"
#include "devices/vectors.h"

#include <string.h>

static bool is_plain(const struct irqkit_device_irq *irq)
{
	return irq->has_meaning && irq->meaning.numbering == ALL_IF_ALONE;
}

struct others {
	bool has_queues; /* interrupts of queues, named as such */
	bool has_unknown; /* of which nothing is known: they may be those of queues */
	bool cover_queues; /* each queue that is known has one */
};

static bool has_irq(const struct irqkit_device *device, enum irqkit_direction direction,
	unsigned int number)
{
	for (size_t i = 0; i < device->n_irqs; i++)
		if (device_irq_serves(&device->irqs[i], direction, number))
			return true;
	return false;
}

static struct others look_at_others(const struct irqkit_device *device)
{
	struct others others = { .cover_queues = true };

	for (size_t i = 0; i < device->n_irqs; i++) {
		const struct irqkit_device_irq *irq = &device->irqs[i];

		others.has_queues |= irq->role == IRQKIT_ROLE_QUEUE && !is_plain(irq);
		others.has_unknown |= irq->role == IRQKIT_ROLE_UNKNOWN;
	}
	for (size_t i = 0; i < device->n_queues; i++)
		others.cover_queues &= has_irq(
			device, device->queues[i].direction, device->queues[i].number);
	return others;
}

static void set_plain(
	struct irqkit_device_irq *irq, enum irqkit_role role, uint32_t rx, uint32_t tx)
{
	irq->role = role;
	irq->serves[IRQKIT_RX] = rx;
	irq->serves[IRQKIT_TX] = tx;
}

/* The @index-th word of "tx,rx,link"; NULL: there are not so many. */
static const char *find_word(const char *order, size_t index)
{
	while (index-- > 0 && order)
		order = (order = strchr(order, ',')) ? order + 1 : NULL;
	return order && *order ? order : NULL;
}

static void set_by_word(struct irqkit_device_irq *irq, const char *word)
{
	bool is_rx = strncmp(word, "rx", 2) == 0, is_tx = strncmp(word, "tx", 2) == 0;

	set_plain(irq, is_rx || is_tx ? IRQKIT_ROLE_QUEUE : IRQKIT_ROLE_LINK,
		is_rx ? SERVES_ALL_QUEUES : SERVES_NO_QUEUE,
		is_tx ? SERVES_ALL_QUEUES : SERVES_NO_QUEUE);
	irq->is_by_order = true;
}

static size_t count_words(const char *order)
{
	size_t n = 0;

	while (find_word(order, n))
		n++;
	return n;
}

/* How many queues there are of each direction; 0: not known, or not as many. */
static size_t count_pairs(const struct irqkit_device *device)
{
	size_t n_rx = irqkit_device_count_direction(device, IRQKIT_RX);

	return n_rx == irqkit_device_count_direction(device, IRQKIT_TX) ? n_rx : 0;
}

/* The @at-th of @n interrupts with the same name. False: its queue is not known. */
static bool set_by_order(const struct irqkit_device *device,
	struct irqkit_device_irq *irq, size_t at, size_t n)
{
	const char *order = irq->meaning.order;
	bool is_each = !order || strncmp(order, "each", 4) == 0;
	size_t n_queues = count_pairs(device), n_more;

	if (!is_each) {
		if (n > count_words(order))
			return false;
		set_by_word(irq, find_word(order, at));
		return true;
	}
	n_more = order ? count_words(order) - 1 : 0;
	/* without /sys: a driver that has nothing but queues shows how many there are */
	if (order && !n_more && device->n_queues == 0)
		n_queues = n;
	if (n < n_queues || n > n_queues + n_more || n_queues == 0)
		return false;
	if (at < n_queues)
		set_plain(irq, IRQKIT_ROLE_QUEUE, (uint32_t)at, (uint32_t)at);
	else
		set_by_word(irq, find_word(order, at - n_queues + 1));
	irq->is_by_order = true;
	return true;
}

static void settle_plain(const struct irqkit_device *device, const struct others *others,
	struct irqkit_device_irq *irq, size_t at, size_t n)
{
	if (others->has_queues && (others->cover_queues || !others->has_unknown) &&
		(n == 1 || others->cover_queues))
		set_plain(irq, IRQKIT_ROLE_LINK, SERVES_NO_QUEUE, SERVES_NO_QUEUE);
	else if (n == 1 && !others->has_queues && !others->has_unknown)
		set_plain(irq, IRQKIT_ROLE_QUEUE, SERVES_ALL_QUEUES, SERVES_ALL_QUEUES);
	else if (n == 1 || others->has_queues || others->has_unknown ||
		!set_by_order(device, irq, at, n))
		set_plain(irq, IRQKIT_ROLE_UNKNOWN, SERVES_NO_QUEUE, SERVES_NO_QUEUE);
}

int plain_names_settle(struct irqkit_device *device)
{
	_cleanup_free_ struct vector *vectors = NULL;
	struct others others;
	size_t n = 0, at = 0;
	int r;

	for (size_t i = 0; i < device->n_irqs; i++)
		n += is_plain(&device->irqs[i]);
	if (n == 0)
		return 0;
	others = look_at_others(device);
	r = vectors_list(device, &vectors);
	for (size_t i = 0; r == 0 && i < device->n_irqs; i++)
		if (is_plain(vectors[i].irq))
			settle_plain(device, &others, vectors[i].irq, at++, n);
	return r;
}
