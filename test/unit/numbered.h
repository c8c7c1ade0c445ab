/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A device that a test makes up: its interrupts and how many queues it has. */
#ifndef IRQKIT_NUMBERED_H
#define IRQKIT_NUMBERED_H

#include "root.h"

#include "base/number.h"
#include "devices/device_irqs.h"
#include "devices/irq_list.h"
#include "devices/queues.h"
#include "machine/machine.h"

/* A device of which /proc/interrupts and the number of queues are known. */
struct numbered {
	struct machine machine;
	struct irqkit_device device;
};

static inline void add_queues(
	struct irqkit_device *device, unsigned int n_rx, unsigned int n_tx)
{
	struct netlink_answers answers = { 0 };
	size_t n = n_rx + n_tx;

	answers.queues = calloc(n + 1, sizeof(*answers.queues));
	assert_non_null(answers.queues);
	answers.n_queues = n;
	for (unsigned int i = 0; i < n; i++)
		answers.queues[i] = (struct netlink_queue){
			.is_tx = i >= n_rx,
			.number = i >= n_rx ? i - n_rx : i,
			.napi_id = NO_NUMBER,
		};
	assert_int_equal(device_join_netlink(device, &answers), 0);
	free(answers.queues);
}

/* @interrupts: the text of the file. 0 queues: /sys is not there. */
static inline void open_numbered(struct numbered *numbered, const char *driver,
	const char *netdev, const char *interrupts, unsigned int n_rx, unsigned int n_tx)
{
	struct machine *m = &numbered->machine;
	struct irqkit_device *device = &numbered->device;
	struct irqkit_snapshot *snapshot;

	*numbered = (struct numbered){ 0 };
	assert_int_equal(irqkit_ctx_new(ROOTS "empty", &m->ctx), 0);
	assert_int_equal(irqkit_snapshot_parse(interrupts, strlen(interrupts), NULL,
				 &snapshot, NULL, NULL),
		0);
	assert_int_equal(machine_new_from(m->ctx, snapshot, &m->machine), 0);
	m->snapshot = snapshot;
	m->devices = irqkit_machine_get_devices(m->machine);
	device->kind = IRQKIT_DEVICE_NET;
	device->name = netdev;
	device->devices = m->devices;
	device->pci_path = "sys/devices/pci0000:00/0000:03:00.0";
	device->keys = (struct name_keys){
		.driver = driver,
		.netdev = netdev,
		.pci = "0000:03:00.0",
		.bus = "1e100000.ethernet",
	};
	add_queues(device, n_rx, n_tx);
	/* of a function that lists its vectors, names may be less than whole */
	for (size_t i = 0; n_rx && i < irqkit_snapshot_count(m->snapshot); i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(m->snapshot, i);
		struct irqkit_device_irq *irq;

		assert_int_equal(device_add_irq(device,
					 (unsigned int)irqkit_interrupt_get_irq(row),
					 IRQKIT_SOURCE_SYSFS, &irq),
			0);
	}
	assert_int_equal(device_read_irqs(device), 0);
	assert_int_equal(device_read_queues(device), 0);
}

static inline void close_numbered(struct numbered *numbered)
{
	free(numbered->device.irqs);
	free(numbered->device.queues);
	close_machine(&numbered->machine);
}

#endif
