/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices, found by name. */
#include "base/arena.h"
#include "base/macros.h"
#include "devices/device.h"
#include "devices/device_irqs.h"
#include "devices/queues.h"
#include "devices/rows.h"
#include "devices/sysfs.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The folder of a device below a folder of links, or of folders (old kernels, copies). */
static int find_path(struct irqkit_devices *devices, const char *folder, const char *name,
	const char **ret_path)
{
	char path[PATH_MAX];
	mode_t mode;
	int r = format_path(path, "%s/%s", folder, name);

	if (r < 0)
		return r;
	r = sysfs_resolve(devices, path, ret_path);
	if (r == -ENOENT || r == -ENOTDIR)
		return -ENODEV;
	if (r != -EINVAL)
		return r;
	r = knob_read_mode(devices->ctx, path, &mode);
	if (r < 0)
		return r == -ENOENT ? -ENODEV : r;
	if (!S_ISDIR(mode)) /* /sys/class/net/bonding_masters */
		return -ENODEV;
	*ret_path = arena_text(&devices->arena, path, strlen(path));
	return *ret_path ? 0 : -ENOMEM;
}

/*
 * The device that an interface belongs to. Some saved roots (sos reports) lack the link;
 * then the part of the path before /net/NAME is the device.
 */
static int find_bus_path(struct irqkit_device *device, const char **ret_path)
{
	const char *tail = strrchr(device->path, '/');
	char link[PATH_MAX];
	int r = format_path(link, "%s/device", device->path);

	if (r == 0)
		r = sysfs_resolve(device->devices, link, ret_path);
	if (r != -ENOENT || strncmp(device->path, "sys/devices/", 12) != 0 ||
		strstr(device->path, "devices/virtual/") ||
		(size_t)(tail - device->path) <= strlen("sys/devices//net") ||
		strncmp(tail - strlen("/net"), "/net", strlen("/net")) != 0)
		return r;
	*ret_path = arena_text(&device->devices->arena, device->path,
		(size_t)(tail - device->path) - strlen("/net"));
	return *ret_path ? 0 : -ENOMEM;
}

static int read_net(struct irqkit_device *device)
{
	const char *bus_path;
	int r;

	device->keys.netdev = device->name;
	if (device->path) {
		r = find_bus_path(device, &bus_path);
		if (r == 0)
			r = sysfs_read_bus(device, bus_path);
		if (is_failure(r))
			return r;
	} else {
		sysfs_guess_xen(device);
	}
	r = device_read_irqs(device);
	return r < 0 ? r : device_read_queues(device);
}

/* A handler whose name is only the device's could be of any kind: `timer`. */
static bool has_queue_names(const struct irqkit_device *device)
{
	for (size_t i = 0; i < device->n_irqs; i++)
		if (device->irqs[i].meaning.serves != SERVES_NONE &&
			device->irqs[i].meaning.numbering != ALL_IF_ALONE)
			return true;
	return false;
}

/*
 * Without /sys/class/net, or if a saved one lacks the interface: a device is a name that
 * handlers of queues contain.
 */
static int find_net_by_names(struct irqkit_devices *devices, const char *name,
	struct irqkit_device **ret_device)
{
	struct irqkit_device *device = NULL;
	mode_t mode;
	int r = knob_read_mode(devices->ctx, "sys/class/net", &mode);

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && devices->ctx->is_live)
		return -ENODEV;
	r = devices_add(devices, IRQKIT_DEVICE_NET, name, NULL, &device);
	if (r < 0)
		return r;
	r = read_net(device);
	if (r < 0 || !has_queue_names(device)) {
		devices_drop_last(devices);
		return r < 0 ? ctx_keep(devices->ctx, r) : -ENODEV;
	}
	*ret_device = device;
	return 0;
}

/* Finds the folder for this kind of device, and reads it. */
static int find_in(struct irqkit_devices *devices, enum irqkit_device_kind kind,
	const char *folder, const char *name, int (*read)(struct irqkit_device *device),
	struct irqkit_device **ret_device)
{
	struct irqkit_device *device = devices_find_known(devices, kind, name);
	const char *path;
	int r = 0;

	if (!device) {
		r = find_path(devices, folder, name, &path);
		if (r == 0)
			r = devices_add(devices, kind, name, path, &device);
		if (r < 0)
			return ctx_keep(devices->ctx, r);
		r = read(device);
		if (r < 0)
			devices_drop_last(devices);
	}
	if (r == 0)
		*ret_device = device;
	return ctx_keep(devices->ctx, r);
}

int devices_find_net(struct irqkit_devices *devices, const char *name,
	struct irqkit_device **ret_device)
{
	int r;

	if (!sysfs_is_name(name))
		return -EINVAL;
	r = find_in(
		devices, IRQKIT_DEVICE_NET, "sys/class/net", name, read_net, ret_device);
	return r == -ENODEV ? find_net_by_names(devices, name, ret_device) : r;
}

/*
 * By a further name, which is not in /sys. That may have been mounted in another network
 * name space, where another interface is called as the one that the kernel answered with.
 */
static int find_net_by_altname(struct irqkit_devices *devices, const char *name,
	struct irqkit_device **ret_device)
{
	struct irqkit_device *device;
	struct netlink_link link;
	uint32_t ifindex;
	int r;

