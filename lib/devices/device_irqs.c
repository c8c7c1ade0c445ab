/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which interrupts belong to a device: /sys lists them; otherwise the names of their
 * handlers show it. Only the names show the purpose of each interrupt.
 */
#include "devices/device_irqs.h"
#include "base/macros.h"
#include "devices/irq_list.h"
#include "devices/rows.h"
#include "devices/sysfs.h"
#include "interrupts/handler_names.h"
#include "interrupts/snapshot.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A name of @row that is one of the device. */
static bool row_parse(const struct name_keys *keys, const struct irqkit_interrupt *row,
	struct name_meaning *ret_meaning)
{
	for (size_t a = 0; a < row->n_actions; a++)
		if (name_parse(keys, row->actions[a], ret_meaning))
			return true;
	return false;
}

static bool row_has_word(const struct irqkit_interrupt *row, const char *word)
{
	for (size_t a = 0; a < row->n_actions; a++)
		if (name_begins_with_word(row->actions[a], word))
			return true;
	return false;
}

/*
 * The function has several interfaces (the ports of some cards), and this name contains
 * the name of another one.
 */
static bool row_is_of_others(const struct irqkit_device *device,
	const struct irqkit_interrupt *row, char *const *others)
{
	for (; others && *others; others++) {
		struct name_keys keys = { .driver = device->keys.driver,
			.netdev = *others,
			.rows = device->keys.rows };
		struct name_meaning meaning;

		if (strcmp(*others, device->name) != 0 && row_parse(&keys, row, &meaning))
			return true;
	}
	return false;
}

/*
 * The purpose of an interrupt that /sys lists for the PCI function. False: it belongs to
 * another device of that function.
 */
static bool classify(
	struct irqkit_device *device, struct irqkit_device_irq *irq, char *const *others)
{
	const struct irqkit_interrupt *row = devices_find_row(device->devices, irq->irq);
	const char *virtio = device->keys.virtio;
	struct name_keys any = device->keys;

	irq->role = IRQKIT_ROLE_UNUSED;
	if (!row || row->n_actions == 0)
		return true;
	if (!irq->has_meaning && row_is_of_others(device, row, others))
		return false;
	if (!irq->has_meaning && device->kind == IRQKIT_DEVICE_NET && !virtio) {
		/*
		 * the name contains an earlier name of the interface: eth0-rx-0 of enp1s0
		 */
		any.is_any_netdev = true;
		if (!any.driver)
			any.rows = NULL;
		irq->has_meaning = row_parse(&any, row, &irq->meaning);
	}
	if (irq->has_meaning) {
		irq->role = irq->meaning.role;
		irq->sources |= 1u << IRQKIT_SOURCE_NAME;
		return true;
	}
	irq->role = IRQKIT_ROLE_UNKNOWN;
	if (device->is_behind_controller)
		irq->role = IRQKIT_ROLE_CONTROLLER;
	/* a virtio device, or another part of a function, has only interrupts that name it */
	else if (device->kind != IRQKIT_DEVICE_PCI && virtio)
		return row_has_word(row, virtio);
	else if (device->pci_path && device->bus_path &&
		strcmp(device->pci_path, device->bus_path) != 0)
		return false;
	return true;
}

/* The interfaces of the device's function, NULL: none but this. */
static int list_others(struct irqkit_device *device, char ***ret_names)
{
	size_t count;
	int r;

	if (device->kind != IRQKIT_DEVICE_NET || !device->bus_path)
		return 0;
	r = knob_listf_names(
		device->devices->ctx, "", ret_names, &count, "%s/net", device->bus_path);
	return is_failure(r) ? r : 0;
}

/* Finds what each name means. True: there is an interrupt whose name is not the device's. */
static bool parse_names(struct irqkit_device *device)
{
	bool has_foreign = false;

	for (size_t i = 0; i < device->n_irqs; i++) {
		struct irqkit_device_irq *irq = &device->irqs[i];
		const struct irqkit_interrupt *row = devices_find_row(
			device->devices, irq->irq);

		irq->has_meaning = row && row_parse(&device->keys, row, &irq->meaning);
		has_foreign |= row && row->n_actions && !irq->has_meaning;
	}
	return has_foreign;
}

