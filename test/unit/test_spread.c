/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Placement: each policy as a table of what it answers; by load also how good that is, on
 * 10,000 random cases, against the optimum where it can be found by trying everything.
 */
#include "sets.h"

#include <errno.h>
#include <irqkit.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CPUS 64
#define MAX_IRQS 300

/* xorshift64*: the same cases everywhere. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

static unsigned int below(uint64_t *state, unsigned int n)
{
	return (unsigned int)((next_random(state) >> 33) % n);
}

/*
 * Heavy-tailed: 16 bits at random, shifted left by a number up to @tail that is the less
 * likely the larger it is. With a tail of 0 all are much alike, with 12 often one
 * makes the most of it all.
 */
static uint64_t heavy_tailed(uint64_t *state, unsigned int tail)
{
	unsigned int shift = (unsigned int)__builtin_ctzll(
		next_random(state) | 1 << tail);

	return (uint64_t)below(state, 65536) << shift;
}

struct box {
	unsigned int n_cpus;
	unsigned int n_irqs;
	uint64_t load[MAX_IRQS];
	int now[MAX_IRQS]; /* -1: nowhere */
	uint64_t fixed[MAX_CPUS];
	unsigned int threads; /* of a core: CPU c is in core c / threads */
};

static struct irqkit_spread *tell(const struct box *box)
{
	struct irqkit_spread *spread = NULL;

	assert_int_equal(irqkit_spread_new(&spread), 0);
	for (unsigned int c = 0; c < box->n_cpus; c++) {
		assert_int_equal(
			irqkit_spread_add_cpu(spread, c, (int)(c / box->threads), 0, 0),
			0);
		assert_int_equal(irqkit_spread_add_load(spread, c, box->fixed[c]), 0);
	}
	for (unsigned int i = 0; i < box->n_irqs; i++)
		assert_int_equal(irqkit_spread_add_interrupt(
					 spread, 100 + i, box->load[i], box->now[i]),
			i);
	return spread;
}

/* Where each interrupt is then. */
static void find_places(
	const struct irqkit_spread *spread, const struct box *box, int *place)
{
	for (unsigned int i = 0; i < box->n_irqs; i++) {
		const struct irqkit_cpuset *cpus = irqkit_spread_get_cpus(spread, i);

		place[i] = cpus ? irqkit_cpuset_next(cpus, -1) : box->now[i];
	}
}

/* Twice the load of the worst CPU, half of its siblings' counted. */
static uint64_t worst_of(const struct box *box, const int *place)
{
	uint64_t own[MAX_CPUS], worst = 0;

	memcpy(own, box->fixed, sizeof(own));
	for (unsigned int i = 0; i < box->n_irqs; i++)
		own[place[i]] += box->load[i];
	for (unsigned int c = 0; c < box->n_cpus; c++) {
		unsigned int first = c - c % box->threads;
		uint64_t load = own[c];

		for (unsigned int t = first; t < first + box->threads && t < box->n_cpus;
			t++)
			load += own[t];
		if (worst < load)
			worst = load;
	}
	return worst;
}

/* ------------------------------------------------------------------------------- */
/* The optimum, by trying everything                                               */

struct hunt {
	const struct box *box;
	unsigned int order[MAX_IRQS]; /* busiest first */
	int place[MAX_IRQS];
	uint64_t own[MAX_CPUS];
	uint64_t best;
};

static uint64_t thread_load(const struct hunt *hunt, unsigned int c)
{
	unsigned int first = c - c % hunt->box->threads;
	uint64_t load = hunt->own[c];

	for (unsigned int t = first;
		t < first + hunt->box->threads && t < hunt->box->n_cpus; t++)
		load += hunt->own[t];
	return load;
}

static void hunt_on(struct hunt *hunt, unsigned int k)
{
	const struct box *box = hunt->box;
	uint64_t worst = 0;

	for (unsigned int c = 0; c < box->n_cpus; c++)
		if (worst < thread_load(hunt, c))
			worst = thread_load(hunt, c);
	if (worst >= hunt->best)
		return;
	if (k == box->n_irqs) {
		hunt->best = worst;
		return;
	}
	for (unsigned int c = 0; c < box->n_cpus; c++) {
		bool is_known = false; /* a CPU just like one before it */

		for (unsigned int b = 0; b < c && box->threads == 1; b++)
			is_known |= hunt->own[b] == hunt->own[c];
		if (is_known)
			continue;
		hunt->own[c] += box->load[hunt->order[k]];
		hunt_on(hunt, k + 1);
		hunt->own[c] -= box->load[hunt->order[k]];
	}
}

static uint64_t find_optimum(const struct box *box, uint64_t found)
{
	struct hunt hunt = { .box = box, .best = found + 1 };

	for (unsigned int i = 0; i < box->n_irqs; i++) {
		unsigned int k = i;

		for (; k > 0 && box->load[hunt.order[k - 1]] < box->load[i]; k--)
			hunt.order[k] = hunt.order[k - 1];
		hunt.order[k] = i;
	}
	memcpy(hunt.own, box->fixed, sizeof(hunt.own));
	hunt_on(&hunt, 0);
	return hunt.best;
}

/* ------------------------------------------------------------------------------- */

struct kind {
	const char *name;
	unsigned int cases;
	unsigned int max_cpus, max_irqs;
	unsigned int threads;
	bool has_fixed;
	bool has_now;
	bool is_exhaustive;
	double goal; /* for the average */
	double limit; /* for each */
};

static void make_box(const struct kind *kind, uint64_t *state, struct box *box)
{
	unsigned int tail;

	*box = (struct box){
		.n_cpus = 2 + below(state, kind->max_cpus - 1),
		.n_irqs = 1 + below(state, kind->max_irqs),
		.threads = kind->threads,
	};
	tail = below(state, 13);
	box->n_cpus += box->n_cpus % kind->threads;
	for (unsigned int i = 0; i < box->n_irqs; i++) {
		box->load[i] = heavy_tailed(state, tail);
		box->now[i] = kind->has_now ? (int)below(state, box->n_cpus) : -1;
	}
	for (unsigned int c = 0; c < box->n_cpus && kind->has_fixed; c++)
		if (below(state, 2))
			box->fixed[c] = heavy_tailed(state, tail);
}

/* Carried out, there is nothing more to do. */
static void has_no_moves(const struct box *box)
{
	struct irqkit_spread *spread = tell(box);

	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
	assert_int_equal(irqkit_spread_count_moves(spread), 0);
	irqkit_spread_free(spread);
}

static void try_kind(const struct kind *kind)
{
	uint64_t state = 88172645463325252;
	double sum = 0, most = 0;
	unsigned long moves = 0, irqs = 0;
	unsigned int cases = share_of(kind->cases);

	for (unsigned int n = 0; n < cases; n++) {
		struct box box;
		int place[MAX_IRQS] = { 0 };
		struct irqkit_spread *spread;
		uint64_t worst, least;
		double ratio;

		make_box(kind, &state, &box);
		spread = tell(&box);
		assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
		find_places(spread, &box, place);
		worst = worst_of(&box, place);
		least = 2 * irqkit_spread_get_bound(spread);
		if (kind->is_exhaustive) {
			uint64_t optimum = find_optimum(&box, worst);

			assert_true(least <= optimum + 1);
			least = optimum;
		}
		ratio = least ? (double)worst / (double)least : 1;
		assert_true(worst + 1 >= least);
		if (ratio > kind->limit)
			fail_msg("%s: case %u: %.3f (%u interrupts, %u CPUs)", kind->name,
				n, ratio, box.n_irqs, box.n_cpus);
		sum += ratio;
		if (most < ratio)
			most = ratio;
		moves += irqkit_spread_count_moves(spread);
		irqs += box.n_irqs;
		irqkit_spread_free(spread);
		memcpy(box.now, place, sizeof(place));
		has_no_moves(&box);
	}
	print_message(
		"# %s: %u cases, worst CPU / %s: mean %.4f, most %.4f, moves %.2f\n",
		kind->name, cases, kind->is_exhaustive ? "optimum" : "bound", sum / cases,
		most, (double)moves / (double)irqs);
	assert_true(sum / cases <= kind->goal);
}

