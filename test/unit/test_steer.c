/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is decided about RPS and XPS. XPS is held against all ways there are to give CPUs to
 * queues, on machines small enough to try them all.
 */
#include "unit.h"

#include <errno.h>
#include <irqkit.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "steer/steer.h"

static struct irqkit_cpuset *set_of(const char *list)
{
	struct irqkit_cpuset *set = NULL;

	assert_int_equal(irqkit_cpuset_parse_list(list, strlen(list), &set, NULL), 0);
	return set;
}

/* ------------------------------------------------------------------------------- */
/* RPS                                                                             */

static void rps_is(const char *cpus, const char *local, const char *serving,
	const char *siblings, size_t n_online, size_t n_queues, const char *expected,
	const char *reason)
{
	struct irqkit_cpuset *of_cpus = set_of(cpus), *of_serving = set_of(serving);
	struct irqkit_cpuset *of_local = local ? set_of(local) : NULL;
	struct irqkit_cpuset *of_siblings = set_of(siblings), *chosen = NULL;
	struct rps_question question = {
		.cpus = of_cpus,
		.local = of_local,
		.serving = of_serving,
		.siblings = of_siblings,
		.n_online = n_online,
		.n_queues = n_queues,
		.node = local ? 1 : -1,
	};
	char *why = NULL, *list = NULL;

	assert_int_equal(steer_rps(&question, &chosen, &why), 0);
	assert_int_equal(irqkit_cpuset_format_list(chosen, &list), 0);
	assert_string_equal(list, expected);
	assert_string_equal(why, reason);
	free(why);
	free(list);
	irqkit_cpuset_free(chosen);
	irqkit_cpuset_free(of_cpus);
	irqkit_cpuset_free(of_local);
	irqkit_cpuset_free(of_serving);
	irqkit_cpuset_free(of_siblings);
}

static void rps_helps(void **state)
{
	(void)state;
	rps_is("0-7", NULL, "0", "0", 8, 1, "1-7",
		"1 queue for 8 CPUs; CPU 0 handles its interrupts");
	rps_is("0-7", NULL, "0", "0-1", 8, 1, "2-7",
		"1 queue for 8 CPUs; the core of CPUs 0-1 handles its interrupts");
	rps_is("0-7", "4-7", "4", "4-5", 8, 1, "6-7",
		"1 queue for 4 CPUs of node 1; the core of CPUs 4-5 handles its "
		"interrupts");
	/* served elsewhere: there is nobody to leave out */
	rps_is("0-7", "4-7", "0", "0-1", 8, 1, "4-7", "1 queue for 4 CPUs of node 1");
	/* without the siblings less than half would remain, without the one itself not */
	rps_is("0-1", NULL, "0", "0-1", 2, 1, "1",
		"1 queue for 2 CPUs; CPU 0 handles its interrupts");
	rps_is("0-3", NULL, "0-2", "0-2", 4, 3, "0-3",
		"3 queues for 4 CPUs; CPUs 0-2 handle its interrupts, but are needed "
		"too");
	/* nothing is known of its interrupts */
	rps_is("0-3", NULL, "", "", 4, 1, "0-3", "1 queue for 4 CPUs");
	/* isolated CPUs take no part, whoever they serve */
	rps_is("0-1,4-7", NULL, "2", "2-3", 8, 1, "0-1,4-7", "1 queue for 6 CPUs");
}

static void rps_does_not_help(void **state)
{
	(void)state;
	rps_is("0", NULL, "0", "0", 1, 1, "", "only one CPU is online");
	rps_is("0", NULL, "0", "0", 4, 1, "", "all CPUs except one are isolated");
	rps_is("0-3", NULL, "0-3", "0-3", 4, 4, "", "4 queues are enough for 4 CPUs");
	rps_is("0-7", "4-7", "4", "4-5", 8, 4, "",
		"4 queues are enough for 4 CPUs of node 1");
	rps_is("0-4", "4-7", "4", "4-5", 8, 1, "",
		"only 1 CPU of node 1 is near the device");
}

/* ------------------------------------------------------------------------------- */
/* XPS                                                                             */

#define MOST 6

/* Cores of two; caches of @llc CPUs; two nodes of @node CPUs. */
struct shape {
	unsigned int n_cpus, core, llc, node;
};

static unsigned int distance_in_shape(void *data, unsigned int from, unsigned int to)
{
	const struct shape *shape = data;

	return from == to				 ? 0
		: from / shape->core == to / shape->core ? 1
		: from / shape->llc == to / shape->llc	 ? 2
		: from / shape->node == to / shape->node ? 3
							 : 4;
}

static unsigned int distance_to(const struct shape *shape, int served, unsigned int cpu)
{
	return served < 0 ? 99
			  : distance_in_shape((void *)shape, (unsigned int)served, cpu);
}

static unsigned int least_distance(
	const struct shape *shape, const int *served, size_t n, unsigned int cpu)
{
	unsigned int least = 99;

	for (size_t q = 0; q < n; q++)
		if (distance_to(shape, served[q], cpu) < least)
			least = distance_to(shape, served[q], cpu);
	return least;
}

static int descending(const void *a, const void *b)
{
	return *(const int *)b - *(const int *)a;
}

