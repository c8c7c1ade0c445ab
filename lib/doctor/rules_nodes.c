/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interrupts that are handled far from their device, on another NUMA node. */
#include "base/cpuset.h"
#include "base/join.h"
#include "base/macros.h"
#include "devices/sysfs.h"
#include "doctor/facts_kernel.h"
#include "doctor/placing.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"

#include <errno.h>
#include <stdio.h>

static size_t count_nodes(const struct facts *facts)
{
	const struct irqkit_cpuset *nodes = irqkit_topology_get_nodes(facts->topology);
	size_t n = 0;

	if (!nodes)
		return 0;
	irqkit_cpuset_foreach (node, nodes) {
		const struct irqkit_cpuset *cpus = irqkit_topology_get_node_cpus(
			facts->topology, node);

		n += cpus && !irqkit_cpuset_is_empty(cpus);
	}
	return n;
}

static bool is_remote(const struct facts *facts, const struct fact_device *device,
	const struct unit *unit)
{
	int node = unit->cpu < 0
		? -1
		: irqkit_topology_get_node(facts->topology, (unsigned int)unit->cpu);
	int local, distance;

	if (node < 0 || node == device->node || !unit->is_movable ||
		!placing_matters(device, unit))
		return false;
	/* all nodes are alike if the firmware says so */
	local = irqkit_topology_get_distance(
		facts->topology, (unsigned int)device->node, (unsigned int)device->node);
	distance = irqkit_topology_get_distance(
		facts->topology, (unsigned int)device->node, (unsigned int)node);
	return distance < 0 || local < 0 || distance > local;
}

static size_t count_movable(const struct fact_device *device)
{
	size_t n = 0;

	for (size_t i = 0; i < device->n_units; i++)
		n += device->units[i]->is_movable;
	return n;
}

/* "; 4 managed ones stay where the kernel puts them", or "" */
static void format_managed(
	const struct fact_device *device, size_t n_movable, char *text, size_t size)
{
	size_t n = device->n_units - n_movable;

	*text = '\0';
	if (n)
		snprintf(text, size,
			"; %zu managed one%s stay%s where the kernel puts %s", n,
			n == 1 ? "" : "s", n == 1 ? "s" : "", n == 1 ? "it" : "them");
}

static void fix_remote(struct irqkit_finding *finding, const struct facts *facts,
	const struct fact_device *device, const struct plan_gain *gain)
{
	if (!gain->is_worse) {
		finding_fix(finding, "spread", device->name, NULL);
		placing_lower_if_idle(finding, facts, device);
		return;
	}
	finding_set_class(finding, IRQKIT_CLASS_INFO);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"nothing to do, because the load of the CPUs would then be less even; "
		"'irqkit spread %s -n' shows both",
		device->name);
}

static int report_remote(
	struct look *look, struct fact_device *device, size_t n, uint64_t count)
{
	size_t n_movable = count_movable(device);
	_cleanup_free_ char *part = placing_format_part(n, n_movable);
	struct irqkit_finding *finding;
	struct plan_gain gain;
	char managed[96];
	int r = placing_plan_device(look->facts, device, NULL, &gain);

	if (r < 0 || gain.n_remote[1] >= gain.n_remote[0])
		return r;
	finding = finding_add(look, device->device, NULL);
	format_managed(device, n_movable, managed, sizeof(managed));
	finding_say(finding,
		"%s handled on another NUMA node than node %d, where the device is%s",
		part ? part : "?", device->node, managed);
	for (size_t i = 0; i < device->n_units; i++)
		if (is_remote(look->facts, device, device->units[i]))
			placing_add_place(finding, device->units[i]);
	finding_weigh(finding, placing_share(count, look->facts->count),
		1 - placing_share(gain.n_remote[1], gain.n_remote[0]), false);
	fix_remote(finding, look->facts, device, &gain);
	return 0;
}

/* Firmware may name a node that the kernel does not have. */
static bool may_use_its_node(const struct facts *facts, const struct fact_device *device)
{
	const struct irqkit_cpuset *cpus = device->node < 0
		? NULL
		: irqkit_topology_get_node_cpus(
			  facts->topology, (unsigned int)device->node);

	return cpus && irqkit_cpuset_has_common(device->usable, cpus);
}