static void load_is_placed_well(void **state)
{
	static const struct kind kinds[] = {
		{ "fresh", 6000, 64, 300, 1, false, false, false, 1.02, 4. / 3 },
		{ "fresh, fixed", 1000, 64, 300, 1, true, false, false, 1.02, 4. / 3 },
		{ "fresh, siblings", 1000, 64, 300, 2, true, false, false, 1.02, 4. / 3 },
		{ "moved", 1000, 64, 300, 1, true, true, false, 1.05, 4. / 3 },
		{ "moved, siblings", 1000, 64, 300, 2, true, true, false, 1.05, 4. / 3 },
		{ "small", 500, 4, 10, 1, false, false, true, 1.01, 4. / 3 },
		{ "small, fixed", 500, 4, 9, 1, true, false, true, 1.01, 4. / 3 },
		{ "small, siblings", 200, 4, 7, 2, true, false, true, 1.01, 4. / 3 },
		{ "small, moved", 500, 4, 9, 1, true, true, true, 1.05, 4. / 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		try_kind(&kinds[i]);
}

/* ------------------------------------------------------------------------------- */
/* Tables                                                                          */

/* "irq cpus reason", a line each. */
static void answers(const struct irqkit_spread *spread, const char *expected)
{
	char text[8192] = "";
	size_t len = 0;

	for (size_t i = 0; i < irqkit_spread_count(spread); i++) {
		const struct irqkit_cpuset *cpus = irqkit_spread_get_cpus(spread, i);
		char *list = NULL;

		if (cpus)
			assert_int_equal(irqkit_cpuset_format_list(cpus, &list), 0);
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%u %s %s\n",
			irqkit_spread_get_irq(spread, i), list ? list : "-",
			irqkit_spread_get_reason(spread, i));
		free(list);
	}
	assert_string_equal(text, expected);
}

static struct irqkit_spread *with_cpus(unsigned int count)
{
	struct irqkit_spread *spread = NULL;

	assert_int_equal(irqkit_spread_new(&spread), 0);
	for (unsigned int c = 0; c < count; c++)
		assert_int_equal(irqkit_spread_add_cpu(spread, c, -1, -1, -1), 0);
	return spread;
}

static size_t add(struct irqkit_spread *spread, unsigned int irq, uint64_t load, int now)
{
	int index = irqkit_spread_add_interrupt(spread, irq, load, now);

	assert_true(index >= 0);
	return (size_t)index;
}

static void add_queue(struct irqkit_spread *spread, unsigned int irq, unsigned int device,
	int queue, enum irqkit_serves direction)
{
	irqkit_spread_set_queue(
		spread, add(spread, irq, 0, -1), device, queue, direction);
}

static void ends(
	struct irqkit_spread *spread, enum irqkit_policy policy, const char *expected)
{
	assert_int_equal(irqkit_spread_place(spread, policy), 0);
	answers(spread, expected);
	irqkit_spread_free(spread);
}

static void allow(struct irqkit_spread *spread, size_t index, const char *list)
{
	struct irqkit_cpuset *set = set_of(list);

	assert_int_equal(irqkit_spread_set_allowed(spread, index, set), 0);
	irqkit_cpuset_free(set);
}

static void hint(struct irqkit_spread *spread, size_t index, const char *list)
{
	struct irqkit_cpuset *set = set_of(list);

	assert_int_equal(irqkit_spread_set_hint(spread, index, set), 0);
	irqkit_cpuset_free(set);
}

static void queues_take_one_cpu_each(void **state)
{
	struct irqkit_spread *spread = with_cpus(4);

	(void)state;
	add_queue(spread, 24, 0, -1, IRQKIT_SERVES_NONE);
	irqkit_spread_set_follower(spread, 0);
	add_queue(spread, 25, 0, 0, IRQKIT_SERVES_RX);
	add_queue(spread, 26, 0, 0, IRQKIT_SERVES_TX);
	add_queue(spread, 27, 0, 1, IRQKIT_SERVES_TX);
	add_queue(spread, 28, 0, 1, IRQKIT_SERVES_RX);
	add_queue(spread, 30, 1, 1, IRQKIT_SERVES_BOTH);
	add_queue(spread, 29, 1, 0, IRQKIT_SERVES_BOTH);
	add_queue(spread, 31, 1, 2, IRQKIT_SERVES_BOTH);
	add_queue(spread, 9, 2, -1, IRQKIT_SERVES_NONE);
	add(spread, 8, 0, -1);
	ends(spread, IRQKIT_POLICY_QUEUE,
		"24 0 same CPU as the device's first queue\n"
		"25 0 rx-0, first CPU\n"
		"26 0 tx-0, same CPU as rx-0\n"
		"27 1 tx-1, next CPU\n"
		"28 1 rx-1, same CPU as tx-1\n"
		"30 3 queue 1, next CPU\n"
		"29 2 queue 0, next CPU\n"
		"31 0 queue 2, next CPU, reused\n"
		"9 1 next CPU, reused\n"
		"8 2 next CPU, reused\n");
}

/* Those of one device get different CPUs, where that makes no CPU busier than it must be. */
static void queues_of_a_device_are_apart(void **state)
{
	struct irqkit_spread *spread = with_cpus(4);

	(void)state;
	for (unsigned int c = 0; c < 6; c++)
		assert_int_equal(irqkit_spread_add_queue(spread, c / 2, false), 0);
	assert_int_equal(irqkit_spread_add_queue(spread, 4, false), -ENOENT);
	assert_int_equal(irqkit_spread_set_slowness(spread, 4, 1), -ENOENT);
	for (int q = 0; q < 4; q++)
		add_queue(spread, 40 + (unsigned int)q, 0, q, IRQKIT_SERVES_BOTH);
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_QUEUE), 0);
	answers(spread,
		"40 3 queue 0, next CPU\n"
		"41 0 queue 1, next CPU, reused\n"
		"42 1 queue 2, next CPU, reused\n"
		"43 2 queue 3, next CPU, reused\n");
	irqkit_spread_set_fresh(spread, true);
	ends(spread, IRQKIT_POLICY_QUEUE,
		"40 0 queue 0, first CPU\n"
		"41 1 queue 1, next CPU\n"
		"42 2 queue 2, next CPU\n"
		"43 3 queue 3, next CPU\n");
}

/* Interrupts without a device, all on one CPU: not only the first ones stay. */
static void some_of_all_stay(void **state)
{
	struct irqkit_spread *spread = with_cpus(2);

	(void)state;
	for (unsigned int i = 0; i < 5; i++)
		add(spread, 20 + i, 100 - 10 * i, 0);
	ends(spread, IRQKIT_POLICY_QUEUE,
		"20 0 stays on its CPU\n"
		"21 1 next CPU\n"
		"22 0 stays on its CPU\n"
		"23 1 next CPU, reused\n"
		"24 0 stays on its CPU\n");
}

/*
 * A tx interrupt on another CPU than its only rx does not count as a queue, but other
 * CPUs are better.
 */
static void pinned_tx_is_not_a_queue(void **state)
{
	struct irqkit_spread *spread = with_cpus(3);
	size_t rx = add(spread, 30, 100, -1), tx = add(spread, 31, 100, -1);

	(void)state;
	irqkit_spread_set_queue(spread, rx, 0, 0, IRQKIT_SERVES_RX);
	irqkit_spread_set_queue(spread, tx, 0, 0, IRQKIT_SERVES_TX);
	irqkit_spread_set_only_queue(spread, rx);
	irqkit_spread_set_only_queue(spread, tx);
	assert_int_equal(irqkit_spread_add_queue(spread, 0, true), 0);
	assert_int_equal(irqkit_spread_add_tx(spread, 1), 0);
	assert_int_equal(irqkit_spread_add_tx(spread, 3), -ENOENT);
	ends(spread, IRQKIT_POLICY_QUEUE,
		"30 2 rx-0, next CPU\n"
		"31 1 tx-0, relieves the CPU of rx-0\n");
}

