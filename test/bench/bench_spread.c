/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench_spread CPUS INTERRUPTS: what a placement by load costs in CPU time, against the
 * simplest one there is: sort, then each on the CPU that has least. Prints lines "LABEL
 * US RATIO NOTE"; the ratio is to the simplest one.
 */
#include <irqkit.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define RUNS 9

static unsigned int n_cpus, n_irqs;
static uint64_t *load;
static double imbalance, bound; /* busiest / mean; the least that it can be */
static size_t moves;

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int heavier(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* No CPU can have less than the mean, nor the one with the heaviest less than that. */
static double find_bound(void)
{
	uint64_t most = 0, total = 0;
	double heaviest;

	for (unsigned int i = 0; i < n_irqs; i++) {
		total += load[i];
		if (most < load[i])
			most = load[i];
	}
	heaviest = (double)most * n_cpus / (double)total;
	return heaviest > 1 ? heaviest : 1;
}

static double simplest(void)
{
	uint64_t *sorted = calloc(n_irqs, sizeof(*sorted));
	uint64_t *sum = calloc(n_cpus, sizeof(*sum)), worst = 0, total = 0;

	for (unsigned int i = 0; i < n_irqs; i++)
		total += sorted[i] = load[i];
	qsort(sorted, n_irqs, sizeof(*sorted), heavier);
	for (unsigned int i = 0; i < n_irqs; i++) {
		unsigned int best = 0;

		for (unsigned int c = 1; c < n_cpus; c++)
			if (sum[c] < sum[best])
				best = c;
		sum[best] += sorted[i];
		if (worst < sum[best])
			worst = sum[best];
	}
	free(sorted);
	free(sum);
	return (double)worst * n_cpus / (double)total;
}

struct kind {
	const char *label;
	enum irqkit_policy policy;
	unsigned int threads; /* of a core */
	unsigned int spread_over; /* how many CPUs serve all of it now; 0: nowhere */
	bool takes_all; /* the smallest gain is worth its moves */
};

static void plan(const struct kind *kind)
{
	struct irqkit_spread *spread;

	if (irqkit_spread_new(&spread) < 0)
		exit(1);
	if (kind->takes_all)
		irqkit_spread_set_gain(spread, 0);
	for (unsigned int c = 0; c < n_cpus; c++)
		if (irqkit_spread_add_cpu(spread, c, (int)(c / kind->threads), 0, 0) < 0)
			exit(1);
	for (unsigned int i = 0; i < n_irqs; i++) {
		int now = kind->spread_over ? (int)(i % kind->spread_over) : -1;

		if (irqkit_spread_add_interrupt(spread, i, load[i], now) < 0)
			exit(1);
		irqkit_spread_set_queue(
			spread, i, i / 64, (int)(i % 64), IRQKIT_SERVES_BOTH);
	}
	if (irqkit_spread_place(spread, kind->policy) < 0)
		exit(1);
	imbalance = irqkit_spread_get_imbalance_after(spread);
	moves = irqkit_spread_count_moves(spread);
	irqkit_spread_free(spread);
}

static void fill_loads(void)
{
	static uint64_t state = 88172645463325252;

	for (unsigned int i = 0; i < n_irqs; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		load[i] = (state >> 40 & 0xffff) << __builtin_ctzll(state | 1 << 3);
	}
}

/* Other loads of all sizes up to this one, from one CPU and from half of them. */
static void try_many(void)
{
	unsigned int most_cpus = n_cpus, most_irqs = n_irqs, n = 0;
	double worst = 0, sum = 0;

	for (n_cpus = most_cpus; n_cpus >= 8; n_cpus /= 2) {
		n_irqs = (unsigned int)((uint64_t)most_irqs * n_cpus / most_cpus);
		for (unsigned int run = 0; run < 8; run++) {
			struct kind kind = { "", IRQKIT_POLICY_LOAD, 1,
				run % 2 ? 1 : n_cpus / 2, true };

			fill_loads();
			plan(&kind);
			imbalance /= find_bound();
			sum += imbalance;
			n++;
			worst = imbalance > worst ? imbalance : worst;
		}
	}
	if (n)
		printf("  %u others, --gain=0: mean %.4f, worst x the bound %.4f\n", n,
			sum / n, worst);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double measure(const struct kind *kind)
{
	double us[RUNS];

	for (int run = 0; run < RUNS; run++) {
		double start = now_us();

		if (kind)
			plan(kind);
		else
			imbalance = simplest();
		us[run] = now_us() - start;
	}
	qsort(us, RUNS, sizeof(*us), ascending);
	return us[RUNS / 2];
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = {
		{ "load, from nowhere", IRQKIT_POLICY_LOAD, 1, 0, false },
		{ "load, siblings", IRQKIT_POLICY_LOAD, 2, 0, false },
		{ "load, all on one CPU", IRQKIT_POLICY_LOAD, 1, 1, false },
		{ "load, on half of the CPUs", IRQKIT_POLICY_LOAD, 1, UINT16_MAX, false },
		{ "all on one CPU, --gain=0", IRQKIT_POLICY_LOAD, 1, 1, true },
		{ "on half of the CPUs, --gain=0", IRQKIT_POLICY_LOAD, 1, UINT16_MAX,
			true },
		{ "queue", IRQKIT_POLICY_QUEUE, 1, 0, false },
	};
	double simplest_us;

	if (argc != 3)
		return 2;
	n_cpus = (unsigned int)atoi(argv[1]);
	n_irqs = (unsigned int)atoi(argv[2]);
	load = calloc(n_irqs, sizeof(*load));
	fill_loads();

	bound = find_bound();
	simplest_us = measure(NULL);
	printf("  %-34s %9.2f ms  busiest / mean %.4f\n", "heaviest first, nothing else",
		simplest_us / 1000, imbalance);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct kind kind = kinds[i];
		double us;

		if (kind.spread_over == UINT16_MAX)
			kind.spread_over = n_cpus / 2;
		us = measure(&kind);
		printf("  %-34s %9.2f ms  %7.2f x that  %zu moves, busiest / mean %.4f, "
		       "x the bound %.4f\n",
			kind.label, us / 1000, us / simplest_us, moves, imbalance,
			imbalance / bound);
	}
	try_many();
	free(load);
	return 0;
}
