/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* NUMA nodes: /sys/devices/system/node/online, nodeN/cpulist, nodeN/distance. */
#include "base/macros.h"
#include "base/number.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"
#include "topology/topology_record.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

EXPORT const struct irqkit_cpuset *irqkit_topology_get_nodes(struct irqkit_topology *t)
{
	struct lazy_set *nodes = &t->nodes;

	if (nodes->has_read)
		return nodes->set;
	nodes->has_read = true;
	if (topology_note(t,
		    knob_read_cpulist(
			    t->ctx, "sys/devices/system/node/online", &nodes->set)) < 0)
		return NULL;

	t->node = calloc(irqkit_cpuset_count(nodes->set) + 1, sizeof(*t->node));
	if (!t->node) {
		topology_note(t, -ENOMEM);
		irqkit_cpuset_free(TAKE(nodes->set));
		return NULL;
	}
	irqkit_cpuset_foreach (number, nodes->set)
		t->node[t->n_nodes++].number = number;
	return nodes->set;
}

/* NULL: there is no such node. */
static struct topology_node *find_node(struct irqkit_topology *t, unsigned int number)
{
	irqkit_topology_get_nodes(t);
	for (size_t i = 0; i < t->n_nodes; i++)
		if (t->node[i].number == number)
			return &t->node[i];
	return NULL;
}

static const struct irqkit_cpuset *get_cpus_of(
	struct irqkit_topology *t, struct topology_node *node)
{
	if (!node->cpus.has_read) {
		node->cpus.has_read = true;
		topology_note(t,
			knob_readf_cpulist(t->ctx, &node->cpus.set,
				"sys/devices/system/node/node%u/cpulist", node->number));
	}
	return node->cpus.set;
}

EXPORT const struct irqkit_cpuset *irqkit_topology_get_node_cpus(
	struct irqkit_topology *t, unsigned int number)
{
	struct topology_node *node = find_node(t, number);

	return node ? get_cpus_of(t, node) : NULL;
}

EXPORT int irqkit_topology_get_node(struct irqkit_topology *t, unsigned int cpu)
{
	irqkit_topology_get_nodes(t);
	for (size_t i = 0; i < t->n_nodes; i++) {
		const struct irqkit_cpuset *cpus = get_cpus_of(t, &t->node[i]);

		if (cpus && irqkit_cpuset_has(cpus, cpu))
			return (int)t->node[i].number;
	}
	return NOT_TOLD;
}

static bool has_cpus(struct irqkit_topology *t, struct topology_node *node)
{
	const struct irqkit_cpuset *cpus = get_cpus_of(t, node);

	return cpus && !irqkit_cpuset_is_empty(cpus);
}

EXPORT int irqkit_topology_find_near_node(struct irqkit_topology *t, unsigned int number)
{
	struct topology_node *node = find_node(t, number);
	int nearest = NOT_TOLD, least = INT_MAX;

	if (!node || has_cpus(t, node))
		return number <= INT_MAX ? (int)number : NOT_TOLD;
	for (size_t i = 0; i < t->n_nodes; i++) {
		int distance = irqkit_topology_get_distance(t, number, t->node[i].number);

		if (distance < 0 || distance >= least || !has_cpus(t, &t->node[i]))
			continue;
		least = distance;
		nearest = (int)t->node[i].number;
	}
	return nearest;
}

/* "10 21 21": a number for each node, in the order of theirs. All, or nothing. */
static int parse_distances(
	struct topology_node *node, const char *text, size_t len, size_t n)
{
	const char *end = text + len;
	size_t i = 0;

	node->distance = calloc(n, sizeof(*node->distance));
	if (!node->distance)
		return -ENOMEM;
	for (; text < end && i < n; i++) {
		const char *blank = memchr(text, ' ', (size_t)(end - text));
		const char *stop = blank ? blank : end;
		uint32_t number;

		if (parse_u32(text, (size_t)(stop - text), &number) < 0 ||
			number > INT_MAX)
			return -EBADMSG;
		node->distance[i] = (int)number;
		text = blank ? blank + 1 : end;
	}
	return text < end || i < n ? -EBADMSG : 0;
}

static void read_distances(struct irqkit_topology *t, struct topology_node *node)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r;

	if (node->has_read_distance)
		return;
	node->has_read_distance = true;
	r = knob_readf_line(t->ctx, &text, &len,
		"sys/devices/system/node/node%u/distance", node->number);
	if (r == 0)
		r = parse_distances(node, text, len, t->n_nodes);
	if (topology_note(t, r) < 0)
		free(TAKE(node->distance));
}

EXPORT int irqkit_topology_get_distance(
	struct irqkit_topology *t, unsigned int from, unsigned int to)
{
	struct topology_node *a = find_node(t, from), *b = find_node(t, to);

	if (!a || !b)
		return NOT_TOLD;
	read_distances(t, a);
	return a->distance ? a->distance[b - t->node] : NOT_TOLD;
}
