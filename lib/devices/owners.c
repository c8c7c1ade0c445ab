/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From an interrupt to the devices that raise it. All devices are looked at once, in
 * three rounds; a round only adds interrupts that no earlier one has taken:
 *
 *	network interfaces    eth0                 except those that borrow (see below)
 *	disks                 vda, nvme0n1         if the controller has only this disk
 *	PCI functions         0000:00:1f.2         and all their other interrupts
 */
#include "base/array.h"
#include "base/macros.h"
#include "devices/device.h"
#include "interrupts/handler_names.h"
#include "interrupts/snapshot.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

static int compare_owners(const void *a, const void *b)
{
	const struct device_owner *x = a, *y = b;

	if (x->irq != y->irq)
		return x->irq < y->irq ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static int compare_irq(const void *member, const void *key)
{
	const struct device_owner *owner = member;
	unsigned int irq = *(const unsigned int *)key;

	return (owner->irq > irq) - (owner->irq < irq);
}

/* The first owner of @irq among the @n sorted ones, or the place for one. */
static size_t find_owner(const struct irqkit_devices *devices, size_t n, unsigned int irq)
{
	return array_lower_bound(
		devices->owners, n, sizeof(*devices->owners), &irq, compare_irq);
}

/* Adds the interrupts that none of the first @n_taken owners has; these are sorted. */
static int add_owner(
	struct irqkit_devices *devices, struct irqkit_device *device, size_t n_taken)
{
	for (size_t i = 0; i < device->n_irqs; i++) {
		unsigned int irq = device->irqs[i].irq;
		size_t at = find_owner(devices, n_taken, irq);

		if (device->irqs[i].role == IRQKIT_ROLE_CONTROLLER ||
			(at < n_taken && devices->owners[at].irq == irq))
			continue;
		if (!GROW(devices->owners, devices->n_owners, devices->owners_room))
			return -ENOMEM;
		devices->owners[devices->n_owners] = (struct device_owner){
			.irq = irq,
			.order = (unsigned int)devices->n_owners,
			.device = device,
		};
		devices->n_owners++;
	}
	return 0;
}

static void end_round(struct irqkit_devices *devices)
{
	if (devices->n_owners)
		qsort(devices->owners, devices->n_owners, sizeof(*devices->owners),
			compare_owners);
}

/* ------------------------------------------------------------------------------- */
/* Network interfaces                                                              */

/* Adds the interface of this name, unless it is gone or is not an interface. */
static int list_one(struct irqkit_devices *devices, const char *name, size_t *room)
{
	struct irqkit_device *device;
	int r = devices_find_net(devices, name, &device);

	if (r < 0)
		return is_failure(r) ? r : 0;
	if (device->is_listed)
		return 0;
	if (!GROW(devices->net, devices->n_net, *room))
		return -ENOMEM;
	device->is_listed = true;
	devices->net[devices->n_net++] = device;
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	const struct irqkit_device *x = *(const struct irqkit_device *const *)a;
	const struct irqkit_device *y = *(const struct irqkit_device *const *)b;

	return strverscmp(x->name, y->name);
}

/* Without /sys/class/net: those that handlers of queues are named after. */
static int list_by_names(struct irqkit_devices *devices, size_t *room)
{
	for (size_t i = 0; i < irqkit_snapshot_count(devices->snapshot); i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(
			devices->snapshot, i);

		for (size_t a = 0; a < row->n_actions; a++) {
			char name[IFNAMSIZ];
			const char *at;
			size_t len;
			int r;

			if (!name_find_netdev(row->actions[a], &at, &len) ||
				len >= sizeof(name))
				continue;
			memcpy(name, at, len);
			name[len] = '\0';
			r = list_one(devices, name, room);
			if (r < 0)
				return r;
		}
	}
	if (devices->n_net)
		qsort(devices->net, devices->n_net, sizeof(struct irqkit_device *),
			compare_names);
	return 0;
}

static int list_net(struct irqkit_devices *devices)
{
	_cleanup_free_ char **names = NULL;
	size_t count = 0, room = 0;
	int r, listed;

	if (devices->has_listed_net)
		return 0;
	listed = knob_list_names(devices->ctx, "sys/class/net", "", &names, &count);
	if (is_failure(listed))
		return listed;
	while (devices->n_net > 0)
		devices->net[--devices->n_net]->is_listed = false;
	free(TAKE(devices->net));
	r = listed < 0 ? list_by_names(devices, &room) : 0;
	/* bonding_masters is a file; some have just gone */
	for (size_t i = 0; i < count && r == 0; i++)
		r = list_one(devices, names[i], &room);
	if (r < 0)
		return r;
	if (devices->n_net == 0 && listed < 0)
		return listed;
	devices->has_listed_net = true;
	return 0;
}

EXPORT int irqkit_devices_count_net(struct irqkit_devices *devices, size_t *ret_count)
{
	int r = list_net(devices);

	if (r == 0)
		*ret_count = devices->n_net;
	return ctx_keep(devices->ctx, r);
}

EXPORT struct irqkit_device *irqkit_devices_get_net(
	const struct irqkit_devices *devices, size_t index)
{
	return devices->net[index];
}

static bool is_same_text(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/*
 * A representor, the interface of a virtual function beside that of the card: it borrows
 * the interrupts of the card. Its phys_port_name is pf0vf3 or pf0sf7; that of a port is
 * p0.
 */
static int is_representor(const struct irqkit_device *device)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r;

	r = knob_readf_line(
		device->devices->ctx, &text, &len, "%s/phys_port_name", device->path);
	if (r < 0)
		return is_failure(r) ? r : false;
	return strstr(text, "vf") || strstr(text, "sf");
}

/* Interfaces that share a bus device, by its path. */
static int compare_bus_paths(const void *a, const void *b)
{
	const struct irqkit_device *x = *(const struct irqkit_device *const *)a;
	const struct irqkit_device *y = *(const struct irqkit_device *const *)b;
	int by_path = strcmp(
		x->bus_path ? x->bus_path : "", y->bus_path ? y->bus_path : "");

	return by_path ? by_path : strverscmp(x->name, y->name);
}

static int add_net(struct irqkit_devices *devices)
{
	struct irqkit_device **sorted;
	int r = list_net(devices);

	if (r < 0)
		return is_failure(r) ? r : 0;
	sorted = calloc(devices->n_net + 1, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	if (devices->n_net) {
		memcpy(sorted, devices->net, devices->n_net * sizeof(*sorted));
		qsort(sorted, devices->n_net, sizeof(*sorted), compare_bus_paths);
	}
	for (size_t i = 0; i < devices->n_net && r == 0; i++) {
		const char *path = sorted[i]->bus_path;
		bool has_sibling = (i > 0 &&
					   is_same_text(path, sorted[i - 1]->bus_path)) ||
			(sorted[i + 1] && is_same_text(path, sorted[i + 1]->bus_path));

		r = has_sibling ? is_representor(sorted[i]) : false;
		if (r == 0)
			r = add_owner(devices, sorted[i], 0);
		else if (r > 0)
			r = 0;
	}
	free(sorted);
	return r;
}

/* ------------------------------------------------------------------------------- */
/* Disks and PCI functions                                                         */

static int compare_bus_path(const void *member, const void *key)
{
	const struct irqkit_device *device = *(const struct irqkit_device *const *)member;

	return strcmp(device->bus_path ? device->bus_path : "", key);
}

/* Does no other disk share the controller of @disk? @sorted: the disks, by path of controller */
static bool is_alone(
	const struct irqkit_device *disk, struct irqkit_device *const *sorted, size_t n)
{
	size_t at = disk->bus_path ? array_lower_bound(sorted, n, sizeof(*sorted),
					     disk->bus_path, compare_bus_path)
				   : n;

	return at < n &&
		(at + 1 == n || !is_same_text(disk->bus_path, sorted[at + 1]->bus_path));
}

static int add_lone_disks(
	struct irqkit_devices *devices, struct irqkit_device *const *disks, size_t n)
{
	_cleanup_free_ struct irqkit_device **sorted = calloc(n + 1, sizeof(*sorted));
	size_t n_taken = devices->n_owners;
	int r = 0;

	if (!sorted)
		return -ENOMEM;
	memcpy(sorted, disks, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare_bus_paths);
	for (size_t i = 0; i < n && r == 0; i++)
		if (is_alone(disks[i], sorted, n))
			r = add_owner(devices, disks[i], n_taken);
	return r;
}

static int add_disks(struct irqkit_devices *devices)
{
	_cleanup_free_ struct irqkit_device **disks = NULL;
	_cleanup_free_ char **names = NULL;
	size_t count, n = 0;
	int r = knob_list_names(devices->ctx, "sys/block", "", &names, &count);

	if (r < 0) /* old, or saved without; partitions then are taken for disks */
		return is_failure(r) ? r : 0;
	disks = calloc(count + 1, sizeof(*disks));
	if (!disks)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		r = irqkit_devices_find_block(devices, names[i], &disks[n]);
		if (is_failure(r))
			return r;
		n += r == 0;
	}
	return add_lone_disks(devices, disks, n);
}

static int add_pci(struct irqkit_devices *devices)
{
	_cleanup_free_ char **names = NULL;
	size_t count, n_taken = devices->n_owners;
	int r = knob_list_names(devices->ctx, "sys/bus/pci/devices", "", &names, &count);

	if (r < 0)
		return is_failure(r) ? r : 0;
	for (size_t i = 0; i < count; i++) {
		struct irqkit_device *device;

		r = irqkit_devices_find_pci(devices, names[i], &device);
		if (r == 0)
			r = add_owner(devices, device, n_taken);
		if (is_failure(r))
			return r;
	}
	return 0;
}

static int read_owners(struct irqkit_devices *devices)
{
	int (*const rounds[])(struct irqkit_devices *) = { add_net, add_disks, add_pci };
	int r = 0;

	if (devices->has_owners)
		return 0;
	devices->n_owners = 0;
	for (size_t i = 0; i < LENGTH(rounds) && r == 0; i++) {
		r = rounds[i](devices);
		end_round(devices);
	}
	devices->has_owners = r == 0;
	return ctx_keep(devices->ctx, r);
}

EXPORT int irqkit_devices_count_owners(
	struct irqkit_devices *devices, unsigned int irq, size_t *ret_count)
{
	size_t first, n = 0;
	int r = read_owners(devices);

	if (r < 0)
		return r;
	first = find_owner(devices, devices->n_owners, irq);
	while (first + n < devices->n_owners && devices->owners[first + n].irq == irq)
		n++;
	*ret_count = n;
	return 0;
}

EXPORT struct irqkit_device *irqkit_devices_get_owner(
	const struct irqkit_devices *devices, unsigned int irq, size_t index)
{
	return devices->owners[find_owner(devices, devices->n_owners, irq) + index]
		.device;
}
