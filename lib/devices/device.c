/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices: finds them by name, and returns their properties. */
#include "devices/device.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/device_irqs.h"
#include "devices/queues.h"
#include "devices/rows.h"
#include "devices/sysfs.h"
#include "devices/threads.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

EXPORT int irqkit_devices_new(struct irqkit_ctx *ctx,
	const struct irqkit_snapshot *snapshot, struct irqkit_devices **ret_devices)
{
	struct irqkit_devices *devices = calloc(1, sizeof(*devices));

	if (!devices)
		return -ENOMEM;
	devices->ctx = ctx;
	devices->snapshot = snapshot;
	*ret_devices = devices;
	return 0;
}

EXPORT bool irqkit_devices_lack_sys(const struct irqkit_devices *devices)
{
	_cleanup_free_ char **names = NULL;
	size_t count = 0;

	if (!devices->ctx->is_live)
		return false;
	return knob_list_names(devices->ctx, "sys", "", &names, &count) < 0 || count == 0;
}

static void forget_settings(struct irqkit_device *device)
{
	for (size_t i = 0; i < device->n_queues; i++) {
		struct irqkit_queue *queue = &device->queues[i];

		queue_forget_all(queue);
		free(TAKE(queue->threads));
		queue->n_threads = 0;
		queue->has_read_threads = false;
	}
	free(TAKE(device->threads));
	device->n_threads = 0;
	device->has_read_threads = false;
	free(TAKE(device->napis));
	device->has_read_napis = false;
	device->has_asked_managed = false;
	device->has_read_channels = false;
	/* another interface can have got the name */
	free(device->ifindex_file.text);
	device->ifindex_file = (struct file_text){ 0 };
}

void devices_forget_settings(struct irqkit_devices *devices)
{
	for (size_t i = 0; i < devices->n_found; i++)
		forget_settings(devices->found[i]);
	kernel_threads_free(devices);
	threads_free(devices);
}

static void device_free(struct irqkit_device *device)
{
	forget_settings(device);
	free(device->below);
	free(device->lower);
	free(device->lowest);
	free(device->queues);
	free(device->irqs);
	free(device);
}

EXPORT void irqkit_devices_free(struct irqkit_devices *devices)
{
	if (!devices)
		return;
	for (size_t i = 0; i < devices->n_found; i++)
		device_free(devices->found[i]);
	free(devices->found);
	free(devices->names);
	free(devices->name_rows);
	for (size_t i = 0; i < devices->n_msi_lists; i++)
		free(devices->msi_lists[i].numbers);
	free(devices->msi_lists);
	for (size_t i = 0; i < devices->n_texts; i++)
		free(devices->texts[i].file.text);
	free(devices->texts);
	free(devices->net);
	free(devices->owners);
	kernel_threads_free(devices);
	threads_free(devices);
	netlink_free(&devices->netlink);
	arena_free(&devices->arena);
	free(devices);
}

/* ------------------------------------------------------------------------------- */
/* Finding                                                                         */

static struct irqkit_device *find_known(const struct irqkit_devices *devices,
	enum irqkit_device_kind kind, const char *name)
{
	for (size_t i = 0; i < devices->n_found; i++)
		if (devices->found[i]->kind == kind &&
			strcmp(devices->found[i]->name, name) == 0)
			return devices->found[i];
	return NULL;
}

static int device_new(struct irqkit_devices *devices, enum irqkit_device_kind kind,
	const char *name, const char *path, struct irqkit_device **ret_device)
{
	struct irqkit_device *device = calloc(1, sizeof(*device));

	if (!device || !GROW(devices->found, devices->n_found, devices->found_room)) {
		free(device);
		return -ENOMEM;
	}
	device->name = arena_text(&devices->arena, name, strlen(name));
	if (!device->name) {
		free(device);
		return -ENOMEM;
	}
	device->devices = devices;
	device->kind = kind;
	device->path = path;
	devices->found[devices->n_found++] = device;
	*ret_device = device;
	return 0;
}

/* Takes back the last one: something of it could not be read. */
static void drop_last(struct irqkit_devices *devices)
{
	device_free(devices->found[--devices->n_found]);
}

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
	r = device_new(devices, IRQKIT_DEVICE_NET, name, NULL, &device);
	if (r < 0)
		return r;
	r = read_net(device);
	if (r < 0 || !has_queue_names(device)) {
		drop_last(devices);
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
	struct irqkit_device *device = find_known(devices, kind, name);
	const char *path;
	int r = 0;

	if (!device) {
		r = find_path(devices, folder, name, &path);
		if (r == 0)
			r = device_new(devices, kind, name, path, &device);
		if (r < 0)
			return ctx_keep(devices->ctx, r);
		r = read(device);
		if (r < 0)
			drop_last(devices);
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

/* ------------------------------------------------------------------------------- */
/* Asking                                                                          */

EXPORT enum irqkit_device_kind irqkit_device_get_kind(const struct irqkit_device *device)
{
	return device->kind;
}

EXPORT const char *irqkit_device_get_name(const struct irqkit_device *device)
{
	return device->name;
}

EXPORT const char *irqkit_device_get_bus_device(const struct irqkit_device *device)
{
	return device->bus_path ? sysfs_last_name(device->bus_path) : NULL;
}

EXPORT const char *irqkit_device_get_pci_address(const struct irqkit_device *device)
{
	return device->keys.pci;
}

EXPORT const char *irqkit_device_get_driver(const struct irqkit_device *device)
{
	return device->keys.driver;
}

EXPORT bool irqkit_device_serves_guest(const struct irqkit_device *device)
{
	return device->is_netback;
}

bool device_state_is_down(const char *state)
{
	return state &&
		(strcmp(state, "down") == 0 || strcmp(state, "notpresent") == 0 ||
			strcmp(state, "lowerlayerdown") == 0);
}

EXPORT bool irqkit_device_is_down(const struct irqkit_device *device)
{
	_cleanup_free_ char *state = NULL;
	size_t len;

	if (device->kind != IRQKIT_DEVICE_NET || !device->path ||
		knob_readf_line(device->devices->ctx, &state, &len, "%s/operstate",
			device->path) < 0)
		return false;
	return device_state_is_down(state);
}

static int read_node(const struct irqkit_device *device, int *ret_node)
{
	_cleanup_free_ char *folder = device->bus_path ? strdup(device->bus_path) : NULL;

	if (!folder)
		return device->bus_path ? -ENOMEM : -ENODATA;
	for (char *slash; (slash = strrchr(folder, '/')); *slash = '\0') {
		const char *text;
		uint32_t node;
		int r = sysfs_get_text(device->devices, folder, "numa_node", &text);

		if (r == -ENOENT)
			continue;
		if (r < 0)
			return r;
		if (parse_u32(text, strlen(text), &node) < 0 || node > INT32_MAX)
			return -ENODATA; /* -1 */
		*ret_node = (int)node;
		return 0;
	}
	return -ENODATA;
}

EXPORT int irqkit_device_read_node(struct irqkit_device *device, int *ret_node)
{
	if (!device->has_read_node)
		device->node_error = read_node(device, &device->node);
	device->has_read_node = true;
	if (device->node_error == 0)
		*ret_node = device->node;
	return device->node_error;
}
