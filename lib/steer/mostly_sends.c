/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a network device mostly sends, so that RPS, which shares the work of receiving,
 * would relieve its CPU little. Interrupts that only send tell; where one interrupt serves
 * both directions, the packets of the device do.
 */
#include "base/macros.h"
#include "base/number.h"
#include "devices/device.h"
#include "devices/irq_list.h"
#include "kernel/ctx.h"
#include "kernel/knob_path.h"
#include "machine/machine.h"
#include "steer/steer.h"

#include <stdlib.h>
#include <string.h>

/* RPS does not help if more of the load than this comes from sending. */
#define SENDING_PERCENT 75
/* Fewer say nothing. */
#define LEAST_SENT 300

bool steer_mostly_sends(uint64_t sent, uint64_t all)
{
	return (double)sent * 100 > (double)all * SENDING_PERCENT;
}

static uint64_t count_interrupts(struct irqkit_machine *machine, int irq)
{
	const struct irqkit_interrupt *row = irq < 0
		? NULL
		: irqkit_snapshot_find_irq(machine->snapshot, (unsigned int)irq);

	return row ? irqkit_interrupt_get_total(row) : 0;
}

static bool read_packets(
	const struct irqkit_device *device, const char *name, uint64_t *ret_number)
{
	_cleanup_free_ char *text = NULL;
	size_t len;

	return knob_readf_line(device->devices->ctx, &text, &len,
		       "sys/class/net/%s/statistics/%s", device->name, name) == 0 &&
		parse_u64(text, len, ret_number) == 0;
}

bool steer_device_sends(struct irqkit_device *device)
{
	uint64_t received, sent;

	if (!device->has_read_packets)
		device->sends = read_packets(device, "rx_packets", &received) &&
			read_packets(device, "tx_packets", &sent) && sent >= LEAST_SENT &&
			steer_mostly_sends(sent, sent + received);
	device->has_read_packets = true;
	return device->sends;
}

EXPORT bool irqkit_machine_mostly_sends(
	struct irqkit_machine *machine, struct irqkit_device *device)
{
	size_t n = irqkit_device_count_queues(device);
	uint64_t sent = 0, all = 0;
	bool is_told = false, is_unknown = false;

	for (size_t i = 0; i < n; i++) { /* rx queues come first */
		const struct irqkit_queue *queue = &device->queues[i];
		uint64_t count;

		is_unknown |= queue->irq < 0 && queue->direction == IRQKIT_RX;
		if (queue->irq < 0 || !queue_is_first_of_irq(queue))
			continue;
		count = count_interrupts(machine, queue->irq);
		all += count;
		if (queue->direction == IRQKIT_TX) {
			is_told = true;
			sent += count;
		}
	}
	if (all < LEAST_SENT)
		return false;
	return is_told && !is_unknown ? steer_mostly_sends(sent, all)
				      : steer_device_sends(device);
}
