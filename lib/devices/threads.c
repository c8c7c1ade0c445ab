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
#include "devices/threads.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/macros.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"
#include "kernel/process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* include/linux/sched.h */
#define PF_NO_SETAFFINITY 0x04000000u

static int compare_threads(const void *a, const void *b)
{
	const struct irqkit_thread *x = a, *y = b;
	int by_name = strcmp(x->name, y->name);

	return by_name ? by_name : (x->pid > y->pid) - (x->pid < y->pid);
}

bool thread_is_of_irq(const struct irqkit_thread *thread)
{
	return strncmp(thread->name, "irq/", 4) == 0;
}

/* Could it be a thread that this file looks for? */
static bool is_candidate(const char *name, size_t len)
{
	return strncmp(name, "irq/", 4) == 0 || strncmp(name, "napi/", 5) == 0 ||
		strstr(name, "-guest") || strstr(name, "-deall") ||
		(len == THREAD_NAME_CUT && strchr(name, '-'));
}

/* The 22nd field of stat, from the 3rd on; the 2nd, the name, may contain any character. */
#define FIELDS_BEFORE_START 19

const char *threads_find_start(const char *stat, size_t *ret_len)
{
	const char *at = strrchr(stat, ')');

	at = at && at[1] ? at + 2 : NULL;
	for (int i = 0; at && i < FIELDS_BEFORE_START; i++) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	*ret_len = at ? strspn(at, "0123456789") : 0;
	return at ? at : "";
}

/*
 * The flags, which are the 9th field of stat, and the start. In a saved root without that
 * file, the name is believed.
 */
static int read_stat(struct irqkit_thread *thread)
{
	struct irqkit_ctx *ctx = thread->devices->ctx;
	_cleanup_free_ char *text = NULL;
	const char *rest, *start = "";
	size_t len, start_len = 0;
	int r = knob_readf_line(ctx, &text, &len, "proc/%u/stat", thread->pid);

	thread->flags = ctx->is_live ? 0 : PF_KTHREAD;
	if (is_failure(r))
		return r;
	if (r == 0) {
		rest = strrchr(text, ')');
		if (!rest ||
			sscanf(rest, ") %*c %*d %*d %*d %*d %*d %u", &thread->flags) != 1)
			thread->flags = 0;
		start = threads_find_start(text, &start_len);
	}
	thread->start = arena_text(&thread->devices->arena, start, start_len);
	return thread->start ? 0 : -ENOMEM;
}

static int add_process(struct irqkit_devices *devices, unsigned int pid, size_t *room)
{
	struct irqkit_thread thread = { .devices = devices, .pid = pid };
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = knob_readf_line(devices->ctx, &text, &len, "proc/%u/comm", pid);

	if (r < 0)
		return is_failure(r) ? r : 0; /* it has ended */
	/* no thread of the kernel, but looked for in the same place */
	if (!devices->irqbalance_pid && strcmp(text, "irqbalance") == 0)
		devices->irqbalance_pid = pid;
	if (!is_candidate(text, len))
		return 0;
	thread.name = arena_text(&devices->arena, text, len);
	if (!thread.name || !GROW(devices->threads, devices->n_threads, *room))
		return -ENOMEM;
	devices->threads[devices->n_threads++] = thread;
	return 0;
}

/* Keeps those candidates that are threads of the kernel. */
static int keep_threads(struct irqkit_devices *devices)
{
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < devices->n_threads && r == 0; i++) {
		struct irqkit_thread *thread = &devices->threads[i];

		r = read_stat(thread);
		if (r == 0 && thread->flags & PF_KTHREAD)
			devices->threads[n++] = *thread;
		else if (r == 0)
			r = number_list_add(&devices->programs, thread->pid);
	}
	devices->n_threads = n;
	return r;
}

