/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the packets of queues to the packets of the interrupts that serve them. */
#include "load/load_packets.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/device.h"
#include "machine/machine.h"

/*
 * A received packet goes through all of the network stack in the softirq. One that was sent
 * is only freed there, or by the sender itself, which takes a tenth of that at most.
 */
#define SENT_PER_RECEIVED 16u

/* False: not known. A counter that began again counts with its whole value. */
static bool subtract(const struct packets *before, const struct queue_packets *after,
	uint64_t *ret_packets)
{
	const struct queue_packets *old = before
		? packets_find(before, after->device, after->is_tx, after->queue)
		: NULL;

	if (before && !old)
		return false;
	*ret_packets = old && after->packets >= old->packets
		? after->packets - old->packets
		: after->packets;
	return true;
}

/* Its own packets; or those of the device, if it is the only queue. */
static const struct queue_packets *find_packets(
	const struct packets *packets, const struct irqkit_queue *queue)
{
	bool is_tx = queue->direction == IRQKIT_TX;
	const struct queue_packets *own = packets_find(
		packets, queue->device->name, is_tx, queue->number);

	if (own || irqkit_device_count_direction(queue->device, queue->direction) != 1)
		return own;
	return packets_find(packets, queue->device->name, is_tx, WHOLE_DEVICE);
}

static void add_queue(struct irqkit_load *load, const struct irqkit_queue *queue,
	const struct packets *before, const struct packets *after)
{
	const struct irqkit_irq *irq = queue->irq < 0
		? NULL
		: irqkit_machine_find_irq(load->machine, (unsigned int)queue->irq);
	const struct queue_packets *found = irq ? find_packets(after, queue) : NULL;
	struct load_row *row;
	uint64_t packets;

	if (!found || !subtract(before, found, &packets))
		return;
	row = &load->rows[irqkit_irq_get_index(irq)];
	if (row->packets_source == IRQKIT_PACKETS_NOT_COUNTED ||
		found->source > row->packets_source)
		row->packets_source = found->source;
	if (found->is_tx)
		row->sent += packets;
	else
		row->received += packets;
	load->has_packets = true;
}

/* What an interrupt did: at least it came. */
static uint64_t count_events(const struct load_row *row)
{
	uint64_t count = row->counts ? row->counts->total : 0;
	uint64_t events = row->received + row->sent / SENT_PER_RECEIVED;

	return events > count ? events : count;
}

int load_add_packets(struct irqkit_load *load, const struct packets *before,
	const struct packets *after)
{
	struct irqkit_devices *devices = load->machine->devices;
	size_t n_devices = 0;
	int r = after->n ? irqkit_devices_count_net(devices, &n_devices) : 0;

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < n_devices; i++) {
		struct irqkit_device *device = irqkit_devices_get_net(devices, i);
		size_t n = irqkit_device_count_queues(device);

		for (size_t k = 0; k < n; k++)
			add_queue(
				load, irqkit_device_get_queue(device, k), before, after);
	}
	for (size_t i = 0; i < load->n_rows; i++)
		if (load->rows[i].packets_source != IRQKIT_PACKETS_NOT_COUNTED)
			load->rows[i].events = count_events(&load->rows[i]);
	return 0;
}
