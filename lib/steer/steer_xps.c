/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which CPUs should transmit on which queue (XPS).                             (pure) */
#include "base/macros.h"
#include "steer/steer.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/*
 * Queues and CPUs, by index. Among CPUs, those nearest to a queue are given away first; those
 * further away fill up what has fewest then. CPUs that are equally near to the same queues
 * are a group, of which each queue gets a piece, so that neighbours stay together.
 */
struct xps {
	size_t n_queues, n_cpus;
	unsigned int *cpus; /* owned */
	unsigned int *distance; /* owned; [queue * n_cpus + cpu] */
	unsigned int *nearest; /* owned; of each CPU, the distance of the nearest queue */
	size_t *nearest_queue; /* owned; of each CPU, the first of these queues */
	size_t *n_queues_of; /* owned; by CPU, while queues without CPUs get one */
	bool *is_given; /* owned; by CPU */
	size_t *n_given; /* owned; by queue */
	size_t *group; /* owned; the CPUs of the group that is being shared */
	size_t *share; /* owned; by queue: how many of them */
	struct irqkit_cpuset **sets;
};

static void xps_free(struct xps *xps)
{
	free(xps->cpus);
	free(xps->distance);
	free(xps->nearest);
	free(xps->nearest_queue);
	free(xps->n_queues_of);
	free(xps->is_given);
	free(xps->n_given);
	free(xps->group);
	free(xps->share);
}

static bool xps_alloc(struct xps *xps)
{
	xps->cpus = calloc(xps->n_cpus + 1, sizeof(*xps->cpus));
	xps->distance = calloc(xps->n_cpus * xps->n_queues + 1, sizeof(*xps->distance));
	xps->nearest = calloc(xps->n_cpus + 1, sizeof(*xps->nearest));
	xps->nearest_queue = calloc(xps->n_cpus + 1, sizeof(*xps->nearest_queue));
	xps->n_queues_of = calloc(xps->n_cpus + 1, sizeof(*xps->n_queues_of));
	xps->is_given = calloc(xps->n_cpus + 1, sizeof(*xps->is_given));
	xps->n_given = calloc(xps->n_queues + 1, sizeof(*xps->n_given));
	xps->group = calloc(xps->n_cpus + 1, sizeof(*xps->group));
	xps->share = calloc(xps->n_queues + 1, sizeof(*xps->share));
	return xps->group && xps->cpus && xps->distance && xps->nearest &&
		xps->nearest_queue && xps->n_queues_of && xps->is_given && xps->n_given &&
		xps->share;
}

static unsigned int distance_of(const struct xps *xps, size_t queue, size_t cpu)
{
	return xps->distance[queue * xps->n_cpus + cpu];
}

static void measure(struct xps *xps, const int *served, distance_fn *distance, void *data)
{
	for (size_t c = 0; c < xps->n_cpus; c++) {
		xps->nearest[c] = UINT_MAX;
		for (size_t q = 0; q < xps->n_queues; q++) {
			unsigned int far = served[q] < 0
				? UINT_MAX
				: distance(data, (unsigned int)served[q], xps->cpus[c]);

			xps->distance[q * xps->n_cpus + c] = far;
			if (far >= xps->nearest[c])
				continue;
			xps->nearest[c] = far;
			xps->nearest_queue[c] = q;
		}
	}
}

static bool is_near(const struct xps *xps, size_t queue, size_t cpu)
{
	return distance_of(xps, queue, cpu) == xps->nearest[cpu];
}

static bool is_of_group(const struct xps *xps, size_t first, size_t cpu)
{
	if (xps->is_given[cpu] || xps->nearest[cpu] != xps->nearest[first] ||
		xps->nearest_queue[cpu] != xps->nearest_queue[first])
		return false;
	for (size_t q = xps->nearest_queue[first]; q < xps->n_queues; q++)
		if (is_near(xps, q, first) != is_near(xps, q, cpu))
			return false;
	return true;
}

/* One more CPU of the group for the queue that has fewest. */
static void share_one(struct xps *xps, size_t first)
{
	size_t best = xps->n_queues;

	for (size_t q = 0; q < xps->n_queues; q++)
		if (is_near(xps, q, first) &&
			(best == xps->n_queues || xps->n_given[q] < xps->n_given[best]))
			best = q;
	xps->n_given[best]++;
	xps->share[best]++;
}

