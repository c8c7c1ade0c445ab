/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which CPUs should process the packets that a device receives (RPS).         (pure) */
#include "base/buffer.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "steer/steer.h"

#include <errno.h>

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* "8 CPUs of node 0" */
static void add_place(struct buffer *why, const struct rps_question *q, size_t n)
{
	buffer_add(why, "%zu CPU%s", n, plural(n));
	if (q->node >= 0 && q->local)
		buffer_add(why, " of node %d", q->node);
}

/* Why RPS cannot help, or false. */
static bool is_useless(const struct rps_question *q, const struct irqkit_cpuset *near,
	struct buffer *why)
{
	size_t n = irqkit_cpuset_count(near);

	if (irqkit_cpuset_count(q->cpus) <= 1) {
		buffer_add(why,
			q->n_online <= 1 ? "only one CPU is online"
					 : "all CPUs except one are isolated");
		return true;
	}
	if (n <= 1) {
		buffer_add(why, "only ");
		add_place(why, q, n);
		buffer_add(why, " is near the device");
		return true;
	}
	if (q->n_queues < n)
		return false;
	buffer_add(why, "%zu queues are enough for ", q->n_queues);
	add_place(why, q, n);
	return true;
}

/* "CPU 3", "CPUs 0-1" */
static void add_cpus(struct buffer *why, const struct irqkit_cpuset *cpus)
{
	_cleanup_free_ char *list = NULL;

	if (irqkit_cpuset_format_list(cpus, &list) < 0)
		why->has_failed = true;
	else
		buffer_add(why, "CPU%s %s", plural(irqkit_cpuset_count(cpus)), list);
}

/* Takes @out away from @cpus if at least half of them remain. */
static bool leave_out(struct irqkit_cpuset *cpus, const struct irqkit_cpuset *out)
{
	struct irqkit_cpuset *rest;
	unsigned int before = irqkit_cpuset_count(cpus);
	bool enough;

	if (irqkit_cpuset_copy(cpus, &rest) < 0)
		return false;
	irqkit_cpuset_remove_set(rest, out);
	enough = irqkit_cpuset_count(rest) * 2 >= before;
	irqkit_cpuset_free(rest);
	if (enough)
		irqkit_cpuset_remove_set(cpus, out);
	return enough;
}

static void choose(
	const struct rps_question *q, struct irqkit_cpuset *cpus, struct buffer *why)
{
	bool is_one = irqkit_cpuset_count(q->serving) == 1;

	buffer_add(why, "%zu queue%s for ", q->n_queues, plural(q->n_queues));
	add_place(why, q, irqkit_cpuset_count(cpus));
	if (!irqkit_cpuset_has_common(cpus, q->siblings))
		return;
	buffer_add(why, "; ");
	if (leave_out(cpus, q->siblings)) {
		bool is_thread = !irqkit_cpuset_is_equal(q->siblings, q->serving);

		if (is_thread)
			buffer_add(why, "the core%s of ", is_one ? "" : "s");
		add_cpus(why, q->siblings);
		buffer_add(why, " handle%s its interrupts", is_one ? "s" : "");
		return;
	}
	add_cpus(why, q->serving);
	buffer_add(why, " handle%s its interrupts", is_one ? "s" : "");
	if (!leave_out(cpus, q->serving))
		buffer_add(why, ", but %s needed too", is_one ? "is" : "are");
}

int steer_rps(
	const struct rps_question *q, struct irqkit_cpuset **ret_cpus, char **ret_why)
{
	_cleanup_cpuset_ struct irqkit_cpuset *near = NULL;
	struct buffer why = { 0 };
	int r = irqkit_cpuset_copy(q->cpus, &near);

	if (r < 0)
		return r;
	if (q->local)
		irqkit_cpuset_keep_set(near, q->local);
	if (!is_useless(q, near, &why)) {
		choose(q, near, &why);
	} else {
		irqkit_cpuset_free(near);
		near = NULL;
		r = irqkit_cpuset_new(&near);
	}
	if (r == 0)
		r = buffer_take(&why, ret_why);
	if (r == 0)
		*ret_cpus = TAKE(near);
	return r;
}

static int add_siblings(struct irqkit_topology *topology,
	const struct irqkit_cpuset *serving, struct irqkit_cpuset *set)
{
	irqkit_cpuset_foreach (cpu, serving) {
		const struct irqkit_cpuset *siblings = irqkit_topology_get_siblings(
			topology, cpu);
		int r = irqkit_cpuset_add(set, cpu);

		if (r == 0 && siblings)
			r = irqkit_cpuset_add_set(set, siblings);
		if (r < 0)
			return r;
	}
	return 0;
}

EXPORT int irqkit_steer_rps(struct irqkit_topology *topology, int node,
	const struct irqkit_cpuset *serving, size_t n_queues,
	struct irqkit_cpuset **ret_cpus, char **ret_why)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		topology, IRQKIT_CPUS_ONLINE);
	_cleanup_cpuset_ struct irqkit_cpuset *siblings = NULL;
	struct rps_question question = {
		.cpus = irqkit_topology_get_cpus(topology, IRQKIT_CPUS_HOUSEKEEPING),
		.serving = serving,
		.n_queues = n_queues,
		.node = -1,
	};
	const struct irqkit_cpuset *local = node >= 0
		? irqkit_topology_get_node_cpus(topology, (unsigned int)node)
		: NULL;
	int r = irqkit_cpuset_new(&siblings);

	if (r == 0)
		r = add_siblings(topology, serving, siblings);
	if (r == 0 && (!online || !question.cpus))
		r = -ENODATA;
	if (r < 0)
		return r;
	question.siblings = siblings;
	question.n_online = irqkit_cpuset_count(online);
	/* a node without CPUs of its own is near to none */
	if (local && irqkit_cpuset_has_common(local, question.cpus)) {
		question.local = local;
		question.node = irqkit_cpuset_is_subset(online, local) ? -1 : node;
	}
	return steer_rps(&question, ret_cpus, ret_why);
}
