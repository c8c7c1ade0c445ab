/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How CPUs sit together, on every shape of machine; only what is asked for is read. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <irqkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/macros.h"
#include "kernel/ctx.h"
#include "topology/topology.h"

#define CPU "sys/devices/system/cpu/"
#define NODE "sys/devices/system/node/"

static char root_512[] = "/tmp/irqkit-512-XXXXXX";

/* ------------------------------------------------------------------------------- */
/* Which files are opened                                                          */

static char opened[65536]; /* their paths, a blank behind each */
static int n_opened;

/*
 * The linker calls these instead of libc's. openat() has four names: one for files of any size, and
 * with _FORTIFY_SOURCE another two for calls without a mode.
 */
int __wrap_openat(int dir, const char *path, int flags, ...);
int __wrap_openat64(int dir, const char *path, int flags, ...);
int __wrap___openat_2(int dir, const char *path, int flags);
int __wrap___openat64_2(int dir, const char *path, int flags);

static int note_and_open(int dir, const char *path, int flags)
{
	if (n_opened++ < 512) {
		strncat(opened, path, sizeof(opened) - strlen(opened) - 1);
		strncat(opened, " ", sizeof(opened) - strlen(opened) - 1);
	}
	return (int)syscall(SYS_openat, dir, path, flags, 0);
}

int __wrap_openat(int dir, const char *path, int flags, ...)
{
	return note_and_open(dir, path, flags);
}

int __wrap_openat64(int dir, const char *path, int flags, ...)
{
	return note_and_open(dir, path, flags);
}

int __wrap___openat_2(int dir, const char *path, int flags)
{
	return note_and_open(dir, path, flags);
}

int __wrap___openat64_2(int dir, const char *path, int flags)
{
	return note_and_open(dir, path, flags);
}

/* ------------------------------------------------------------------------------- */

struct machine {
	struct irqkit_ctx *ctx;
	struct irqkit_topology *topology;
};

static struct machine open_machine(const char *root)
{
	struct machine m = { 0 };
	char path[256];

	snprintf(path, sizeof(path), "%s%s", root[0] == '/' ? "" : ROOTS, root);
	assert_int_equal(irqkit_ctx_new(path, &m.ctx), 0);
	/* plain openat() for each file, so that they can be counted */
	m.ctx->resolves_in_root = false;
	m.ctx->is_live = true;
	opened[0] = '\0';
	n_opened = 0;
	assert_int_equal(irqkit_topology_new(m.ctx, &m.topology), 0);
	return m;
}

static void close_machine(struct machine *m)
{
	irqkit_topology_free(m->topology);
	irqkit_ctx_free(m->ctx);
}

/* As a list; "-" for NULL. The buffer is reused after four calls. */
static const char *show(const struct irqkit_cpuset *set)
{
	static char texts[4][4096];
	static unsigned int next;
	char *text = texts[next++ % 4], *list;

	if (!set)
		return "-";
	assert_int_equal(irqkit_cpuset_format_list(set, &list), 0);
	snprintf(text, sizeof(texts[0]), "%s", list);
	free(list);
	return text;
}

static void same(
	const char *root, const char *what, const char *is, const char *should_be)
{
	if (strcmp(is, should_be) != 0)
		fail_msg("%s: %s is '%s', not '%s'", root, what, is, should_be);
}

/* ------------------------------------------------------------------------------- */
/* Sets                                                                            */

struct shape {
	const char *root;
	const char *online, *isolated, *nohz_full, *housekeeping;
	const char *nodes, *packages, *first, *other;
};

