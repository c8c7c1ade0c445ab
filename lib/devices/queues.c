/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The queues of a network device, and the interrupt of each: as the kernel reports it by
 * netlink, otherwise by the names of the interrupts.
 */
#include "devices/queues.h"
#include "base/error_text.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/irq_list.h"
#include "devices/netlink.h"
#include "devices/queue_list.h"
#include "devices/queue_numbers.h"
#include "devices/rows.h"
#include "interrupts/handler_names.h"
#include "interrupts/snapshot.h"
#include "kernel/ctx.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

/* ------------------------------------------------------------------------------- */
/* From /sys                                                                       */

static int list_direction(
	struct irqkit_device *device, enum irqkit_direction direction, const char *name)
{
	uint32_t number;

	if (strncmp(name, direction_word(direction), 2) != 0 || name[2] != '-' ||
		parse_u32(name + 3, strlen(name + 3), &number) < 0)
		return 0;
	return queue_list_add(device, direction, number);
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
		return is_failure(r) ? r : 0;
	for (size_t i = 0; i < count; i++) {
		if (list_direction(device, IRQKIT_RX, names[i]) < 0 ||
			list_direction(device, IRQKIT_TX, names[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* From netlink                                                                    */

static int ask_netlink(struct irqkit_devices *devices)
{
	int r;

	if (devices->has_asked_netlink || !devices->ctx->is_live)
		return devices->netlink_error;
	devices->has_asked_netlink = true;
	r = netlink_ask(&devices->netlink);
	devices->has_netlink = r == 0;
	/* an incomplete or late answer: the kernel may know more than the names say */
	if (is_failure(r)) {
		devices->netlink_error = r;
		return ctx_note_thing(
			devices->ctx, "the queues that the kernel reports by netlink", r);
	}
	if (r < 0)
		ctx_log(devices->ctx, LOG_DEBUG,
			"netdev netlink is not available (%s): using /sys and handler "
			"names",
			error_text(-r));
	return 0;
}

EXPORT bool irqkit_devices_has_netlink(struct irqkit_devices *devices)
{
	return ask_netlink(devices) == 0 && devices->has_netlink;
}

int device_get_ifindex_text(struct irqkit_device *device, const char **ret_text)
{
	char path[PATH_MAX];
	int r = device->path ? format_path(path, "%s/ifindex", device->path) : -ENOENT;

	return r < 0 ? r
		     : file_text_get(&device->ifindex_file, device->devices->ctx, path,
			       ret_text);
}

int device_read_ifindex(struct irqkit_device *device, uint32_t *ret_ifindex)
{
	const char *text;
	int r = device_get_ifindex_text(device, &text);

	if (r < 0)
		return r;
	return parse_u32(text, strlen(text), ret_ifindex) < 0 ? -EBADMSG : 0;
}

/*
 * The index of the device for netlink. /sys may have been mounted in another network name
 * space, where another device has this index.
 */
static int read_ifindex(struct irqkit_device *device)
{
	struct irqkit_ctx *ctx = device->devices->ctx;
	uint32_t ifindex, here;
	int r;

	device->ifindex = 0;
	if (!device->path || !device->devices->has_netlink)
		return 0;
	r = device_read_ifindex(device, &ifindex);
	if (r < 0)
		return is_failure(r) ? r : 0;
	here = if_nametoindex(device->name);
	if (here == 0 && is_failure(-errno))
		return ctx_note_thing(ctx, "the index of a network interface", -errno);
	if (here == ifindex)
		device->ifindex = ifindex;
	return 0;
}

/* All interrupts of its NAPIs belong to the device, even if no queue names them. */
static int add_napi_irqs(
	struct irqkit_device *device, const struct netlink_answers *answers)
{
	for (size_t i = netlink_find_first_napi(answers, device->ifindex);
		i < answers->n_napis && answers->napis[i].ifindex == device->ifindex;
		i++) {
		const struct netlink_napi *napi = &answers->napis[i];
		struct irqkit_device_irq *irq;

		if (napi->irq > INT32_MAX)
			continue;
		if (device_add_irq(device, napi->irq, IRQKIT_SOURCE_NETLINK, &irq) < 0)
			return -ENOMEM;
		irq->role = IRQKIT_ROLE_QUEUE;
	}
	return 0;
}

static int join_queue(struct irqkit_device *device, const struct netlink_answers *answers,
	const struct netlink_queue *answer)
{
	enum irqkit_direction direction = answer->is_tx ? IRQKIT_TX : IRQKIT_RX;
	const struct netlink_napi *napi;
	struct irqkit_queue *queue;
	int r = queue_list_add(device, direction, answer->number);

	if (r < 0 || answer->napi_id == NO_NUMBER)
		return r;
	queue = irqkit_device_find_queue(device, direction, answer->number);
	queue->napi_id = answer->napi_id;
	napi = netlink_find_napi(answers, device->ifindex, answer->napi_id);
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

	for (size_t i = netlink_find_first_queue(answers, device->ifindex); r == 0 &&
		i < answers->n_queues && answers->queues[i].ifindex == device->ifindex;
		i++)
		r = join_queue(device, answers, &answers->queues[i]);
	return r;
}

/* ------------------------------------------------------------------------------- */
/* From names                                                                      */

/* Where /sys lists no queue of this direction (a saved root), the names do. */
static int list_by_names(struct irqkit_device *device, enum irqkit_direction direction)
{
	if (irqkit_device_count_direction(device, direction) > 0)
		return 0;
	for (size_t i = 0; i < device->n_irqs; i++) {
		uint32_t number = device->irqs[i].serves[direction];

		if (number == SERVES_NO_QUEUE || number == SERVES_UNKNOWN_QUEUE)
			continue;
		if (queue_list_add(device, direction,
			    number == SERVES_ALL_QUEUES ? 0 : number) < 0)
			return -ENOMEM;
	}
	return 0;
}

static void assign(struct irqkit_queue *queue, const struct irqkit_device_irq *irq,
	enum irqkit_source source)
{
	if (queue->irq < 0) {
		queue->irq = (int)irq->irq;
		queue->source = source;
	} else if ((unsigned int)queue->irq != irq->irq) {
		ctx_log(queue->device->devices->ctx, LOG_DEBUG,
			"%s:%s-%u has interrupt %d, although interrupt %u has its name",
			queue->device->name, direction_word(queue->direction),
			queue->number, queue->irq, irq->irq);
	}
}

static void assign_direction(struct irqkit_device *device,
	const struct irqkit_device_irq *irq, enum irqkit_direction direction)
{
	enum irqkit_source source = irq->is_by_order ? IRQKIT_SOURCE_ORDER
						     : IRQKIT_SOURCE_NAME;
	uint32_t serves = irq->serves[direction];
	struct irqkit_queue *queue;

	if (is_queue_number(serves) && !irq->stride[direction]) {
		queue = irqkit_device_find_queue(device, direction, serves);
		if (queue)
			assign(queue, irq, source);
		return;
	}
	if (!is_queue_number(serves) && serves != SERVES_ALL_QUEUES)
		return;
	for (size_t i = 0; i < device->n_queues; i++) {
		queue = &device->queues[i];
		if (queue->direction == direction &&
			device_irq_serves(irq, direction, queue->number))
			assign(queue, irq, source);
	}
}

static void assign_by_name(
	struct irqkit_device *device, const struct irqkit_device_irq *irq)
{
	assign_direction(device, irq, IRQKIT_RX);
	assign_direction(device, irq, IRQKIT_TX);
}

/*
 * There is only one interrupt: it serves every queue for which no other source names one,
 * even if its name says nothing, or names one queue.
 */
static void assign_the_only_irq(struct irqkit_device *device)
{
	struct irqkit_device_irq *irq = device->irqs;

	if (device->n_irqs != 1 || device->n_queues == 0 ||
		irq->role == IRQKIT_ROLE_UNUSED)
		return;
	if (irq->role != IRQKIT_ROLE_UNKNOWN && irq->role != IRQKIT_ROLE_OTHER &&
		!(irq->has_meaning && irq->meaning.numbering == ALL_IF_ONLY) &&
		!(irq->role == IRQKIT_ROLE_QUEUE &&
			irqkit_device_irq_has_source(irq, IRQKIT_SOURCE_SYSFS)))
		return;
	irq->role = IRQKIT_ROLE_QUEUE;
	for (size_t i = 0; i < device->n_queues; i++)
		if (device->queues[i].irq < 0)
			assign(&device->queues[i], irq,
				irqkit_device_irq_get_source(irq));
}

/* Where the function has this vector: its MSI index; -1: not one of xhci_hcd's. */
static int64_t get_xhci_place(
	const struct irqkit_device *device, const struct irqkit_device_irq *irq)
{
	const struct irqkit_interrupt *row = devices_find_row(device->devices, irq->irq);

	return row && row->n_actions == 1 && strcmp(row->actions[0], "xhci_hcd") == 0 &&
			row->has_hwirq
		? row->hwirq
		: -1;
}

/*
 * A USB interface is served by its controller. A controller with several vectors raises
 * only the first: drivers/usb/host/xhci-ring.c has TRB_INTR_TARGET(0) in each request.
 */
static void assign_irq_of_controller(struct irqkit_device *device)
{
	const struct irqkit_device_irq *first = NULL;
	enum irqkit_source source;
	bool has_several = false;

	for (size_t i = 0; i < device->n_irqs; i++) {
		const struct irqkit_device_irq *irq = &device->irqs[i];

		if (irq->role != IRQKIT_ROLE_CONTROLLER)
			continue;
		has_several |= first != NULL;
		if (!first || get_xhci_place(device, irq) < get_xhci_place(device, first))
			first = irq;
	}
	if (!first || (has_several && get_xhci_place(device, first) < 0))
		return;
	source = has_several ? IRQKIT_SOURCE_ORDER : irqkit_device_irq_get_source(first);
	for (size_t i = 0; i < device->n_queues; i++)
		if (device->queues[i].irq < 0)
			assign(&device->queues[i], first, source);
}

/* Notes with each interrupt which queues it has, and chains these. */
static void note_queues(struct irqkit_device *device)
{
	for (size_t i = 0; i < device->n_queues; i++) {
		struct irqkit_queue *queue = &device->queues[i];
		const struct irqkit_device_irq *found = queue->irq < 0
			? NULL
			: irqkit_device_find_irq(device, (unsigned int)queue->irq);
		struct irqkit_device_irq *irq;

		if (!found)
			continue;
		irq = &device->irqs[found - device->irqs];
		if (queue->number < irq->first_queue[queue->direction])
			irq->first_queue[queue->direction] = queue->number;
		irq->n_queues++;
		if (irq->last_queue)
			irq->last_queue->next = queue;
		irq->last_queue = queue;
	}
}

/* An interrupt named after a queue that does not exist: a vector that RDMA uses. */
static void settle_left_over(struct irqkit_device *device)
{
	for (size_t i = 0; i < device->n_irqs; i++) {
		struct irqkit_device_irq *irq = &device->irqs[i];
		bool is_unknown = irq->serves[IRQKIT_RX] == SERVES_UNKNOWN_QUEUE ||
			irq->serves[IRQKIT_TX] == SERVES_UNKNOWN_QUEUE;

		if (irq->role == IRQKIT_ROLE_QUEUE && irq->has_meaning && !is_unknown &&
			!(irq->sources & 1u << IRQKIT_SOURCE_NETLINK) &&
			irq->n_queues == 0)
			irq->role = IRQKIT_ROLE_UNKNOWN;
	}
}

int device_read_queues(struct irqkit_device *device)
{
	int r = list_queues(device);

	if (r == 0)
		r = device_number_queues(device);
	if (r < 0)
		return r;
	if (list_by_names(device, IRQKIT_RX) < 0 || list_by_names(device, IRQKIT_TX) < 0)
		return -ENOMEM;

	r = ask_netlink(device->devices);
	if (r == 0)
		r = read_ifindex(device);
	if (r == 0 && device->ifindex)
		r = device_join_netlink(device, &device->devices->netlink);
	if (r < 0)
		return r;
	for (size_t i = 0; i < device->n_irqs; i++)
		assign_by_name(device, &device->irqs[i]);
	assign_the_only_irq(device);
	assign_irq_of_controller(device);
	note_queues(device);
	settle_left_over(device);
	return 0;
}
