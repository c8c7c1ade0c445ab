/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Kernel threads that work for an interrupt or a queue, and where they may run.
 *
 *	irq/24-eth0            the handler of interrupt 24, where it is threaded
 *	irq/24-s-eth0          its second part, under forced threading
 *	napi/eth0-8193         polls what NAPI 8193 is for; the name is not renewed when the
 *	                       interface gets another, nor the number
 *	vif1.0-q0-guest-rx     Xen's netback: to the guest;  vif1.0-q0-dealloc: from it
 *
 * A name can be chosen by anyone, so what has one of these is asked for its flags. Before
 * 5.17 a name is cut to 15 bytes.
 */
#include "device.h"

#include <errno.h>
#include <stdio.h>

#define NAME_LEN_OF_OLD 15

/* include/linux/sched.h */
#define PF_KTHREAD 0x00200000u
#define PF_NO_SETAFFINITY 0x04000000u

static int compare_threads(const void *a, const void *b)
{
	const struct irqkit_thread *x = a, *y = b;
	int by_name = strcmp(x->name, y->name);

	return by_name ? by_name : (x->pid > y->pid) - (x->pid < y->pid);
}

/* Could it be one of those that are looked for here? */
static bool is_candidate(const char *name, size_t len)
{
	return strncmp(name, "irq/", 4) == 0 || strncmp(name, "napi/", 5) == 0 ||
		strstr(name, "-guest") || strstr(name, "-deall") ||
		(len == NAME_LEN_OF_OLD && strchr(name, '-'));
}

/*
 * The flags stand in the 9th field of stat; the 2nd, the name, may hold anything. In a
 * saved root without that file, the name is believed.
 */
static unsigned int read_flags(struct irqkit_ctx *ctx, unsigned int pid)
{
	_cleanup_free_ char *text = NULL;
	unsigned int flags;
	const char *rest;
	char path[64];
	size_t len;

	snprintf(path, sizeof(path), "proc/%u/stat", pid);
	if (knob_read_line(ctx, path, &text, &len) < 0)
		return ctx->is_live ? 0 : PF_KTHREAD;
	rest = strrchr(text, ')');
	if (!rest || sscanf(rest, ") %*c %*d %*d %*d %*d %*d %u", &flags) != 1)
		return 0;
	return flags;
}

static int add_thread(struct irqkit_devices *devices, unsigned int pid, size_t *room)
{
	struct irqkit_thread thread = { .devices = devices, .pid = pid };
	_cleanup_free_ char *text = NULL;
	char path[64];
	size_t len;
	int r;

	snprintf(path, sizeof(path), "proc/%u/comm", pid);
	r = knob_read_line(devices->ctx, path, &text, &len);
	if (r < 0)
		return r == -ENOMEM ? r : 0; /* it has ended */
	if (!is_candidate(text, len))
		return 0;
	thread.flags = read_flags(devices->ctx, pid);
	if (!(thread.flags & PF_KTHREAD))
		return 0;
	thread.name = arena_text(&devices->arena, text, len);
	if (!thread.name || !GROW(devices->threads, devices->n_threads, *room))
		return -ENOMEM;
	devices->threads[devices->n_threads++] = thread;
	return 0;
}

int devices_read_threads(struct irqkit_devices *devices)
{
	_cleanup_free_ unsigned int *pids = NULL;
	size_t count, room = 0;
	int r;

	if (devices->has_read_threads)
		return 0;
	r = knob_list_numbers(devices->ctx, "proc", &pids, &count);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_thread(devices, pids[i], &room);
	if (r < 0) {
		free(TAKE(devices->threads));
		devices->n_threads = 0;
		return r;
	}
	if (devices->n_threads)
		qsort(devices->threads, devices->n_threads, sizeof(*devices->threads),
			compare_threads);
	devices->has_read_threads = true;
	return 0;
}

EXPORT int irqkit_ctx_find_process(struct irqkit_ctx *ctx, const char *name)
{
	_cleanup_free_ unsigned int *pids = NULL;
	size_t count;
	int found = -ESRCH;
	int r = knob_list_numbers(ctx, "proc", &pids, &count);

	if (r < 0)
		return r;
	for (size_t i = 0; i < count && found < 0; i++) {
		_cleanup_free_ char *comm = NULL;
		char path[64];
		size_t len;

		snprintf(path, sizeof(path), "proc/%u/comm", pids[i]);
		if (knob_read_line(ctx, path, &comm, &len) == 0 && strcmp(comm, name) == 0)
			found = (int)pids[i];
	}
	return found;
}