/* With --split, rx goes where another device has tx. Without, its direction says nothing. */
static void pinned_directions_are_kept_apart(void **state)
{
	(void)state;
	for (int split = 0; split < 2; split++) {
		struct irqkit_spread *spread = with_cpus(2);
		size_t rx = add(spread, 30, 100, -1), tx = add(spread, 31, 100, -1);

		irqkit_spread_set_split(spread, split);
		irqkit_spread_set_queue(spread, rx, 0, 1, IRQKIT_SERVES_RX);
		irqkit_spread_set_queue(spread, tx, 0, 1, IRQKIT_SERVES_TX);
		for (unsigned int cpu = 0; cpu < 2; cpu++)
			assert_int_equal(irqkit_spread_add_queue(spread, cpu, false), 0);
		assert_int_equal(
			irqkit_spread_add_direction(spread, 0, IRQKIT_SERVES_RX), 0);
		assert_int_equal(
			irqkit_spread_add_direction(spread, 1, IRQKIT_SERVES_TX), 0);
		assert_int_equal(irqkit_spread_add_direction(spread, 2, IRQKIT_SERVES_TX),
			-ENOENT);
		ends(spread, IRQKIT_POLICY_QUEUE,
			split ? "30 1 rx-1, next CPU, reused\n31 0 tx-1, next CPU, "
				"reused\n"
			      : "30 0 rx-1, next CPU, reused\n31 0 tx-1, same CPU as "
				"rx-1\n");
	}
}

/*
 * Two nodes with two CPUs each, and four interrupts on as many CPUs: the queues come to the
 * node of the device, the interrupts of unknown purpose leave it.
 */
static void queues_come_to_their_node_first(void **state)
{
	struct irqkit_spread *spread = NULL;

	(void)state;
	assert_int_equal(irqkit_spread_new(&spread), 0);
	for (unsigned int c = 0; c < 4; c++)
		assert_int_equal(irqkit_spread_add_cpu(spread, c, -1, -1, (int)c / 2), 0);
	irqkit_spread_set_leave_node(spread, true);
	for (int i = 0; i < 4; i++) {
		size_t index = add(spread, 60 + (unsigned int)i, 0, i);

		irqkit_spread_set_queue(spread, index, 0, i < 2 ? i : -1,
			i < 2 ? IRQKIT_SERVES_BOTH : IRQKIT_SERVES_NONE);
		irqkit_spread_set_node(spread, index, 1);
	}
	ends(spread, IRQKIT_POLICY_QUEUE,
		"60 2 queue 0, first CPU of node 1\n"
		"61 3 queue 1, next CPU of node 1\n"
		"62 0 first CPU of another node\n"
		"63 1 next CPU of another node\n");
}

/* A device with more queues than its node has CPUs leaves it; one that fits does not. */
static void nodes_are_left_for_lack_of_cpus(void **state)
{
	(void)state;
	for (int n_queues = 2; n_queues <= 3; n_queues++) {
		struct irqkit_spread *spread = NULL;

		assert_int_equal(irqkit_spread_new(&spread), 0);
		for (unsigned int c = 0; c < 6; c++)
			assert_int_equal(
				irqkit_spread_add_cpu(spread, c, -1, -1, (int)c / 2), 0);
		irqkit_spread_set_leave_node(spread, true);
		for (int q = 0; q < n_queues; q++) {
			add_queue(spread, 50 + (unsigned int)q, 0, q, IRQKIT_SERVES_BOTH);
			irqkit_spread_set_node(spread, (size_t)q, 1);
		}
		assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_QUEUE), 0);
		answers(spread,
			n_queues == 2 ? "50 2 queue 0, first CPU of node 1\n"
					"51 3 queue 1, next CPU of node 1\n"
				      : "50 2 queue 0, first CPU of node 1\n"
					"51 3 queue 1, next CPU of node 1\n"
					"52 0 queue 2, first CPU of another node\n");
		/* no vector: the other CPU of the node, and then any */
		assert_int_equal(irqkit_spread_place_again(spread, 0, 2), 0);
		assert_int_equal(irqkit_spread_place_again(spread, 0, 3), 0);
		assert_int_equal(
			irqkit_cpuset_next(irqkit_spread_get_cpus(spread, 0), -1),
			n_queues == 2 ? 0 : 1);
		irqkit_spread_free(spread);
	}
}

static void queues_can_be_split(void **state)
{
	struct irqkit_spread *spread = with_cpus(4);

	(void)state;
	irqkit_spread_set_split(spread, true);
	for (int q = 0; q < 2; q++) {
		add_queue(spread, 20 + 2 * (unsigned int)q, 0, q, IRQKIT_SERVES_TX);
		add_queue(spread, 21 + 2 * (unsigned int)q, 0, q, IRQKIT_SERVES_RX);
	}
	ends(spread, IRQKIT_POLICY_QUEUE,
		"20 1 tx-0, next CPU\n"
		"21 0 rx-0, first CPU\n"
		"22 3 tx-1, next CPU\n"
		"23 2 rx-1, next CPU\n");
}

static void queues_stay_on_their_node(void **state)
{
	struct irqkit_spread *spread = NULL;
	static const unsigned int order[] = { 0, 4, 2, 6, 1, 5, 3, 7 }; /* 4-7: node 1 */

	(void)state;
	assert_int_equal(irqkit_spread_new(&spread), 0);
	for (int c = 0; c < 8; c++)
		assert_int_equal(
			irqkit_spread_add_cpu(spread, order[c], (int)order[c] / 2,
				(int)order[c] / 4, (int)order[c] / 4),
			0);
	for (unsigned int i = 0; i < 5; i++) {
		add_queue(spread, 50 + i, 0, (int)i, IRQKIT_SERVES_BOTH);
		irqkit_spread_set_node(spread, i, 1);
	}
	add_queue(spread, 60, 1, 0, IRQKIT_SERVES_BOTH);
	add_queue(spread, 61, 2, 0, IRQKIT_SERVES_BOTH);
	irqkit_spread_set_node(spread, 6, 2);
	add_queue(spread, 62, 3, 0, IRQKIT_SERVES_BOTH);
	irqkit_spread_set_node(spread, 7, 1);
	allow(spread, 7, "0-3");
	ends(spread, IRQKIT_POLICY_QUEUE,
		"50 4 queue 0, first CPU of node 1\n"
		"51 6 queue 1, next CPU of node 1\n"
		"52 5 queue 2, next CPU of node 1\n"
		"53 7 queue 3, next CPU of node 1\n"
		"54 4 queue 4, next CPU of node 1, reused\n"
		"60 0 queue 0, first CPU\n"
		"61 2 queue 0, next CPU\n"
		"62 1 queue 0, next CPU\n");
}

static void widths_are_blocks_of_near_cpus(void **state)
{
	struct irqkit_spread *spread = NULL;

	(void)state;
	assert_int_equal(irqkit_spread_new(&spread), 0);
	for (unsigned int c = 0; c < 8; c++) /* 0 4 1 5 2 6 3 7: caches in turn */
		assert_int_equal(
			irqkit_spread_add_cpu(spread, c / 2 + c % 2 * 4, -1, c % 2, -1),
			0);
	irqkit_spread_set_width(spread, 2);
	for (int q = 0; q < 5; q++)
		add_queue(spread, 70 + (unsigned int)q, 0, q, IRQKIT_SERVES_BOTH);
	ends(spread, IRQKIT_POLICY_QUEUE,
		"70 0-1 queue 0, first CPU\n"
		"71 4-5 queue 1, next CPU\n"
		"72 2-3 queue 2, next CPU\n"
		"73 6-7 queue 3, next CPU\n"
		"74 1-2 queue 4, next CPU\n");

	spread = with_cpus(2); /* wider than there are CPUs */
	irqkit_spread_set_width(spread, 5);
	add(spread, 3, 11, 0);
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_IRQ), 0);
	assert_int_equal(irqkit_spread_get_load_after(spread, 0), 6);
	assert_int_equal(irqkit_spread_get_load_after(spread, 1), 5);
	ends(spread, IRQKIT_POLICY_IRQ, "3 0-1 3 modulo 2 is 1\n");
}

static void numbers_and_hints(void **state)
{
	struct irqkit_spread *spread = NULL;

	(void)state;
	assert_int_equal(irqkit_spread_new(&spread), 0);
	assert_int_equal(irqkit_spread_add_cpu(spread, 9, -1, -1, -1), 0);
	assert_int_equal(irqkit_spread_add_cpu(spread, 2, -1, -1, -1), 0);
	assert_int_equal(irqkit_spread_add_cpu(spread, 4, -1, -1, -1), 0);
	for (unsigned int i = 0; i < 5; i++)
		add(spread, 30 + i, 1, 0);
	allow(spread, 3, "2,9");
	allow(spread, 4, "0,1");
	hint(spread, 0, "4");
	hint(spread, 1, "2,4");
	hint(spread, 2, "0-1");
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_IRQ), 0);
	answers(spread,
		"30 2 30 modulo 3 is 0\n"
		"31 4 31 modulo 3 is 1\n"
		"32 9 32 modulo 3 is 2\n"
		"33 9 33 modulo 2 is 1\n"
		"34 - stays: may not use any of these CPUs\n");
	ends(spread, IRQKIT_POLICY_HINT,
		"30 4 hint of its driver\n"
		"31 2 hint of its driver\n"
		"32 - stays: none of these CPUs is in its hint\n"
		"33 - stays: no hint from its driver\n"
		"34 - stays: may not use any of these CPUs\n");
}

