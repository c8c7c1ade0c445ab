/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The topology: the calls that other folders need beyond irqkit.h. */
#ifndef IRQKIT_TOPOLOGY_H
#define IRQKIT_TOPOLOGY_H

#include <irqkit.h>

/*
 * One of the files below /sys/devices/system/cpu: online, present or possible. -ENOENT:
 * there is no such file. -EBADMSG: it holds something else.
 */
int topology_read_cpus(
	struct irqkit_ctx *ctx, enum irqkit_cpus which, struct irqkit_cpuset **ret_set);
/* They have been read elsewhere, and are not read again. */
int topology_set_cpus(struct irqkit_topology *t, enum irqkit_cpus which,
	const struct irqkit_cpuset *cpus);

/*
 * These CPUs count as isolated too, and not as housekeeping. NULL: only those that are
 * isolated now.
 */
int topology_isolate(struct irqkit_topology *topology, const struct irqkit_cpuset *cpus);

/*
 * Like irqkit_topology_get_cpus(), but only with the CPUs that the kernel isolates: CPUs
 * that only settings or a policy isolate are housekeeping CPUs.
 */
const struct irqkit_cpuset *topology_get_kernel_cpus(
	struct irqkit_topology *topology, enum irqkit_cpus which);

/* The settings that isolate a CPU if neither of them contains it. */
#define DEFAULT_AFFINITY_PATH "/proc/irq/default_smp_affinity"
#define WORKQUEUE_PATH "/sys/devices/virtual/workqueue/cpumask"

enum topology_setting { TOPOLOGY_DEFAULT_AFFINITY, TOPOLOGY_WORKQUEUE };
#define N_TOPOLOGY_SETTINGS 2

struct topology_line {
	char *text; /* NULL: reading failed */
	size_t len;
	int error; /* negative, or 0 */
};

/*
 * Moves the text of a setting, which was read to find the isolated CPUs, to the caller,
 * who frees it. False: the setting was not read, or the text was taken already.
 */
bool topology_take_setting(struct irqkit_topology *topology,
	enum topology_setting setting, struct topology_line *ret_line);

/*
 * Which CPUs settings and cpuset partitions isolate is read again. What isolcpus= or a
 * policy isolates stays.
 */
void topology_forget_set_apart(struct irqkit_topology *topology);

/* 0 or less for the fastest CPUs, more for slower ones; all alike: not known. */
int topology_get_slowness(struct irqkit_topology *topology, unsigned int cpu);

struct irqkit_ctx *topology_get_ctx(struct irqkit_topology *topology);

/* Negative if something could not be read: then "not known" may be wrong. */
int topology_get_error(const struct irqkit_topology *topology);

#endif
