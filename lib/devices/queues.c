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

/* ------------------------------------------------------------------------------- */
/* From /sys                                                                       */

static int list_direction(
	struct irqkit_device *device, enum irqkit_direction direction, const char *name)
{
	uint32_t number;

	if (strncmp(name, direction_name[direction], 2) != 0 || name[2] != '-' ||
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
	/* half an answer, or none in time: it may know of more than names do */
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

static int get_text(struct irqkit_ctx *ctx, struct file_text *file, const char *path,
	const char **ret_text)
{
	size_t len;

	if (!file->has_read)
		file->error = knob_read_line(ctx, path, &file->text, &len);
	file->has_read = true;
	if (file->error == 0)
		*ret_text = file->text;
	return file->error;
}

int device_get_ifindex_text(struct irqkit_device *device, const char **ret_text)
{
	char path[PATH_MAX];
	int r = device->path ? format_path(path, "%s/ifindex", device->path) : -ENOENT;

	return r < 0
		? r
		: get_text(device->devices->ctx, &device->ifindex_file, path, ret_text);
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
	int r = queue_list_add(device, direction, told->number);

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

static void give_direction(struct irqkit_device *device,
	const struct irqkit_device_irq *irq, enum irqkit_direction direction)
{
	enum irqkit_source source = irq->is_by_order ? IRQKIT_SOURCE_ORDER
						     : IRQKIT_SOURCE_NAME;
	uint32_t serves = irq->serves[direction];
	struct irqkit_queue *queue;

	if (is_queue_number(serves) && !irq->stride[direction]) {
		queue = irqkit_device_find_queue(device, direction, serves);
		if (queue)
			give(queue, irq, source);
		return;
	}
	if (!is_queue_number(serves) && serves != SERVES_ALL_QUEUES)
		return;
	for (size_t i = 0; i < device->n_queues; i++) {
		queue = &device->queues[i];
		if (queue->direction == direction &&
			device_irq_serves(irq, direction, queue->number))
			give(queue, irq, source);
	}
}

static void give_by_name(
	struct irqkit_device *device, const struct irqkit_device_irq *irq)
{
	give_direction(device, irq, IRQKIT_RX);
	give_direction(device, irq, IRQKIT_TX);
}

/*
 * There is only one interrupt: it serves every queue for which no other source names one,
 * even if its name says nothing, or names one queue.
 */
static void give_the_only_one(struct irqkit_device *device)
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
			give(&device->queues[i], irq, irqkit_device_irq_get_source(irq));
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
 * A USB interface is served by its controller. One with several vectors raises the first
 * of them alone: drivers/usb/host/xhci-ring.c has TRB_INTR_TARGET(0) in each request.
 */
static void give_the_controllers(struct irqkit_device *device)
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
			give(&device->queues[i], first, source);
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
		give_by_name(device, &device->irqs[i]);
	give_the_only_one(device);
	give_the_controllers(device);
	note_queues(device);
	settle_left_over(device);
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

EXPORT struct irqkit_device *irqkit_queue_get_device(const struct irqkit_queue *queue)
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

void queue_format_name(
	const struct irqkit_queue *queue, char name[static QUEUE_NAME_ROOM])
{
	snprintf(name, QUEUE_NAME_ROOM, "%s-%u", direction_name[queue->direction],
		queue->number);
}

EXPORT int irqkit_queue_format_name(const struct irqkit_queue *queue, char **ret_name)
{
	char name[QUEUE_NAME_ROOM], *copy;

	queue_format_name(queue, name);
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	*ret_name = copy;
	return 0;
}

EXPORT int irqkit_queue_format_full_name(
	const struct irqkit_queue *queue, char **ret_name)
{
	char *name;

	if (asprintf(&name, "%s:%s-%u", queue->device->name,
		    direction_name[queue->direction], queue->number) < 0)
		return -ENOMEM;
	*ret_name = name;
	return 0;
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

static const struct {
	const char *name;
	enum irqkit_direction direction;
} files[N_QUEUE_FILES] = {
	[QUEUE_RPS_CPUS] = { "rps_cpus", IRQKIT_RX },
	[QUEUE_RPS_FLOW_CNT] = { "rps_flow_cnt", IRQKIT_RX },
	[QUEUE_XPS_CPUS] = { "xps_cpus", IRQKIT_TX },
	[QUEUE_XPS_RXQS] = { "xps_rxqs", IRQKIT_TX },
	[QUEUE_TRAFFIC_CLASS] = { "traffic_class", IRQKIT_TX },
};

const char *queue_file_name(enum queue_file file)
{
	return files[file].name;
}

enum queue_file queue_file_of(enum irqkit_knob knob)
{
	switch (knob) {
	case IRQKIT_KNOB_RPS_FLOW_CNT:
		return QUEUE_RPS_FLOW_CNT;
	case IRQKIT_KNOB_XPS_CPUS:
		return QUEUE_XPS_CPUS;
	case IRQKIT_KNOB_XPS_RXQS:
		return QUEUE_XPS_RXQS;
	default:
		return QUEUE_RPS_CPUS;
	}
}

/* The file, by the device's own folder. */
static int format_file(const struct irqkit_queue *queue, enum queue_file file,
	char path[static PATH_MAX])
{
	if (queue->direction != files[file].direction)
		return -EINVAL;
	if (!queue->device->path)
		return -ENOENT;
	return format_path(path, "%s/queues/%s-%u/%s", queue->device->path,
		direction_name[queue->direction], queue->number, files[file].name);
}

void queue_forget(struct irqkit_queue *queue, enum queue_file file)
{
	struct file_text *text = &queue->files[file];

	free(text->text);
	if (text->read)
		free(text->read->text);
	free(text->read);
	*text = (struct file_text){ 0 };
}

void queue_forget_all(struct irqkit_queue *queue)
{
	for (enum queue_file file = 0; file < N_QUEUE_FILES; file++)
		queue_forget(queue, file);
}

int queue_pretend(struct irqkit_queue *queue, enum queue_file file, const char *text)
{
	struct file_text *now = &queue->files[file], *read = now->read;
	char *copy = strdup(text);

	if (copy && now->has_read && !now->is_pretended) {
		read = malloc(sizeof(*read));
		if (read)
			*read = *now;
	}
	if (!copy || (now->has_read && !now->is_pretended && !read)) {
		free(copy);
		return -ENOMEM;
	}
	if (now->is_pretended)
		free(now->text);
	*now = (struct file_text){
		.text = copy,
		.has_read = true,
		.is_pretended = true,
		.read = read,
	};
	return 0;
}

void queue_end_pretending(struct irqkit_queue *queue, enum queue_file file)
{
	struct file_text *now = &queue->files[file], *read = now->read;

	if (!now->is_pretended)
		return;
	free(now->text);
	*now = read ? *read : (struct file_text){ 0 };
	free(read);
}

int queue_get_text(
	struct irqkit_queue *queue, enum queue_file file, const char **ret_text)
{
	char path[PATH_MAX];
	int r = format_file(queue, file, path);

	return r < 0 ? r
		     : get_text(queue->device->devices->ctx, &queue->files[file], path,
			       ret_text);
}

static int read_cpus(
	struct irqkit_queue *queue, enum queue_file file, struct irqkit_cpuset **ret_set)
{
	char path[PATH_MAX];
	const char *text;
	int r = queue_get_text(queue, file, &text);

	if (r == 0)
		r = format_file(queue, file, path);
	return r < 0 ? r
		     : knob_parse_cpus(queue->device->devices->ctx, path, text,
			       strlen(text), irqkit_cpuset_parse_mask, ret_set);
}

EXPORT int irqkit_queue_read_rps_cpus(
	struct irqkit_queue *queue, struct irqkit_cpuset **ret_set)
{
	return read_cpus(queue, QUEUE_RPS_CPUS, ret_set);
}

EXPORT int irqkit_queue_read_xps_cpus(
	struct irqkit_queue *queue, struct irqkit_cpuset **ret_set)
{
	return read_cpus(queue, QUEUE_XPS_CPUS, ret_set);
}

EXPORT int irqkit_queue_read_xps_rxqs(
	struct irqkit_queue *queue, struct irqkit_cpuset **ret_rxqs)
{
	return read_cpus(queue, QUEUE_XPS_RXQS, ret_rxqs);
}

/*
 * "1"; "1-2" if the interface is a subordinate of another one: net/core/net-sysfs.c,
 * traffic_class_show(). Reading that of a queue in no class fails.
 */
EXPORT int irqkit_queue_read_traffic_class(
	struct irqkit_queue *queue, unsigned int *ret_class)
{
	const char *text;
	uint32_t number;
	int r = queue->direction == IRQKIT_TX
		? queue_get_text(queue, QUEUE_TRAFFIC_CLASS, &text)
		: -EINVAL;

	if (r < 0)
		return r == -EINVAL && queue->direction == IRQKIT_TX ? -ENODATA : r;
	r = parse_u32(text, strcspn(text, "-"), &number);
	if (r < 0)
		return -EBADMSG;
	*ret_class = number;
	return 0;
}

EXPORT int irqkit_queue_read_rps_flow_cnt(struct irqkit_queue *queue, uint64_t *ret_count)
{
	const char *text;
	int r = queue_get_text(queue, QUEUE_RPS_FLOW_CNT, &text);

	if (r < 0)
		return r;
	return parse_u64(text, strlen(text), ret_count) < 0 ? -EBADMSG : 0;
}
