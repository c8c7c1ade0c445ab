/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a network device mostly sends, so that RPS, which shares the work of receiving,
 * would relieve its CPU little. Interrupts that only send tell; where one interrupt serves
 * both directions, or few fired, the packets of the device do.
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

static bool is_mostly(uint64_t sent, uint64_t all)
{
	return (double)sent * 100 > (double)all * SENDING_PERCENT;
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

static bool sends_packets(struct irqkit_device *device)
{
	uint64_t received, sent;

	if (!device->has_read_packets)
		device->sends = read_packets(device, "rx_packets", &received) &&
			read_packets(device, "tx_packets", &sent) &&
			sent >= IRQKIT_FEW_INTERRUPTS && is_mostly(sent, sent + received);
	device->has_read_packets = true;
	return device->sends;
}

bool steer_mostly_sends(struct irqkit_device *device, count_irq_fn *count, void *data)
{
	size_t n = irqkit_device_count_queues(device);
	uint64_t sent = 0, all = 0;
	bool is_told = false, is_unknown = false;

	for (size_t i = 0; i < n; i++) { /* rx queues come first */
		const struct irqkit_queue *queue = &device->queues[i];
		uint64_t fired;

		is_unknown |= queue->irq < 0 && queue->direction == IRQKIT_RX;
		if (queue->irq < 0 || !queue_is_first_of_irq(queue))
			continue;
		fired = count(data, (unsigned int)queue->irq);
		all += fired;
		if (queue->direction == IRQKIT_TX) {
			is_told = true;
			sent += fired;
		}
	}
	/* a busy interface that is polled fires rarely */
	return is_told && !is_unknown && all >= IRQKIT_FEW_INTERRUPTS
		? is_mostly(sent, all)
		: sends_packets(device);
}

static uint64_t count_since_boot(void *data, unsigned int irq)
{
	const struct irqkit_machine *machine = data;
	const struct irqkit_interrupt *row = irqkit_snapshot_find_irq(
		machine->snapshot, irq);

	return row ? irqkit_interrupt_get_total(row) : 0;
}

EXPORT bool irqkit_machine_mostly_sends(
	struct irqkit_machine *machine, struct irqkit_device *device)
{
	return steer_mostly_sends(device, count_since_boot, machine);
}