static void load_says_why(void **state)
{
	struct irqkit_spread *spread = with_cpus(4);

	(void)state;
	for (unsigned int i = 0; i < 4; i++)
		add(spread, 20 + i, 100, 0);
	add(spread, 24, 0, 0);
	add(spread, 25, 5, 1);
	assert_int_equal(irqkit_spread_add_bystander(spread, 7, -1), 0);
	assert_int_equal(irqkit_spread_add_load(spread, 7, 12345), 0);
	add(spread, 26, 0, 7);
	add(spread, 27, 60, -1);
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
	answers(spread,
		"20 - stays\n"
		"21 1 relieves CPU 0\n"
		"22 2 relieves CPU 0\n"
		"23 3 relieves CPU 0\n"
		"24 - stays\n"
		"25 - stays\n"
		"26 3 leaves CPU 7; idle, CPU with the fewest interrupts\n"
		"27 0 busiest first, least loaded CPU\n");
	irqkit_spread_free(spread);
}

static void what_gains_little_stays(void **state)
{
	/* 110 and 90: the best is 100 and 100, 9 % less */
	static const struct {
		unsigned int gain;
		const char *expected;
	} cases[] = {
		{ 10, "1 - stays: no gain\n2 - stays: no gain\n3 - stays: no gain\n" },
		{ 9, "1 - stays\n2 1 relieves CPU 0\n3 - stays\n" },
		{ 0, "1 - stays\n2 1 relieves CPU 0\n3 - stays\n" },
		{ 100, "1 - stays: no gain\n2 - stays: no gain\n3 - stays: no gain\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct irqkit_spread *spread = with_cpus(2);

		irqkit_spread_set_gain(spread, cases[i].gain);
		add(spread, 1, 100, 0);
		add(spread, 2, 10, 0);
		add(spread, 3, 90, 1);
		ends(spread, IRQKIT_POLICY_LOAD, cases[i].expected);
	}
}

/* Interrupts with mixed loads, each on the CPU that serves it now. */
static struct irqkit_spread *mixed(
	unsigned int n_cpus, const uint64_t *load, const int *now, size_t n)
{
	struct irqkit_spread *spread = with_cpus(n_cpus);

	irqkit_spread_set_gain(spread, 0);
	for (size_t i = 0; i < n; i++)
		add(spread, (unsigned int)i, load[i], now[i]);
	return spread;
}

/*
 * With a gain of 0, the busiest CPU has hardly more than the mean, wherever the interrupts
 * are now; the same question has the same answer, and that answer is kept as it is.
 */
static void every_gain_is_taken(void **state)
{
	enum { MOST = 512 };
	static uint64_t load[MOST];
	static int now[MOST];
	static unsigned int cpu[MOST];
	uint32_t seed = 12345;

	(void)state;
	for (unsigned int run = 0; run < 60; run++) {
		unsigned int n_cpus = 8u << run % 4, n = n_cpus * (run % 3 ? 8 : 5);
		struct irqkit_spread *spread;
		uint64_t total = 0, most = 0;
		double bound;

		for (unsigned int i = 0; i < n; i++) {
			seed = seed * 1103515245 + 12345;
			load[i] = 1 + (seed >> 8) % 100000;
			total += load[i];
			most = load[i] > most ? load[i] : most;
			now[i] = run % 2 ? (int)(i % n_cpus) : (int)(seed >> 28) % 8;
		}
		bound = (double)most * n_cpus / (double)total;
		bound = bound > 1 ? bound : 1;
		spread = mixed(n_cpus, load, now, n);
		assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
		assert_true(irqkit_spread_get_imbalance_after(spread) <= 1.01 * bound);
		for (unsigned int i = 0; i < n; i++) {
			const struct irqkit_cpuset *cpus = irqkit_spread_get_cpus(
				spread, i);

			cpu[i] = (unsigned int)(cpus ? irqkit_cpuset_next(cpus, -1)
						     : now[i]);
		}
		assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
		for (unsigned int i = 0; i < n; i++) {
			const struct irqkit_cpuset *cpus = irqkit_spread_get_cpus(
				spread, i);

			assert_int_equal(
				cpu[i], cpus ? irqkit_cpuset_next(cpus, -1) : now[i]);
			now[i] = (int)cpu[i];
		}
		irqkit_spread_free(spread);
		spread = mixed(n_cpus, load, now, n);
		assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
		assert_int_equal(irqkit_spread_count_moves(spread), 0);
		irqkit_spread_free(spread);
	}
}

static void idle_machines_are_let_be(void **state)
{
	static const uint64_t idle[] = { 0, 9, 10, UINT64_C(1) << 63 };

	(void)state;
	for (size_t i = 0; i < sizeof(idle) / sizeof(*idle); i++) {
		struct irqkit_spread *spread = with_cpus(2);

		add(spread, 1, 5, 0);
		add(spread, 2, 5, 0);
		irqkit_spread_set_idle(spread, idle[i]);
		assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
		assert_int_equal(irqkit_spread_count_moves(spread), idle[i] < 10);
		irqkit_spread_free(spread);
	}
}

static void what_stays_is_widened(void **state)
{
	static const char *const affinities[] = { "0", "0-1", "1-2", "0-2", "1,9" };
	static const char *const expected[] = { "0-1", "-", "-", "0-1", "1-2" };

	(void)state;
	for (size_t i = 0; i < sizeof(affinities) / sizeof(*affinities); i++) {
		struct irqkit_spread *spread = with_cpus(4);
		struct irqkit_cpuset *set = set_of(affinities[i]);
		char text[64];

		irqkit_spread_set_width(spread, 2);
		add(spread, 1, 5, irqkit_cpuset_next(set, -1));
		assert_int_equal(irqkit_spread_set_affinity(spread, 0, set), 0);
		irqkit_cpuset_free(set);
		snprintf(text, sizeof(text), "1 %s %s\n", expected[i],
			*expected[i] == '-' ? "stays: no gain"
					    : "stays, with the requested number of CPUs");
		ends(spread, IRQKIT_POLICY_LOAD, text);
	}
}

static void without_load_nothing_is_widened(void **state)
{
	struct irqkit_spread *spread = with_cpus(4);
	struct irqkit_cpuset *set = set_of("0");

	(void)state;
	irqkit_spread_set_width(spread, 2);
	add(spread, 1, 0, 0);
	assert_int_equal(irqkit_spread_set_affinity(spread, 0, set), 0);
	irqkit_cpuset_free(set);
	ends(spread, IRQKIT_POLICY_LOAD, "1 - stays: no gain\n");
}

static void moves_to_its_node_name_it(void **state)
{
	struct irqkit_spread *spread = NULL;

	(void)state;
	assert_int_equal(irqkit_spread_new(&spread), 0);
	for (unsigned int c = 0; c < 4; c++)
		assert_int_equal(irqkit_spread_add_cpu(spread, c, -1, -1, (int)c / 2), 0);
	for (unsigned int i = 0; i < 4; i++) {
		add(spread, i, i < 3 ? 100 : 0, i == 2 ? 3 : 0);
		irqkit_spread_set_node(spread, i, 1);
	}
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
	answers(spread,
		"0 2 moves to node 1; busiest first, least loaded CPU\n"
		"1 2 moves to node 1; busiest first, least loaded CPU\n"
		"2 - stays: no gain\n"
		"3 3 moves to node 1; idle, CPU with the fewest interrupts\n");
	ends(spread, IRQKIT_POLICY_IRQ,
		"0 2 0 modulo 2 is 0, of node 1\n"
		"1 3 1 modulo 2 is 1, of node 1\n"
		"2 2 2 modulo 2 is 0, of node 1\n"
		"3 3 3 modulo 2 is 1, of node 1\n");
}

static void idle_ones_do_not_pile_up(void **state)
{
	struct irqkit_spread *spread = with_cpus(4);
	unsigned int count[4] = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 40; i++)
		add(spread, i, i < 3 ? 1000 : 0, -1);
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
	for (unsigned int i = 0; i < 40; i++)
		count[irqkit_cpuset_next(irqkit_spread_get_cpus(spread, i), -1)]++;
	for (unsigned int c = 0; c < 4; c++)
		assert_int_equal(count[c], 10);
	irqkit_spread_free(spread);
}