static void sets(void **state)
{
	static const struct shape shapes[] = {
		{ "one-cpu", "0", "", "-", "0", "-", "-", "0", "" },
		{ "gap-8cpu", "0-2,4,6-9", "", "", "0-2,4,6-9", "0", "0", "0-2,4,6-9",
			"" },
		{ "linux-6.1-16cpu", "0-15", "", "", "0-15", "0-1", "0-1",
			"0,2,4,6,8,10,12,14", "1,3,5,7,9,11,13,15" },
		/* the sibling of an offline CPU is a first thread */
		{ "linux-6.1-16cpu-2offline", "0-2,4-6,8-15", "", "", "0-2,4-6,8-15",
			"0-1", "0-1", "0,2,4,6,8,10,12,14", "1,5,9,11,13,15" },
		{ "smt-apart-8cpu", "0-7", "", "-", "0-7", "0", "0", "0-3", "4-7" },
		{ "memory-node-4cpu", "0-3", "", "-", "0-3", "0,3,5", "0-1", "0-3", "" },
		{ "arm64-clusters-8cpu", "0-7", "", "-", "0-7", "0", "36", "0-7", "" },
		{ "hybrid-14cpu", "0-13", "", "-", "0-13", "0", "0", "0,2,4,6,8-13",
			"1,3,5,7" },
		{ "isolcpus-8cpu", "0-7", "2-3,5", "3-4", "0-1,6-7", "0", "0", "0-7",
			"" },
		{ "empty-in-container", "0,2-3", "", "-", "0,2-3", "-", "-", "0,2-3",
			"" },
		{ "xen-6.1-domu", "0-3", "", "", "0-3", "0", "0", "0-3", "" },
		{ "xen-4.9-domu-8cpu", "0-7", "", "-", "0-7", "-", "-", "0-7", "" },
		{ "mlx5-64queues", "0-63", "", "-", "0-63", "0-1", "0-1", "0-31",
			"32-63" },
		{ "interrupts-only", "-", "-", "-", "-", "-", "-", "-", "-" },
		{ root_512, "0-511", "", "", "0-511", "0-7", "0-7", "0-255", "256-511" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(shapes); i++) {
		const struct shape *s = &shapes[i];
		struct machine m = open_machine(s->root);
		struct irqkit_topology *t = m.topology;

		same(s->root, "online",
			show(irqkit_topology_get_cpus(t, IRQKIT_CPUS_ONLINE)), s->online);
		same(s->root, "isolated",
			show(irqkit_topology_get_cpus(t, IRQKIT_CPUS_ISOLATED)),
			s->isolated);
		same(s->root, "nohz_full",
			show(irqkit_topology_get_cpus(t, IRQKIT_CPUS_NOHZ_FULL)),
			s->nohz_full);
		same(s->root, "housekeeping",
			show(irqkit_topology_get_cpus(t, IRQKIT_CPUS_HOUSEKEEPING)),
			s->housekeeping);
		same(s->root, "nodes", show(irqkit_topology_get_nodes(t)), s->nodes);
		same(s->root, "packages", show(irqkit_topology_get_packages(t)),
			s->packages);
		same(s->root, "first threads", show(irqkit_topology_get_first_threads(t)),
			s->first);
		same(s->root, "other threads", show(irqkit_topology_get_other_threads(t)),
			s->other);
		close_machine(&m);
	}
}

static void present_and_possible(void **state)
{
	struct machine m = open_machine("gap-8cpu");
	struct irqkit_topology *t = m.topology;

	(void)state;
	assert_string_equal(
		show(irqkit_topology_get_cpus(t, IRQKIT_CPUS_PRESENT)), "0-4,6-9");
	assert_string_equal(
		show(irqkit_topology_get_cpus(t, IRQKIT_CPUS_POSSIBLE)), "0-9");
	assert_null(irqkit_topology_get_cpus(t, (enum irqkit_cpus)99));
	close_machine(&m);
}

/* ------------------------------------------------------------------------------- */
/* Isolated by settings                                                            */

/* What the files of a machine of eight CPUs hold; NULL: there is no such file. */
struct isolation {
	const char *default_affinity, *workqueues, *isolated, *nohz_full;
	const char *all, *housekeeping; /* what every command must see */
	const char *kernel; /* of housekeeping, without the settings */
	const char *opened; /* of the two masks */
};

#define DEFAULT "proc/irq/default_smp_affinity"
#define WORKQUEUES "sys/devices/virtual/workqueue/cpumask"

static void put(const char *top, const char *path, const char *text)
{
	char command[256];

	if (!text)
		return;
	snprintf(command, sizeof(command),
		"cd %s && mkdir -p $(dirname %s) && echo %s >%s", top, path, text, path);
	assert_int_equal(system(command), 0);
}

static void make_machine(const char *top, const struct isolation *isolation)
{
	put(top, CPU "online", "0-7");
	put(top, DEFAULT, isolation->default_affinity);
	put(top, WORKQUEUES, isolation->workqueues);
	put(top, CPU "isolated", isolation->isolated);
	put(top, CPU "nohz_full", isolation->nohz_full);
}

static void remove_machine(const char *top)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", top);
	assert_int_equal(system(command), 0);
}