static int compare_pids(const void *a, const void *b)
{
	const struct irqkit_thread *x = *(struct irqkit_thread *const *)a;
	const struct irqkit_thread *y = *(struct irqkit_thread *const *)b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

static int sort_threads(struct irqkit_devices *devices)
{
	size_t n = devices->n_threads;

	devices->by_pid = calloc(n + 1, sizeof(struct irqkit_thread *));
	if (!devices->by_pid)
		return -ENOMEM;
	if (n)
		qsort(devices->threads, n, sizeof(*devices->threads), compare_threads);
	for (size_t i = 0; i < n; i++)
		devices->by_pid[i] = &devices->threads[i];
	qsort(devices->by_pid, n, sizeof(*devices->by_pid), compare_pids);
	return 0;
}

static int read_processes(struct irqkit_devices *devices)
{
	size_t room = 0;
	int r;

	if (devices->has_read_processes)
		return 0;
	r = knob_list_numbers(
		devices->ctx, "proc", &devices->processes, &devices->n_processes);
	for (size_t i = 0; r == 0 && i < devices->n_processes; i++)
		r = add_process(devices, devices->processes[i], &room);
	devices->has_read_processes = true;
	return r;
}

/* Forgets everything where it has failed. */
static int end_reading(struct irqkit_devices *devices, int r)
{
	if (r < 0)
		threads_free(devices);
	return ctx_keep(devices->ctx, r);
}

int devices_find_irqbalance(struct irqkit_devices *devices, unsigned int *ret_pid)
{
	int r = end_reading(devices, read_processes(devices));

	if (r == 0)
		*ret_pid = devices->irqbalance_pid;
	return r;
}

int devices_read_threads(struct irqkit_devices *devices)
{
	int r;

	if (devices->has_read_threads)
		return 0;
	r = read_processes(devices);
	if (r == 0)
		r = keep_threads(devices);
	if (r == 0)
		r = sort_threads(devices);
	devices->has_read_threads = r == 0;
	return end_reading(devices, r);
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
		size_t len;

		r = knob_readf_line(ctx, &comm, &len, "proc/%u/comm", pids[i]);
		if (is_failure(r))
			return r;
		if (r == 0 && strcmp(comm, name) == 0)
			found = (int)pids[i];
	}
	return found;
}

static int compare_name(const void *member, const void *text)
{
	return strcmp(((const struct irqkit_thread *)member)->name, text);
}

size_t threads_find(const struct irqkit_devices *devices, const char *text)
{
	return array_lower_bound(devices->threads, devices->n_threads,
		sizeof(*devices->threads), text, compare_name);
}

static int compare_pid(const void *member, const void *key)
{
	unsigned int pid = (*(struct irqkit_thread *const *)member)->pid;
	int64_t wanted = *(const int64_t *)key;

	return (pid > wanted) - (pid < wanted);
}

struct irqkit_thread *threads_find_pid(const struct irqkit_devices *devices, int64_t pid)
{
	size_t n = devices->by_pid ? devices->n_threads : 0;
	size_t at = array_lower_bound(
		devices->by_pid, n, sizeof(*devices->by_pid), &pid, compare_pid);

	return at < n && devices->by_pid[at]->pid == pid ? devices->by_pid[at] : NULL;
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
	first = threads_find(devices, prefix);
	while (first + n < devices->n_threads &&
		strncmp(devices->threads[first + n].name, prefix, strlen(prefix)) == 0)
		n++;
	*ret_count = n;
	return 0;
}

EXPORT struct irqkit_thread *irqkit_devices_get_irq_thread(
	const struct irqkit_devices *devices, unsigned int irq, size_t index)
{
	char prefix[32];

	snprintf(prefix, sizeof(prefix), "irq/%u-", irq);
	return &devices->threads[threads_find(devices, prefix) + index];
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

void threads_free(struct irqkit_devices *devices)
{
	for (size_t i = 0; i < devices->n_threads; i++)
		free(devices->threads[i].cpus);
	free(TAKE(devices->threads));
	free(TAKE(devices->by_pid));
	free(TAKE(devices->processes));
	free(TAKE(devices->irqbalance_words));
	number_list_clear(&devices->programs);
	devices->n_threads = devices->n_processes = 0;
	devices->irqbalance_pid = 0;
	devices->has_read_irqbalance_words = false;
	devices->has_read_processes = devices->has_read_threads = false;
}

int thread_get_text(struct irqkit_thread *thread, const char **ret_text)
{
	if (!thread->cpus && !thread->cpus_error)
		thread->cpus_error = process_read_cpus(
			thread->devices->ctx, thread->pid, NULL, &thread->cpus);
	if (thread->cpus_error == 0)
		*ret_text = thread->cpus;
	return thread->cpus_error;
}

void thread_forget(struct irqkit_thread *thread)
{
	free(TAKE(thread->cpus));
	thread->cpus_error = 0;
}

EXPORT int irqkit_thread_read_affinity(
	struct irqkit_thread *thread, struct irqkit_cpuset **ret_set)
{
	const char *text = NULL;
	int r = thread_get_text(thread, &text);

	if (r < 0)
		return r;
	r = irqkit_cpuset_parse_list(text, strlen(text), ret_set, NULL);
	return r == -EINVAL || r == -ERANGE ? -EBADMSG
					    : ctx_keep(thread->devices->ctx, r);
}