/* The worst result of only "busiest first": 4/3 - 1/3m of the optimum, which is 3m. */
static void worst_of_heaviest_first_is_mended(void **state)
{
	(void)state;
	for (unsigned int m = 2; m <= 20; m++) {
		struct irqkit_spread *spread = with_cpus(m);
		uint64_t worst = 0;

		for (unsigned int i = 0; i < 2 * m + 1; i++)
			add(spread, i, i < 2 * m ? 2 * m - 1 - i / 2 : m, -1);
		assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
		for (unsigned int c = 0; c < m; c++)
			if (worst < irqkit_spread_get_load_after(spread, c))
				worst = irqkit_spread_get_load_after(spread, c);
		if (worst * 10 > 3 * m * 11)
			fail_msg("%u CPUs: %u, not %u", m, (unsigned int)worst, 3 * m);
		irqkit_spread_free(spread);
	}
}

/* A sibling that has nothing to do is worth more than an idle thread of a busy core. */
static void siblings_count_in_part(void **state)
{
	struct irqkit_spread *spread = NULL;

	(void)state;
	assert_int_equal(irqkit_spread_new(&spread), 0);
	for (unsigned int c = 0; c < 4; c++)
		assert_int_equal(irqkit_spread_add_cpu(spread, c, (int)c / 2, 0, 0), 0);
	assert_int_equal(irqkit_spread_add_bystander(spread, 4, 1), 0);
	assert_int_equal(irqkit_spread_add_load(spread, 0, 100), 0);
	assert_int_equal(irqkit_spread_add_load(spread, 4, 90), 0);
	add(spread, 1, 50, -1);
	add(spread, 2, 50, -1);
	ends(spread, IRQKIT_POLICY_LOAD,
		"1 2 busiest first, least loaded CPU\n"
		"2 3 busiest first, least loaded CPU\n");
}

static void loads_are_counted(void **state)
{
	struct irqkit_spread *spread = with_cpus(2);

	(void)state;
	assert_int_equal(irqkit_spread_add_bystander(spread, 5, -1), 0);
	assert_int_equal(irqkit_spread_add_load(spread, 5, 1000), 0);
	assert_int_equal(irqkit_spread_add_load(spread, 1, 10), 0);
	add(spread, 1, 30, 5);
	add(spread, 2, 20, 5);
	assert_true(fabs(irqkit_spread_get_imbalance_after(spread) - 0) < 1e-9);
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
	assert_int_equal(irqkit_spread_get_load_before(spread, 0), 0);
	assert_int_equal(irqkit_spread_get_load_before(spread, 1), 10);
	assert_int_equal(irqkit_spread_get_load_before(spread, 5), 1050);
	assert_int_equal(irqkit_spread_get_load_after(spread, 0), 30);
	assert_int_equal(irqkit_spread_get_load_after(spread, 1), 30);
	assert_int_equal(irqkit_spread_get_load_after(spread, 5), 1000);
	assert_int_equal(irqkit_spread_get_load_after(spread, 6), 0);
	assert_int_equal(irqkit_spread_get_bound(spread), 30);
	/* of CPUs 0, 1 and 5, which handled both interrupts: it is judged, too */
	assert_true(irqkit_spread_is_judged(spread, 1));
	assert_true(irqkit_spread_is_judged(spread, 5));
	assert_false(irqkit_spread_is_judged(spread, 6));
	assert_true(fabs(irqkit_spread_get_imbalance_before(spread) - 1050.0 * 3 / 1060) <
		1e-9);
	assert_true(fabs(irqkit_spread_get_imbalance_after(spread) - 1000.0 * 3 / 1060) <
		1e-9);
	assert_int_equal(irqkit_spread_count_moves(spread), 2);
	irqkit_spread_free(spread);
}

/* What --split would give is found, and the placement is what it was. */
static void a_split_can_be_tried(void **state)
{
	static const char together[] = "1 0 rx-0, first CPU\n2 0 tx-0, same CPU as rx-0\n"
				       "3 1 rx-1, next CPU\n4 1 tx-1, same CPU as rx-1\n";
	struct irqkit_spread *spread = with_cpus(4);
	double imbalance = 0;

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		add(spread, i + 1, 10 + i / 2, 0);
		irqkit_spread_set_queue(spread, i, 0, (int)i / 2,
			i % 2 ? IRQKIT_SERVES_TX : IRQKIT_SERVES_RX);
	}
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_QUEUE), 0);
	answers(spread, together);
	assert_int_equal(irqkit_spread_find_split_imbalance(spread, &imbalance), 0);
	assert_true(fabs(imbalance - 11.0 * 4 / 42) < 1e-9);
	assert_true(
		fabs(irqkit_spread_get_imbalance_after(spread) - 22.0 * 4 / 42) < 1e-9);
	answers(spread, together);
	assert_int_equal(irqkit_spread_get_load(spread, 2), 11);
	assert_int_equal(irqkit_spread_get_serves(spread, 3), IRQKIT_SERVES_TX);
	irqkit_spread_free(spread);
}

static void what_was_not_moved_counts_where_it_is(void **state)
{
	struct irqkit_spread *spread = with_cpus(2);

	(void)state;
	add_queue(spread, 1, 0, 0, IRQKIT_SERVES_BOTH);
	add_queue(spread, 2, 0, 1, IRQKIT_SERVES_BOTH);
	add(spread, 3, 30, 0);
	add(spread, 4, 20, 0);
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
	assert_int_equal(irqkit_spread_get_load_after(spread, 1), 20);
	irqkit_spread_leave(spread, 3);
	assert_null(irqkit_spread_get_cpus(spread, 3));
	assert_int_equal(irqkit_spread_get_load_after(spread, 0), 50);
	assert_int_equal(irqkit_spread_get_load_after(spread, 1), 0);
	assert_true(fabs(irqkit_spread_get_imbalance_after(spread) - 2) < 1e-9);
	irqkit_spread_free(spread);
}

static void large_loads_do_not_overflow(void **state)
{
	struct irqkit_spread *spread = with_cpus(3);

	(void)state;
	assert_int_equal(irqkit_spread_add_load(spread, 2, UINT64_MAX), 0);
	assert_int_equal(irqkit_spread_add_load(spread, 2, UINT64_MAX), 0);
	for (unsigned int i = 0; i < 4; i++)
		add(spread, i, UINT64_MAX / 2, 2);
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
	assert_int_equal(irqkit_spread_get_load_before(spread, 2), UINT64_MAX);
	for (unsigned int c = 0; c < 2; c++)
		assert_true(irqkit_spread_get_load_after(spread, c) >= UINT64_MAX - 1);
	irqkit_spread_free(spread);
}

static void misuse_is_refused(void **state)
{
	struct irqkit_spread *spread = with_cpus(0);

	(void)state;
	add(spread, 1, 1, 0);
	for (int policy = IRQKIT_POLICY_QUEUE; policy <= IRQKIT_POLICY_HINT; policy++) {
		assert_int_equal(
			irqkit_spread_place(spread, (enum irqkit_policy)policy), 0);
		answers(spread, "1 - stays: may not use any of these CPUs\n");
	}
	assert_int_equal(irqkit_spread_place(spread, (enum irqkit_policy)99), -EINVAL);
	assert_null(irqkit_spread_get_reason(spread, 0));
	assert_int_equal(irqkit_spread_add_cpu(spread, 3, -1, -1, -1), 0);
	assert_int_equal(irqkit_spread_add_cpu(spread, 3, -1, -1, -1), -EEXIST);
	assert_int_equal(irqkit_spread_add_bystander(spread, 3, -1), -EEXIST);
	assert_int_equal(
		irqkit_spread_add_cpu(spread, IRQKIT_CPU_MAX + 1, -1, -1, -1), -ERANGE);
	assert_int_equal(irqkit_spread_add_load(spread, 4, 1), -ENOENT);
	assert_int_equal(irqkit_spread_set_vectors(spread, 4, 1), -ENOENT);
	assert_int_equal(irqkit_spread_place_again(spread, 0, 3), -ENOENT);
	irqkit_spread_free(spread);
	irqkit_spread_free(NULL);
}

