/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which threads work for a queue, and for a device. */
#include "base/array.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/netlink.h"
#include "devices/queues.h"
#include "devices/threads.h"
#include "kernel/ctx.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct list {
	struct irqkit_thread **items; /* owned by whom it is made for */
	size_t n, room;
	size_t number;
	int error;
};

static struct list list_new(struct irqkit_devices *devices)
{
	return (struct list){ .number = ++devices->n_thread_lists };
}

/* Adds it, once. */
static void list_add(struct list *list, struct irqkit_thread *thread)
{
	if (thread->list == list->number)
		return;
	thread->list = list->number;
	if (!GROW(list->items, list->n, list->room)) {
		list->error = -ENOMEM;
		return;
	}
	list->items[list->n++] = thread;
}

/* All whose names begin so. */
static void add_with_prefix(
	struct list *list, struct irqkit_devices *devices, const char *prefix)
{
	size_t len = strlen(prefix);

	for (size_t i = threads_find(devices, prefix); i < devices->n_threads &&
		strncmp(devices->threads[i].name, prefix, len) == 0;
		i++)
		list_add(list, &devices->threads[i]);
}

/* That of this name, in full or cut; but not cut so short that it could be another's. */
static void add_named(struct list *list, struct irqkit_devices *devices,
	const char *front, const char *end)
{
	char name[128];
	int len = snprintf(name, sizeof(name), "%s-%s", front, end);

	if (len < 0 || (size_t)len >= sizeof(name))
		return;
	for (int cut = 0; cut < 2; cut++) {
		for (size_t i = threads_find(devices, name); i < devices->n_threads &&
			strcmp(devices->threads[i].name, name) == 0;
			i++)
			list_add(list, &devices->threads[i]);
		if (len <= THREAD_NAME_CUT || strlen(front) >= THREAD_NAME_CUT)
			return;
		name[THREAD_NAME_CUT] = '\0';
	}
}

static void add_of_irq(
	struct list *list, struct irqkit_devices *devices, unsigned int irq)
{
	char prefix[32];

	snprintf(prefix, sizeof(prefix), "irq/%u-", irq);
	add_with_prefix(list, devices, prefix);
}

static void add_of_pid(struct list *list, struct irqkit_devices *devices, int64_t pid)
{
	struct irqkit_thread *thread = threads_find_pid(devices, pid);

	if (thread)
		list_add(list, thread);
}

/* ------------------------------------------------------------------------------- */
/* NAPI by order: netlink does not say which queue has it                          */

/* The id in napi/eth0-8193; 0: several threads may have this name. */
static uint32_t napi_id_of(const struct irqkit_thread *thread, const char *device)
{
	size_t len = strlen(device);
	const char *rest = thread->name + strlen("napi/");
	uint32_t id;

	if (strncmp(thread->name, "napi/", 5) != 0 || strncmp(rest, device, len) != 0 ||
		rest[len] != '-')
		return 0;
	rest += len + 1;
	return parse_u32(rest, strlen(rest), &id) == 0 ? id : 0;
}

/* A NAPI, and its thread or NULL. */
struct napi {
	uint32_t id;
	struct irqkit_thread *thread;
};

static int compare_ids(const void *a, const void *b)
{
	uint32_t x = ((const struct napi *)a)->id, y = ((const struct napi *)b)->id;

	return (x > y) - (x < y);
}

/* The NAPIs of a device by id: from netlink, otherwise from the names of threads. */
static int list_napis(
	const struct irqkit_device *device, struct napi **ret_napis, size_t *ret_count)
{
	struct irqkit_devices *devices = device->devices;
	const struct netlink_answers *answers = &devices->netlink;
	struct napi *napis = calloc(
		devices->n_threads + answers->n_napis + 1, sizeof(*napis));
	size_t n = 0;

	if (!napis)
		return -ENOMEM;
	for (size_t i = netlink_find_first_napi(answers, device->ifindex);
		device->ifindex && i < answers->n_napis &&
		answers->napis[i].ifindex == device->ifindex;
		i++)
		napis[n++] = (struct napi){ answers->napis[i].id,
			threads_find_pid(devices, answers->napis[i].pid) };
	for (size_t i = 0; !device->ifindex && i < devices->n_threads; i++) {
		napis[n] = (struct napi){
			napi_id_of(&devices->threads[i], device->name),
			&devices->threads[i],
		};
		n += napis[n].id != 0;
	}
	qsort(napis, n, sizeof(*napis), compare_ids);
	*ret_napis = napis;
	*ret_count = n;
	return 0;
}

/* Each once: names that were cut can look alike. */
static bool are_distinct(const struct napi *napis, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (napis[i].id == napis[i - 1].id)
			return false;
	return true;
}

/* Does netlink say which queue has which NAPI? Not every driver reports it. */
static bool knows_napis(const struct irqkit_device *device)
{
	for (size_t i = 0; i < device->n_queues; i++)
		if (device->queues[i].napi_id >= 0)
			return true;
	return false;
}

/*
 * Drivers create the NAPIs of their queues in order, and ids ascend. If there are as many
 * NAPIs as rx queues, the first one belongs to rx-0.
 */
