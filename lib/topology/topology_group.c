/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The online CPUs by package and by thread, and the order in which to use them. */
#include "base/macros.h"
#include "topology/topology_record.h"

#include <errno.h>
#include <stdlib.h>

/* ------------------------------------------------------------------------------- */
/* Packages                                                                        */

static struct topology_package *find_package(
	struct irqkit_topology *t, unsigned int number)
{
	for (size_t i = 0; i < t->n_packages; i++)
		if (t->package[i].number == number)
			return &t->package[i];
	return NULL;
}

static int add_package(struct irqkit_topology *t, unsigned int number)
{
	struct irqkit_cpuset *cpus;
	struct topology_package *package = reallocarray(
		t->package, t->n_packages + 1, sizeof(*package));
	int r;

	if (!package)
		return -ENOMEM;
	t->package = package;
	r = irqkit_cpuset_new(&cpus);
	if (r < 0)
		return r;
	t->package[t->n_packages++] = (struct topology_package){ .number = number,
		.cpus = cpus };
	return irqkit_cpuset_add(t->packages.set, number);
}

/* Adds @cpu to its group; a number too large for a set counts as unknown. */
static int sort_into_package(struct irqkit_topology *t, unsigned int cpu)
{
	int number = irqkit_topology_get_package(t, cpu);
	int r = 0;

	if (number < 0 || (unsigned int)number > IRQKIT_CPU_MAX)
		return 0;
	if (!find_package(t, (unsigned int)number))
		r = add_package(t, (unsigned int)number);
	if (r == 0)
		r = irqkit_cpuset_add(find_package(t, (unsigned int)number)->cpus, cpu);
	return r;
}

EXPORT const struct irqkit_cpuset *irqkit_topology_get_packages(struct irqkit_topology *t)
{
	const struct irqkit_cpuset *online;
	int r = 0;

	if (t->packages.has_read)
		return t->packages.set;
	t->packages.has_read = true;
	online = irqkit_topology_get_cpus(t, IRQKIT_CPUS_ONLINE);
	if (!online || topology_note(t, irqkit_cpuset_new(&t->packages.set)) < 0)
		return NULL;
	irqkit_cpuset_foreach (cpu, online) {
		r = sort_into_package(t, cpu);
		if (r < 0)
			break;
	}
	if (topology_note(t, r) < 0 || t->n_packages == 0)
		irqkit_cpuset_free(TAKE(t->packages.set));
	return t->packages.set;
}

EXPORT const struct irqkit_cpuset *irqkit_topology_get_package_cpus(
	struct irqkit_topology *t, unsigned int number)
{
	struct topology_package *package;

	irqkit_topology_get_packages(t);
	package = find_package(t, number);
	return package ? package->cpus : NULL;
}

/* ------------------------------------------------------------------------------- */
/* Threads                                                                         */

/* The smallest member of both; -1: none. */
static int first_common(const struct irqkit_cpuset *a, const struct irqkit_cpuset *b)
{
	irqkit_cpuset_foreach (cpu, a)
		if (irqkit_cpuset_has(b, cpu))
			return (int)cpu;
	return -1;
}

static int sort_threads(struct irqkit_topology *t, const struct irqkit_cpuset *online)
{
	int r = 0;

	irqkit_cpuset_foreach (cpu, online) {
		const struct irqkit_cpuset *siblings = irqkit_topology_get_siblings(
			t, cpu);
		bool is_first = !siblings || first_common(siblings, online) == (int)cpu;

		r = irqkit_cpuset_add(
			is_first ? t->first_threads.set : t->other_threads.set, cpu);
		if (r < 0)
			break;
	}
	return r;
}

static void read_threads(struct irqkit_topology *t)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		t, IRQKIT_CPUS_ONLINE);
	int r;

	if (t->first_threads.has_read || !online)
		return;
	t->first_threads.has_read = true;
	r = irqkit_cpuset_new(&t->first_threads.set);
	if (r == 0)
		r = irqkit_cpuset_new(&t->other_threads.set);
	if (r == 0)
		r = sort_threads(t, online);
	if (topology_note(t, r) < 0) {
		irqkit_cpuset_free(TAKE(t->first_threads.set));
		irqkit_cpuset_free(TAKE(t->other_threads.set));
	}
}

EXPORT const struct irqkit_cpuset *irqkit_topology_get_first_threads(
	struct irqkit_topology *t)
{
	read_threads(t);
	return t->first_threads.set;
}

