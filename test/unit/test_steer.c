/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is decided about RPS and XPS. XPS is held against all ways there are to give CPUs to
 * queues, on machines small enough to try them all.
 */
#include "sets.h"

#include <errno.h>
#include <irqkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "steer/steer.h"

/* ------------------------------------------------------------------------------- */
/* RPS                                                                             */

#define MOST_SOURCES 16

/* An interrupt with one queue. */
struct source {
	const char *serving; /* NULL: not known */
	const char *cores;
	uint64_t load;
};

struct rps_case {
	const char *cpus, *local, *fast, *portals;
	bool is_software;
	size_t n_online, n_queues; /* no number of queues: one of each source */
	struct source sources[MOST_SOURCES];
	const char *expected, *chosen, *reason; /* chosen: a letter for each source */
	bool lacks_loads;
};

static void rps_is(const struct rps_case *c)
{
	struct irqkit_cpuset *cpus = set_of(c->cpus), *of[MOST_SOURCES][2] = { 0 };
	struct irqkit_cpuset *local = c->local ? set_of(c->local) : NULL;
	struct irqkit_cpuset *fast = c->fast ? set_of(c->fast) : NULL;
	struct rps_source sources[MOST_SOURCES] = { 0 };
	struct rps_answer answer = { 0 };
	struct rps_question question = {
		.cpus = cpus,
		.local = local,
		.fast = fast,
		.portals = c->portals,
		.is_software = c->is_software,
		.sources = sources,
		.n_online = c->n_online,
		.node = local ? 1 : -1,
		.has_loads = !c->lacks_loads,
	};
	char chosen[MOST_SOURCES + 1] = "", names[MOST_SOURCES][16], *list = NULL;
	size_t n = 0;

	for (; n < MOST_SOURCES && c->sources[n].cores; n++) {
		const struct source *source = &c->sources[n];

		of[n][0] = source->serving ? set_of(source->serving) : NULL;
		of[n][1] = set_of(source->cores);
		snprintf(names[n], sizeof(names[n]), "rx-%zu", n);
		sources[n].serving = of[n][0];
		sources[n].cores = of[n][1];
		sources[n].queues = names[n];
		sources[n].load = source->load;
	}
	question.n_sources = n;
	question.n_queues = c->n_queues ? c->n_queues : n;
	assert_int_equal(steer_rps(&question, &answer), 0);
	assert_int_equal(irqkit_cpuset_format_list(answer.cpus, &list), 0);
	for (size_t i = 0; i < n; i++)
		chosen[i] = sources[i].is_chosen ? 'x' : '-';
	assert_string_equal(list, c->expected);
	assert_string_equal(answer.why, c->reason);
	assert_string_equal(chosen, c->chosen);
	free(list);
	free(answer.why);
	irqkit_cpuset_free(answer.cpus);
	irqkit_cpuset_free(cpus);
	irqkit_cpuset_free(local);
	irqkit_cpuset_free(fast);
	for (size_t i = 0; i < n; i++) {
		irqkit_cpuset_free(of[i][0]);
		irqkit_cpuset_free(of[i][1]);
	}
}

/* One interrupt of one queue. */
static void one_is(const char *cpus, const char *local, const char *serving,
	const char *cores, const char *expected, const char *reason)
{
	rps_is(&(struct rps_case){
		.cpus = cpus,
		.local = local,
		.n_online = 8,
		.sources = { { serving, cores, 5000 } },
		.expected = expected,
		.chosen = *expected ? "x" : "-",
		.reason = reason,
	});
}