/* ------------------------------------------------------------------------------- */
/* Lists of threads                                                                */

struct list {
	const struct irqkit_thread **items; /* owned by whom it is made for */
	size_t n, room;
	int error;
};

static void list_add(struct list *list, struct irqkit_thread *thread)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i] == thread)
			return;
	if (!GROW(list->items, list->n, list->room)) {
		list->error = -ENOMEM;
		return;
	}
	list->items[list->n++] = thread;
}

/* The first thread whose name isn't before @text. */
static size_t find_first(const struct irqkit_devices *devices, const char *text)
{
	size_t low = 0, high = devices->n_threads;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(devices->threads[middle].name, text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* All whose names begin so. */
static void add_with_prefix(
	struct list *list, struct irqkit_devices *devices, const char *prefix)
{
	size_t len = strlen(prefix);

	for (size_t i = find_first(devices, prefix); i < devices->n_threads &&
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
		for (size_t i = find_first(devices, name); i < devices->n_threads &&
			strcmp(devices->threads[i].name, name) == 0;
			i++)
			list_add(list, &devices->threads[i]);
		if (len <= NAME_LEN_OF_OLD || strlen(front) >= NAME_LEN_OF_OLD)
			return;
		name[NAME_LEN_OF_OLD] = '\0';
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
	for (size_t i = 0; i < devices->n_threads; i++)
		if (devices->threads[i].pid == pid)
			list_add(list, &devices->threads[i]);
}

/* ------------------------------------------------------------------------------- */
/* NAPI by name: where no netlink tells                                            */

/* The id in napi/eth0-8193; 0 is what cannot be told apart. */
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

static int compare_ids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The ids in the names of a device's NAPI threads, ascending. */
static int list_napi_ids(
	const struct irqkit_device *device, uint32_t **ret_ids, size_t *ret_count)
{
	struct irqkit_devices *devices = device->devices;
	uint32_t *ids = calloc(devices->n_threads + 1, sizeof(*ids));
	size_t n = 0;

	if (!ids)
		return -ENOMEM;
	for (size_t i = find_first(devices, "napi/"); i < devices->n_threads; i++) {
		ids[n] = napi_id_of(&devices->threads[i], device->name);
		n += ids[n] != 0;
	}
	qsort(ids, n, sizeof(*ids), compare_ids);
	*ret_ids = ids;
	*ret_count = n;
	return 0;
}

/* Each once: names that were cut can look alike. */
static bool are_distinct(const uint32_t *ids, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (ids[i] == ids[i - 1])
			return false;
	return true;
}

static size_t count_direction(
	const struct irqkit_device *device, enum irqkit_direction direction)
{
	size_t n = 0;

	for (size_t i = 0; i < device->n_queues; i++)
		n += device->queues[i].direction == direction;
	return n;
}

/*
 * Drivers make the NAPIs of their queues in order, and ids ascend. So where there are as
 * many as queues that receive, the first is that of rx-0 and, where it has the same
 * interrupt, tx-0. Of netback's, what it receives is the guest's tx.
 */
static int add_napi_by_order(struct list *list, const struct irqkit_queue *queue)
{
	struct irqkit_device *device = queue->device;
	enum irqkit_direction direction = device->is_netback ? IRQKIT_TX : IRQKIT_RX;
	const struct irqkit_queue *main = irqkit_device_find_queue(
		device, direction, queue->number);
	_cleanup_free_ uint32_t *ids = NULL;
	size_t count;
	int r;

	if (!main || (queue != main && (main->irq < 0 || main->irq != queue->irq)))
		return 0;
	r = list_napi_ids(device, &ids, &count);
	if (r < 0)
		return r;
	if (count != count_direction(device, direction) || queue->number >= count ||
		!are_distinct(ids, count))
		return 0;
	for (size_t i = find_first(device->devices, "napi/");
		i < device->devices->n_threads; i++) {
		struct irqkit_thread *thread = &device->devices->threads[i];

		if (napi_id_of(thread, device->name) == ids[queue->number])
			list_add(list, thread);
	}
	return list->error;
}

/* ------------------------------------------------------------------------------- */

/* What netback calls its queue: "vif1.0-q0", by either of the names that it may have. */
static void add_netback(
	struct list *list, const struct irqkit_queue *queue, const char *device_name)
{
	const char *end = queue->direction == IRQKIT_RX ? "guest-rx" : "dealloc";
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
	else if (queue->napi_id < 0 && !device->ifindex)
		return add_napi_by_order(list, queue);
	return list->error;
}

EXPORT int irqkit_queue_count_threads(struct irqkit_queue *queue, size_t *ret_count)
{
	struct list list = { 0 };
	int r = 0;

	if (!queue->has_read_threads) {
		r = devices_read_threads(queue->device->devices);
		if (r == 0)
			r = add_of_queue(&list, queue);
		if (r < 0) {
			free(list.items);
			return r;
		}
		queue->threads = list.items;
		queue->n_threads = list.n;
		queue->has_read_threads = true;
	}
	*ret_count = queue->n_threads;
	return 0;
}

EXPORT const struct irqkit_thread *irqkit_queue_get_thread(
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
	/* those that no queue is known for: napi/eth0-0 sends, of virtio */
	for (size_t i = 0; device->ifindex && i < devices->netlink.n_napis; i++)
		if (devices->netlink.napis[i].ifindex == device->ifindex)
			add_of_pid(list, devices, devices->netlink.napis[i].pid);
	for (size_t i = find_first(devices, "napi/"); i < devices->n_threads; i++) {
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
	struct list list = { 0 };
	int r;

	if (!device->has_read_threads) {
		r = add_of_device(&list, device);
		if (r < 0) {
			free(list.items);
			return r;
		}
		device->threads = list.items;
		device->n_threads = list.n;
		device->has_read_threads = true;
	}
	*ret_count = device->n_threads;
	return 0;
}

EXPORT const struct irqkit_thread *irqkit_device_get_thread(
	const struct irqkit_device *device, size_t index)
{
	return device->threads[index];
}

EXPORT int irqkit_devices_count_irq_threads(
	struct irqkit_devices *devices, unsigned int irq, size_t *ret_count)
{
	char prefix[32];
	size_t first, n = 0;
	int r = devices_read_threads(devices);

	if (r < 0)
		return r;
	snprintf(prefix, sizeof(prefix), "irq/%u-", irq);
	first = find_first(devices, prefix);
	while (first + n < devices->n_threads &&
		strncmp(devices->threads[first + n].name, prefix, strlen(prefix)) == 0)
		n++;
	*ret_count = n;
	return 0;
}

EXPORT const struct irqkit_thread *irqkit_devices_get_irq_thread(
	const struct irqkit_devices *devices, unsigned int irq, size_t index)
{
	char prefix[32];

	snprintf(prefix, sizeof(prefix), "irq/%u-", irq);
	return &devices->threads[find_first(devices, prefix) + index];
}

/* ------------------------------------------------------------------------------- */

EXPORT unsigned int irqkit_thread_get_pid(const struct irqkit_thread *thread)
{
	return thread->pid;
}

EXPORT const char *irqkit_thread_get_name(const struct irqkit_thread *thread)
{
	return thread->name;
}

EXPORT bool irqkit_thread_is_fixed(const struct irqkit_thread *thread)
{
	return thread->flags & PF_NO_SETAFFINITY;
}

EXPORT int irqkit_thread_read_affinity(
	const struct irqkit_thread *thread, struct irqkit_cpuset **ret_set)
{
	static const char word[] = "\nCpus_allowed_list:";
	_cleanup_free_ char *text = NULL;
	const char *list;
	char path[64];
	size_t len;
	int r;

	snprintf(path, sizeof(path), "proc/%u/status", thread->pid);
	r = knob_read(thread->devices->ctx, path, &text, &len);
	if (r < 0)
		return r == -ESRCH ? -ENOENT : r;
	list = strstr(text, word);
	if (!list)
		return -EBADMSG;
	list += strlen(word);
	list += strspn(list, " \t");
	r = irqkit_cpuset_parse_list(list, strcspn(list, "\n"), ret_set, NULL);
	return r == -EINVAL || r == -ERANGE ? -EBADMSG : r;
}