/* All ways in which each CPU has a nearest queue: the least worst, then the least second. */
static void find_evenest(
	const struct shape *shape, const int *served, size_t n, int *ret_loads)
{
	size_t ways = 1;

	for (unsigned int c = 0; c < shape->n_cpus; c++)
		ways *= n;
	for (size_t q = 0; q < n; q++)
		ret_loads[q] = MOST + 1;
	for (size_t way = 0; way < ways; way++) {
		int loads[MOST] = { 0 };
		size_t rest = way;
		bool is_near = true;

		for (unsigned int c = 0; c < shape->n_cpus; c++, rest /= n) {
			size_t q = rest % n;

			is_near = is_near &&
				distance_to(shape, served[q], c) ==
					least_distance(shape, served, n, c);
			loads[q]++;
		}
		if (!is_near)
			continue;
		qsort(loads, n, sizeof(*loads), descending);
		for (size_t q = 0; q < n; q++) {
			if (loads[q] == ret_loads[q])
				continue;
			if (loads[q] < ret_loads[q])
				memcpy(ret_loads, loads, n * sizeof(*loads));
			break;
		}
	}
}

/* Does @cpu have the queue only because the queue had nobody? */
static bool is_help(const struct shape *shape, const int *served, size_t n,
	struct irqkit_cpuset *const *sets, size_t q, unsigned int cpu)
{
	if (irqkit_cpuset_count(sets[q]) != 1)
		return false;
	for (size_t other = 0; other < n; other++)
		if (other != q && irqkit_cpuset_has(sets[other], cpu) &&
			distance_to(shape, served[other], cpu) ==
				least_distance(shape, served, n, cpu))
			return true;
	return false;
}

static void check_xps(const struct shape *shape, const int *served, size_t n)
{
	struct irqkit_cpuset *cpus, *sets[MOST];
	int loads[MOST] = { 0 }, evenest[MOST], given = 0;

	assert_int_equal(irqkit_cpuset_new(&cpus), 0);
	for (unsigned int c = 0; c < shape->n_cpus; c++)
		assert_int_equal(irqkit_cpuset_add(cpus, c), 0);
	assert_int_equal(
		steer_xps(cpus, served, n, distance_in_shape, (void *)shape, sets), 0);

	for (unsigned int c = 0; c < shape->n_cpus; c++) {
		unsigned int least = least_distance(shape, served, n, c);
		bool has_nearest = false;

		for (size_t q = 0; q < n; q++)
			has_nearest |= irqkit_cpuset_has(sets[q], c) &&
				distance_to(shape, served[q], c) == least;
		assert_true(has_nearest);
	}
	for (size_t q = 0; q < n; q++) {
		assert_false(irqkit_cpuset_is_empty(sets[q]));
		assert_true(irqkit_cpuset_is_subset(sets[q], cpus));
		/* its own CPU, unless that has another queue to itself */
		irqkit_cpuset_foreach (c, sets[q]) {
			bool helps = is_help(shape, served, n, sets, q, c);

			assert_true(helps ||
				distance_to(shape, served[q], c) ==
					least_distance(shape, served, n, c));
			loads[q] += !helps;
		}
		given += loads[q];
	}
	find_evenest(shape, served, n, evenest);
	if (given == (int)shape->n_cpus) {
		qsort(loads, n, sizeof(*loads), descending);
		assert_memory_equal(loads, evenest, n * sizeof(*loads));
	}
	for (size_t q = 0; q < n; q++)
		irqkit_cpuset_free(sets[q]);
	irqkit_cpuset_free(cpus);
}

/* Every way to serve 1 to 4 queues on each shape, -1 (not known) among them. */
static void xps_is_as_good_as_any(void **state)
{
	static const struct shape shapes[] = {
		{ 1, 2, 4, 4 },
		{ 2, 2, 2, 2 },
		{ 3, 1, 3, 3 },
		{ 4, 2, 4, 4 },
		{ 4, 1, 2, 4 },
		{ 4, 2, 2, 2 },
		{ 6, 2, 4, 6 },
		{ 6, 1, 2, 4 },
	};

	(void)state;
	for (size_t s = 0; s < LENGTH(shapes); s++)
		for (size_t n = 1; n <= 4; n++) {
			size_t ways = 1, base = shapes[s].n_cpus + 1;

			for (size_t q = 0; q < n; q++)
				ways *= base;
			/* of the largest, every seventh: it is a prime of no shape */
			for (size_t way = 0; way<ways; way += ways> 600 ? 7 : 1) {
				int served[MOST];
				size_t rest = way;

				for (size_t q = 0; q < n; q++, rest /= base)
					served[q] = (int)(rest % base) - 1;
				check_xps(&shapes[s], served, n);
			}
		}
}

static void xps_keeps_neighbours_together(void **state)
{
	const struct shape shape = { 8, 2, 8, 8 };
	const int served[] = { 0, 4 };
	struct irqkit_cpuset *cpus = set_of("0-7"), *sets[2];
	char *list;

	(void)state;
	assert_int_equal(
		steer_xps(cpus, served, 2, distance_in_shape, (void *)&shape, sets), 0);
	assert_int_equal(irqkit_cpuset_format_list(sets[0], &list), 0);
	assert_string_equal(list, "0-3");
	free(list);
	assert_int_equal(irqkit_cpuset_format_list(sets[1], &list), 0);
	assert_string_equal(list, "4-7");
	free(list);
	irqkit_cpuset_free(sets[0]);
	irqkit_cpuset_free(sets[1]);
	assert_int_equal(
		steer_xps(cpus, served, 0, distance_in_shape, (void *)&shape, sets),
		-ENODATA);
	irqkit_cpuset_free(cpus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rps_helps),
		cmocka_unit_test(rps_does_not_help),
		cmocka_unit_test(xps_is_as_good_as_any),
		cmocka_unit_test(xps_keeps_neighbours_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