static void rps_helps_one_queue(void **state)
{
	(void)state;
	one_is("0-7", NULL, "0", "0", "1-7",
		"1 queue for 8 CPUs; CPU 0 handles its interrupts");
	one_is("0-7", NULL, "0", "0-1", "2-7",
		"1 queue for 8 CPUs; the core of CPUs 0-1 handles its interrupts");
	one_is("0-7", "4-7", "4", "4-5", "6-7",
		"1 queue for 4 CPUs of node 1; the core of CPUs 4-5 handles its "
		"interrupts");
	/* served elsewhere: there is nobody to leave out */
	one_is("0-7", "4-7", "0", "0-1", "4-7", "1 queue for 4 CPUs of node 1");
	/* without the siblings less than half would remain, without the one itself not */
	one_is("0-1", NULL, "0", "0-1", "1",
		"1 queue for 2 CPUs; CPU 0 handles its interrupts");
	/* nothing is known of its interrupts */
	one_is("0-3", NULL, NULL, "", "0-3",
		"1 queue for 4 CPUs; it is unknown which CPU handles its interrupt");
	/* one of these, and no file shows which */
	one_is("0-3", NULL, "0-3", "0-3", "0-3",
		"1 queue for 4 CPUs; any of CPUs 0-3 may handle its interrupts");
	/* isolated CPUs take no part, whoever they serve */
	one_is("0-1,4-7", NULL, "2", "2-3", "0-1,4-7", "1 queue for 6 CPUs");
}

static void rps_helps_busy_queues(void **state)
{
	(void)state;
	/* all queues of one vector */
	rps_is(&(struct rps_case){
		.cpus = "0-7",
		.n_online = 8,
		.n_queues = 8,
		.sources = { { "2", "2", 10 } },
		.expected = "0-1,3-7",
		.chosen = "x",
		.reason = "8 queues with 1 interrupt for 8 CPUs; CPU 2 handles its "
			  "interrupts",
	});
	/* more than half of all, with four CPUs to share it */
	rps_is(&(struct rps_case){
		.cpus = "0-3",
		.n_online = 4,
		.sources = { { "0", "0", 6000 }, { "1", "1", 2000 }, { "2", "2", 2000 } },
		.expected = "1-3",
		.chosen = "x--",
		.reason = "1 busy queue of 3: rx-0 with 60 % of the interrupts since "
			  "boot; CPU 0 handles them",
	});
	/* just below, and just as much */
	rps_is(&(struct rps_case){
		.cpus = "0-3",
		.n_online = 4,
		.sources = { { "0", "0", 4999 }, { "1", "1", 2501 }, { "2", "2", 2500 } },
		.expected = "",
		.chosen = "---",
		.reason = "3 queues for 4 CPUs, and none of them is much busier than the "
			  "others",
	});
	rps_is(&(struct rps_case){
		.cpus = "0-3",
		.n_online = 4,
		.sources = { { "0", "0", 5000 }, { "1", "1", 0 }, { "2", "2", 5000 } },
		.expected = "1,3",
		.chosen = "x-x",
		.reason = "2 busy queues of 3: rx-0, rx-2 with 100 % of the interrupts "
			  "since boot; CPUs 0,2 handle them",
	});
	/* too few to say */
	rps_is(&(struct rps_case){
		.cpus = "0-3",
		.n_online = 4,
		.sources = { { "0", "0", 999 }, { "1", "1", 0 }, { "2", "2", 0 } },
		.expected = "",
		.chosen = "---",
		.reason = "3 queues for 4 CPUs, and none of them is known to be busy",
	});
}

/* @n: interrupts, which CPUs 6 and 7 handle */
static void fast_is(const char *fast, size_t n, const char *expected, const char *reason)
{
	struct rps_case c = {
		.cpus = "0-7",
		.fast = fast,
		.n_online = 8,
		.sources = { { "6", "6", 5000 }, { "7", "7", 5000 } },
		.expected = expected,
		.chosen = n == 1 ? "x" : "xx",
		.reason = reason,
	};

	if (n == 1)
		c.sources[1].cores = NULL;
	rps_is(&c);
}