	if (!devices->ctx->is_live)
		return -ENODEV;
	r = netlink_ask_link(name, &link);
	if (is_failure(r))
		return ctx_note_thing(
			devices->ctx, "the alternative names of network interfaces", r);
	if (r == 0)
		r = devices_find_net(devices, link.name, &device);
	if (r == 0)
		r = device->path ? device_read_ifindex(device, &ifindex) : -ENODEV;
	if (r < 0)
		return is_failure(r) ? r : -ENODEV;
	if (ifindex != link.ifindex)
		return -ENODEV;
	*ret_device = device;
	return 0;
}

EXPORT int irqkit_devices_find_net(struct irqkit_devices *devices, const char *name,
	struct irqkit_device **ret_device)
{
	int r = devices_find_net(devices, name, ret_device);

	return r == -ENODEV ? find_net_by_altname(devices, name, ret_device) : r;
}

/* The folders of nvme0 and nvme1, of which one disk is made (nvme's own multipath). */
static int read_nvme_paths(struct irqkit_device *device)
{
	_cleanup_free_ char **names = NULL;
	_cleanup_free_ char *folder = strdup(device->path);
	size_t count;
	int r;

	if (!folder)
		return -ENOMEM;
	*strrchr(folder, '/') = '\0';
	r = devices_sort_names(
		device->devices); /* a line is taken only if it has a row */
	if (r == 0)
		r = knob_list_names(device->devices->ctx, folder, "nvme", &names, &count);
	for (size_t i = 0; r >= 0 && i < count; i++) {
		char link[PATH_MAX];
		const char *path;

		r = format_path(link, "%s/%s", folder, names[i]);
		if (r == 0)
			r = sysfs_resolve(device->devices, link, &path);
		if (is_failure(r))
			return r;
		if (r < 0) {
			r = 0; /* not a link: the folder of the disk itself */
			continue;
		}
		device->keys.pci = NULL;
		r = sysfs_read_bus(device, path);
		if (r == 0)
			r = sysfs_read_irqs(device);
	}
	return is_failure(r) ? r : 0;
}

static int read_block(struct irqkit_device *device)
{
	int r;

	if (strstr(device->path, "/nvme-subsystem/")) {
		r = read_nvme_paths(device);
		if (r < 0)
			return r;
	} else {
		r = sysfs_read_bus(device, device->path);
		if (r < 0)
			return r;
	}
	return device_read_irqs(device);
}

EXPORT int irqkit_devices_find_block(struct irqkit_devices *devices, const char *name,
	struct irqkit_device **ret_device)
{
	int r;

	if (!sysfs_is_name(name))
		return -EINVAL;
	r = find_in(devices, IRQKIT_DEVICE_BLOCK, "sys/class/block", name, read_block,
		ret_device);
	if (r == -ENODEV)
		r = find_in(devices, IRQKIT_DEVICE_BLOCK, "sys/block", name, read_block,
			ret_device);
	return r;
}

/*
 * The interrupts of a virtio device are named after the virtio device below the PCI
 * function.
 */
static int read_virtio_child(struct irqkit_device *device)
{
	_cleanup_free_ char **names = NULL;
	size_t count;
	int r;

	if (device->keys.driver && strcmp(device->keys.driver, "virtio-pci") != 0)
		return 0;
	r = knob_list_names(device->devices->ctx, device->path, "virtio", &names, &count);
	if (r < 0 || count != 1)
		return is_failure(r) ? r : 0;
	device->keys.virtio = arena_text(
		&device->devices->arena, names[0], strlen(names[0]));
	return device->keys.virtio ? 0 : -ENOMEM;
}

static int read_pci(struct irqkit_device *device)
{
	int r = sysfs_read_bus(device, device->path);

	if (r < 0)
		return r;
	r = read_virtio_child(device);
	if (r < 0)
		return r;
	device->keys.is_any_netdev = true; /* whatever its interfaces are called */
	return device_read_irqs(device);
}

EXPORT int irqkit_devices_find_pci(struct irqkit_devices *devices, const char *address,
	struct irqkit_device **ret_device)
{
	_cleanup_free_ char *whole = NULL;

	if (!sysfs_is_name(address))
		return -EINVAL;
	if (asprintf(&whole, "%s%s", strlen(address) == 7 ? "0000:" : "", address) < 0) {
		whole = NULL;
		return -ENOMEM;
	}
	if (!sysfs_is_pci_address(whole))
		return -ENODEV;
	return find_in(devices, IRQKIT_DEVICE_PCI, "sys/bus/pci/devices", whole, read_pci,
		ret_device);
}

EXPORT int irqkit_devices_find(struct irqkit_devices *devices, const char *name,
	struct irqkit_device **ret_device)
{
	int r = devices_find_net(devices, name, ret_device);

	if (r == -ENODEV)
		r = irqkit_devices_find_block(devices, name, ret_device);
	if (r == -ENODEV)
		r = irqkit_devices_find_pci(devices, name, ret_device);
	if (r == -ENODEV)
		r = find_net_by_altname(devices, name, ret_device);
	return r;
}