static int give_group(struct xps *xps, size_t first)
{
	size_t n = 0, queue = 0;

	memset(xps->share, 0, xps->n_queues * sizeof(*xps->share));
	for (size_t c = first; c < xps->n_cpus; c++) {
		if (!is_of_group(xps, first, c))
			continue;
		xps->group[n++] = c;
		share_one(xps, first);
	}
	for (size_t i = 0; i < n; i++) {
		size_t c = xps->group[i];

		while (xps->share[queue] == 0)
			queue++;
		xps->share[queue]--;
		xps->is_given[c] = true;
		if (irqkit_cpuset_add(xps->sets[queue], xps->cpus[c]) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* The CPU nearest to a queue, among the CPUs that have none yet. False: all have one. */
static bool find_nearest(const struct xps *xps, size_t *ret_cpu)
{
	size_t best = xps->n_cpus;

	for (size_t c = 0; c < xps->n_cpus; c++)
		if (!xps->is_given[c] &&
			(best == xps->n_cpus || xps->nearest[c] < xps->nearest[best]))
			best = c;
	*ret_cpu = best;
	return best < xps->n_cpus;
}

static void count_queues(struct xps *xps)
{
	for (size_t q = 0; q < xps->n_queues; q++)
		for (size_t c = 0; c < xps->n_cpus; c++)
			xps->n_queues_of[c] += irqkit_cpuset_has(
				xps->sets[q], xps->cpus[c]);
}

/* Gives a queue without CPUs the nearest CPU, or the one of them with the fewest queues. */
static int give_nearest(struct xps *xps, size_t queue)
{
	size_t best = 0;

	for (size_t c = 1; c < xps->n_cpus; c++) {
		unsigned int distance = distance_of(xps, queue, c);
		unsigned int least = distance_of(xps, queue, best);

		if (distance < least ||
			(distance == least &&
				xps->n_queues_of[c] < xps->n_queues_of[best]))
			best = c;
	}
	xps->n_queues_of[best]++;
	return irqkit_cpuset_add(xps->sets[queue], xps->cpus[best]);
}

static int give_all(struct xps *xps)
{
	size_t cpu;
	int r = 0;

	while (r == 0 && find_nearest(xps, &cpu))
		r = give_group(xps, cpu);
	count_queues(xps);
	/* more queues than CPUs, or several on one CPU */
	for (size_t q = 0; q < xps->n_queues && r == 0; q++)
		if (irqkit_cpuset_is_empty(xps->sets[q]))
			r = give_nearest(xps, q);
	return r;
}

int steer_xps(const struct irqkit_cpuset *cpus, const int *served, size_t n_queues,
	distance_fn *distance, void *data, struct irqkit_cpuset **ret_sets)
{
	struct xps xps CLEANUP(xps_free) = {
		.n_queues = n_queues,
		.n_cpus = irqkit_cpuset_count(cpus),
		.sets = ret_sets,
	};
	size_t n = 0, made = 0;
	int r = 0;

	if (xps.n_cpus == 0 || n_queues == 0)
		return -ENODATA;
	if (!xps_alloc(&xps))
		return -ENOMEM;
	irqkit_cpuset_foreach (cpu, cpus)
		xps.cpus[n++] = cpu;
	measure(&xps, served, distance, data);
	while (made < n_queues && r == 0) {
		r = irqkit_cpuset_new(&ret_sets[made]);
		made += r == 0;
	}
	if (r == 0)
		r = give_all(&xps);
	for (size_t q = 0; q < made && r < 0; q++) {
		irqkit_cpuset_free(ret_sets[q]);
		ret_sets[q] = NULL;
	}
	return r;
}

/* A core, a last-level cache, a node, then as far as the firmware says. */
static unsigned int distance_in(void *data, unsigned int from, unsigned int to)
{
	struct irqkit_topology *topology = data;
	const struct irqkit_cpuset *siblings = irqkit_topology_get_siblings(
		topology, from);
	const struct irqkit_cpuset *llc = irqkit_topology_get_llc(topology, from);
	int node = irqkit_topology_get_node(topology, from);
	int node_to = irqkit_topology_get_node(topology, to);
	int far;

	if (from == to)
		return 0;
	if (siblings && irqkit_cpuset_has(siblings, to))
		return 1;
	if (llc && irqkit_cpuset_has(llc, to))
		return 2;
	if (node == node_to)
		return 3;
	far = node >= 0 && node_to >= 0
		? irqkit_topology_get_distance(
			  topology, (unsigned int)node, (unsigned int)node_to)
		: -1;
	return 4 + (unsigned int)(far >= 0 ? far : 255);
}

EXPORT int irqkit_steer_xps(struct irqkit_topology *topology, const int *served,
	size_t n_queues, struct irqkit_cpuset **ret_sets)
{
	const struct irqkit_cpuset *cpus = irqkit_topology_get_cpus(
		topology, IRQKIT_CPUS_HOUSEKEEPING);

	if (!cpus || irqkit_cpuset_is_empty(cpus))
		cpus = irqkit_topology_get_cpus(topology, IRQKIT_CPUS_ONLINE);
	if (!cpus)
		return -ENODATA;
	return steer_xps(cpus, served, n_queues, distance_in, topology, ret_sets);
}
