/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of trace_pipe, and of kprobe_events. */
#ifndef IRQKIT_TRACE_LINE_H
#define IRQKIT_TRACE_LINE_H

#include <irqkit.h>

#define COMM_MAX 64u /* TASK_COMM_LEN is 16; a name with escapes may be longer */

/* Which probe a line comes from. */
enum probe {
	PROBE_SET, /* a new affinity for an interrupt, in the context of whoever asks */
	PROBE_START, /* an interrupt was started, or started again */
	PROBE_XPS, /* new XPS CPUs for a queue */
	PROBE_FILE, /* a process writes to smp_affinity, of any instance of /proc */
};
#define N_PROBES 5 /* two are PROBE_FILE */

/* One line. */
struct hit {
	enum probe probe;
	uint32_t thread; /* not the process, if that has several threads */
	int64_t time; /* microseconds of CLOCK_MONOTONIC */
	uint32_t irq; /* of PROBE_SET */
	struct irqkit_cpuset *cpus; /* owned; of PROBE_SET */
	char comm[COMM_MAX]; /* of the thread */
};

/*
 * -EINVAL: another line, as "CPU:3 [LOST 23 EVENTS]". *ret_hit is then unchanged.
 */
int hit_parse(const char *line, size_t len, struct hit *ret_hit);
void hit_clear(struct hit *hit);

/* The name of a probe, "set"; NULL: no more. */
const char *probe_get_name(size_t index);
/*
 * Its definition for kprobe_events.
 * @words: how many words of 64 bits the kernel's masks have
 */
int probe_format(
	size_t index, const char *group, unsigned int words, char **ret_definition);

/*
 * The group and the name of a probe in a line of kprobe_events, as "irqkit_312_15122/set".
 * NULL: its group does not begin with @prefix.
 */
const char *probe_find_group(
	const char *line, size_t len, const char *prefix, size_t *ret_len);

#endif