/* ------------------------------------------------------------------------------- */
/* Queues by load                                                                  */

/* rx and tx of queue @queue of device 0. */
static void add_pair(struct irqkit_spread *spread, int queue, uint64_t rx, int rx_now,
	uint64_t tx, int tx_now)
{
	unsigned int irq = 10 + 2 * (unsigned int)queue;

	irqkit_spread_set_queue(
		spread, add(spread, irq, rx, rx_now), 0, queue, IRQKIT_SERVES_RX);
	irqkit_spread_set_queue(
		spread, add(spread, irq + 1, tx, tx_now), 0, queue, IRQKIT_SERVES_TX);
}

static void queues_are_moved_as_one(void **state)
{
	struct irqkit_spread *spread = with_cpus(2);

	(void)state;
	/* singly, 60 would go alone */
	add_pair(spread, 0, 60, 0, 10, 0);
	add_pair(spread, 1, 50, 0, 20, 0);
	ends(spread, IRQKIT_POLICY_LOAD,
		"10 - stays\n11 - stays\n"
		"12 1 relieves CPU 0\n13 1 relieves CPU 0\n");

	/* the options part them */
	spread = with_cpus(2);
	add_pair(spread, 0, 60, 0, 60, 0);
	irqkit_spread_set_split(spread, true);
	ends(spread, IRQKIT_POLICY_LOAD, "10 - stays\n11 1 relieves CPU 0\n");

	/* of which one may not go where the other one is */
	spread = with_cpus(2);
	add_pair(spread, 0, 60, 0, 60, 0);
	for (unsigned int i = 0; i < 2; i++) {
		struct irqkit_cpuset *set = set_of(i ? "0" : "1");

		assert_int_equal(irqkit_spread_set_allowed(spread, i, set), 0);
		irqkit_cpuset_free(set);
	}
	ends(spread, IRQKIT_POLICY_LOAD,
		"10 1 leaves CPU 0; busiest first, least loaded CPU\n"
		"11 - stays: no gain\n");
}

static void queues_are_joined(void **state)
{
	struct irqkit_spread *spread = with_cpus(3);

	(void)state;
	/* on one of both CPUs: the one with less */
	add_pair(spread, 0, 10, 0, 10, 1);
	add_pair(spread, 1, 50, 1, 0, 1);
	ends(spread, IRQKIT_POLICY_LOAD,
		"10 - stays: no gain\n11 0 tx-0, same CPU as rx-0\n"
		"12 - stays: no gain\n13 - stays: no gain\n");

	/* one has to go anyway */
	spread = with_cpus(2);
	assert_int_equal(irqkit_spread_add_bystander(spread, 2, -1), 0);
	add_pair(spread, 0, 0, 1, 0, 2);
	ends(spread, IRQKIT_POLICY_LOAD,
		"10 - stays: no gain\n11 1 tx-0, same CPU as rx-0\n");

	/* without any load, it is not worth a write */
	spread = with_cpus(2);
	add_pair(spread, 0, 0, 0, 0, 1);
	ends(spread, IRQKIT_POLICY_LOAD, "10 - stays: no gain\n11 - stays: no gain\n");

	/* on a machine that is idle, too */
	spread = with_cpus(2);
	irqkit_spread_set_idle(spread, 20);
	add_pair(spread, 0, 10, 0, 1, 1);
	ends(spread, IRQKIT_POLICY_LOAD, "10 - stays: no gain\n11 - stays: no gain\n");
}

static void joining_makes_nothing_worse(void **state)
{
	struct irqkit_spread *spread = with_cpus(2);

	(void)state;
	add_pair(spread, 0, 50, 0, 50, 1);
	ends(spread, IRQKIT_POLICY_LOAD, "10 - stays: no gain\n11 - stays: no gain\n");

	/* the light queue is joined, the heavy one is not */
	spread = with_cpus(2);
	add_pair(spread, 0, 50, 0, 60, 1);
	add_pair(spread, 1, 1, 0, 1, 1);
	ends(spread, IRQKIT_POLICY_LOAD,
		"10 - stays: no gain\n11 - stays: no gain\n"
		"12 - stays: no gain\n13 0 tx-1, same CPU as rx-1\n");

	/* nor is it if there is no gain but by exchanging all of it */
	spread = with_cpus(2);
	add_pair(spread, 0, 50, 0, 50, 1);
	add_pair(spread, 1, 50, 1, 50, 0);
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
	assert_int_equal(irqkit_spread_get_load_after(spread, 0), 100);
	assert_int_equal(irqkit_spread_get_load_after(spread, 1), 100);
	assert_int_equal(irqkit_spread_count_moves(spread), 2);
	irqkit_spread_free(spread);
}

static void queues_need_vectors(void **state)
{
	struct irqkit_spread *spread = with_cpus(3);

	(void)state;
	/* CPU 1 has a vector for one of both */
	assert_int_equal(irqkit_spread_set_vectors(spread, 1, 1), 0);
	add_pair(spread, 0, 50, 0, 20, 0);
	add_pair(spread, 1, 60, 0, 20, 0);
	ends(spread, IRQKIT_POLICY_LOAD,
		"10 2 relieves CPU 0\n11 2 relieves CPU 0\n"
		"12 - stays\n13 - stays\n");

	/* there is room only for each by itself */
	spread = with_cpus(2);
	for (unsigned int c = 0; c < 2; c++)
		assert_int_equal(irqkit_spread_set_vectors(spread, c, 1), 0);
	add_pair(spread, 0, 50, -1, 20, -1);
	ends(spread, IRQKIT_POLICY_LOAD,
		"10 0 busiest first, least loaded CPU\n"
		"11 1 busiest first, least loaded CPU\n");
}

static void next_best_for_queues(void **state)
{
	struct irqkit_spread *spread = with_cpus(3);

	(void)state;
	/* the kernel has no vector: both go to the next CPU */
	add_pair(spread, 0, 50, 0, 50, 0);
	add_pair(spread, 1, 60, 0, 60, 0);
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
	assert_int_equal(irqkit_spread_place_again(spread, 0, 1), 0);
	answers(spread,
		"10 2 next best CPU; no free vector on CPU 1\n11 2 relieves CPU 0\n"
		"12 - stays\n13 - stays\n");
	irqkit_spread_free(spread);

	/* or both stay, if that is no better */
	spread = with_cpus(3);
	add_pair(spread, 0, 50, 0, 50, 0);
	add_pair(spread, 1, 60, 0, 60, 0);
	assert_int_equal(irqkit_spread_add_load(spread, 2, 190), 0);
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
	assert_int_equal(irqkit_spread_place_again(spread, 0, 1), 0);
	answers(spread,
		"10 - stays: no free vector on CPU 1\n"
		"11 - stays: no free vector on CPU 1\n12 - stays\n13 - stays\n");
	irqkit_spread_free(spread);

	/* one that was to join the other stays if it cannot */
	spread = with_cpus(3);
	add_pair(spread, 0, 50, 0, 1, 1);
	assert_int_equal(irqkit_spread_add_load(spread, 1, 100), 0);
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
	assert_int_equal(irqkit_spread_place_again(spread, 1, 0), 0);
	answers(spread, "10 - stays: no gain\n11 - stays: no free vector on CPU 0\n");
	irqkit_spread_free(spread);
}

/* ------------------------------------------------------------------------------- */
/* Vectors                                                                         */

static void full_cpus_are_passed_by(void **state)
{
	struct irqkit_spread *spread = with_cpus(3);

	(void)state;
	assert_int_equal(irqkit_spread_set_vectors(spread, 1, 0), 0);
	assert_int_equal(irqkit_spread_set_vectors(spread, 2, 1), 0);
	for (int q = 0; q < 4; q++)
		add_queue(spread, 40 + (unsigned int)q, 0, q, IRQKIT_SERVES_BOTH);
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_QUEUE), 0);
	answers(spread,
		"40 0 queue 0, first CPU\n"
		"41 2 queue 1, next CPU; no free vector on CPU 1\n"
		"42 0 queue 2, next CPU, reused; no free vector on CPU 1\n"
		"43 0 queue 3, next CPU, reused; no free vector on CPU 1\n");
	assert_int_equal(irqkit_spread_place_again(spread, 0, 1), -ENOENT);
	assert_int_equal(irqkit_spread_place_again(spread, 0, 0), -ENOSPC);
	irqkit_spread_free(spread);
}

