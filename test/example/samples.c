/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * samples SECONDS: takes a sample each second, and adds up what each interrupt counted
 * between them. Fails if a rate or share is impossible, or if the sum of an interrupt that
 * was there all the time is not exactly its last count minus its first.
 */
#include <inttypes.h>
#include <irqkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RATE_MAX 1e6
#define IRQS 4096

struct seen {
	char name[128];
	uint64_t first, last, sum;
	unsigned int n_samples;
};

static struct seen all[IRQS];
static size_t n_all;
static unsigned int n_samples, n_gone_cpus, n_gone_irqs;
static double highest;
static int is_bad;

static void complain(const char *what, const char *name, double number)
{
	printf("%s of %s: %f\n", what, name, number);
	is_bad = 1;
}

static struct seen *find(const struct irqkit_interrupt *row)
{
	char name[sizeof(all->name)];

	snprintf(name, sizeof(name), "%s %s", irqkit_interrupt_get_label(row),
		irqkit_interrupt_count_actions(row) ? irqkit_interrupt_get_action(row, 0)
						    : "");
	for (size_t i = 0; i < n_all; i++)
		if (strcmp(all[i].name, name) == 0)
			return &all[i];
	if (n_all == IRQS)
		exit(2);
	strcpy(all[n_all].name, name);
	return &all[n_all++];
}

static void check_cpus(const struct irqkit_load *load)
{
	for (size_t i = 0; i < irqkit_load_count_cpus(load); i++) {
		const struct irqkit_load_cpu *cpu = irqkit_load_get_cpu(load, i);
		char name[16];
		double share, rate;

		snprintf(name, sizeof(name), "CPU %u", irqkit_load_cpu_get_number(cpu));
		if (irqkit_load_cpu_get_time(cpu, &share) == 0 &&
			!(share >= 0 && share <= 1))
			complain("share of time", name, share);
		for (int k = IRQKIT_COUNTER_INTERRUPTS; k < IRQKIT_COUNTER_USER; k++)
			if (irqkit_load_cpu_get_rate(
				    cpu, (enum irqkit_counter)k, &rate) == 0 &&
				!(rate >= 0 && rate <= RATE_MAX))
				complain("rate", name, rate);
	}
}

static void check_rows(const struct irqkit_load *load, struct irqkit_machine *machine)
{
	for (size_t i = 0; load && i < irqkit_machine_count_irqs(machine); i++) {
		struct seen *seen = find(
			irqkit_irq_get_row(irqkit_machine_get_irq(machine, i)));
		double rate = irqkit_load_get_rate(load, i), packets, cost;

		seen->sum += irqkit_load_get_count(load, i);
		highest = rate > highest ? rate : highest;
		if (!(rate >= 0 && rate <= RATE_MAX))
			complain("rate", seen->name, rate);
		if (irqkit_load_get_packets(load, i, &packets) == 0 &&
			!(packets >= 0 && packets <= RATE_MAX))
			complain("packets", seen->name, packets);
		if (irqkit_load_get_cost(load, i, &cost) == 0 &&
			!(cost >= 0 && cost <= irqkit_load_count_cpus(load)))
			complain("cost", seen->name, cost);
	}
}

static void note_rows(const struct irqkit_snapshot *rows)
{
	n_samples++;
	for (size_t i = 0; i < irqkit_snapshot_count(rows); i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(rows, i);
		struct seen *seen = find(row);

		if (seen->n_samples++ == 0)
			seen->first = irqkit_interrupt_get_total(row);
		seen->last = irqkit_interrupt_get_total(row);
	}
}

static struct irqkit_sample *take(
	struct irqkit_ctx *ctx, struct irqkit_sample *before, int shows)
{
	struct irqkit_machine *machine;
	struct irqkit_sample *sample;
	struct irqkit_load *load = NULL;
	const struct irqkit_snapshot *rows;

	if (irqkit_machine_new(ctx, &machine, NULL, NULL) < 0 ||
		irqkit_sample_new_of(machine, before, &sample) < 0 ||
		(before && irqkit_load_new(machine, before, sample, &load) < 0))
		exit(2);
	rows = irqkit_sample_get_rows(sample);
	if (load)
		check_cpus(load);
	check_rows(load, machine);
	note_rows(rows);
	if (before) {
		const struct irqkit_snapshot *old = irqkit_sample_get_rows(before);

		n_gone_cpus += !irqkit_cpuset_is_subset(
			irqkit_snapshot_get_cpus(old), irqkit_snapshot_get_cpus(rows));
		n_gone_irqs += irqkit_snapshot_count(rows) < irqkit_snapshot_count(old);
	}
	if (load && shows)
		printf("weighed by %d: %s\n", (int)irqkit_load_get_weigh(load),
			irqkit_load_explain_weigh(load) ? irqkit_load_explain_weigh(load)
							: "as asked");
	irqkit_load_free(load);
	irqkit_sample_free(before);
	irqkit_machine_free(machine);
	return sample;
}

int main(int argc, char **argv)
{
	unsigned int seconds = argc > 1 ? (unsigned int)atoi(argv[1]) : 5, n_lived = 0;
	struct irqkit_sample *sample = NULL;
	struct irqkit_ctx *ctx;
	uint64_t sum = 0;

	if (irqkit_ctx_new(NULL, &ctx) < 0)
		return 2;
	for (unsigned int i = 0; i <= seconds; i++) {
		sample = take(ctx, sample, i == seconds);
		if (i < seconds)
			sleep(1);
	}
	irqkit_sample_free(sample);
	irqkit_ctx_free(ctx);
	for (size_t i = 0; i < n_all; i++) {
		if (all[i].n_samples != n_samples)
			continue;
		n_lived++;
		sum += all[i].sum;
		if (all[i].sum != all[i].last - all[i].first) {
			printf("%s: the sum is %" PRIu64 ", but last minus first is "
			       "%" PRId64 "\n",
				all[i].name, all[i].sum,
				(int64_t)(all[i].last - all[i].first));
			is_bad = 1;
		}
	}
	printf("%u samples; CPUs went offline between %u, interrupts went between %u; %u "
	       "of "
	       "%zu interrupts were there all the time, and counted %" PRIu64
	       "; highest rate %.0f/s\n",
		n_samples, n_gone_cpus, n_gone_irqs, n_lived, n_all, sum, highest);
	return is_bad;
}
