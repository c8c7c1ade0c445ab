/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which CPUs there are, and how they sit together:
 *
 *     topology.c        /sys/devices/system/cpu/online, present, possible, ...
 *     topology_isolated.c what else is isolated: by settings, or by a policy
 *     topology_cpu.c      cpu/cpuN/topology/..., cpu/cpuN/cache/indexK/shared_cpu_list
 *     topology_node.c     node/online, node/nodeN/cpulist, node/nodeN/distance
 *     topology_class.c    fast and slow cores
 *     topology_group.c    packages, threads, the order to use CPUs in
 *
 * Nothing is read before somebody asks for it. A list that one CPU's folder gives (its
 * siblings, its cache, its package) is the answer for every CPU on it, so that a machine
 * of 512 CPUs costs a few files for each group rather than each CPU.
 */
#include "topology/topology.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "kernel/knob.h"
#include "topology/topology_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

EXPORT int irqkit_topology_new(
	struct irqkit_ctx *ctx, struct irqkit_topology **ret_topology)
{
	struct irqkit_topology *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->ctx = ctx;
	*ret_topology = t;
	return 0;
}

EXPORT void irqkit_topology_free(struct irqkit_topology *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < LENGTH(t->cpus); i++)
		irqkit_cpuset_free(t->cpus[i].set);
	for (size_t i = 0; i < LENGTH(t->settings); i++)
		free(t->settings[i].text);
	irqkit_cpuset_free(t->booted.set);
	irqkit_cpuset_free(t->set_apart.set);
	irqkit_cpuset_free(t->isolated_now.set);
	irqkit_cpuset_free(t->housekeeping_now.set);
	irqkit_cpuset_free(t->isolated);
	irqkit_cpuset_free(t->housekeeping);
	irqkit_cpuset_free(t->nodes.set);
	irqkit_cpuset_free(t->packages.set);
	irqkit_cpuset_free(t->first_threads.set);
	irqkit_cpuset_free(t->other_threads.set);
	irqkit_cpuset_free(t->fast.set);
	irqkit_cpuset_free(t->fast_cores.set);
	irqkit_cpuset_free(t->slow_cores.set);
	for (size_t i = 0; i < t->n_nodes; i++) {
		irqkit_cpuset_free(t->node[i].cpus.set);
		free(t->node[i].distance);
	}
	for (size_t i = 0; i < t->n_packages; i++)
		irqkit_cpuset_free(t->package[i].cpus);
	for (size_t i = 0; i < t->n_groups; i++)
		irqkit_cpuset_free(t->group[i]);
	free(t->node);
	free(t->package);
	free(t->place);
	free(t->group);
	free(t);
}

struct irqkit_ctx *topology_get_ctx(struct irqkit_topology *t)
{
	return t->ctx;
}

int topology_get_error(const struct irqkit_topology *t)
{
	return t->error;
}

/* ------------------------------------------------------------------------------- */
/* Sets of the whole machine                                                       */

/* nohz_full of Linux 6.1 and 6.12 contains " (null)" if there are none. */
static int read_nohz_full(struct irqkit_ctx *ctx, struct irqkit_cpuset **ret_set)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = knob_read_line(ctx, "sys/devices/system/cpu/nohz_full", &text, &len);

	if (r < 0)
		return r;
	if (strcmp(text + strspn(text, " "), "(null)") == 0)
		return irqkit_cpuset_new(ret_set);
	r = irqkit_cpuset_parse_list(text, len, ret_set, NULL);
	return r == -EINVAL || r == -ERANGE ? -EBADMSG : r;
}

