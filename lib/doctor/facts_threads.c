/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Threads: fs/proc/array.c, do_task_stat(), and fs/proc/base.c, proc_pid_schedstat().
 *
 *	/proc/700/task/701/stat     701 (a name) S 1 ... flags ... priority ... processor ...
 *	/proc/15/schedstat          81180 5000000 12: ran and waited, in ns, and time slices
 */
#include "doctor/facts_threads.h"
#include "base/macros.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* include/linux/sched.h */
#define PF_KTHREAD 0x00200000u
/* The priority of a thread without real-time priority is 0 or more, of the first with it -2. */
#define FIRST_REALTIME (-2)

struct thread_stat {
	unsigned int flags;
	unsigned long long user, system; /* in hundredths of a second */
	long priority;
	unsigned int cpu;
};

/* What follows the name, which may hold anything. */
static bool parse_stat(const char *text, struct thread_stat *ret_stat)
{
	const char *end = text ? strrchr(text, ')') : NULL;
	struct thread_stat stat = { .cpu = UINT_MAX };
	int n;

	if (!end)
		return false;
	n = sscanf(end,
		") %*c %*d %*d %*d %*d %*d %u %*u %*u %*u %*u %llu %llu %*d %*d %ld %*d "
		"%*d %*d %*u %*u %*d %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u "
		"%*u %*d %u",
		&stat.flags, &stat.user, &stat.system, &stat.priority, &stat.cpu);
	if (n < 4)
		return false;
	*ret_stat = stat;
	return true;
}

bool facts_read_thread_time(
	struct facts *facts, const struct irqkit_thread *thread, double *ret_seconds)
{
	struct thread_stat stat;

	if (!parse_stat(facts_read(facts, NULL, "proc/%u/stat",
				irqkit_thread_get_pid(thread)),
		    &stat))
		return false;
	*ret_seconds = (double)(stat.user + stat.system) / 100;
	return true;
}

bool facts_read_thread_wait(
	struct facts *facts, const struct irqkit_thread *thread, double *ret_seconds)
{
	const char *text = facts_read(
		facts, NULL, "proc/%u/schedstat", irqkit_thread_get_pid(thread));
	unsigned long long waited;

	if (!text || sscanf(text, "%*u %llu", &waited) != 1)
		return false;
	*ret_seconds = (double)waited / 1e9;
	return true;
}

/* ------------------------------------------------------------------------------- */

void realtime_clear(struct realtime *realtime)
{
	free(realtime->name);
}

static int keep_realtime(
	const char *text, unsigned int pid, struct realtime *ret_realtime)
{
	const char *begin = strchr(text, '('), *end = strrchr(text, ')');

	if (!begin || !end || end <= begin)
		return 0;
	ret_realtime->name = strndup(begin + 1, (size_t)(end - begin - 1));
	ret_realtime->pid = pid;
	return ret_realtime->name ? 0 : -ENOMEM;
}

static int look_at_threads(struct facts *facts, unsigned int pid, unsigned int cpu,
	struct realtime *ret_realtime)
{
	_cleanup_free_ unsigned int *threads = NULL;
	size_t n = 0;
	int r = knob_listf_numbers(facts->ctx, &threads, &n, "proc/%u/task", pid);

	/* it may have ended; only memory matters */
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < n && !ret_realtime->pid && r == 0; i++) {
		const char *text = facts_read(
			facts, NULL, "proc/%u/task/%u/stat", pid, threads[i]);
		struct thread_stat stat;

		if (parse_stat(text, &stat) && !(stat.flags & PF_KTHREAD) &&
			stat.priority <= FIRST_REALTIME && stat.cpu == cpu)
			r = keep_realtime(text, threads[i], ret_realtime);
	}
	return r;
}

int facts_find_realtime(
	struct facts *facts, unsigned int cpu, struct realtime *ret_realtime)
{
	_cleanup_free_ unsigned int *programs = NULL;
	size_t n = 0;
	int r = knob_listf_numbers(facts->ctx, &programs, &n, "proc");

	*ret_realtime = (struct realtime){ 0 };
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < n && !ret_realtime->pid && r == 0; i++)
		r = look_at_threads(facts, programs[i], cpu, ret_realtime);
	return r;
}
