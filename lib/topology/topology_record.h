/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record of a topology. Only the files of this folder use its fields. */
#ifndef IRQKIT_TOPOLOGY_RECORD_H
#define IRQKIT_TOPOLOGY_RECORD_H

#include "kernel/ctx.h"
#include "topology/topology.h"

#include <errno.h>
#include <limits.h>

#define NOT_READ INT_MIN
#define NOT_TOLD (-1)

/* A set that is made on first use; NULL after that: the kernel does not report it. */
struct lazy_set {
	struct irqkit_cpuset *set; /* owned */
	bool has_read;
};

enum place_id { ID_PACKAGE, ID_DIE, ID_CLUSTER, ID_CORE, ID_CAPACITY, N_IDS };

struct cpu_place {
	struct irqkit_cpuset *siblings; /* both: in the topology's groups, or NULL */
	struct irqkit_cpuset *llc;
	bool has_read_llc;
	int id[N_IDS];
};

struct topology_node {
	unsigned int number;
	struct lazy_set cpus;
	int *distance; /* owned; to each node, in the order of their numbers; or NULL */
	bool has_read_distance;
};

struct topology_package {
	unsigned int number;
	struct irqkit_cpuset *cpus; /* owned */
};

struct irqkit_topology {
	struct irqkit_ctx *ctx;
	struct lazy_set cpus[IRQKIT_CPUS_HOUSEKEEPING + 1]; /* as the kernel sees them */
	struct lazy_set booted; /* isolated by isolcpus= */
	struct topology_line settings[N_TOPOLOGY_SETTINGS];
	bool has_settings[N_TOPOLOGY_SETTINGS]; /* read, and not taken */
	struct lazy_set set_apart; /* isolated by settings; NULL: none */
	/* with those that settings isolate; NULL: the same as the kernel's, or not known */
	struct lazy_set isolated_now, housekeeping_now;
	/* owned; with those that a policy isolates too; NULL: none does */
	struct irqkit_cpuset *isolated, *housekeeping;
	struct lazy_set nodes, packages, first_threads, other_threads;
	struct lazy_set fast; /* of a hybrid machine; NULL: they are all alike */
	struct lazy_set fast_cores, slow_cores; /* online; NULL: they are all alike */
	bool lacks_capacity; /* CPUs have no cpu_capacity, as the first one showed */
	/* the same of their folders topology and cache, once a file was missing there */
	bool lacks_topology, lacks_cache, has_tried_topology;
	struct topology_node *node; /* owned; one for each of nodes */
	size_t n_nodes;
	struct topology_package *package; /* owned; one for each of packages */
	size_t n_packages;
	struct cpu_place *place; /* owned; by number of the CPU */
	size_t n_places;
	struct irqkit_cpuset **group; /* owned, and what it holds */
	size_t n_groups;
	int error; /* the first failure: is_failure() */
};

/* A file that does not exist means "not known"; a failure to read does not. Returns @r. */
static inline int topology_note(struct irqkit_topology *topology, int r)
{
	if (!is_failure(r))
		return r;
	topology->error = topology->error ? topology->error : r;
	ctx_keep(topology->ctx, r);
	return r;
}

#endif