static int look_queue_on_remote_node(struct look *look)
{
	struct facts *facts = look->facts;
	int r = 0;

	if (count_nodes(facts) < 2)
		return look_lacks(look, "one NUMA node");
	if (facts_is_guest(facts))
		return look_lacks(look, "the nodes of a guest may not be real");
	for (size_t i = 0; i < facts->n_owners && r == 0; i++) {
		struct fact_device *device = &facts->owners[i];
		uint64_t count = 0;
		size_t n = 0;

		if (!may_use_its_node(facts, device))
			continue;
		for (size_t j = 0; j < device->n_units; j++)
			if (is_remote(facts, device, device->units[j]) &&
				!facts_is_placed(facts, device->units[j])) {
				n++;
				count += device->units[j]->count;
			}
		if (n)
			r = report_remote(look, device, n, count);
	}
	return r;
}

static bool has_unknown_node(const struct fact_device *device)
{
	int node;

	return irqkit_device_get_pci_address(device->device) && device->is_net &&
		device->n_units &&
		irqkit_device_read_node(device->device, &node) == -ENODATA;
}

/* Adds the file in which the kernel reports the node of the device. */
static void add_node_file(
	struct irqkit_finding *finding, const struct irqkit_device *device)
{
	_cleanup_free_ char *file = NULL;
	const char *text;

	if (!device->bus_path ||
		sysfs_get_text(device->devices, device->bus_path, "numa_node", &text) < 0)
		return;
	if (asprintf(&file, "/sys/class/net/%s/device/numa_node", device->name) < 0) {
		file = NULL;
		finding->has_failed = true;
		return;
	}
	finding_fact(finding, file, "%s", text);
}

static int look_node_unknown(struct look *look)
{
	struct facts *facts = look->facts;
	_cleanup_free_ char *names = NULL;
	struct irqkit_finding *finding;
	size_t n = 0;

	if (count_nodes(facts) < 2)
		return look_lacks(look, "one NUMA node");
	if (facts_is_guest(facts))
		return look_lacks(look, "the nodes of a guest may not be real");
	for (size_t i = 0; i < facts->n_owners; i++) {
		const struct fact_device *device = &facts->owners[i];

		if (!has_unknown_node(device))
			continue;
		if (join_text(&names, device->name) < 0)
			return -ENOMEM;
		n++;
	}
	if (!n)
		return 0;
	finding = finding_add(look, NULL, "%s", names);
	finding_say(finding, "the firmware does not say on which NUMA node %s",
		n == 1 ? "it is" : "they are");
	for (size_t i = 0; i < facts->n_owners; i++)
		if (facts->owners[i].is_net)
			add_node_file(finding, facts->owners[i].device);
	finding_by_hand(finding, IRQKIT_NEEDS_REBOOT,
		"look for NUMA of PCI devices in the firmware setup; until then, 'irqkit "
		"spread DEV --node=N' keeps its interrupts on the node that you know");
	return 0;
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
	{
		.id = "queue-on-remote-node",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "queues are handled on another NUMA node than the device",
		.why = "Each packet crosses the link between the nodes twice, which can "
		       "halve the throughput of a stream. Placing queue N on CPU N often "
		       "causes it.",
		.explain =
			"Reported for queues with 5% or more of the interrupts of their "
			"device, or half of an even share, "
			"if the node of the device has housekeeping CPUs and "
			"'irqkit spread' brings them there. Interrupts that only the "
			"kernel places do not count. The class is info if the load of "
			"the CPUs would be less even afterwards. Not reported in a "
			"guest, "
			"whose nodes may not be real, or if all nodes are equally far.",
		.look = look_queue_on_remote_node,
	},
	{
		.id = "node-unknown",
		.class = IRQKIT_CLASS_INFO,
		.title = "the NUMA node of a device is not known",
		.why = "Without the node, no tool can keep the interrupts near the "
		       "device.",
		.explain = "Reported for PCI network devices with numa_node -1 on a "
			   "machine with two or more nodes that have CPUs.",
		.look = look_node_unknown,
	},
};

const struct irqkit_rule *rules_nodes(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
