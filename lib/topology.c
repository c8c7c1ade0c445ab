/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /sys/devices/system: which CPUs there are, and on which NUMA node. */
#include "private.h"

#include <errno.h>
#include <stdio.h>

EXPORT int irqkit_topology_read_cpus(
	struct irqkit_ctx *ctx, enum irqkit_cpus which, struct irqkit_cpuset **ret_set)
{
	static const char *const paths[] = {
		[IRQKIT_CPUS_ONLINE] = "sys/devices/system/cpu/online",
		[IRQKIT_CPUS_PRESENT] = "sys/devices/system/cpu/present",
		[IRQKIT_CPUS_POSSIBLE] = "sys/devices/system/cpu/possible",
	};

	return knob_read_cpulist(ctx, paths[which], ret_set);
}

EXPORT int irqkit_topology_read_nodes(
	struct irqkit_ctx *ctx, struct irqkit_cpuset **ret_nodes)
{
	return knob_read_cpulist(ctx, "sys/devices/system/node/online", ret_nodes);
}

EXPORT int irqkit_topology_read_node_cpus(
	struct irqkit_ctx *ctx, unsigned int node, struct irqkit_cpuset **ret_set)
{
	char path[64];

	snprintf(path, sizeof(path), "sys/devices/system/node/node%u/cpulist", node);
	return knob_read_cpulist(ctx, path, ret_set);
}
