/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The housekeeping CPUs near a NUMA node. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "request/isolate.h"

#include <errno.h>
#include <limits.h>

/* The housekeeping CPUs of one node; empty: it has none. */
static int copy_of_node(
	const struct isolate *isolate, unsigned int node, struct irqkit_cpuset **ret_cpus)
{
	const struct irqkit_cpuset *cpus = irqkit_topology_get_node_cpus(
		isolate->machine->topology, node);
	int r = cpus ? irqkit_cpuset_copy(cpus, ret_cpus) : irqkit_cpuset_new(ret_cpus);

	if (r == 0)
		irqkit_cpuset_keep_set(*ret_cpus, isolate->housekeeping);
	return r;
}

static bool has_housekeeping(const struct isolate *isolate, unsigned int node)
{
	const struct irqkit_cpuset *cpus = irqkit_topology_get_node_cpus(
		isolate->machine->topology, node);

	return cpus && irqkit_cpuset_has_common(cpus, isolate->housekeeping);
}

/* -1: the kernel does not report how far the nodes are from each other. */
static int find_nearest(const struct isolate *isolate, unsigned int from)
{
	struct irqkit_topology *topology = isolate->machine->topology;
	const struct irqkit_cpuset *nodes = irqkit_topology_get_nodes(topology);
	int nearest = -1, least = INT_MAX;

	if (!nodes || has_housekeeping(isolate, from))
		return nodes ? (int)from : -1;
	irqkit_cpuset_foreach (node, nodes) {
		int distance = irqkit_topology_get_distance(topology, from, node);

		if (distance < 0 || distance >= least || !has_housekeeping(isolate, node))
			continue;
		least = distance;
		nearest = (int)node;
	}
	return nearest;
}

int isolate_find_near(const struct isolate *isolate, int node,
	struct irqkit_cpuset **ret_cpus, int *ret_node)
{
	int nearest = node < 0 ? -1 : find_nearest(isolate, (unsigned int)node);

	*ret_node = nearest;
	return nearest < 0 ? irqkit_cpuset_copy(isolate->housekeeping, ret_cpus)
			   : copy_of_node(isolate, (unsigned int)nearest, ret_cpus);
}
