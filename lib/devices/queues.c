/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The queues of a network device, and the interrupt of each: what the kernel says by
 * netlink, else what the names of its interrupts mean.
 */
#include "devices/queues.h"
#include "base/array.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/handler_names.h"
#include "devices/irq_list.h"
#include "devices/netlink.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

static const char *const direction_name[] = {
	[IRQKIT_RX] = "rx",
	[IRQKIT_TX] = "tx",
};

EXPORT struct irqkit_queue *irqkit_device_find_queue(const struct irqkit_device *device,
	enum irqkit_direction direction, unsigned int number)
{
	for (size_t i = 0; i < device->n_queues; i++)
		if (device->queues[i].direction == direction &&
			device->queues[i].number == number)
			return &device->queues[i];
	return NULL;
}

size_t device_count_queues(
	const struct irqkit_device *device, enum irqkit_direction direction)
{
	size_t n = 0;

	for (size_t i = 0; i < device->n_queues; i++)
		n += device->queues[i].direction == direction;
	return n;
}

/* Keeps them in order. One that is there already is there once. */
static int add_queue(struct irqkit_device *device, enum irqkit_direction direction,
	unsigned int number)
{
	size_t at = device->n_queues;

	while (at > 0 &&
		(device->queues[at - 1].direction > direction ||
			(device->queues[at - 1].direction == direction &&
				device->queues[at - 1].number >= number)))
		at--;
	if (at < device->n_queues && device->queues[at].direction == direction &&
		device->queues[at].number == number)
		return 0;
	if (!GROW(device->queues, device->n_queues, device->queues_room))
		return -ENOMEM;
	memmove(&device->queues[at + 1], &device->queues[at],
		(device->n_queues - at) * sizeof(*device->queues));
	device->n_queues++;
	device->queues[at] = (struct irqkit_queue){
		.device = device,
		.direction = direction,
		.number = number,
		.irq = -1,
		.napi_id = -1,
		.napi_pid = -1,
	};
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* From /sys                                                                       */

static int list_direction(
	struct irqkit_device *device, enum irqkit_direction direction, const char *name)
{
	uint32_t number;

	if (strncmp(name, direction_name[direction], 2) != 0 || name[2] != '-' ||
		parse_u32(name + 3, strlen(name + 3), &number) < 0)
		return 0;
	return add_queue(device, direction, number);
}

static int list_queues(struct irqkit_device *device)
{
	_cleanup_free_ char **names = NULL;
	size_t count;
	int r;

	if (!device->path)
		return 0;
	r = knob_listf_names(
		device->devices->ctx, "", &names, &count, "%s/queues", device->path);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < count; i++) {
		if (list_direction(device, IRQKIT_RX, names[i]) < 0 ||
			list_direction(device, IRQKIT_TX, names[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* From netlink                                                                    */

static void ask_netlink(struct irqkit_devices *devices)
{
	int r;

	if (devices->has_asked_netlink || !devices->ctx->is_live)
		return;
	devices->has_asked_netlink = true;
	r = netlink_ask(&devices->netlink);
	devices->has_netlink = r == 0;
	if (r < 0)
		ctx_log(devices->ctx, LOG_DEBUG,
			"netdev netlink is not available (%s): using /sys and handler "
			"names",
			strerror(-r));
}

/*
 * The number by which netlink knows the device. /sys may have been mounted in another
 * network name space, where another device has this number.
 */
static uint32_t read_ifindex(const struct irqkit_device *device)
{
	_cleanup_free_ char *text = NULL;
	uint32_t ifindex;
	size_t len;

	if (!device->path)
		return 0;
	if (knob_readf_line(
		    device->devices->ctx, &text, &len, "%s/ifindex", device->path) < 0 ||
		parse_u32(text, len, &ifindex) < 0 ||
		if_nametoindex(device->name) != ifindex)
		return 0;
	return ifindex;
}

/* All interrupts of its NAPIs are the device's, also those that no queue names. */
static int add_napi_irqs(
	struct irqkit_device *device, const struct netlink_answers *answers)
{
	for (size_t i = 0; i < answers->n_napis; i++) {
		const struct netlink_napi *napi = &answers->napis[i];
		struct irqkit_device_irq *irq;

		if (napi->ifindex != device->ifindex || napi->irq > INT32_MAX)
			continue;
		if (device_add_irq(device, napi->irq, IRQKIT_SOURCE_NETLINK, &irq) < 0)
			return -ENOMEM;
		irq->role = IRQKIT_ROLE_QUEUE;
	}
	return 0;
}

static int join_queue(struct irqkit_device *device, const struct netlink_answers *answers,
	const struct netlink_queue *told)
{
	enum irqkit_direction direction = told->is_tx ? IRQKIT_TX : IRQKIT_RX;
	const struct netlink_napi *napi;
	struct irqkit_queue *queue;
	int r = add_queue(device, direction, told->number);

	if (r < 0 || told->napi_id == NO_NUMBER)
		return r;
	queue = irqkit_device_find_queue(device, direction, told->number);
	queue->napi_id = told->napi_id;
	napi = netlink_find_napi(answers, device->ifindex, told->napi_id);
	if (napi && napi->irq <= INT32_MAX) {
		queue->irq = (int)napi->irq;
		queue->source = IRQKIT_SOURCE_NETLINK;
	}
	if (napi && napi->pid != NO_NUMBER)
		queue->napi_pid = napi->pid;
	return 0;
}

int device_join_netlink(
	struct irqkit_device *device, const struct netlink_answers *answers)
{
	int r = add_napi_irqs(device, answers);

	for (size_t i = 0; r == 0 && i < answers->n_queues; i++)
		if (answers->queues[i].ifindex == device->ifindex)
			r = join_queue(device, answers, &answers->queues[i]);
	return r;
}

/* ------------------------------------------------------------------------------- */
/* From names                                                                      */

/* The numbers that one line of the table found: the least, the greatest. */
struct range {
	uint32_t first, last;
};

static struct range range_of_line(const struct irqkit_device *device, size_t line)
{
	struct range range = { NO_NUMBER, 0 };

	for (size_t i = 0; i < device->n_irqs; i++) {
		const struct irqkit_device_irq *irq = &device->irqs[i];

		if (!irq->has_meaning || irq->meaning.line != line ||
			irq->meaning.number == NO_NUMBER)
			continue;
		if (irq->meaning.number < range.first)
			range.first = irq->meaning.number;
		if (irq->meaning.number > range.last)
			range.last = irq->meaning.number;
	}
	return range;
}

/* Numbers of names become numbers of queues, once all names are known. */
static void number_queues(struct irqkit_device *device)
{
	_cleanup_free_ struct range *range = calloc(device->n_irqs + 1, sizeof(*range));

	if (!range)
		return;
	for (size_t i = 0; i < device->n_irqs; i++)
		range[i] = range_of_line(device, device->irqs[i].meaning.line);
	for (size_t i = 0; i < device->n_irqs; i++) {
		struct name_meaning *m = &device->irqs[i].meaning;
		uint32_t half = range[i].last / 2 + 1; /* of 0 to last, an even number */

		if (m->numbering == NUMBER_FROM_FIRST && m->number != NO_NUMBER) {
			m->number -= range[i].first;
		} else if (m->numbering == NUMBER_TX_THEN_RX && m->number != NO_NUMBER) {
			m->serves = m->number < half ? SERVES_TX : SERVES_RX;
			m->number -= m->number < half ? 0 : half;
		}
	}
}

static bool has_own_queue_irqs(const struct irqkit_device *device)
{
	for (size_t i = 0; i < device->n_irqs; i++)
		if (device->irqs[i].role == IRQKIT_ROLE_QUEUE &&
			device->irqs[i].meaning.numbering != ALL_IF_ALONE)
			return true;
	return false;
}

/*
 * Interrupts that are called as the device alone: beside others the link's; one alone
 * serves all queues; as many as there are queues, one each (Xen's netfront without split
 * event channels).
 */
static void settle_plain_names(struct irqkit_device *device)
{
	bool is_alone = !has_own_queue_irqs(device);
	size_t n = 0;

	for (size_t i = 0; i < device->n_irqs; i++)
		n += device->irqs[i].has_meaning &&
			device->irqs[i].meaning.numbering == ALL_IF_ALONE;
	for (size_t i = 0, at = 0; i < device->n_irqs; i++) {
		struct irqkit_device_irq *irq = &device->irqs[i];

		if (!irq->has_meaning || irq->meaning.numbering != ALL_IF_ALONE)
			continue;
		if (!is_alone) {
			irq->role = IRQKIT_ROLE_LINK;
			irq->meaning.serves = SERVES_NONE;
		} else if (n > 1) {
			irq->meaning.numbering = NUMBER_IS_QUEUE;
			irq->meaning.number = (uint32_t)at++;
		}
	}
}

static unsigned int bit_of(enum irqkit_direction direction)
{
	return direction == IRQKIT_RX ? SERVES_RX : SERVES_TX;
}

static bool serves_all(const struct name_meaning *m)
{
	return m->numbering == ALL_QUEUES || m->numbering == ALL_IF_ALONE;
}

/* Where /sys lists no queue of this direction (a saved root), the names do. */
static int list_by_names(struct irqkit_device *device, enum irqkit_direction direction)
{
	if (device_count_queues(device, direction) > 0)
		return 0;
	for (size_t i = 0; i < device->n_irqs; i++) {
		const struct name_meaning *m = &device->irqs[i].meaning;

		if (!device->irqs[i].has_meaning || !(m->serves & bit_of(direction)))
			continue;
		if (add_queue(device, direction,
			    serves_all(m) || m->number == NO_NUMBER ? 0 : m->number) < 0)
			return -ENOMEM;
	}
	return 0;
}

static void give(struct irqkit_queue *queue, const struct irqkit_device_irq *irq,
	enum irqkit_source source)
{
	if (queue->irq < 0) {
		queue->irq = (int)irq->irq;
		queue->source = source;
	} else if ((unsigned int)queue->irq != irq->irq) {
		ctx_log(queue->device->devices->ctx, LOG_DEBUG,
			"%s:%s-%u has interrupt %d, although interrupt %u has its name",
			queue->device->name, direction_name[queue->direction],
			queue->number, queue->irq, irq->irq);
	}
}

static void give_by_name(
	struct irqkit_device *device, const struct irqkit_device_irq *irq)
{
	const struct name_meaning *m = &irq->meaning;
	uint32_t number = m->number == NO_NUMBER ? 0 : m->number;

	if (!irq->has_meaning)
		return;
	for (size_t i = 0; i < device->n_queues; i++)
		if (m->serves & bit_of(device->queues[i].direction) &&
			(serves_all(m) || device->queues[i].number == number))
			give(&device->queues[i], irq, IRQKIT_SOURCE_NAME);
}

/* No name says anything, and there is one interrupt only: it does all. */
static void give_the_only_one(struct irqkit_device *device)
{
	struct irqkit_device_irq *irq = device->irqs;

	if (device->n_irqs != 1 || irq->role != IRQKIT_ROLE_OTHER)
		return;
	irq->role = IRQKIT_ROLE_QUEUE;
	for (size_t i = 0; i < device->n_queues; i++)
		give(&device->queues[i], irq, irqkit_device_irq_get_source(irq));
}

int device_read_queues(struct irqkit_device *device)
{
	int r = list_queues(device);

	if (r < 0)
		return r;
	number_queues(device);
	settle_plain_names(device);
	if (list_by_names(device, IRQKIT_RX) < 0 || list_by_names(device, IRQKIT_TX) < 0)
		return -ENOMEM;

	ask_netlink(device->devices);
	device->ifindex = device->devices->has_netlink ? read_ifindex(device) : 0;
	if (device->ifindex) {
		r = device_join_netlink(device, &device->devices->netlink);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < device->n_irqs; i++)
		give_by_name(device, &device->irqs[i]);
	give_the_only_one(device);
	return 0;
}

/* ------------------------------------------------------------------------------- */

EXPORT size_t irqkit_device_count_queues(const struct irqkit_device *device)
{
	return device->n_queues;
}

EXPORT struct irqkit_queue *irqkit_device_get_queue(
	const struct irqkit_device *device, size_t index)
{
	return &device->queues[index];
}

EXPORT const struct irqkit_device *irqkit_queue_get_device(
	const struct irqkit_queue *queue)
{
	return queue->device;
}

EXPORT enum irqkit_direction irqkit_queue_get_direction(const struct irqkit_queue *queue)
{
	return queue->direction;
}

EXPORT unsigned int irqkit_queue_get_number(const struct irqkit_queue *queue)
{
	return queue->number;
}

EXPORT int irqkit_queue_get_irq(const struct irqkit_queue *queue)
{
	return queue->irq;
}

EXPORT enum irqkit_source irqkit_queue_get_source(const struct irqkit_queue *queue)
{
	return queue->source;
}

EXPORT int64_t irqkit_queue_get_napi_id(const struct irqkit_queue *queue)
{
	return queue->napi_id;
}

EXPORT int irqkit_queue_format_path(const struct irqkit_queue *queue, char **ret_path)
{
	char *path;

	if (asprintf(&path, "/sys/class/net/%s/queues/%s-%u", queue->device->name,
		    direction_name[queue->direction], queue->number) < 0)
		return -ENOMEM;
	*ret_path = path;
	return 0;
}

/* A file of the queue, by the device's own folder. */
static int format_file(const struct irqkit_queue *queue, enum irqkit_direction direction,
	const char *name, char **ret_path)
{
	char *path;

	if (queue->direction != direction)
		return -EINVAL;
	if (!queue->device->path)
		return -ENOENT;
	if (asprintf(&path, "%s/queues/%s-%u/%s", queue->device->path,
		    direction_name[direction], queue->number, name) < 0)
		return -ENOMEM;
	*ret_path = path;
	return 0;
}

static int read_cpus(const struct irqkit_queue *queue, enum irqkit_direction direction,
	const char *name, struct irqkit_cpuset **ret_set)
{
	_cleanup_free_ char *path = NULL;
	int r = format_file(queue, direction, name, &path);

	return r < 0 ? r : knob_read_cpumask(queue->device->devices->ctx, path, ret_set);
}

EXPORT int irqkit_queue_read_rps_cpus(
	const struct irqkit_queue *queue, struct irqkit_cpuset **ret_set)
{
	return read_cpus(queue, IRQKIT_RX, "rps_cpus", ret_set);
}

EXPORT int irqkit_queue_read_xps_cpus(
	const struct irqkit_queue *queue, struct irqkit_cpuset **ret_set)
{
	return read_cpus(queue, IRQKIT_TX, "xps_cpus", ret_set);
}

EXPORT int irqkit_queue_read_xps_rxqs(
	const struct irqkit_queue *queue, struct irqkit_cpuset **ret_rxqs)
{
	return read_cpus(queue, IRQKIT_TX, "xps_rxqs", ret_rxqs);
}

EXPORT int irqkit_queue_read_rps_flow_cnt(
	const struct irqkit_queue *queue, uint64_t *ret_count)
{
	_cleanup_free_ char *path = NULL;
	int r = format_file(queue, IRQKIT_RX, "rps_flow_cnt", &path);

	return r < 0 ? r : knob_read_u64(queue->device->devices->ctx, path, ret_count);
}

EXPORT int irqkit_rps_read_sock_flow_entries(struct irqkit_ctx *ctx, uint64_t *ret_count)
{
	return knob_read_u64(ctx, &SOCK_FLOW_ENTRIES_PATH[1], ret_count);
}