int topology_read_cpus(
	struct irqkit_ctx *ctx, enum irqkit_cpus which, struct irqkit_cpuset **ret_set)
{
	switch (which) {
	case IRQKIT_CPUS_ONLINE:
		return knob_read_cpulist(ctx, "sys/devices/system/cpu/online", ret_set);
	case IRQKIT_CPUS_PRESENT:
		return knob_read_cpulist(ctx, "sys/devices/system/cpu/present", ret_set);
	case IRQKIT_CPUS_POSSIBLE:
		return knob_read_cpulist(ctx, "sys/devices/system/cpu/possible", ret_set);
	case IRQKIT_CPUS_NOHZ_FULL:
		return read_nohz_full(ctx, ret_set);
	default:
		return -EINVAL;
	}
}

/* By isolcpus=, which stays, and by cpuset partitions: either file may be missing. */
static int read_isolated(struct irqkit_topology *t, struct irqkit_cpuset **ret_set)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL, *later = NULL;
	int r = 0, s;

	if (!t->booted.has_read)
		r = knob_read_cpulist(
			t->ctx, "sys/devices/system/cpu/isolated", &t->booted.set);
	t->booted.has_read = !is_failure(r);
	s = knob_read_cpulist(t->ctx, "sys/fs/cgroup/cpuset.cpus.isolated", &later);
	if (is_failure(r) || is_failure(s))
		return is_failure(r) ? r : s;
	if (!t->booted.set) {
		*ret_set = TAKE(later);
		return *ret_set ? 0 : r;
	}
	r = irqkit_cpuset_copy(t->booted.set, &cpus);
	if (r == 0 && later)
		r = irqkit_cpuset_add_set(cpus, later);
	if (r == 0)
		*ret_set = TAKE(cpus);
	return r;
}

/* The online CPUs without the isolated and the nohz_full ones, as far as known. */
static int make_housekeeping(struct irqkit_topology *t, struct irqkit_cpuset **ret_set)
{
	static const enum irqkit_cpus minus[] = { IRQKIT_CPUS_ISOLATED,
		IRQKIT_CPUS_NOHZ_FULL };
	const struct irqkit_cpuset *online = topology_get_kernel_cpus(
		t, IRQKIT_CPUS_ONLINE);
	int r = online ? irqkit_cpuset_copy(online, ret_set) : -ENODATA;

	for (size_t i = 0; i < LENGTH(minus) && r == 0; i++) {
		const struct irqkit_cpuset *set = topology_get_kernel_cpus(t, minus[i]);

		if (set)
			irqkit_cpuset_remove_set(*ret_set, set);
	}
	return r;
}

static int read_cpus(
	struct irqkit_topology *t, enum irqkit_cpus which, struct irqkit_cpuset **ret_set)
{
	switch (which) {
	case IRQKIT_CPUS_HOUSEKEEPING:
		return make_housekeeping(t, ret_set);
	case IRQKIT_CPUS_ISOLATED:
		return read_isolated(t, ret_set);
	default:
		return topology_read_cpus(t->ctx, which, ret_set);
	}
}

const struct irqkit_cpuset *topology_get_kernel_cpus(
	struct irqkit_topology *t, enum irqkit_cpus which)
{
	struct lazy_set *lazy;

	if ((unsigned int)which >= LENGTH(t->cpus))
		return NULL;
	lazy = &t->cpus[which];
	if (!lazy->has_read) {
		lazy->has_read = true;
		topology_note(t, read_cpus(t, which, &lazy->set));
	}
	return lazy->set;
}

int topology_set_cpus(struct irqkit_topology *t, enum irqkit_cpus which,
	const struct irqkit_cpuset *cpus)
{
	struct lazy_set *lazy = &t->cpus[which];
	struct irqkit_cpuset *copy;
	int r = irqkit_cpuset_copy(cpus, &copy);

	if (r < 0)
		return r;
	irqkit_cpuset_free(lazy->set);
	lazy->set = copy;
	lazy->has_read = true;
	return 0;
}

EXPORT int irqkit_topology_set_online(
	struct irqkit_topology *t, const struct irqkit_cpuset *online)
{
	return topology_set_cpus(t, IRQKIT_CPUS_ONLINE, online);
}