static void next_best_cpu_is_taken(void **state)
{
	struct irqkit_spread *spread = with_cpus(3);

	(void)state;
	for (int q = 0; q < 3; q++)
		add_queue(spread, 40 + (unsigned int)q, 0, q, IRQKIT_SERVES_BOTH);
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_QUEUE), 0);
	assert_int_equal(irqkit_spread_place_again(spread, 1, 1), 0);
	assert_int_equal(irqkit_spread_place_again(spread, 0, 0), 0);
	answers(spread,
		"40 2 next best CPU; no free vector on CPU 0\n"
		"41 0 next best CPU; no free vector on CPU 1\n"
		"42 2 queue 2, next CPU\n");
	assert_int_equal(irqkit_spread_place_again(spread, 1, 0), 0);
	assert_int_equal(irqkit_spread_place_again(spread, 1, 2), -ENOSPC);
	irqkit_spread_free(spread);

	/* where it is it has a vector, though others have none there */
	spread = with_cpus(2);
	add(spread, 50, 0, 1);
	add(spread, 51, 0, 0);
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_IRQ), 0);
	assert_int_equal(irqkit_spread_place_again(spread, 0, 0), 0);
	assert_int_equal(irqkit_spread_place_again(spread, 1, 1), 0);
	answers(spread,
		"50 1 next best CPU; no free vector on CPU 0\n"
		"51 0 next best CPU; no free vector on CPU 1\n");
	/* the kernel knows better where it is */
	assert_int_equal(irqkit_spread_place_again(spread, 0, 1), -ENOSPC);
	irqkit_spread_free(spread);
}

static void next_best_by_load(void **state)
{
	struct irqkit_spread *spread = with_cpus(3);

	(void)state;
	add(spread, 50, 10, -1);
	add(spread, 51, 10, -1);
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
	assert_int_equal(irqkit_spread_place_again(spread, 0, 0), 0);
	assert_int_equal(irqkit_spread_get_load_after(spread, 0), 0);
	assert_int_equal(irqkit_spread_get_load_after(spread, 2), 10);
	answers(spread,
		"50 2 next best CPU; no free vector on CPU 0\n"
		"51 1 busiest first, least loaded CPU\n");
	irqkit_spread_free(spread);

	/* CPU 2 would be no better, or hardly, than where it is */
	for (unsigned int load = 90; load <= 91; load++) {
		spread = with_cpus(3);
		assert_int_equal(irqkit_spread_add_load(spread, 2, load - 10), 0);
		add(spread, 50, 100, 0);
		add(spread, 51, 90, 0);
		assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_LOAD), 0);
		answers(spread,
			"50 - stays\n"
			"51 1 relieves CPU 0\n");
		assert_int_equal(irqkit_spread_place_again(spread, 1, 1), 0);
		answers(spread,
			load == 90 ? "50 - stays\n"
				     "51 2 next best CPU; no free vector on CPU 1\n"
				   : "50 - stays\n"
				     "51 - stays: no free vector on CPU 1\n");
		assert_int_equal(
			irqkit_spread_get_load_after(spread, 0), load == 90 ? 100 : 190);
		irqkit_spread_free(spread);
	}
}

/* What comes after it may still go along; what comes before is there already. */
static void queue_goes_along(void **state)
{
	for (int is_split = 0; is_split < 2; is_split++) {
		struct irqkit_spread *spread = with_cpus(4);

		(void)state;
		irqkit_spread_set_split(spread, is_split);
		for (int q = 0; q < 2; q++) {
			add_queue(
				spread, 20 + 2 * (unsigned int)q, 0, q, IRQKIT_SERVES_TX);
			add_queue(
				spread, 21 + 2 * (unsigned int)q, 0, q, IRQKIT_SERVES_RX);
		}
		assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_QUEUE), 0);
		assert_int_equal(
			irqkit_spread_place_again(spread, 0, is_split ? 1 : 0), 0);
		answers(spread,
			is_split ? "20 0 next best CPU; no free vector on CPU 1\n"
				   "21 0 rx-0, first CPU\n"
				   "22 3 tx-1, next CPU\n"
				   "23 2 rx-1, next CPU\n"
				 : "20 2 next best CPU; no free vector on CPU 0\n"
				   "21 2 rx-0, same CPU as tx-0\n"
				   "22 1 tx-1, next CPU\n"
				   "23 1 rx-1, same CPU as tx-1\n");
		assert_int_equal(
			irqkit_spread_place_again(spread, 3, is_split ? 2 : 1), 0);
		answers(spread,
			is_split ? "20 0 next best CPU; no free vector on CPU 1\n"
				   "21 0 rx-0, first CPU\n"
				   "22 3 tx-1, next CPU\n"
				   "23 3 next best CPU; no free vector on CPU 2\n"
				 : "20 2 next best CPU; no free vector on CPU 0\n"
				   "21 2 rx-0, same CPU as tx-0\n"
				   "22 1 tx-1, next CPU\n"
				   "23 3 next best CPU; no free vector on CPU 1\n");
		irqkit_spread_free(spread);
	}
}

static void queue_goes_where_there_is_room(void **state)
{
	struct irqkit_spread *spread = with_cpus(2);

	(void)state;
	add_queue(spread, 20, 0, 0, IRQKIT_SERVES_TX);
	add_queue(spread, 21, 0, 0, IRQKIT_SERVES_RX);
	assert_int_equal(irqkit_spread_set_vectors(spread, 1, 1), 0);
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_QUEUE), 0);
	assert_int_equal(irqkit_spread_place_again(spread, 0, 0), 0);
	answers(spread,
		"20 1 next best CPU; no free vector on CPU 0\n"
		"21 0 no free vector on CPU 1, where its queue goes\n");
	assert_int_equal(irqkit_spread_place_again(spread, 1, 0), -ENOSPC);
	irqkit_spread_free(spread);
}

/* The kernel looks at all CPUs of a mask before it refuses. */
static void all_of_a_wide_one_are_full(void **state)
{
	struct irqkit_spread *spread = with_cpus(4);

	(void)state;
	irqkit_spread_set_width(spread, 2);
	add_queue(spread, 30, 0, 0, IRQKIT_SERVES_BOTH);
	assert_int_equal(irqkit_spread_place(spread, IRQKIT_POLICY_QUEUE), 0);
	answers(spread, "30 0-1 queue 0, first CPU\n");
	assert_int_equal(irqkit_spread_place_again(spread, 0, 0), 0);
	answers(spread, "30 2-3 next best CPU; no free vector on CPU 0-1\n");
	assert_int_equal(irqkit_spread_place_again(spread, 0, 3), -ENOSPC);
	irqkit_spread_free(spread);
}

/* How many interrupts each CPU has, were the answer carried out. */
static void count_vectors(const struct irqkit_spread *spread, const struct box *box,
	unsigned int *then, unsigned int *n_left)
{
	memset(then, 0, MAX_CPUS * sizeof(*then));
	*n_left = 0;
	for (unsigned int i = 0; i < box->n_irqs; i++) {
		const struct irqkit_cpuset *cpus = irqkit_spread_get_cpus(spread, i);

		assert_non_null(irqkit_spread_get_reason(spread, i));
		if (!cpus && box->now[i] >= 0)
			then[box->now[i]]++;
		if (!cpus) {
			(*n_left)++;
			continue;
		}
		irqkit_cpuset_foreach (cpu, cpus)
			then[cpu]++;
	}
}

static const struct kind few_vectors = { "", 0, 12, 60, 1, false, true, false, 0, 0 };

