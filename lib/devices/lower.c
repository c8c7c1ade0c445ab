/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a device is made of:
 *
 *	vlan5 --lower_bond0--> bond0 --lower_eth0--> eth0
 *	                             --lower_eth1--> eth1
 *
 * Disks have a folder slaves/ with such links. Who writes a saved root can make them go
 * in circles.
 */
#include "base/array.h"
#include "base/macros.h"
#include "devices/device.h"
#include "kernel/ctx.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LOWER "lower_"

/* Those seen so far, to be visited one after another. */
struct lower_walk {
	struct irqkit_device **seen; /* owned */
	size_t n, room;
};

static int walk_add(struct lower_walk *walk, struct irqkit_device *device)
{
	for (size_t i = 0; i < walk->n; i++)
		if (walk->seen[i] == device)
			return 0;
	if (!GROW(walk->seen, walk->n, walk->room))
		return -ENOMEM;
	walk->seen[walk->n++] = device;
	return 0;
}

static int add_named(
	struct lower_walk *walk, struct irqkit_device *upper, const char *name)
{
	struct irqkit_device *device;
	int r = upper->kind == IRQKIT_DEVICE_NET
		? devices_find_net(upper->devices, name, &device)
		: irqkit_devices_find_block(upper->devices, name, &device);

	if (r < 0)
		return is_failure(r) ? r
				     : 0; /* it has just gone, or is in another place */
	return walk_add(walk, device);
}

static int list_below(struct lower_walk *below, struct irqkit_device *device)
{
	bool is_net = device->kind == IRQKIT_DEVICE_NET;
	_cleanup_free_ char **names = NULL;
	size_t count;
	int r;

	if (!device->path)
		return 0;
	r = knob_listf_names(device->devices->ctx, is_net ? LOWER : "", &names, &count,
		"%s%s", device->path, is_net ? "" : "/slaves");
	if (r < 0)
		return is_failure(r) ? r : 0;
	for (size_t i = 0; i < count && r == 0; i++)
		r = add_named(below, device, names[i] + (is_net ? strlen(LOWER) : 0));
	return r;
}

/* A device can be below several others, and is listed only once. */
static int read_below(struct irqkit_device *device)
{
	struct lower_walk below = { 0 };
	int r;

	if (device->has_read_below)
		return 0;
	r = list_below(&below, device);
	if (r < 0) {
		free(below.seen);
		return r;
	}
	device->below = below.seen;
	device->n_below = below.n;
	device->has_read_below = true;
	return 0;
}

int device_count_below(struct irqkit_device *device, size_t *ret_count)
{
	int r = read_below(device);

	*ret_count = device->n_below;
	return r;
}

static int add_below(struct lower_walk *walk, struct irqkit_device *device)
{
	int r = read_below(device);

	for (size_t i = 0; r == 0 && i < device->n_below; i++)
		r = walk_add(walk, device->below[i]);
	return r;
}

/* All devices below, at any depth. */
static int walk_down(struct irqkit_device *device, struct lower_walk *ret_walk)
{
	struct lower_walk walk = { 0 };
	int r = walk_add(&walk, device);

	for (size_t i = 0; i < walk.n && r == 0; i++)
		r = add_below(&walk, walk.seen[i]);
	if (r < 0) {
		free(walk.seen);
		return ctx_keep(device->devices->ctx, r);
	}
	*ret_walk = walk;
	return 0;
}

static size_t keep_hardware(struct lower_walk *walk)
{
	size_t kept = 0;

	for (size_t i = 1; i < walk->n; i++)
		if (walk->seen[i]->bus_path)
			walk->seen[kept++] = walk->seen[i];
	return kept;
}

/* Those that are on top of no other. */
static size_t keep_lowest(struct lower_walk *walk)
{
	size_t kept = 0;

	for (size_t i = 1; i < walk->n; i++)
		if (walk->seen[i]->n_below == 0)
			walk->seen[kept++] = walk->seen[i];
	return kept;
}

EXPORT int irqkit_device_count_lower(struct irqkit_device *device, size_t *ret_count)
{
	struct lower_walk walk;
	int r;

	if (!device->has_read_lower) {
		r = walk_down(device, &walk);
		if (r < 0)
			return r;
		device->n_lower = keep_hardware(&walk);
		device->lower = walk.seen;
		device->has_read_lower = true;
	}
	*ret_count = device->n_lower;
	return 0;
}

EXPORT struct irqkit_device *irqkit_device_get_lower(
	const struct irqkit_device *device, size_t index)
{
	return device->lower[index];
}

EXPORT int irqkit_device_count_receiving(struct irqkit_device *device, size_t *ret_count)
{
	int r = irqkit_device_count_lower(device, ret_count);

	if (r < 0 || *ret_count > 0)
		return r;
	if (!device->has_read_lowest) {
		struct lower_walk walk;

		r = walk_down(device, &walk);
		if (r < 0)
			return r;
		device->n_lowest = keep_lowest(&walk);
		device->lowest = walk.seen;
		device->has_read_lowest = true;
	}
	*ret_count = device->n_lowest;
	return 0;
}

EXPORT struct irqkit_device *irqkit_device_get_receiving(
	const struct irqkit_device *device, size_t index)
{
	return device->n_lower ? device->lower[index] : device->lowest[index];
}