static void check_isolation(const char *top, const struct isolation *i)
{
	static const enum irqkit_cpus house = IRQKIT_CPUS_HOUSEKEEPING;
	struct machine m = open_machine(top);
	struct irqkit_topology *t = m.topology;
	struct irqkit_cpuset *more;
	const char *what = i->default_affinity ? i->default_affinity : "no mask";

	for (int twice = 0; twice < 2; twice++) {
		same(what, "isolated",
			show(irqkit_topology_get_cpus(t, IRQKIT_CPUS_ISOLATED)), i->all);
		same(what, "housekeeping", show(irqkit_topology_get_cpus(t, house)),
			i->housekeeping);
		same(what, "of the kernel", show(topology_get_kernel_cpus(t, house)),
			i->kernel);
	}
	assert_int_equal(!!strstr(opened, DEFAULT), !!strstr(i->opened, "default"));
	assert_int_equal(!!strstr(opened, WORKQUEUES), !!strstr(i->opened, "work"));
	assert_int_equal(topology_get_error(t), 0);
	/* a policy adds CPUs; afterwards, removing them restores the previous state */
	assert_int_equal(irqkit_cpuset_parse_list("1", 1, &more, NULL), 0);
	assert_int_equal(topology_isolate(t, more), 0);
	irqkit_cpuset_free(more);
	assert_true(
		irqkit_cpuset_has(irqkit_topology_get_cpus(t, IRQKIT_CPUS_ISOLATED), 1));
	assert_false(irqkit_cpuset_has(irqkit_topology_get_cpus(t, house), 1));
	same(what, "of the kernel", show(topology_get_kernel_cpus(t, house)), i->kernel);
	assert_int_equal(topology_isolate(t, NULL), 0);
	same(what, "housekeeping", show(irqkit_topology_get_cpus(t, house)),
		i->housekeeping);
	close_machine(&m);
}