EXPORT const struct irqkit_cpuset *irqkit_topology_get_other_threads(
	struct irqkit_topology *t)
{
	read_threads(t);
	return t->other_threads.set;
}

/* ------------------------------------------------------------------------------- */
/* Order                                                                           */

/*
 * Where a CPU comes in the order: by `thread` first, then `slowness`, and so on down to
 * its number.
 *
 *     package   0                1
 *     llc       0,1    2,3       4,5    6,7
 *     turn      0 1    0 1       0 1    0 1
 *     cache     0      1         0      1        order: 0 4 2 6 1 5 3 7
 */
struct seat {
	size_t thread; /* how many threads of its core come before it */
	int slowness; /* efficiency cores come after those made for work */
	size_t turn; /* how many threads like it come before it in its cache */
	size_t cache; /* how many caches of its package come before its own */
	int package; /* or the node, if the package is not known; -1: neither */
	int llc; /* the first CPU of its cache; -1: not known */
	unsigned int cpu;
};

/* How many members of @set are in @group and smaller than @cpu. */
static size_t count_before(const struct irqkit_cpuset *set,
	const struct irqkit_cpuset *group, unsigned int cpu)
{
	size_t n = 0;

	irqkit_cpuset_foreach (member, group) {
		if (member >= cpu)
			break;
		n += irqkit_cpuset_has(set, member);
	}
	return n;
}

static struct seat make_seat(
	struct irqkit_topology *t, const struct irqkit_cpuset *set, unsigned int cpu)
{
	const struct irqkit_cpuset *siblings = irqkit_topology_get_siblings(t, cpu);
	const struct irqkit_cpuset *llc = irqkit_topology_get_llc(t, cpu);
	int package = irqkit_topology_get_package(t, cpu);

	return (struct seat){
		.cpu = cpu,
		.thread = siblings ? count_before(set, siblings, cpu) : 0,
		.slowness = topology_get_slowness(t, cpu),
		.package = package >= 0 ? package : irqkit_topology_get_node(t, cpu),
		.llc = llc ? irqkit_cpuset_next(llc, -1) : -1,
	};
}

#define COMPARE(x, y)                                                                    \
	do {                                                                             \
		if ((x) != (y))                                                          \
			return (x) < (y) ? -1 : 1;                                       \
	} while (0)

/* CPUs of one group are adjacent, and are numbered by turn. */
static int compare_places(const void *a, const void *b)
{
	const struct seat *x = a, *y = b;

	COMPARE(x->package, y->package);
	COMPARE(x->llc, y->llc);
	COMPARE(x->thread, y->thread);
	COMPARE(x->slowness, y->slowness);
	COMPARE(x->cpu, y->cpu);
	return 0;
}

static int compare_seats(const void *a, const void *b)
{
	const struct seat *x = a, *y = b;

	COMPARE(x->thread, y->thread);
	COMPARE(x->slowness, y->slowness);
	COMPARE(x->turn, y->turn);
	COMPARE(x->cache, y->cache);
	COMPARE(x->package, y->package);
	COMPARE(x->cpu, y->cpu);
	return 0;
}

/* Fills in `turn` and `cache` of seats that are sorted by compare_places(). */
static void count_turns(struct seat *seats, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct seat *before = &seats[i - 1];

		if (seats[i].package != before->package)
			continue;
		seats[i].cache = before->cache;
		if (seats[i].llc != before->llc)
			seats[i].cache++;
		else if (seats[i].thread == before->thread &&
			seats[i].slowness == before->slowness)
			seats[i].turn = before->turn + 1;
	}
}

EXPORT int irqkit_topology_get_order(struct irqkit_topology *t,
	const struct irqkit_cpuset *set, unsigned int **ret_cpus, size_t *ret_count)
{
	size_t n = irqkit_cpuset_count(set), i = 0;
	struct seat *seats = calloc(n + 1, sizeof(*seats));
	unsigned int *cpus = calloc(n + 1, sizeof(*cpus));
	int r = seats && cpus ? 0 : -ENOMEM;

	if (r == 0) {
		irqkit_cpuset_foreach (cpu, set)
			seats[i++] = make_seat(t, set, cpu);
		r = t->error;
	}
	if (r == 0) {
		qsort(seats, n, sizeof(*seats), compare_places);
		count_turns(seats, n);
		qsort(seats, n, sizeof(*seats), compare_seats);
		for (i = 0; i < n; i++)
			cpus[i] = seats[i].cpu;
		*ret_cpus = TAKE(cpus);
		*ret_count = n;
	}
	free(seats);
	free(cpus);
	return r;
}
