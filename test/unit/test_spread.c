/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by load: how good, how few moves, and always the same. */
#include "unit.h"

#include <errno.h>
#include <irqkit.h>
#include <math.h>
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
	unsigned int shift = (unsigned int)__builtin_ctzll(next_random(state) | 1 << tail);

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
		assert_int_equal(irqkit_spread_add_cpu(
					 spread, c, (int)(c / box->threads), 0, 0),
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
static void find_places(const struct irqkit_spread *spread, const struct box *box, int *place)
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

		for (unsigned int t = first; t < first + box->threads && t < box->n_cpus; t++)
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
	unsigned int order[MAX_IRQS]; /* heaviest first */
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

static void try_kind(const struct kind *kind)
{
	uint64_t state = 88172645463325252;
	double sum = 0, most = 0;
	unsigned long moves = 0, irqs = 0;

	for (unsigned int n = 0; n < kind->cases; n++) {
		struct box box;
		int place[MAX_IRQS];
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
			fail_msg("%s: case %u: %.3f (%u interrupts, %u CPUs)", kind->name, n,
				ratio, box.n_irqs, box.n_cpus);
		sum += ratio;
		if (most < ratio)
			most = ratio;
		moves += irqkit_spread_count_moves(spread);
		irqs += box.n_irqs;
		irqkit_spread_free(spread);
	}
	print_message("# %s: %u cases, worst CPU / %s: mean %.4f, most %.4f, moves %.2f\n",
		kind->name, kind->cases, kind->is_exhaustive ? "optimum" : "bound",
		sum / kind->cases, most, (double)moves / (double)irqs);
	assert_true(sum / kind->cases <= kind->goal);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(load_is_placed_well),
	};

	return cmocka_run_group_tests_name("spread", tests, NULL, NULL);
}