static int read_napis(struct irqkit_device *device)
{
	_cleanup_free_ struct napi *napis = NULL;
	size_t count;
	int r;

	if (device->has_read_napis)
		return 0;
	r = list_napis(device, &napis, &count);
	if (r < 0)
		return r;
	if (!knows_napis(device) &&
		count == irqkit_device_count_direction(device, IRQKIT_RX) &&
		are_distinct(napis, count)) {
		device->napis = calloc(count + 1, sizeof(struct irqkit_thread *));
		if (!device->napis)
			return -ENOMEM;
		for (size_t i = 0; i < count; i++)
			device->napis[i] = napis[i].thread;
	}
	device->has_read_napis = true;
	return 0;
}

/* The NAPI of rx-0 is also that of tx-0, if that has the same interrupt. */
static int add_napi_by_order(struct list *list, const struct irqkit_queue *queue)
{
	struct irqkit_device *device = queue->device;
	const struct irqkit_queue *main = irqkit_device_find_queue(
		device, IRQKIT_RX, queue->number);
	int r = read_napis(device);

	if (r < 0 || !main ||
		(queue != main && (main->irq < 0 || main->irq != queue->irq)))
		return r;
	if (device->napis &&
		queue->number < irqkit_device_count_direction(device, IRQKIT_RX) &&
		device->napis[queue->number])
		list_add(list, device->napis[queue->number]);
	return list->error;
}

/* ------------------------------------------------------------------------------- */

/*
 * The name that netback gives to its queue, "vif1.0-q0", with one of the two names that
 * the interface may have. guest-rx passes on what this machine transmits; dealloc returns
 * what it has received.
 */
static void add_netback(
	struct list *list, const struct irqkit_queue *queue, const char *device_name)
{
	const char *end = queue->direction == IRQKIT_TX ? "guest-rx" : "dealloc";
	char front[64];
	int len = snprintf(front, sizeof(front), "%s-q%u", device_name, queue->number);

	if (len > 0 && (size_t)len < sizeof(front))
		add_named(list, queue->device->devices, front, end);
	if (queue->number == 0) /* before there were several: Linux 3.15 */
		add_named(list, queue->device->devices, device_name, end);
}

static int add_of_queue(struct list *list, const struct irqkit_queue *queue)
{
	struct irqkit_device *device = queue->device;

	if (queue->irq >= 0)
		add_of_irq(list, device->devices, (unsigned int)queue->irq);
	if (device->is_netback) {
		add_netback(list, queue, device->name);
		add_netback(list, queue, device->keys.vif);
	}
	if (queue->napi_pid >= 0)
		add_of_pid(list, device->devices, queue->napi_pid);
	else
		return add_napi_by_order(list, queue);
	return list->error;
}

EXPORT int irqkit_queue_count_threads(struct irqkit_queue *queue, size_t *ret_count)
{
	struct list list = list_new(queue->device->devices);
	int r = 0;

	if (!queue->has_read_threads) {
		r = devices_read_threads(queue->device->devices);
		if (r == 0)
			r = add_of_queue(&list, queue);
		if (r < 0) {
			free(list.items);
			return ctx_keep(queue->device->devices->ctx, r);
		}
		queue->threads = list.items;
		queue->n_threads = list.n;
		queue->has_read_threads = true;
	}
	*ret_count = queue->n_threads;
	return 0;
}

EXPORT struct irqkit_thread *irqkit_queue_get_thread(
	const struct irqkit_queue *queue, size_t index)
{
	return queue->threads[index];
}

static int add_of_device(struct list *list, struct irqkit_device *device)
{
	struct irqkit_devices *devices = device->devices;
	int r = devices_read_threads(devices);

	if (r < 0)
		return r;
	for (size_t i = 0; i < device->n_irqs; i++)
		add_of_irq(list, devices, device->irqs[i].irq);
	for (size_t i = 0; i < device->n_queues && r == 0; i++)
		r = add_of_queue(list, &device->queues[i]);
	if (r < 0 || device->kind != IRQKIT_DEVICE_NET)
		return r;
	/* and NAPIs of no known queue, such as napi/eth0-0 of virtio, which transmits */
	for (size_t i = netlink_find_first_napi(&devices->netlink, device->ifindex);
		device->ifindex && i < devices->netlink.n_napis &&
		devices->netlink.napis[i].ifindex == device->ifindex;
		i++)
		add_of_pid(list, devices, devices->netlink.napis[i].pid);
	for (size_t i = threads_find(devices, "napi/"); i < devices->n_threads; i++) {
		const char *name = devices->threads[i].name + strlen("napi/");

		if (strncmp(devices->threads[i].name, "napi/", 5) == 0 &&
			strncmp(name, device->name, strlen(device->name)) == 0 &&
			name[strlen(device->name)] == '-' &&
			!strchr(name + strlen(device->name) + 1, '-'))
			list_add(list, &devices->threads[i]);
	}
	return list->error;
}

EXPORT int irqkit_device_count_threads(struct irqkit_device *device, size_t *ret_count)
{
	struct list list = list_new(device->devices);
	int r;

	if (!device->has_read_threads) {
		r = add_of_device(&list, device);
		if (r < 0) {
			free(list.items);
			return ctx_keep(device->devices->ctx, r);
		}
		device->threads = list.items;
		device->n_threads = list.n;
		device->has_read_threads = true;
	}
	*ret_count = device->n_threads;
	return 0;
}

EXPORT struct irqkit_thread *irqkit_device_get_thread(
	const struct irqkit_device *device, size_t index)
{
	return device->threads[index];
}
