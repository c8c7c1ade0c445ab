/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Devices and their queues as TARGETs:
 *
 *	eth1         the device's interrupts; for a bond, those of the ports below it
 *	eth1:rx-0    those of a queue; eth1:0 means rx-0 and tx-0, 'eth1:rx-*' all rx queues
 *
 *	pci:0000:00:03.0/5    vector 5 of a PCI function
 *
 * The name of an interface has no colon. What follows a colon in a PCI address is not the
 * name of a queue.
 */
#include "target/mark_device.h"
#include "base/macros.h"
#include "devices/device.h"
#include "devices/msi_vectors.h"
#include "target/refuse.h"

#include <errno.h>
#include <string.h>

/* Marks the rows of the device; 1: there are some. */
static int mark_own(struct marks *marks, struct irqkit_device *device)
{
	bool found = false;
	int r;

	for (size_t i = 0; i < device->n_irqs; i++) {
		unsigned int irq = device->irqs[i].irq;

		found |= marks_add_range(marks, irq, irq, false);
	}
	if (!found)
		return 0;
	r = unique_add(&marks->selection->devices, device);
	return r < 0 ? r : 1;
}

/* Marks the rows of the device, and those of the devices below it. */
static int mark_whole(struct marks *marks, struct irqkit_device *device)
{
	int found = mark_own(marks, device);
	size_t n = 0;
	int r = found < 0 ? found : irqkit_device_count_lower(device, &n);

	for (size_t i = 0; i < n && r >= 0; i++) {
		r = mark_own(marks, irqkit_device_get_lower(device, i));
		found |= r > 0;
	}
	return r < 0 ? r : found;
}

static int mark_queues(
	struct marks *marks, struct irqkit_device *device, const char *part)
{
	bool is_glob = strpbrk(part, "*?[") != NULL;
	size_t n = irqkit_device_count_queues(device);
	int found = 0;

	for (size_t i = 0; i < n; i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(device, i);
		int irq = irqkit_queue_get_irq(queue);

		if (irq >= 0 && target_names_queue(part, queue))
			found |= marks_add_irq(marks, irq, !is_glob);
	}
	if (found && unique_add(&marks->selection->devices, device) < 0)
		return -ENOMEM;
	marks->selection->has_queues |= found;
	return found;
}

/* eth1:rx-0; -ENODEV: the part before the colon is not an interface. */
static int mark_queue_word(
	struct marks *marks, const struct target *target, struct meaning *meaning)
{
	const char *colon = strchr(target->name, ':');
	_cleanup_free_ char *interface = NULL;
	int r;

	if (!colon)
		return -ENODEV;
	interface = strndup(target->name, (size_t)(colon - target->name));
	if (!interface)
		return -ENOMEM;
	r = irqkit_devices_find_net(marks->machine->devices, interface, &meaning->device);
	if (r < 0)
		return r;
	meaning->queue = colon + 1;
	return mark_queues(marks, meaning->device, meaning->queue);
}

/* pci:0000:00:03.0/5: one vector of a function */
static int mark_vector(
	struct marks *marks, const struct target *target, struct meaning *meaning)
{
	_cleanup_free_ char *address = strndup(target->name, target->len);
	_cleanup_free_ unsigned int *numbers = NULL;
	int r = address ? irqkit_devices_find_pci(
				  marks->machine->devices, address, &meaning->device)
			: -ENOMEM;

	if (r == 0)
		r = device_list_vectors(meaning->device, &numbers, &meaning->n_vectors);
	if (r < 0 || target->vector >= meaning->n_vectors ||
		!marks_add_irq(marks, (int)numbers[target->vector], true))
		return r;
	r = unique_add(&marks->selection->devices, meaning->device);
	return r < 0 ? r : 1;
}

/* dev:'eth*': interfaces, each with all that it has */
static int mark_interfaces(struct marks *marks, const struct target *target)
{
	int found = 0, r;
	size_t n;

	r = irqkit_devices_count_net(marks->machine->devices, &n);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n && r >= 0; i++) {
		struct irqkit_device *device = irqkit_devices_get_net(
			marks->machine->devices, i);

		if (!target_matches(target, irqkit_device_get_name(device)))
			continue;
		r = mark_whole(marks, device);
		found |= r > 0;
	}
	return r < 0 ? r : found;
}

/* Marks the rows with an owner for which @get returns a name that matches. */
static int mark_owned(struct marks *marks, const struct target *target,
	const char *(*get)(const struct irqkit_device *device))
{
	const struct irqkit_snapshot *snapshot = marks->machine->snapshot;
	size_t n_owners;
	int found = 0, r = 0;

	for (size_t i = 0; i < snapshot->n_rows && r >= 0; i++) {
		int irq = snapshot->rows[i].irq;

		if (irq < 0)
			continue;
		r = irqkit_devices_count_owners(
			marks->machine->devices, (unsigned int)irq, &n_owners);
		for (size_t k = 0; r >= 0 && k < n_owners; k++) {
			struct irqkit_device *owner = irqkit_devices_get_owner(
				marks->machine->devices, (unsigned int)irq, k);
			const char *name = get(owner);

			if (!name || !target_matches(target, name))
				continue;
			marks_add(marks, i, false);
			r = unique_add(&marks->selection->devices, owner);
			found = 1;
		}
	}
	return r < 0 ? r : found;
}

static int mark_meaning(
	struct marks *marks, const struct target *target, struct meaning *meaning)
{
	int r;

	if (target->kind == TARGET_VECTOR)
		return mark_vector(marks, target, meaning);
	if (target->kind == TARGET_PCI && target->is_glob)
		return mark_owned(marks, target, irqkit_device_get_pci_address);
	if (target->kind == TARGET_DEVICE && target->is_glob &&
		!strchr(target->name, ':'))
		return mark_interfaces(marks, target);
	r = target->kind == TARGET_PCI ? irqkit_devices_find_pci(marks->machine->devices,
						 target->name, &meaning->device)
				       : irqkit_devices_find(marks->machine->devices,
						 target->name, &meaning->device);
	if (r == 0)
		return mark_whole(marks, meaning->device);
	if ((r == -ENODEV || r == -EINVAL) && target->kind != TARGET_PCI)
		return mark_queue_word(marks, target, meaning);
	return r;
}

int mark_device(
	struct marks *marks, const struct target *target, struct meaning *ret_meaning)
{
	int r = mark_meaning(marks, target, ret_meaning);

	/* no such device: not one that could have this name, not in this root */
	if (r < 0 && r != -ENODEV && r != -EINVAL && r != -ENOENT)
		return target_refuse_unreadable(
			&marks->message, r, "interrupts", target->word);
	ret_meaning->has_rows = r > 0;
	return 0;
}

int mark_driver(
	struct marks *marks, const struct target *target, struct meaning *ret_meaning)
{
	int r = mark_owned(marks, target, irqkit_device_get_driver);

	if (r < 0)
		return target_refuse_unreadable(
			&marks->message, r, "interrupts", target->word);
	ret_meaning->has_rows = r > 0;
	return 0;
}
