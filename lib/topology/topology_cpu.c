/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a CPU is a part of: /sys/devices/system/cpu/cpuN/topology and cache. These folders
 * vanish while it is offline.
 */
#include "base/cpuset.h"
#include "base/macros.h"
#include "base/number.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"
#include "topology/topology_record.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#define CPU_FOLDER "sys/devices/system/cpu/cpu%u/"

/* NULL: there can be no such CPU, or no memory. */
static struct cpu_place *get_place(struct irqkit_topology *t, unsigned int cpu)
{
	size_t n = cpu + 1;
	struct cpu_place *place;

	if (cpu > IRQKIT_CPU_MAX)
		return NULL;
	if (cpu < t->n_places)
		return &t->place[cpu];
	if (n < t->n_places * 2)
		n = t->n_places * 2;
	place = reallocarray(t->place, n, sizeof(*place));
	if (!place) {
		topology_note(t, -ENOMEM);
		return NULL;
	}
	t->place = place;
	for (; t->n_places < n; t->n_places++)
		t->place[t->n_places] = (struct cpu_place){
			.id = { NOT_READ, NOT_READ, NOT_READ, NOT_READ, NOT_READ },
		};
	return &t->place[cpu];
}

/* Gives @set to the topology, which owns it then; frees it if that fails. */
static int keep_group(struct irqkit_topology *t, struct irqkit_cpuset *set)
{
	struct irqkit_cpuset **group;

	if ((t->n_groups & (t->n_groups - 1)) == 0) { /* full: 0, 1, 2, 4, 8 ... */
		size_t room = t->n_groups ? t->n_groups * 2 : 1;

		group = reallocarray(t->group, room, sizeof(*group));
		if (!group) {
			irqkit_cpuset_free(set);
			return topology_note(t, -ENOMEM);
		}
		t->group = group;
	}
	t->group[t->n_groups++] = set;
	return 0;
}

static bool has_folder(struct irqkit_topology *t, unsigned int cpu, const char *name)
{
	mode_t mode;

	return topology_note(t,
		       knob_readf_mode(t->ctx, &mode, CPU_FOLDER "%s", cpu, name)) == 0;
}

static bool is_online(struct irqkit_topology *t, unsigned int cpu)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		t, IRQKIT_CPUS_ONLINE);

	return online && irqkit_cpuset_has(online, cpu);
}

/* @cpu has gone offline just now, or a tree lacks a part: does another CPU lack it, too? */
static bool others_lack(struct irqkit_topology *t, unsigned int cpu, const char *name)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		t, IRQKIT_CPUS_ONLINE);

	if (online)
		irqkit_cpuset_foreach (other, online)
			if (other != cpu)
				return !has_folder(t, other, name);
	return true;
}

static bool lacks_folder(const struct irqkit_topology *t, const char *name)
{
	return *name == 't' ? t->lacks_topology : t->lacks_cache;
}

/* A list in a CPU's folder topology or cache, which must hold that CPU. */
static int read_group(struct irqkit_topology *t, unsigned int cpu, const char *name,
	struct irqkit_cpuset **ret_set)
{
	_cleanup_cpuset_ struct irqkit_cpuset *set = NULL;
	int r = lacks_folder(t, name)
		? -ENOENT
		: topology_note(t,
			  knob_readf_cpulist(t->ctx, &set, CPU_FOLDER "%s", cpu, name));

	if (r < 0)
		return r;
	if (!irqkit_cpuset_has(set, cpu))
		return -EBADMSG;
	*ret_set = TAKE(set);
	return 0;
}

/*
 * A list with two names: every kernel knows the old one, and may lose it some day (the
 * new one came with Linux 5.5).
 */
static int read_group_by_either(struct irqkit_topology *t, unsigned int cpu,
	const char *old_name, const char *name, struct irqkit_cpuset **ret_set)
{
	int r = read_group(t, cpu, old_name, ret_set);

	if (r == -ENOENT && !t->lacks_topology)
		r = read_group(t, cpu, name, ret_set);
	/* two that lack the folder show that all do, as in a small root */
	if (r == -ENOENT && !t->has_tried_topology && is_online(t, cpu)) {
		t->has_tried_topology = true;
		t->lacks_topology = !has_folder(t, cpu, "topology") &&
			others_lack(t, cpu, "topology");
	}
	return r;
}

/* ------------------------------------------------------------------------------- */
/* Numbers                                                                         */

static int read_id(struct irqkit_topology *t, unsigned int cpu, const char *name)
{
	_cleanup_free_ char *text = NULL;
	uint32_t number;
	size_t len;
	int r = knob_readf_line(t->ctx, &text, &len, CPU_FOLDER "%s", cpu, name);

	if (topology_note(t, r) < 0 || parse_u32(text, len, &number) < 0 ||
		number > INT_MAX)
		return NOT_TOLD;
	return (int)number;
}

static int get_id(
	struct irqkit_topology *t, unsigned int cpu, enum place_id id, const char *name)
{
	struct cpu_place *place = get_place(t, cpu);

	if (!place)
		return NOT_TOLD;
	if (place->id[id] == NOT_READ)
		place->id[id] = read_id(t, cpu, name);
	return place->id[id];
}

