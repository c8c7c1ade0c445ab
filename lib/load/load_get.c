/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The single figures of a load. */
#include "base/macros.h"
#include "load/load_record.h"
#include "machine/machine.h"

#include <errno.h>

EXPORT double irqkit_load_get_seconds(const struct irqkit_load *load)
{
	return load->seconds;
}

EXPORT bool irqkit_load_is_since_boot(const struct irqkit_load *load)
{
	return load->is_since_boot;
}

EXPORT enum irqkit_accounting irqkit_load_get_accounting(const struct irqkit_load *load)
{
	return load->accounting;
}

EXPORT uint64_t irqkit_load_get_ticks(const struct irqkit_load *load)
{
	return load->ticks;
}

/* ------------------------------------------------------------------------------- */
/* CPUs                                                                            */

struct irqkit_load_cpu *load_find_cpu(const struct irqkit_load *load, unsigned int cpu)
{
	if (cpu >= load->n_index_of || load->index_of[cpu] == 0)
		return NULL;
	return &load->cpus[load->index_of[cpu] - 1];
}

EXPORT size_t irqkit_load_count_cpus(const struct irqkit_load *load)
{
	return load->n_cpus;
}

EXPORT const struct irqkit_load_cpu *irqkit_load_get_cpu(
	const struct irqkit_load *load, size_t index)
{
	return &load->cpus[index];
}

EXPORT const struct irqkit_load_cpu *irqkit_load_find_cpu(
	const struct irqkit_load *load, unsigned int cpu)
{
	return load_find_cpu(load, cpu);
}

EXPORT unsigned int irqkit_load_cpu_get_number(const struct irqkit_load_cpu *cpu)
{
	return cpu->cpu;
}

EXPORT int irqkit_load_cpu_get_count(const struct irqkit_load_cpu *cpu,
	enum irqkit_counter counter, uint64_t *ret_count)
{
	if (counter >= IRQKIT_COUNTER_USER
			? !cpu->has_times
			: counter >= IRQKIT_COUNTER_PROCESSED && !cpu->has_softnet)
		return -ENODATA;
	*ret_count = cpu->count[counter];
	return 0;
}

EXPORT int irqkit_load_cpu_get_rate(const struct irqkit_load_cpu *cpu,
	enum irqkit_counter counter, double *ret_per_second)
{
	uint64_t count;
	int r = irqkit_load_cpu_get_count(cpu, counter, &count);

	if (r == 0)
		*ret_per_second = (double)count / cpu->load->seconds;
	return r;
}

EXPORT int irqkit_load_cpu_get_time(const struct irqkit_load_cpu *cpu, double *ret_share)
{
	if (cpu->time < 0)
		return -ENODATA;
	*ret_share = cpu->time;
	return 0;
}

EXPORT int irqkit_load_cpu_get_steal(const struct irqkit_load_cpu *cpu, double *ret_share)
{
	uint64_t total = 0;

	for (int i = IRQKIT_COUNTER_USER; i <= IRQKIT_COUNTER_STEAL; i++)
		total += cpu->count[i];
	if (!cpu->has_times || total == 0)
		return -ENODATA;
	*ret_share = (double)cpu->count[IRQKIT_COUNTER_STEAL] / (double)total;
	return 0;
}

EXPORT uint64_t irqkit_load_cpu_get_weight(const struct irqkit_load_cpu *cpu)
{
	return cpu->weight;
}

EXPORT size_t irqkit_load_count_softirqs(const struct irqkit_load *load)
{
	return load->softirqs.n_kinds;
}

EXPORT const char *irqkit_load_get_softirq(const struct irqkit_load *load, size_t kind)
{
	return load->softirqs.kinds[kind];
}

/* The columns are in the order of the CPUs. */
EXPORT uint64_t irqkit_load_cpu_get_softirqs(
	const struct irqkit_load_cpu *cpu, size_t kind)
{
	const struct softirqs *softirqs = &cpu->load->softirqs;

	return softirqs
		->counts[kind * softirqs->n_cpus + (size_t)(cpu - cpu->load->cpus)];
}

/* The CPUs that may be used, and those that handled something all the same. */
static bool is_judged(
	const struct irqkit_load_cpu *cpu, const struct irqkit_cpuset *housekeeping)
{
	return cpu->weight > 0 || !housekeeping ||
		irqkit_cpuset_has(housekeeping, cpu->cpu);
}

EXPORT double irqkit_load_get_imbalance(
	const struct irqkit_load *load, const struct irqkit_cpuset *cpus)
{
	const struct irqkit_cpuset *housekeeping = irqkit_topology_get_cpus(
		irqkit_machine_get_topology(load->machine), IRQKIT_CPUS_HOUSEKEEPING);
	size_t n = cpus ? irqkit_cpuset_count(cpus) : 0;
	double sum = 0, most = 0;

	for (size_t i = 0; i < load->n_cpus; i++) {
		const struct irqkit_load_cpu *cpu = &load->cpus[i];

		if (cpus && !irqkit_cpuset_has(cpus, cpu->cpu))
			continue;
		n += !cpus && is_judged(cpu, housekeeping);
		sum += (double)cpu->weight;
		if ((double)cpu->weight > most)
			most = (double)cpu->weight;
	}
	return sum > 0 ? most * (double)n / sum : 0;
}

/* ------------------------------------------------------------------------------- */
/* Interrupts                                                                      */

EXPORT const struct irqkit_interrupt *irqkit_load_get_counts(
	const struct irqkit_load *load, size_t index)
{
	return load->rows[index].counts;
}

EXPORT uint64_t irqkit_load_get_count(const struct irqkit_load *load, size_t index)
{
	const struct irqkit_interrupt *counts = load->rows[index].counts;

	return counts ? counts->total : 0;
}

EXPORT double irqkit_load_get_rate(const struct irqkit_load *load, size_t index)
{
	return (double)irqkit_load_get_count(load, index) / load->seconds;
}

EXPORT uint64_t irqkit_load_get_weight(const struct irqkit_load *load, size_t index)
{
	return load->rows[index].weight;
}

EXPORT int irqkit_load_get_packets(
	const struct irqkit_load *load, size_t index, double *ret_per_second)
{
	const struct load_row *row = &load->rows[index];

	if (row->packets_source == IRQKIT_PACKETS_NOT_COUNTED)
		return -ENODATA;
	*ret_per_second = ((double)row->received + (double)row->sent) / load->seconds;
	return 0;
}

EXPORT enum irqkit_packets_source irqkit_load_get_packets_source(
	const struct irqkit_load *load, size_t index)
{
	return load->rows[index].packets_source;
}