static void no_cpu_gets_more_than_its_vectors(void **state)
{
	uint64_t seed = 2463534242;

	(void)state;
	for (unsigned int n = 0; n < share_of(2000); n++) {
		unsigned int now[MAX_CPUS] = { 0 }, left[MAX_CPUS], then[MAX_CPUS],
			     n_left;
		enum irqkit_policy policy = (enum irqkit_policy)(n % 4);
		struct irqkit_spread *spread;
		struct box box;

		make_box(&few_vectors, &seed, &box);
		for (unsigned int i = 0; i < box.n_irqs; i++)
			if (below(&seed, 10) == 0)
				box.now[i] = -1;
			else
				now[box.now[i]]++;
		spread = tell(&box);
		irqkit_spread_set_width(spread, 1 + below(&seed, 3));
		for (unsigned int c = 0; c < box.n_cpus; c++) {
			left[c] = below(&seed, 2) * below(&seed, 10);
			assert_int_equal(
				irqkit_spread_set_vectors(spread, c, left[c]), 0);
		}
		for (unsigned int i = 0; i < box.n_irqs; i++) {
			irqkit_spread_set_queue(
				spread, i, i % 3, (int)(i / 6), IRQKIT_SERVES_BOTH);
			hint(spread, i, i % 2 ? "0" : "0-1");
			if (below(&seed, 3) == 0)
				allow(spread, i, below(&seed, 2) ? "0" : "0-3");
		}
		assert_int_equal(irqkit_spread_place(spread, policy), 0);
		count_vectors(spread, &box, then, &n_left);
		for (unsigned int c = 0; c < box.n_cpus; c++)
			if (then[c] > left[c] + now[c])
				fail_msg("case %u: CPU %u has %u, not %u + %u", n, c,
					then[c], left[c], now[c]);
		irqkit_spread_free(spread);
	}
}

/* A kernel that has so many vectors left, and gets none back while this goes on. */
static bool kernel_moves(unsigned int *vectors, int now, const struct irqkit_cpuset *cpus)
{
	if (now >= 0 && irqkit_cpuset_has(cpus, (unsigned int)now))
		return true;
	irqkit_cpuset_foreach (cpu, cpus) {
		if (vectors[cpu] == 0)
			continue;
		vectors[cpu]--;
		return true;
	}
	return false;
}

/* One after the other finds a CPU with a vector, as long as there is one. */
static void carry_out(struct irqkit_spread *spread, const struct box *box,
	unsigned int *vectors, unsigned int n_allowed)
{
	for (unsigned int i = 0; i < box->n_irqs; i++) {
		const struct irqkit_cpuset *cpus = irqkit_spread_get_cpus(spread, i);
		unsigned int tries = 0;
		int r = 0;

		while (r == 0 && cpus && !kernel_moves(vectors, box->now[i], cpus)) {
			assert_true(++tries <= box->n_cpus);
			r = irqkit_spread_place_again(
				spread, i, (unsigned int)irqkit_cpuset_next(cpus, -1));
			cpus = irqkit_spread_get_cpus(spread, i);
		}
		if (r == 0)
			continue;
		assert_int_equal(r, -ENOSPC);
		assert_true(box->now[i] < 0 || (unsigned int)box->now[i] >= n_allowed);
		for (unsigned int c = 0; c < n_allowed; c++)
			assert_int_equal(vectors[c], 0);
	}
}

static void vectors_are_found_where_there_are_any(void **state)
{
	uint64_t seed = 88172645463325252;

	(void)state;
	for (unsigned int n = 0; n < share_of(2000); n++) {
		enum irqkit_policy policy = (enum irqkit_policy)(n % 4);
		unsigned int vectors[MAX_CPUS], n_allowed;
		struct irqkit_spread *spread;
		char allowed[16];
		struct box box;

		make_box(&few_vectors, &seed, &box);
		n_allowed = 1 + below(&seed, box.n_cpus);
		snprintf(allowed, sizeof(allowed), "0-%u", n_allowed - 1);
		for (unsigned int c = 0; c < box.n_cpus; c++)
			vectors[c] = below(&seed, 10);
		spread = tell(&box);
		irqkit_spread_set_width(spread, 1 + below(&seed, 3));
		irqkit_spread_set_split(spread, below(&seed, 2));
		for (unsigned int i = 0; i < box.n_irqs; i++) {
			irqkit_spread_set_queue(spread, i, i % 3, (int)(i / 6),
				i % 2 ? IRQKIT_SERVES_RX : IRQKIT_SERVES_TX);
			hint(spread, i, i % 2 ? "0" : "0-1");
			allow(spread, i, allowed);
		}
		assert_int_equal(irqkit_spread_place(spread, policy), 0);
		carry_out(spread, &box, vectors, n_allowed);
		irqkit_spread_free(spread);
	}
}

/*
 * The same calls give the same answer; for queues also wherever interrupts are now, unless
 * they may stay.
 */
static void answers_are_the_same_again(void **state)
{
	static const struct kind kind = {
		"",
		0,
		32,
		100,
		2,
		true,
		true,
		false,
		0,
		0,
	};
	uint64_t seed = 362436069;

	(void)state;
	for (unsigned int n = 0; n < 200; n++) {
		enum irqkit_policy policy = n % 2 ? IRQKIT_POLICY_LOAD
						  : IRQKIT_POLICY_QUEUE;
		struct irqkit_spread *a, *b;
		struct box box;

		make_box(&kind, &seed, &box);
		a = tell(&box);
		for (unsigned int i = 0; i < box.n_irqs && policy == IRQKIT_POLICY_QUEUE;
			i++)
			box.now[i] = 0;
		b = tell(&box);
		irqkit_spread_set_fresh(a, true);
		irqkit_spread_set_fresh(b, true);
		assert_int_equal(irqkit_spread_place(a, policy), 0);
		assert_int_equal(irqkit_spread_place(b, IRQKIT_POLICY_IRQ), 0);
		assert_int_equal(irqkit_spread_place(b, policy), 0);
		for (unsigned int i = 0; i < box.n_irqs; i++) {
			const struct irqkit_cpuset *x = irqkit_spread_get_cpus(a, i);
			const struct irqkit_cpuset *y = irqkit_spread_get_cpus(b, i);

			assert_true(!x == !y);
			assert_true(!x || irqkit_cpuset_is_equal(x, y));
			assert_string_equal(irqkit_spread_get_reason(a, i),
				irqkit_spread_get_reason(b, i));
		}
		irqkit_spread_free(a);
		irqkit_spread_free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queues_take_one_cpu_each),
		cmocka_unit_test(queues_of_a_device_are_apart),
		cmocka_unit_test(some_of_all_stay),
		cmocka_unit_test(pinned_tx_is_not_a_queue),
		cmocka_unit_test(pinned_directions_are_kept_apart),
		cmocka_unit_test(queues_come_to_their_node_first),
		cmocka_unit_test(nodes_are_left_for_lack_of_cpus),
		cmocka_unit_test(queues_can_be_split),
		cmocka_unit_test(queues_stay_on_their_node),
		cmocka_unit_test(widths_are_blocks_of_near_cpus),
		cmocka_unit_test(numbers_and_hints),
		cmocka_unit_test(load_says_why),
		cmocka_unit_test(what_gains_little_stays),
		cmocka_unit_test(every_gain_is_taken),
		cmocka_unit_test(idle_machines_are_let_be),
		cmocka_unit_test(what_stays_is_widened),
		cmocka_unit_test(without_load_nothing_is_widened),
		cmocka_unit_test(moves_to_its_node_name_it),
		cmocka_unit_test(idle_ones_do_not_pile_up),
		cmocka_unit_test(worst_of_heaviest_first_is_mended),
		cmocka_unit_test(siblings_count_in_part),
		cmocka_unit_test(loads_are_counted),
		cmocka_unit_test(a_split_can_be_tried),
		cmocka_unit_test(what_was_not_moved_counts_where_it_is),
		cmocka_unit_test(large_loads_do_not_overflow),
		cmocka_unit_test(misuse_is_refused),
		cmocka_unit_test(queues_are_moved_as_one),
		cmocka_unit_test(queues_are_joined),
		cmocka_unit_test(joining_makes_nothing_worse),
		cmocka_unit_test(queues_need_vectors),
		cmocka_unit_test(next_best_for_queues),
		cmocka_unit_test(full_cpus_are_passed_by),
		cmocka_unit_test(next_best_cpu_is_taken),
		cmocka_unit_test(next_best_by_load),
		cmocka_unit_test(queue_goes_along),
		cmocka_unit_test(queue_goes_where_there_is_room),
		cmocka_unit_test(all_of_a_wide_one_are_full),
		cmocka_unit_test(no_cpu_gets_more_than_its_vectors),
		cmocka_unit_test(vectors_are_found_where_there_are_any),
		cmocka_unit_test(answers_are_the_same_again),
		cmocka_unit_test(load_is_placed_well),
	};

	return cmocka_run_group_tests_name("spread", tests, NULL, NULL);
}