static int classify_all(struct irqkit_device *device)
{
	_cleanup_free_ char **others = NULL;
	size_t kept = 0;
	int r = parse_names(device) ? list_others(device, &others) : 0;

	if (r < 0)
		return r;
	for (size_t i = 0; i < device->n_irqs; i++)
		if (classify(device, &device->irqs[i], others))
			device->irqs[kept++] = device->irqs[i];
	device->n_irqs = kept;
	return 0;
}

/* Those whose names begin with @word, or hold it in one of the other places. */
static int add_by_word(struct irqkit_device *device, const char *word)
{
	struct irqkit_devices *devices = device->devices;

	if (!word)
		return 0;
	for (size_t i = devices_find_names(devices, word); i < devices->n_names &&
		strncmp(devices->names[i].text, word, strlen(word)) == 0;
		i++) {
		const struct irqkit_interrupt *row = devices->names[i].row;
		struct irqkit_device_irq *irq;
		struct name_meaning meaning;

		if (!row_parse(&device->keys, row, &meaning))
			continue;
		if (device_add_irq(
			    device, (unsigned int)row->irq, IRQKIT_SOURCE_NAME, &irq) < 0)
			return -ENOMEM;
		irq->role = meaning.role;
		irq->meaning = meaning;
		irq->has_meaning = true;
	}
	return 0;
}

/* All disks of Xen give their handlers the same name: known only if there is one disk. */
static int add_blkif(struct irqkit_device *device)
{
	_cleanup_free_ char **names = NULL;
	size_t count;
	int r;

	if (!device->keys.driver || strcmp(device->keys.driver, "xen_blkfront") != 0)
		return 0;
	r = knob_list_names(device->devices->ctx, "sys/devices", "vbd-", &names, &count);
	if (r < 0 || count != 1)
		return is_failure(r) ? r : 0;
	return add_by_word(device, "blkif");
}

static int add_by_names(struct irqkit_device *device)
{
	const struct name_keys *keys = &device->keys;
	const char *const words[] = {
		keys->netdev,
		keys->virtio,
		keys->vif,
		keys->bus,
		device->is_behind_controller ? NULL : keys->pci,
	};
	int r = add_blkif(device);

	for (size_t i = 0; r == 0 && i < LENGTH(words); i++)
		r = add_by_word(device, words[i]);
	return r;
}

static int find_by_names(struct irqkit_device *device)
{
	int r = classify_all(device);

	return r < 0 || device->n_irqs > 0 ? r : add_by_names(device);
}

/* Several devices have the same driver, one after another. NULL: no memory. */
static const struct name_rows *find_name_rows(struct irqkit_device *device)
{
	struct irqkit_devices *devices = device->devices;
	const struct name_keys *keys = &device->keys;
	const char *driver = devices->name_rows_driver;

	if (devices->name_rows && devices->name_rows_any_netdev == keys->is_any_netdev &&
		(driver ? keys->driver && strcmp(driver, keys->driver) == 0
			: !keys->driver))
		return devices->name_rows;
	free(devices->name_rows);
	devices->name_rows = name_rows_new(keys);
	devices->name_rows_driver = keys->driver;
	devices->name_rows_any_netdev = keys->is_any_netdev;
	return devices->name_rows;
}

int device_read_irqs(struct irqkit_device *device)
{
	int r = devices_sort_names(device->devices);

	/* A software device has no interrupts, whatever its name is. */
	if (device->path && strstr(device->path, "devices/virtual/net/"))
		return r;
	if (r == 0)
		r = sysfs_read_irqs(device);
	if (r < 0)
		return r;
	/* without memory, each name finds them */
	device->keys.rows = find_name_rows(device);
	r = find_by_names(device);
	device->keys.rows = NULL;
	return r;
}
