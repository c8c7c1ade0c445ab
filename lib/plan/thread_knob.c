/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The affinity of a kernel thread as a knob: read from /proc/PID/status, written with
 * sched_setaffinity(). The kernel reuses process numbers, so the name of the thread and
 * its start time are kept too.
 */
#include "plan/thread_knob.h"
#include "base/macros.h"
#include "devices/threads.h"
#include "kernel/ctx.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

static int read_text(
	struct irqkit_ctx *ctx, unsigned int pid, const char *name, char **ret_text)
{
	size_t len;
	int r = knob_readf_line(ctx, ret_text, &len, "proc/%u/%s", pid, name);

	return r == -ESRCH ? -ENOENT : r;
}

int thread_read_identity(
	struct irqkit_ctx *ctx, unsigned int pid, char **ret_name, char **ret_start)
{
	_cleanup_free_ char *name = NULL, *stat = NULL, *start = NULL;
	const char *at = "";
	size_t len = 0;
	int r = read_text(ctx, pid, "comm", &name);

	if (r < 0)
		return r;
	r = read_text(ctx, pid, "stat", &stat);
	if (is_failure(r))
		return r;
	/* a saved root may have no stat */
	if (r == 0)
		at = threads_find_start(stat, &len);
	start = strndup(at, len);
	if (!start)
		return -ENOMEM;
	*ret_name = TAKE(name);
	*ret_start = TAKE(start);
	return 0;
}

int thread_is_same(
	struct irqkit_ctx *ctx, unsigned int pid, const char *name, const char *start)
{
	_cleanup_free_ char *now_name = NULL, *now_start = NULL;
	int r = thread_read_identity(ctx, pid, &now_name, &now_start);

	if (r < 0)
		return is_failure(r) ? r : 0;
	return strcmp(now_name, name) == 0 && strcmp(now_start, start) == 0;
}

int thread_write_cpus(unsigned int pid, const struct irqkit_cpuset *cpus)
{
	size_t n = 1;
	cpu_set_t *set;
	int r;

	irqkit_cpuset_foreach (cpu, cpus)
		n = cpu + 1;
	set = CPU_ALLOC(n);
	if (!set)
		return -ENOMEM;
	CPU_ZERO_S(CPU_ALLOC_SIZE(n), set);
	irqkit_cpuset_foreach (cpu, cpus)
		CPU_SET_S(cpu, CPU_ALLOC_SIZE(n), set);
	r = sched_setaffinity((pid_t)pid, CPU_ALLOC_SIZE(n), set) < 0 ? -errno : 0;
	CPU_FREE(set);
	return r;
}
