/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Kernel threads of queues as a `pin-queue --threads-only` line. Threads of interrupts are
 * left to the kernel, which moves them with their interrupts.
 */
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/queues.h"
#include "devices/threads.h"
#include "kernel/ctx.h"
#include "policy/save.h"
#include "target/unique.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char what_threads[] = "thread", what_of_queue[] = "thread of queue";

static bool is_ours(const struct irqkit_thread *thread)
{
	return !irqkit_thread_is_fixed(thread) && !thread_is_of_irq(thread);
}

/* All online CPUs: the kernel's default for a thread. */
static bool is_default(const struct save *save, const struct irqkit_cpuset *cpus)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		save->machine->topology, IRQKIT_CPUS_ONLINE);

	return !online || irqkit_cpuset_is_subset(online, cpus);
}

/*
 * The CPUs of all threads of a queue; *@ret_cpus is NULL: it has no threads, or they were
 * left out.
 */
static int read_cpus(
	struct save *save, struct irqkit_queue *queue, struct irqkit_cpuset **ret_cpus)
{
	_cleanup_cpuset_ struct irqkit_cpuset *all = NULL;
	size_t n = 0;
	int r = irqkit_queue_count_threads(queue, &n);

	*ret_cpus = NULL;
	for (size_t i = 0; i < n && r == 0; i++) {
		struct irqkit_thread *thread = irqkit_queue_get_thread(queue, i);
		_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;

		if (!is_ours(thread))
			continue;
		r = irqkit_thread_read_affinity(thread, &cpus);
		if (r == -ENOENT) { /* it has ended */
			r = 0;
			continue;
		}
		if (r == 0 && all && !irqkit_cpuset_is_equal(all, cpus))
			return save_leave_out(save, what_threads, thread->name,
				"another thread of the queue has other CPUs");
		if (r == 0 && !all)
			all = TAKE(cpus);
	}
	if (r == 0)
		*ret_cpus = TAKE(all);
	return is_failure(r) || r == -ENOMEM ? r : 0;
}

/* The CPUs of the threads of a queue, "3"; *@ret_list is NULL: no word is needed. */
static int list_cpus(struct save *save, struct irqkit_queue *queue, char **ret_list)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	_cleanup_free_ char *list = NULL;
	char name[QUEUE_NAME_ROOM];
	int r = read_cpus(save, queue, &cpus);

	if (r < 0 || !cpus || (is_default(save, cpus) && !save->with_defaults))
		return r;
	queue_format_name(queue, name);
	if (!save_can_hold(queue->device->name))
		return save_leave_out(save, what_of_queue, name,
			"the name of the interface contains a newline");
	r = save_leave_out_offline(save, what_of_queue, name, cpus);
	if (r == 0)
		r = irqkit_cpuset_format_list(cpus, &list);
	*ret_list = TAKE(list);
	return r < 0 ? r : 0;
}

/* The lists of all queues, by index. */
struct lists {
	char **texts; /* owned, and each; or NULL */
	size_t n;
};

static void lists_clear(struct lists *lists)
{
	for (size_t i = 0; lists->texts && i < lists->n; i++)
		free(lists->texts[i]);
	free(lists->texts);
}

/* " 0=3" if both queues with this number have the list, else " rx-0=3" */
static void add_word(struct buffer *words, const struct irqkit_device *device, size_t i,
	const struct lists *lists)
{
	const struct irqkit_queue *queue = &device->queues[i];
	const struct irqkit_queue *pair = irqkit_device_find_queue(device,
		queue->direction == IRQKIT_RX ? IRQKIT_TX : IRQKIT_RX, queue->number);
	const char *text = lists->texts[i],
		   *other = pair ? lists->texts[pair - device->queues] : NULL;
	bool is_both = other && strcmp(other, text) == 0;
	char name[QUEUE_NAME_ROOM];

	queue_format_name(queue, name);
	if (is_both && queue->direction == IRQKIT_RX)
		buffer_add(words, " %u=%s", queue->number, text);
	else if (!is_both)
		buffer_add(words, " %s=%s", name, text);
}

/* Each once: a queue to receive and one to transmit may share a thread. */
static int count_threads(
	const struct irqkit_device *device, const struct lists *lists, size_t *ret_count)
{
	struct unique CLEANUP(unique_clear) threads = { 0 };
	int r = 0;

	for (size_t i = 0; i < device->n_queues; i++)
		for (size_t t = 0;
			lists->texts[i] && r == 0 && t < device->queues[i].n_threads; t++)
			if (is_ours(device->queues[i].threads[t]))
				r = unique_add(&threads, device->queues[i].threads[t]);
	*ret_count = threads.n;
	return r;
}

/* Threads that serve no known queue cannot be named. */
static int leave_out_others(struct save *save, struct irqkit_device *device)
{
	size_t n = 0;
	int r = irqkit_device_count_threads(device, &n);

	for (size_t i = 0; i < n && r == 0; i++) {
		struct irqkit_thread *thread = irqkit_device_get_thread(device, i);
		_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
		bool is_of_queue = false;

		if (!is_ours(thread) || irqkit_thread_read_affinity(thread, &cpus) < 0 ||
			is_default(save, cpus))
			continue;
		for (size_t q = 0; q < device->n_queues; q++)
			for (size_t t = 0; t < device->queues[q].n_threads; t++)
				is_of_queue |= device->queues[q].threads[t] == thread;
		if (!is_of_queue)
			r = save_leave_out(save, what_threads, thread->name,
				"it is not known which queue it serves");
	}
	return is_failure(r) || r == -ENOMEM ? r : 0;
}

static int add_line(
	struct save *save, const struct irqkit_device *device, const struct lists *lists)
{
	struct buffer line = { 0 };
	size_t n = 0;
	int r = count_threads(device, lists, &n);

	if (r < 0 || n == 0)
		return r;
	r = save_add_interface_words(&line, "pin-queue --threads-only", device->name, "");
	for (size_t i = 0; i < device->n_queues && r == 0; i++)
		if (lists->texts[i])
			add_word(&line, device, i, lists);
	return save_add_command(save, &line, n);
}

int save_threads(struct save *save, struct irqkit_device *device)
{
	struct lists lists CLEANUP(lists_clear) = {
		.texts = calloc(device->n_queues + 1, sizeof(char *)),
		.n = device->n_queues,
	};
	size_t n_wanted = 0;
	int r = lists.texts ? 0 : -ENOMEM;

	for (size_t i = 0; i < device->n_queues && r == 0; i++) {
		if (!save_wants_queue(save, &device->queues[i]))
			continue;
		r = list_cpus(save, &device->queues[i], &lists.texts[i]);
		n_wanted++;
	}
	if (r == 0 && n_wanted == device->n_queues)
		r = leave_out_others(save, device);
	return r == 0 ? add_line(save, device, &lists) : r;
}
