/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How many queues a network device can use on this machine: one for each core of its node
 * that has a housekeeping CPU. Two queues on the threads of one core share that core.
 */
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/channels.h"
#include "devices/device.h"
#include "machine/machine.h"

#include <errno.h>
#include <stdio.h>

/* The cores that have a CPU of @cpus. */
static unsigned int count_cores(
	struct irqkit_topology *topology, const struct irqkit_cpuset *cpus)
{
	unsigned int n = 0;

	irqkit_cpuset_foreach (cpu, cpus) {
		const struct irqkit_cpuset *siblings = irqkit_topology_get_siblings(
			topology, cpu);
		bool is_first = true;

		if (siblings)
			irqkit_cpuset_foreach (sibling, siblings)
				is_first = is_first &&
					(sibling >= cpu ||
						!irqkit_cpuset_has(cpus, sibling));
		n += is_first;
	}
	return n;
}

/* The CPUs that may handle interrupts of the device, and what is said about them. */
struct scope {
	const struct irqkit_cpuset *online; /* of the node, or of the machine */
	struct irqkit_cpuset *cpus; /* owned; those of them that count */
	int node; /* -1: not known, or there is only one */
	bool leaves_out; /* some are online, and do not count */
};

static void scope_clear(struct scope *scope)
{
	irqkit_cpuset_free(scope->cpus);
}

static void find_node(
	struct irqkit_machine *machine, struct irqkit_device *device, struct scope *scope)
{
	struct irqkit_topology *topology = machine->topology;
	const struct irqkit_cpuset *nodes = irqkit_topology_get_nodes(topology);

	scope->online = irqkit_topology_get_cpus(topology, IRQKIT_CPUS_ONLINE);
	scope->node = -1;
	if (!nodes || irqkit_cpuset_count(nodes) < 2 ||
		irqkit_machine_find_node(machine, device, -1, &scope->node) < 0) {
		scope->node = -1;
		return;
	}
	scope->online = irqkit_topology_get_node_cpus(
		topology, (unsigned int)scope->node);
}

/* A node without a housekeeping CPU still handles the interrupts of its devices. */
static int find_scope(struct irqkit_machine *machine, struct irqkit_device *device,
	struct scope *ret_scope)
{
	const struct irqkit_cpuset *housekeeping = irqkit_topology_get_cpus(
		machine->topology, IRQKIT_CPUS_HOUSEKEEPING);
	int r;

	*ret_scope = (struct scope){ 0 };
	find_node(machine, device, ret_scope);
	if (!ret_scope->online || irqkit_cpuset_is_empty(ret_scope->online))
		return -ENODATA;
	r = irqkit_cpuset_copy(ret_scope->online, &ret_scope->cpus);
	if (r < 0 || !housekeeping ||
		!irqkit_cpuset_has_common(ret_scope->cpus, housekeeping))
		return r;
	irqkit_cpuset_keep_set(ret_scope->cpus, housekeeping);
	ret_scope->leaves_out = !irqkit_cpuset_is_equal(
		ret_scope->cpus, ret_scope->online);
	return 0;
}

/* The most channels of the kinds that carry packets; 0: not known, or not to be set. */
static unsigned int find_most(struct irqkit_device *device)
{
	static const enum irqkit_channel_kind kinds[] = { IRQKIT_CHANNEL_RX,
		IRQKIT_CHANNEL_TX, IRQKIT_CHANNEL_COMBINED };
	unsigned int most = 0, now, max;

	for (size_t i = 0; i < LENGTH(kinds); i++)
		if (irqkit_device_read_channels(device, kinds[i], &now, &max) == 0 &&
			max > most)
			most = max;
	return most;
}

static int format_why(
	const struct scope *scope, unsigned int n_cores, bool is_limited, char **ret_why)
{
	const char *is = n_cores == 1 ? "is" : "are";
	char kept[64] = "";
	const char *one = n_cores == 1 ? "" : "s";
	char node[24] = "";
	int r;

	if (scope->leaves_out)
		snprintf(kept, sizeof(kept), " that %s neither isolated nor nohz_full",
			is);
	if (scope->node >= 0)
		snprintf(node, sizeof(node), " of node %d", scope->node);
	if (is_limited)
		r = asprintf(ret_why,
			"the most that its driver allows, for %u core%s%s%s", n_cores,
			one, node, kept);
	else if (n_cores == 1)
		r = asprintf(ret_why, "one core%s%s", node, kept);
	else
		r = asprintf(
			ret_why, "one for each of %u cores%s%s", n_cores, node, kept);
	return r < 0 ? -ENOMEM : 0;
}

EXPORT int irqkit_machine_find_useful_channels(struct irqkit_machine *machine,
	struct irqkit_device *device, unsigned int *ret_number, char **ret_why)
{
	struct scope scope CLEANUP(scope_clear) = { 0 };
	unsigned int n_cores, most;
	int r = find_scope(machine, device, &scope);

	if (r < 0)
		return r;
	n_cores = count_cores(machine->topology, scope.cpus);
	most = find_most(device);
	r = format_why(&scope, n_cores, most && most < n_cores, ret_why);
	if (r == 0)
		*ret_number = most && most < n_cores ? most : n_cores;
	return r;
}
