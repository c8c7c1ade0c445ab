/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices: their records, and what is known of each. */
#include "devices/device.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/queues.h"
#include "devices/sysfs.h"
#include "devices/threads.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
	file_text_forget(&device->ifindex_file);
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
	free(devices->by_name);
	free(devices->names);
	free(devices->name_rows);
	for (size_t i = 0; i < devices->n_msi_lists; i++)
		free(devices->msi_lists[i].numbers);
	free(devices->msi_lists);
	for (size_t i = 0; i < devices->n_texts; i++)
		file_text_forget(&devices->texts[i].file);
	free(devices->texts);
	free(devices->net);
	free(devices->owners);
	kernel_threads_free(devices);
	threads_free(devices);
	netlink_free(&devices->netlink);
	arena_free(&devices->arena);
	free(devices);
}

struct name_key {
	enum irqkit_device_kind kind;
	const char *name;
};

static int compare_name(const void *member, const void *key)
{
	const struct irqkit_device *device = *(const struct irqkit_device *const *)member;
	const struct name_key *wanted = key;

	if (device->kind != wanted->kind)
		return device->kind < wanted->kind ? -1 : 1;
	return strcmp(device->name, wanted->name);
}

static size_t find_place(const struct irqkit_devices *devices,
	enum irqkit_device_kind kind, const char *name)
{
	return array_lower_bound(devices->by_name, devices->n_by_name,
		sizeof(struct irqkit_device *), &(struct name_key){ kind, name },
		compare_name);
}

struct irqkit_device *devices_find_known(const struct irqkit_devices *devices,
	enum irqkit_device_kind kind, const char *name)
{
	size_t at = find_place(devices, kind, name);

	return at < devices->n_by_name && devices->by_name[at]->kind == kind &&
			strcmp(devices->by_name[at]->name, name) == 0
		? devices->by_name[at]
		: NULL;
}

int devices_add(struct irqkit_devices *devices, enum irqkit_device_kind kind,
	const char *name, const char *path, struct irqkit_device **ret_device)
{
	struct irqkit_device *device = calloc(1, sizeof(*device));
	size_t at = find_place(devices, kind, name);

	if (!device || !GROW(devices->found, devices->n_found, devices->found_room) ||
		!GROW(devices->by_name, devices->n_by_name, devices->by_name_room)) {
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
	memmove(&devices->by_name[at + 1], &devices->by_name[at],
		(devices->n_by_name++ - at) * sizeof(device));
	devices->by_name[at] = device;
	*ret_device = device;
	return 0;
}

void devices_drop_last(struct irqkit_devices *devices)
{
	struct irqkit_device *device = devices->found[--devices->n_found];
	size_t at = find_place(devices, device->kind, device->name);

	memmove(&devices->by_name[at], &devices->by_name[at + 1],
		(--devices->n_by_name - at) * sizeof(device));
	device_free(device);
}

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
