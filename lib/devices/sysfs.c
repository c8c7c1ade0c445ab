/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a device is in /sys, and on which bus.
 *
 *	sys/class/net/eth0 -> sys/devices/pci0000:00/0000:00:03.0/virtio1/net/eth0
 *	        its device -> sys/devices/pci0000:00/0000:00:03.0/virtio1
 *	                        PCI function, msi_irqs __/            \__ on the virtio bus
 *
 * Links are resolved here, as text. So each path that is opened has none in its middle,
 * and a saved root can be read also where the kernel can't keep links inside of it.
 */
#include "devices/sysfs.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/irq_list.h"
#include "devices/rows.h"
#include "interrupts/snapshot.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool sysfs_is_name(const char *name)
{
	return *name && strlen(name) <= NAME_MAX && !strchr(name, '/') &&
		strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

const char *sysfs_last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Copies @path to @out, which has room, one component after another; `..` takes one. */
static void append_normal(char *out, const char *path)
{
	while (*path) {
		size_t len = strcspn(path, "/"), end = strlen(out);

		if (len == 2 && memcmp(path, "..", 2) == 0) {
			char *slash = strrchr(out, '/');

			*(slash ? slash : out) = '\0';
		} else if (len > 0 && !(len == 1 && *path == '.')) {
			if (end)
				out[end++] = '/';
			memcpy(out + end, path, len);
			out[end + len] = '\0';
		}
		path += len;
		path += strspn(path, "/");
	}
}

int sysfs_resolve(struct irqkit_devices *devices, const char *path, const char **ret_path)
{
	_cleanup_free_ char *target = NULL, *out = NULL;
	char *name;
	int r = knob_readlink(devices->ctx, path, &target);

	if (r < 0)
		return r;
	out = calloc(1, strlen(path) + strlen(target) + 2);
	if (!out)
		return -ENOMEM;
	if (*target != '/') {
		append_normal(out, path);
		name = strrchr(out, '/');
		*(name ? name : out) = '\0';
	}
	append_normal(out, target);
	*ret_path = arena_text(&devices->arena, out, strlen(out));
	return *ret_path ? 0 : -ENOMEM;
}

/* ------------------------------------------------------------------------------- */

static bool has_form(const char *text, const char *form)
{
	for (; *form; form++, text++)
		if (*form == 'x' ? !isxdigit((unsigned char)*text) : *text != *form)
			return false;
	return !*text;
}

/* 0000:00:03.0; some bridges (VMD) have a longer domain: 10000:e1:00.0 */
bool sysfs_is_pci_address(const char *text)
{
	size_t domain = strspn(text, "0123456789abcdefABCDEF");

	return domain >= 4 && domain <= 8 && has_form(text + domain, ":xx:xx.x");
}

/* @word and digits. */
static bool is_numbered(const char *text, const char *word)
{
	size_t len = strlen(word);

	return strncmp(text, word, len) == 0 && text[len] &&
		text[len + strspn(text + len, "0123456789")] == '\0';
}

/* What Xen's drivers call it: vif-0 -> vif0 (a guest's), vif-1-0 -> vif1.0 (dom0's) */
static int read_xen(struct irqkit_device *device, const char *name)
{
	unsigned int first, second;
	char text[32];
	int end = 0;

	if (sscanf(name, "vif-%u-%u%n", &first, &second, &end) == 2 && !name[end]) {
		device->is_netback = true;
		snprintf(text, sizeof(text), "vif%u.%u", first, second);
	} else if (sscanf(name, "vif-%u%n", &first, &end) == 1 && !name[end]) {
		snprintf(text, sizeof(text), "vif%u", first);
	} else {
		return 0;
	}
	device->keys.vif = arena_text(&device->devices->arena, text, strlen(text));
	return device->keys.vif ? 0 : -ENOMEM;
}

/*
 * Without a folder of the device: this is the name of the end in dom0, unless it was
 * renamed.
 */
void sysfs_guess_xen(struct irqkit_device *device)
{
	unsigned int first, second;
	int end = 0;

	if (sscanf(device->name, "vif%u.%u%n", &first, &second, &end) != 2 ||
		device->name[end])
		return;
	device->is_netback = true;
	device->keys.vif = device->name;
	device->keys.driver = "xen_netback";
}

static int read_driver(struct irqkit_device *device)
{
	_cleanup_free_ char *target = NULL;
	const char *name;
	int r;

	if (device->keys.vif) {
		/* The kernel calls both ends "vif"; the names of their modules differ. */
		device->keys.driver = device->is_netback ? "xen_netback" : "xen_netfront";
		return 0;
	}
	if (is_numbered(sysfs_last_name(device->bus_path), "vbd-")) {
		device->keys.driver = "xen_blkfront";
		return 0;
	}
	r = knob_readf_link(device->devices->ctx, &target, "%s/driver", device->bus_path);
	if (r < 0)
		return is_failure(r) ? r : 0;
	name = sysfs_last_name(target);
	if (!sysfs_is_name(name))
		return 0;
	device->keys.driver = arena_text(&device->devices->arena, name, strlen(name));
	return device->keys.driver ? 0 : -ENOMEM;
}

/*
 * One component of the path, which ends at @end. True: the components above it do not
 * matter.
 */
static bool read_component(struct irqkit_device *device, const char *path, size_t end)
{
	struct arena *arena = &device->devices->arena;
	char *whole = arena_text(arena, path, end);
	const char *name;

	if (!whole)
		return true;
	name = sysfs_last_name(whole);
	if (is_numbered(name, "usb"))
		device->is_behind_controller = true;
	if (!device->keys.virtio && is_numbered(name, "virtio"))
		device->keys.virtio = name;
	else if (sysfs_is_pci_address(name))
		device->keys.pci = name;
	else if (!is_numbered(name, "vbd-"))
		return false;

	if (!device->bus_path)
		device->bus_path = whole;
	if (device->keys.pci)
		device->pci_path = whole;
	return device->keys.pci != NULL;
}

int sysfs_read_bus(struct irqkit_device *device, const char *path)
{
	/*
	 * A network device has a link to its device; for a disk, it is the nearest device
	 * that raises interrupts.
	 */
	if (device->kind == IRQKIT_DEVICE_NET)
		device->bus_path = path;
	for (size_t end = strlen(path); end > 0; end--)
		if ((path[end] == '/' || !path[end]) && read_component(device, path, end))
			break;
	if (!device->bus_path)
		return 0;
	if (device->kind == IRQKIT_DEVICE_NET) {
		int r = read_xen(device, sysfs_last_name(path));

		if (r < 0)
			return r;
		device->keys.bus = sysfs_last_name(path);
	}
	return read_driver(device);
}

/* ------------------------------------------------------------------------------- */

static int add_number(struct irqkit_device *device, unsigned int irq)
{
	struct irqkit_device_irq *added;

	return device_add_irq(device, irq, IRQKIT_SOURCE_SYSFS, &added);
}

static int compare_text_path(const void *member, const void *path)
{
	return strcmp(((const struct path_text *)member)->path, path);
}

static int add_text(struct irqkit_devices *devices, const char *path, size_t at)
{
	struct path_text text = { .path = arena_text(
					  &devices->arena, path, strlen(path)) };

	if (!text.path || !GROW(devices->texts, devices->n_texts, devices->texts_room))
		return -ENOMEM;
	memmove(&devices->texts[at + 1], &devices->texts[at],
		(devices->n_texts++ - at) * sizeof(*devices->texts));
	devices->texts[at] = text;
	return 0;
}

int sysfs_get_text(struct irqkit_devices *devices, const char *folder, const char *name,
	const char **ret_text)
{
	char path[PATH_MAX];
	int r = format_path(path, "%s/%s", folder, name);
	size_t at;

	if (r < 0)
		return r;
	at = array_lower_bound(devices->texts, devices->n_texts, sizeof(*devices->texts),
		path, compare_text_path);
	if (at == devices->n_texts || strcmp(devices->texts[at].path, path) != 0)
		r = add_text(devices, path, at);
	if (r < 0)
		return r;
	return file_text_get(&devices->texts[at].file, devices->ctx, path, ret_text);
}

static int compare_path(const void *member, const void *path)
{
	return strcmp(((const struct msi_list *)member)->path, path);
}

static int add_msi_list(struct irqkit_devices *devices, const char *folder, size_t at)
{
	struct msi_list list = { .path = arena_text(
					 &devices->arena, folder, strlen(folder)) };

	if (!list.path ||
		!GROW(devices->msi_lists, devices->n_msi_lists, devices->msi_lists_room))
		return -ENOMEM;
	list.error = knob_listf_numbers(
		devices->ctx, &list.numbers, &list.count, "%s/msi_irqs", folder);
	memmove(&devices->msi_lists[at + 1], &devices->msi_lists[at],
		(devices->n_msi_lists++ - at) * sizeof(*devices->msi_lists));
	devices->msi_lists[at] = list;
	return 0;
}

int sysfs_get_msi_list(struct irqkit_devices *devices, const char *folder,
	const struct msi_list **ret_list)
{
	size_t at = array_lower_bound(devices->msi_lists, devices->n_msi_lists,
		sizeof(*devices->msi_lists), folder, compare_path);
	int r = 0;

	if (at == devices->n_msi_lists ||
		strcmp(devices->msi_lists[at].path, folder) != 0)
		r = add_msi_list(devices, folder, at);
	if (r < 0)
		return r;
	*ret_list = &devices->msi_lists[at];
	return devices->msi_lists[at].error;
}

/* All vectors that the function has; 1: there are some. */
static int read_msi_irqs(struct irqkit_device *device, const char *folder)
{
	const struct msi_list *list;
	int r = sysfs_get_msi_list(device->devices, folder, &list);

	if (r < 0)
		return is_failure(r) ? r : 0;
	for (size_t i = 0; i < list->count; i++) {
		r = add_number(device, list->numbers[i]);
		if (r < 0)
			return r;
	}
	return list->count > 0;
}

/*
 * The line that it has without MSI. With MSI-X the file holds a line that is not used
 * (drivers/pci/pci-sysfs.c, irq_show()); so do functions without a driver: then nobody
 * handles it.
 */
static int read_line_irq(struct irqkit_device *device)
{
	const struct irqkit_interrupt *row;
	const char *text;
	uint32_t irq;
	int r = sysfs_get_text(device->devices, device->pci_path, "irq", &text);

	if (r < 0 || parse_u32(text, strlen(text), &irq) < 0 || irq == 0)
		return is_failure(r) ? r : 0;
	row = devices_find_row(device->devices, irq);
	return row && row->n_actions ? add_number(device, irq) : 0;
}

/* Is @name the handler of the root hub @hub? drivers/usb/core/hcd.c: "%s:usb%d" */
static bool is_handler_of_hub(const char *name, const char *hub)
{
	const char *colon = strrchr(name, ':');

	return colon && strcmp(colon + 1, hub) == 0;
}

static int add_hub(struct irqkit_device *device, const char *hub)
{
	const struct irqkit_devices *devices = device->devices;
	int r = 0;

	for (size_t i = 0; i < devices->snapshot->n_rows && r == 0; i++) {
		const struct irqkit_interrupt *row = &devices->snapshot->rows[i];

		for (size_t a = 0; row->irq >= 0 && a < row->n_actions && r == 0; a++)
			if (is_handler_of_hub(row->actions[a], hub))
				r = add_number(device, (unsigned int)row->irq);
	}
	return r;
}

/*
 * A USB host controller that is not on PCI lists no interrupts; its handlers have the
 * names of its root hubs. USB 2 and 3 are two hubs, and one of them has the handler.
 */
static int read_usb_controller(struct irqkit_device *device)
{
	_cleanup_free_ char *folder = strdup(device->bus_path);
	_cleanup_free_ char **hubs = NULL;
	size_t count = 0;
	char *slash;
	int r;

	if (!folder)
		return -ENOMEM;
	while ((slash = strrchr(folder, '/')) && !is_numbered(slash + 1, "usb"))
		*slash = '\0';
	if (!slash)
		return 0;
	*slash = '\0';
	r = knob_list_names(device->devices->ctx, folder, "usb", &hubs, &count);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < count && r >= 0; i++)
		if (is_numbered(hubs[i], "usb"))
			r = add_hub(device, hubs[i]);
	return r < 0 ? r : 0;
}

int sysfs_read_irqs(struct irqkit_device *device)
{
	_cleanup_free_ char *folder = NULL;
	int r;

	if (device->pci_path) {
		r = read_msi_irqs(device, device->pci_path);
		return r ? r : read_line_irq(device);
	}
	if (!device->bus_path)
		return 0;
	/* not on PCI: the nearest above that has vectors */
	folder = strdup(device->bus_path);
	if (!folder)
		return -ENOMEM;
	for (char *slash; (slash = strrchr(folder, '/')); *slash = '\0') {
		if ((size_t)(slash - folder) <= strlen("sys/devices"))
			break;
		r = read_msi_irqs(device, folder);
		if (r != 0)
			return r;
	}
	return device->is_behind_controller ? read_usb_controller(device) : 0;
}