/* Read of one CPU of the package, and true of all of them. */
EXPORT int irqkit_topology_get_package(struct irqkit_topology *t, unsigned int cpu)
{
	_cleanup_cpuset_ struct irqkit_cpuset *members = NULL;
	struct cpu_place *place = get_place(t, cpu);
	int id;

	if (!place || t->lacks_topology)
		return NOT_TOLD;
	if (place->id[ID_PACKAGE] != NOT_READ)
		return place->id[ID_PACKAGE];

	id = place->id[ID_PACKAGE] = read_id(t, cpu, "topology/physical_package_id");
	if (id == NOT_TOLD ||
		read_group_by_either(t, cpu, "topology/core_siblings_list",
			"topology/package_cpus_list", &members) < 0)
		return id;
	irqkit_cpuset_foreach (member, members) {
		place = get_place(t, member);
		if (place && place->id[ID_PACKAGE] == NOT_READ)
			place->id[ID_PACKAGE] = id;
	}
	return id;
}

EXPORT int irqkit_topology_get_die(struct irqkit_topology *t, unsigned int cpu)
{
	return get_id(t, cpu, ID_DIE, "topology/die_id");
}

/* 65535 stands for -1: the firmware reports no clusters. */
EXPORT int irqkit_topology_get_cluster(struct irqkit_topology *t, unsigned int cpu)
{
	int id = get_id(t, cpu, ID_CLUSTER, "topology/cluster_id");

	return id == UINT16_MAX ? NOT_TOLD : id;
}

EXPORT int irqkit_topology_get_core(struct irqkit_topology *t, unsigned int cpu)
{
	return get_id(t, cpu, ID_CORE, "topology/core_id");
}

/*
 * x86 lists its fast cores in one file if it also has slow ones; arm gives each CPU a
 * capacity, or none of them.
 */
int topology_get_slowness(struct irqkit_topology *t, unsigned int cpu)
{
	int capacity;

	if (!t->fast.has_read) {
		t->fast.has_read = true;
		topology_note(t,
			knob_read_cpulist(
				t->ctx, "sys/devices/cpu_core/cpus", &t->fast.set));
	}
	if (t->fast.set)
		return !irqkit_cpuset_has(t->fast.set, cpu);
	if (t->lacks_capacity)
		return 0;
	capacity = get_id(t, cpu, ID_CAPACITY, "cpu_capacity");
	t->lacks_capacity = capacity == NOT_TOLD;
	return t->lacks_capacity ? 0 : -capacity;
}

/* ------------------------------------------------------------------------------- */
/* Cores and caches                                                                */

/* Makes @set the siblings of all its members that have none yet. */
static void share_siblings(struct irqkit_topology *t, struct irqkit_cpuset *set)
{
	if (keep_group(t, set) < 0)
		return;
	irqkit_cpuset_foreach (member, set) {
		struct cpu_place *place = get_place(t, member);

		if (place && !place->siblings)
			place->siblings = set;
	}
}

EXPORT const struct irqkit_cpuset *irqkit_topology_get_siblings(
	struct irqkit_topology *t, unsigned int cpu)
{
	struct irqkit_cpuset *set = NULL;
	struct cpu_place *place = get_place(t, cpu);

	if (!place)
		return NULL;
	if (place->siblings)
		return place->siblings;

	if (read_group_by_either(t, cpu, "topology/thread_siblings_list",
		    "topology/core_cpus_list", &set) < 0) {
		int r = irqkit_cpuset_new(&set);

		if (r == 0)
			r = irqkit_cpuset_add(set, cpu);
		if (topology_note(t, r) < 0) {
			irqkit_cpuset_free(set);
			return NULL;
		}
	}
	share_siblings(t, set);
	place = get_place(t, cpu); /* the table may have moved */
	return place->siblings;
}

static int read_cache(struct irqkit_topology *t, unsigned int cpu, int index,
	struct irqkit_cpuset **ret_set)
{
	char name[64];

	snprintf(name, sizeof(name), "cache/index%d/shared_cpu_list", index);
	return read_group(t, cpu, name, ret_set);
}

#define USUAL_LAST_CACHE 3 /* L1 data, L1 instructions, L2, L3 */

/* The kernel numbers the caches of a CPU by level: finds the last one. */
static int read_llc(
	struct irqkit_topology *t, unsigned int cpu, struct irqkit_cpuset **ret_set)
{
	int index = USUAL_LAST_CACHE, r = read_cache(t, cpu, index, ret_set);

	if (r == 0) {
		struct irqkit_cpuset *next;

		while (read_cache(t, cpu, ++index, &next) == 0) {
			irqkit_cpuset_free(*ret_set);
			*ret_set = next;
		}
	} else if (t->lacks_cache) {
		return r;
	} else if (has_folder(t, cpu, "cache")) {
		while (r < 0 && index > 0)
			r = read_cache(t, cpu, --index, ret_set);
	} else {
		t->lacks_cache = is_online(t, cpu) && others_lack(t, cpu, "cache");
	}
	return r;
}

EXPORT const struct irqkit_cpuset *irqkit_topology_get_llc(
	struct irqkit_topology *t, unsigned int cpu)
{
	struct cpu_place *place = get_place(t, cpu);
	struct irqkit_cpuset *set;

	if (!place)
		return NULL;
	if (place->has_read_llc)
		return place->llc;
	place->has_read_llc = true;
	if (read_llc(t, cpu, &set) < 0 || keep_group(t, set) < 0)
		return NULL;

	irqkit_cpuset_foreach (member, set) {
		place = get_place(t, member);
		if (!place || (place->has_read_llc && member != cpu))
			continue;
		place->has_read_llc = true;
		place->llc = set;
	}
	return set;
}