static void rps_prefers_fast_cores(void **state)
{
	(void)state;
	fast_is("4-7", 1, "4-5,7",
		"1 queue for 8 CPUs; CPU 6 handles its interrupts; only the fast CPUs "
		"are used");
	fast_is("0-3", 1, "0-3", "1 queue for 8 CPUs; only the fast CPUs are used");
	fast_is("6-7", 1, "7",
		"1 queue for 8 CPUs; CPU 6 handles its interrupts; only the fast CPUs "
		"are used");
	/* both handle interrupts; one alone is no class; all are in it */
	fast_is("6-7", 2, "0-5", "2 queues for 8 CPUs; CPUs 6-7 handle its interrupts");
	fast_is("7", 1, "0-5,7", "1 queue for 8 CPUs; CPU 6 handles its interrupts");
	fast_is("0-8", 1, "0-5,7", "1 queue for 8 CPUs; CPU 6 handles its interrupts");
}

static void rps_of_other_interfaces(void **state)
{
	struct rps_case c = {
		.cpus = "0-7",
		.n_online = 8,
		.is_software = true,
		.sources = { { NULL, "", 0 } },
		.expected = "0-7",
		.chosen = "x",
		.reason = "no interrupts of its own; RPS helps if most of its packets "
			  "come from one CPU",
	};

	(void)state;
	rps_is(&c);
	/* queues of software are no queues of hardware */
	c.cpus = "0-1";
	c.n_queues = 16;
	c.expected = "0-1";
	rps_is(&c);
	c.cpus = "0";
	c.expected = "";
	c.chosen = "-";
	c.reason = "all CPUs except one are isolated";
	rps_is(&c);
	rps_is(&(struct rps_case){
		.cpus = "0-7",
		.n_online = 8,
		.n_queues = 16,
		.portals = "dpio",
		.lacks_loads = true,
		.sources = { { "1", "1", 0 }, { "3", "3", 0 } },
		.expected = "0,2,4-7",
		.chosen = "xx",
		.reason = "16 queues served by 2 interrupts of dpio for 8 CPUs; CPUs 1,3 "
			  "handle its interrupts",
	});
}

static void rps_does_not_help(void **state)
{
	struct rps_case even = {
		.cpus = "0-7",
		.n_online = 8,
		.n_queues = 4,
		.expected = "",
		.chosen = "----",
		.sources = { { "0", "0", 900 }, { "1", "1", 900 }, { "2", "2", 900 },
			{ "3", "3", 900 } },
	};

	(void)state;
	even.cpus = "0-3";
	even.reason = "4 queues are enough for 4 CPUs";
	rps_is(&even);
	even.cpus = "0-6";
	even.reason = "4 queues for 7 CPUs, and none of them is much busier than the "
		      "others";
	rps_is(&even);
	even.lacks_loads = true;
	even.reason = "4 queues for 7 CPUs, and none of them is known to be busy";
	rps_is(&even);
	/* half of the CPUs have nothing to do */
	even.cpus = "0-7";
	even.expected = "4-7";
	even.chosen = "xxxx";
	even.reason = "4 queues for 8 CPUs; CPUs 0-3 handle its interrupts";
	rps_is(&even);
	rps_is(&(struct rps_case){
		.cpus = "0",
		.n_online = 1,
		.sources = { { "0", "0", 5000 } },
		.expected = "",
		.chosen = "-",
		.reason = "only one CPU is online",
	});
	one_is("0", NULL, "0", "0", "", "all CPUs except one are isolated");
	one_is("0-4", "4-7", "4", "4-5", "", "only 1 CPU of node 1 is near the device");
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
		cmocka_unit_test(rps_helps_one_queue),
		cmocka_unit_test(rps_helps_busy_queues),
		cmocka_unit_test(rps_prefers_fast_cores),
		cmocka_unit_test(rps_of_other_interfaces),
		cmocka_unit_test(rps_does_not_help),
		cmocka_unit_test(xps_is_as_good_as_any),
		cmocka_unit_test(xps_keeps_neighbours_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
