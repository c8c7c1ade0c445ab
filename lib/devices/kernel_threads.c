/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All kernel threads, also those that work for no interrupt and no queue:
 *
 *	ksoftirqd/2 migration/2 cpuhp/2 kworker/2:1       bound to one CPU
 *	kworker/u8:0                                      where the workqueues may run
 *	kthreadd kswapd0 rcu_preempt irq/24-eth0          wherever one puts them
 *
 * A saved root may have no stat of a thread: then only the names that threads.c knows show
 * that it is one of the kernel.
 */
#include "base/arena.h"
#include "base/array.h"
#include "base/macros.h"
#include "devices/threads.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void kernel_threads_free(struct irqkit_devices *devices)
{
	for (size_t i = 0; i < devices->n_other_threads; i++) {
		free(devices->other_threads[i]->cpus);
		free(devices->other_threads[i]);
	}
	free(TAKE(devices->other_threads));
	free(TAKE(devices->kernel_threads));
	devices->n_other_threads = devices->other_threads_room = 0;
	devices->n_kernel_threads = devices->kernel_threads_room = 0;
	devices->has_read_kernel_threads = false;
}

/* "12 (kworker/0:1) I 2 0 0 0 -1 69238880 ...": the name may have parentheses itself. */
static int parse_stat(struct irqkit_devices *devices, const char *text,
	struct irqkit_thread *ret_thread)
{
	const char *name = strchr(text, '('), *end = strrchr(text, ')'), *start;
	size_t len;

	if (!name || !end || end < name ||
		sscanf(end, ") %*c %*d %*d %*d %*d %*d %u", &ret_thread->flags) != 1)
		return -EBADMSG;
	start = threads_find_start(text, &len);
	ret_thread->start = arena_text(&devices->arena, start, len);
	ret_thread->name = arena_text(
		&devices->arena, name + 1, (size_t)(end - name - 1));
	return ret_thread->start && ret_thread->name ? 0 : -ENOMEM;
}

/* -ENOENT: it has ended, or it is not a thread of the kernel. */
static int read_other(struct irqkit_devices *devices, unsigned int pid,
	struct irqkit_thread *ret_thread)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = knob_readf_line(devices->ctx, &text, &len, "proc/%u/stat", pid);

	if (r == 0)
		r = parse_stat(devices, text, ret_thread);
	if (is_failure(r))
		return r;
	return r == 0 && ret_thread->flags & PF_KTHREAD ? 0 : -ENOENT;
}

static int add_other(struct irqkit_devices *devices, unsigned int pid,
	struct irqkit_thread **ret_thread)
{
	struct irqkit_thread thread = { .devices = devices, .pid = pid }, *copy;
	int r = read_other(devices, pid, &thread);

	if (r < 0)
		return r;
	if (!GROW(devices->other_threads, devices->n_other_threads,
		    devices->other_threads_room))
		return -ENOMEM;
	copy = malloc(sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	*copy = thread;
	devices->other_threads[devices->n_other_threads++] = copy;
	*ret_thread = copy;
	return 0;
}

static int add_pid(struct irqkit_devices *devices, unsigned int pid)
{
	struct irqkit_thread *thread = threads_find_pid(devices, pid);
	int r = 0;

	if (!thread && number_list_has(&devices->programs, pid))
		return 0;
	if (!thread)
		r = add_other(devices, pid, &thread);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (!GROW(devices->kernel_threads, devices->n_kernel_threads,
		    devices->kernel_threads_room))
		return -ENOMEM;
	devices->kernel_threads[devices->n_kernel_threads++] = thread;
	return 0;
}

static int read_all(struct irqkit_devices *devices)
{
	int r = devices_read_threads(devices);

	for (size_t i = 0; i < devices->n_processes && r == 0; i++)
		r = add_pid(devices, devices->processes[i]);
	return r;
}

EXPORT int irqkit_devices_count_kernel_threads(
	struct irqkit_devices *devices, size_t *ret_count)
{
	int r = devices->has_read_kernel_threads ? 0 : read_all(devices);

	if (r < 0) {
		kernel_threads_free(devices);
		return ctx_keep(devices->ctx, r);
	}
	devices->has_read_kernel_threads = true;
	*ret_count = devices->n_kernel_threads;
	return 0;
}

EXPORT struct irqkit_thread *irqkit_devices_get_kernel_thread(
	const struct irqkit_devices *devices, size_t index)
{
	return devices->kernel_threads[index];
}

static int compare_pid(const void *member, const void *key)
{
	unsigned int pid = (*(struct irqkit_thread *const *)member)->pid;
	unsigned int wanted = *(const unsigned int *)key;

	return (pid > wanted) - (pid < wanted);
}

struct irqkit_thread *devices_find_thread(
	const struct irqkit_devices *devices, unsigned int pid)
{
	size_t n = devices->n_kernel_threads;
	size_t at = array_lower_bound(devices->kernel_threads, n,
		sizeof(*devices->kernel_threads), &pid, compare_pid);

	return at < n && devices->kernel_threads[at]->pid == pid
		? devices->kernel_threads[at]
		: threads_find_pid(devices, pid);
}
