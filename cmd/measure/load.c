/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts of interrupts, added up by CPU. */
#include "measure/load.h"

#include <stdlib.h>

void load_free(struct load *load)
{
	free(load->cpus);
}

static struct cpu_load *find(const struct load *load, unsigned int cpu)
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
	return find(load, cpu);
}

static void add_interrupt(struct load *load, const struct irqkit_interrupt *interrupt)
{
	size_t n = irqkit_interrupt_count_served(interrupt);

	for (size_t i = 0; i < n; i++) {
		unsigned int cpu;
		uint64_t count = irqkit_interrupt_get_served(interrupt, i, &cpu);
		struct cpu_load *part = find(load, cpu);

		if (!part)
			continue;
		part->total += count;
		part->n_interrupts++;
		if (count > part->busiest_count) {
			part->busiest = interrupt;
			part->busiest_count = count;
		}
		load->total += count;
	}
}

void load_add_up(struct load *load, const struct irqkit_cpuset *cpus,
	const struct irqkit_interrupt *const *rows, size_t n_rows)
{
	size_t n = 0;

	*load = (struct load){ 0 };
	load->cpus = calloc(irqkit_cpuset_count(cpus) + 1, sizeof(*load->cpus));
	if (!load->cpus)
		return;
	irqkit_cpuset_foreach(cpu, cpus)
		load->cpus[n++].cpu = (unsigned int)cpu;
	load->n_cpus = n;

	for (size_t i = 0; i < n_rows; i++)
		add_interrupt(load, rows[i]);
	for (size_t i = 0; i < n; i++) {
		const struct cpu_load *part = &load->cpus[i];

		load->n_idle += part->total == 0;
		if (part->total > (load->busiest ? load->busiest->total : 0))
			load->busiest = part;
	}
}

double load_imbalance(const struct load *load)
{
	if (!load->busiest)
		return 0;
	return (double)load->busiest->total * (double)load->n_cpus / (double)load->total;
}

bool load_is_busy(const struct load *load, const struct cpu_load *cpu)
{
	return cpu->total > 0 && load->n_cpus > 1 &&
	       (double)cpu->total * (double)load->n_cpus >= 2 * (double)load->total;
}