static void isolated_by_settings(void **state)
{
	static const struct isolation all[] = {
		{ "f3", "f3", "", NULL, "2-3", "0-1,4-7", "0-7", "default work" },
		{ "f3", "f3", NULL, NULL, "2-3", "0-1,4-7", "0-7", "default work" },
		/* a CPU that one of them has still gets work */
		{ "f3", "e1", "", NULL, "2-3", "0-1,4-7", "0-7", "default work" },
		{ "f3", "0f", "", NULL, "", "0-7", "0-7", "default work" },
		{ "f3", "ff", "", NULL, "", "0-7", "0-7", "default work" },
		{ "ff", "f3", "", NULL, "", "0-7", "0-7", "default" },
		{ "f3", NULL, "", NULL, "", "0-7", "0-7", "default work" },
		{ NULL, "f3", "", NULL, "", "0-7", "0-7", "default" },
		{ "ffffffff,ffffffff", "f3", "", NULL, "", "0-7", "0-7", "default" },
		{ "junk", "f3", "", NULL, "", "0-7", "0-7", "default" },
		{ "f3", "junk", "", NULL, "", "0-7", "0-7", "default work" },
		/* with what the kernel isolates */
		{ "f3", "f3", "6-7", NULL, "2-3,6-7", "0-1,4-5", "0-5", "default work" },
		{ "c3", "e3", "2", "3-4", "2-4", "0-1,5-7", "0-1,5-7", "default work" },
		/* nothing would be left */
		{ "100", "100", "", NULL, "", "0-7", "0-7", "default work" },
		{ "0f", "0f", "0-3", NULL, "0-3", "4-7", "4-7", "default work" },
		{ "0f", "0f", "0-1", "2-3", "0-1", "4-7", "4-7", "default work" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(all); i++) {
		char top[] = "/tmp/irqkit-isolated-XXXXXX";

		assert_non_null(mkdtemp(top));
		make_machine(top, &all[i]);
		check_isolation(top, &all[i]);
		remove_machine(top);
	}
}

/* ------------------------------------------------------------------------------- */
/* Each CPU                                                                        */

struct seat {
	const char *root;
	unsigned int cpu;
	int node, package, die, cluster, core;
	const char *siblings, *llc;
};

static void places(void **state)
{
	static const struct seat seats[] = {
		{ "one-cpu", 0, -1, -1, -1, -1, -1, "0", "-" },
		{ "gap-8cpu", 4, 0, 0, 0, -1, 4, "4", "0-2,4,6-9" },
		{ "gap-8cpu", 3, -1, -1, -1, -1, -1, "3", "-" }, /* offline */
		{ "linux-6.1-16cpu", 3, 0, 0, -1, -1, 1, "2-3", "0-7" },
		{ "linux-6.1-16cpu", 15, 1, 1, -1, -1, 3, "14-15", "8-15" },
		{ "linux-6.1-16cpu-2offline", 2, 0, 0, -1, -1, 1, "2", "0-2,4-6" },
		{ "smt-apart-8cpu", 6, 0, 0, 0, -1, 8, "2,6", "0-7" },
		{ "memory-node-4cpu", 1, 0, 0, 0, -1, 1, "1", "0-1" },
		{ "memory-node-4cpu", 3, 5, 1, 0, -1, 1, "3", "2-3" },
		{ "arm64-clusters-8cpu", 1, 0, 36, -1, 0, 1, "1", "0-3" },
		{ "arm64-clusters-8cpu", 6, 0, 36, -1, 4, 6, "6", "4-7" },
		{ "hybrid-14cpu", 1, 0, 0, 0, 0, 0, "0-1", "0-11" },
		{ "hybrid-14cpu", 9, 0, 0, 0, 16, 17, "9", "0-11" },
		{ "hybrid-14cpu", 12, 0, 0, 0, 32, 32, "12", "12-13" },
		{ "empty-in-container", 2, -1, -1, -1, -1, -1, "2", "-" },
		/* core 0, as all of them: the hypervisor made it up */
		{ "xen-6.1-domu", 2, 0, 0, -1, -1, 0, "2", "0-3" },
		{ "mlx5-64queues", 50, 1, 1, 0, -1, 2, "18,50", "16-31,48-63" },
		{ "interrupts-only", 0, -1, -1, -1, -1, -1, "0", "-" },
		{ "interrupts-only", IRQKIT_CPU_MAX + 1, -1, -1, -1, -1, -1, "-", "-" },
		{ root_512, 300, 1, 1, 0, -1, 12, "44,300", "40-47,296-303" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(seats); i++) {
		const struct seat *s = &seats[i];
		struct machine m = open_machine(s->root);
		struct irqkit_topology *t = m.topology;
		char is[64], should_be[64];

		snprintf(is, sizeof(is), "%d %d %d %d %d",
			irqkit_topology_get_node(t, s->cpu),
			irqkit_topology_get_package(t, s->cpu),
			irqkit_topology_get_die(t, s->cpu),
			irqkit_topology_get_cluster(t, s->cpu),
			irqkit_topology_get_core(t, s->cpu));
		snprintf(should_be, sizeof(should_be), "%d %d %d %d %d", s->node,
			s->package, s->die, s->cluster, s->core);
		same(s->root, "place", is, should_be);
		same(s->root, "siblings", show(irqkit_topology_get_siblings(t, s->cpu)),
			s->siblings);
		same(s->root, "llc", show(irqkit_topology_get_llc(t, s->cpu)), s->llc);
		close_machine(&m);
	}
}

/* Whichever CPU is asked first, its group is the same. */
static void groups_are_shared(void **state)
{
	struct machine m = open_machine("hybrid-14cpu");

	(void)state;
	for (unsigned int i = 14; i-- > 0;) {
		const struct irqkit_cpuset *llc = irqkit_topology_get_llc(m.topology, i);
		const struct irqkit_cpuset *siblings = irqkit_topology_get_siblings(
			m.topology, i);

		irqkit_cpuset_foreach (cpu, llc)
			assert_ptr_equal(irqkit_topology_get_llc(m.topology, cpu), llc);
		irqkit_cpuset_foreach (cpu, siblings)
			assert_ptr_equal(
				siblings, irqkit_topology_get_siblings(m.topology, cpu));
	}
	close_machine(&m);
}

/* ------------------------------------------------------------------------------- */
/* Nodes and packages                                                              */

static void nodes(void **state)
{
	struct machine m = open_machine("memory-node-4cpu");
	struct irqkit_topology *t = m.topology;
	static const struct {
		unsigned int from, to;
		int distance;
	} far[] = {
		{ 0, 0, 10 },
		{ 0, 3, 17 },
		{ 0, 5, 21 },
		{ 3, 5, 27 },
		{ 5, 3, 27 },
		{ 3, 0, 17 },
		{ 5, 5, 10 },
		{ 0, 1, -1 },
		{ 7, 0, -1 },
	};

	(void)state;
	assert_string_equal(show(irqkit_topology_get_node_cpus(t, 0)), "0-1");
	assert_string_equal(show(irqkit_topology_get_node_cpus(t, 3)), "");
	assert_string_equal(show(irqkit_topology_get_node_cpus(t, 5)), "2-3");
	assert_null(irqkit_topology_get_node_cpus(t, 1));
	for (size_t i = 0; i < LENGTH(far); i++)
		assert_int_equal(irqkit_topology_get_distance(t, far[i].from, far[i].to),
			far[i].distance);
	assert_string_equal(show(irqkit_topology_get_package_cpus(t, 1)), "2-3");
	assert_null(irqkit_topology_get_package_cpus(t, 2));
	close_machine(&m);

	m = open_machine("empty-in-container");
	assert_int_equal(irqkit_topology_get_distance(m.topology, 0, 0), -1);
	assert_null(irqkit_topology_get_package_cpus(m.topology, 0));
	close_machine(&m);
	m = open_machine("cpu1-missing"); /* nodes without `distance` */
	assert_int_equal(irqkit_topology_get_distance(m.topology, 0, 1), -1);
	close_machine(&m);
}

/* ------------------------------------------------------------------------------- */
/* Order                                                                           */

struct order {
	const char *root, *set, *order;
};

static void orders(void **state)
{
	static const struct order orders[] = {
		{ "one-cpu", "0", "0" },
		{ "one-cpu", "", "" },
		{ "gap-8cpu", "0-2,4,6-9", "0 1 2 4 6 7 8 9" },
		{ "linux-6.1-16cpu", "0-15", "0 8 2 10 4 12 6 14 1 9 3 11 5 13 7 15" },
		{ "linux-6.1-16cpu", "0-7", "0 2 4 6 1 3 5 7" },
		/* of what is given, the first thread is the first */
		{ "linux-6.1-16cpu", "1,3,8-9", "1 8 3 9" },
		{ "smt-apart-8cpu", "0-7", "0 1 2 3 4 5 6 7" },
		{ "memory-node-4cpu", "0-3", "0 2 1 3" },
		/* big cores before little ones */
		{ "arm64-clusters-8cpu", "0-7", "4 5 6 7 0 1 2 3" },
		{ "hybrid-14cpu", "0-13", "0 2 4 6 8 12 9 13 10 11 1 3 5 7" },
		{ "empty-in-container", "0-3", "0 1 2 3" },
		{ "interrupts-only", "0-3,9", "0 1 2 3 9" },
		{ "cpu1-missing", "0,2-3", "0 2 3" }, /* by node: 0 and 2-3 */
		{ "mlx5-64queues", "16-19,48-49", "16 17 18 19 48 49" },
		/* two packages, each with its caches of 8 cores, then their siblings */
		{ root_512, "0-15,32-47,256",
			"0 32 8 40 1 33 9 41 2 34 10 42 3 35 11 43 4 36 12 44 5 37 13 45 "
			"6 38 14 46 7 39 15 47 256" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(orders); i++) {
		struct machine m = open_machine(orders[i].root);
		struct irqkit_cpuset *set;
		char text[1024] = "";
		unsigned int *cpus;
		size_t n;

		assert_int_equal(irqkit_cpuset_parse_list(orders[i].set,
					 strlen(orders[i].set), &set, NULL),
			0);
		assert_int_equal(
			irqkit_topology_get_order(m.topology, set, &cpus, &n), 0);
		assert_non_null(cpus);
		for (size_t c = 0; c < n; c++)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u",
				c ? " " : "", cpus[c]);
		same(orders[i].root, orders[i].set, text, orders[i].order);
		free(cpus);
		irqkit_cpuset_free(set);
		close_machine(&m);
	}
}

/* The whole large machine: each CPU once, and its 32 caches in turn. */
static void order_of_512(void **state)
{
	struct machine m = open_machine(root_512);
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		m.topology, IRQKIT_CPUS_ONLINE);
	struct irqkit_cpuset *seen, *caches;
	unsigned int *cpus;
	size_t n;

	(void)state;
	assert_int_equal(irqkit_topology_get_order(m.topology, online, &cpus, &n), 0);
	assert_int_equal(n, 512);
	assert_int_equal(irqkit_cpuset_new(&seen), 0);
	assert_int_equal(irqkit_cpuset_new(&caches), 0);
	for (size_t i = 0; i < n; i++) {
		irqkit_cpuset_add(seen, cpus[i]);
		if (i < 32)
			irqkit_cpuset_add(caches, cpus[i] / 8);
		assert_int_equal(cpus[i] >= 256, i >= 256);
		assert_int_equal(cpus[i] % 256 / 32, i % 8);
	}
	assert_true(irqkit_cpuset_is_equal(seen, online));
	assert_int_equal(irqkit_cpuset_count(caches), 32);
	free(cpus);
	irqkit_cpuset_free(seen);
	irqkit_cpuset_free(caches);
	close_machine(&m);
}

/* ------------------------------------------------------------------------------- */
/* Laziness                                                                        */

static void expect_opened(const char *paths)
{
	assert_string_equal(opened, paths);
	opened[0] = '\0';
	n_opened = 0;
}

static void only_what_is_asked(void **state)
{
	struct machine m = open_machine("linux-6.1-16cpu");
	struct irqkit_topology *t = m.topology;

	(void)state;
	expect_opened("");
	for (int twice = 0; twice < 2; twice++)
		irqkit_topology_get_cpus(t, IRQKIT_CPUS_ONLINE);
	expect_opened(CPU "online ");
	irqkit_topology_get_cpus(t, IRQKIT_CPUS_HOUSEKEEPING);
	expect_opened(CPU "isolated sys/fs/cgroup/cpuset.cpus.isolated " CPU
			  "nohz_full " DEFAULT " ");
	irqkit_topology_get_node_cpus(t, 1);
	expect_opened(NODE "online " NODE "node1/cpulist ");
	irqkit_topology_get_node(t, 12);
	expect_opened(NODE "node0/cpulist ");
	irqkit_topology_get_node(t, 99);
	expect_opened("");
	irqkit_topology_get_distance(t, 1, 0);
	irqkit_topology_get_distance(t, 1, 1);
	expect_opened(NODE "node1/distance ");
	/* a neighbour's answer does for all of them */
	irqkit_topology_get_siblings(t, 4);
	irqkit_topology_get_siblings(t, 5);
	expect_opened(CPU "cpu4/topology/thread_siblings_list ");
	irqkit_topology_get_llc(t, 15);
	irqkit_topology_get_llc(t, 8);
	expect_opened(CPU "cpu15/cache/index3/shared_cpu_list " CPU
			  "cpu15/cache/index4/shared_cpu_list ");
	irqkit_topology_get_package(t, 0);
	irqkit_topology_get_package(t, 7);
	expect_opened(CPU "cpu0/topology/physical_package_id " CPU
			  "cpu0/topology/core_siblings_list ");
	close_machine(&m);
}

/* A missing file is missing once. */
static void what_is_missing_is_not_asked_again(void **state)
{
	struct machine m = open_machine("empty-in-container");
	struct irqkit_topology *t = m.topology;

	(void)state;
	for (int twice = 0; twice < 2; twice++) {
		irqkit_topology_get_node(t, 0);
		irqkit_topology_get_cpus(t, IRQKIT_CPUS_NOHZ_FULL);
		irqkit_topology_get_siblings(t, 1);
		irqkit_topology_get_llc(t, 1);
		irqkit_topology_get_die(t, 1);
	}
	expect_opened(NODE "online " CPU "nohz_full " CPU
			   "cpu1/topology/thread_siblings_list " CPU
			   "cpu1/topology/core_cpus_list " CPU "online " CPU
			   "cpu1/cache/index3/shared_cpu_list " CPU "cpu1/cache " CPU
			   "cpu1/topology/die_id ");
	close_machine(&m);
}

/* A root that was saved without the folders of CPUs: one CPU shows that. */
static void missing_folders_are_tried_once(void **state)
{
	struct machine m = open_machine("linux-6.1-512cpu");

	(void)state;
	for (unsigned int cpu = 0; cpu < 512; cpu++) {
		assert_int_equal(irqkit_cpuset_count(
					 irqkit_topology_get_siblings(m.topology, cpu)),
			1);
		assert_null(irqkit_topology_get_llc(m.topology, cpu));
		assert_int_equal(irqkit_topology_get_package(m.topology, cpu), -1);
	}
	expect_opened(
		CPU "cpu0/topology/thread_siblings_list " CPU
		    "cpu0/topology/core_cpus_list " CPU "online " CPU "cpu0/topology " CPU
		    "cpu1/topology " CPU "cpu0/cache/index3/shared_cpu_list " CPU
		    "cpu0/cache " CPU "cpu1/cache ");
	close_machine(&m);
}

/* A CPU that lacks its folders, as one that has just gone offline, says nothing about others. */
static void one_without_folders(void **state)
{
	struct machine m = open_machine("linux-6.1-16cpu");
	struct irqkit_cpuset *set;

	(void)state;
	assert_int_equal(irqkit_cpuset_parse_list("0-16", 4, &set, NULL), 0);
	assert_int_equal(irqkit_topology_set_online(m.topology, set), 0);
	irqkit_cpuset_free(set);
	assert_string_equal(show(irqkit_topology_get_siblings(m.topology, 16)), "16");
	assert_null(irqkit_topology_get_llc(m.topology, 16));
	assert_string_equal(show(irqkit_topology_get_siblings(m.topology, 0)), "0-1");
	assert_int_equal(irqkit_topology_get_package(m.topology, 8), 1);
	assert_non_null(irqkit_topology_get_llc(m.topology, 2));
	close_machine(&m);
}

/* Told what is online, the kernel isn't asked. */
static void online_as_told(void **state)
{
	struct machine m = open_machine("linux-6.1-16cpu");
	struct irqkit_cpuset *set;

	(void)state;
	assert_int_equal(irqkit_cpuset_parse_list("0-3", 3, &set, NULL), 0);
	assert_int_equal(irqkit_topology_set_online(m.topology, set), 0);
	irqkit_cpuset_free(set);
	assert_string_equal(
		show(irqkit_topology_get_cpus(m.topology, IRQKIT_CPUS_ONLINE)), "0-3");
	expect_opened("");
	assert_string_equal(show(irqkit_topology_get_first_threads(m.topology)), "0,2");
	assert_int_equal(n_opened, 2); /* two cores */
	close_machine(&m);
}

/* 512 CPUs cost as much as there are groups of them. */
static void files_of_512(void **state)
{
	struct machine m = open_machine(root_512);

	(void)state;
	irqkit_topology_get_packages(m.topology);
	assert_int_equal(n_opened, 1 + 8 * 2); /* online; a number and a list each */
	irqkit_topology_get_first_threads(m.topology);
	assert_int_equal(n_opened, 1 + 8 * 2 + 256);
	for (unsigned int cpu = 0; cpu < 512; cpu++)
		irqkit_topology_get_llc(m.topology, cpu);
	assert_int_equal(n_opened, 1 + 8 * 2 + 256 + 32 * 2); /* and no index4 */
	close_machine(&m);
}

/* ------------------------------------------------------------------------------- */

static int make_root_512(void **state)
{
	char command[128];

	(void)state;
	if (!mkdtemp(root_512))
		return -1;
	snprintf(command, sizeof(command), "test/make-root-512.sh %s", root_512);
	return system(command);
}

static int remove_root_512(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root_512);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets),
		cmocka_unit_test(present_and_possible),
		cmocka_unit_test(isolated_by_settings),
		cmocka_unit_test(places),
		cmocka_unit_test(groups_are_shared),
		cmocka_unit_test(nodes),
		cmocka_unit_test(orders),
		cmocka_unit_test(order_of_512),
		cmocka_unit_test(only_what_is_asked),
		cmocka_unit_test(what_is_missing_is_not_asked_again),
		cmocka_unit_test(missing_folders_are_tried_once),
		cmocka_unit_test(one_without_folders),
		cmocka_unit_test(online_as_told),
		cmocka_unit_test(files_of_512),
	};

	return cmocka_run_group_tests_name(
		"topology", tests, make_root_512, remove_root_512);
}
