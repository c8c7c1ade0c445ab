/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts of interrupts, added up by CPU. */
#include "measure/load.h"

#include <stdlib.h>

void load_free(struct load *load)
{
	free(load->cpus);
}

static struct cpu_load *find_cpu(const struct load *load, unsigned int cpu)
{
	size_t low = 0, high = load->n_cpus;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (load->cpus[middle].cpu < cpu)
			low = middle + 1;
		else
			high = middle;
	}
	return low < load->n_cpus && load->cpus[low].cpu == cpu ? &load->cpus[low] : NULL;
}

const struct cpu_load *load_get(const struct load *load, unsigned int cpu)
{
	return find_cpu(load, cpu);
}

void load_start(struct load *load, const struct irqkit_cpuset *cpus)
{
	*load = (struct load){ 0 };
	load->cpus = calloc(irqkit_cpuset_count(cpus) + 1, sizeof(*load->cpus));
	if (!load->cpus)
		return;
	irqkit_cpuset_foreach (cpu, cpus)
		load->cpus[load->n_cpus++].cpu = cpu;
}

/* The largest number stands for all sums above it. */
static uint64_t add_up(uint64_t a, uint64_t b)
{
	return __builtin_add_overflow(a, b, &a) ? UINT64_MAX : a;
}

static void add_part(struct load *load, const struct irqkit_interrupt *interrupt,
	unsigned int cpu, uint64_t count)
{
	struct cpu_load *part = find_cpu(load, cpu);

	if (!part)
		return;
	if (irqkit_interrupt_is_background(interrupt)) {
		part->background = add_up(part->background, count);
		load->background = add_up(load->background, count);
		return;
	}
	part->total = add_up(part->total, count);
	part->n_interrupts++;
	if (count > part->busiest_count) {
		part->busiest = interrupt;
		part->busiest_count = count;
	}
	load->total = add_up(load->total, count);
}

void load_add(struct load *load, const struct irqkit_interrupt *interrupt)
{
	size_t n = irqkit_interrupt_count_served(interrupt);

	for (size_t i = 0; i < n; i++) {
		unsigned int cpu;
		uint64_t count = irqkit_interrupt_get_served(interrupt, i, &cpu);

		add_part(load, interrupt, cpu, count);
	}
}

void load_add_at(struct load *load, const struct irqkit_interrupt *interrupt,
	const struct irqkit_cpuset *cpus)
{
	uint64_t total = irqkit_interrupt_get_total(interrupt);
	unsigned int n = irqkit_cpuset_count(cpus);

	irqkit_cpuset_foreach (cpu, cpus)
		add_part(load, interrupt, cpu, total / n);
}

const struct cpu_load *load_get_busiest(const struct load *load)
{
	const struct cpu_load *busiest = NULL;

	for (size_t i = 0; i < load->n_cpus; i++)
		if (load->cpus[i].total > (busiest ? busiest->total : 0))
			busiest = &load->cpus[i];
	return busiest;
}

size_t load_count_idle(const struct load *load)
{
	size_t n = 0;

	for (size_t i = 0; i < load->n_cpus; i++)
		n += load->cpus[i].total == 0;
	return n;
}

double load_get_imbalance(const struct load *load)
{
	const struct cpu_load *busiest = load_get_busiest(load);

	if (!busiest)
		return 0;
	return (double)busiest->total * (double)load->n_cpus / (double)load->total;
}

bool load_is_busy(const struct load *load, const struct cpu_load *cpu)
{
	return cpu->total > 0 && load->n_cpus > 1 &&
		(double)cpu->total * (double)load->n_cpus >= 2 * (double)load->total;
}
