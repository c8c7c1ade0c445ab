/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What interrupts weigh on each CPU, summed once for all of them. */
#include "load/load_record.h"
#include "machine/cpu_use.h"

#include <errno.h>
#include <stdlib.h>

/* The counts of a row that is part of the sums; or NULL. */
static const struct irqkit_interrupt *find_counts(
	const struct irqkit_load *load, size_t index)
{
	const struct irqkit_interrupt *counts = load->rows[index].counts;

	return counts && counts->irq >= 0 && !irqkit_interrupt_is_background(counts)
		? counts
		: NULL;
}

static int add_row(struct irqkit_load *load, size_t index)
{
	const struct irqkit_interrupt *counts = find_counts(load, index);

	for (size_t i = 0; counts && i < counts->n_served; i++) {
		unsigned int cpu;
		uint64_t weight = irqkit_load_get_weight_on(load, index, i, &cpu);

		if (!NEED_CPU(load->sums, load->n_sums, cpu))
			return -ENOMEM;
		if (__builtin_add_overflow(load->sums[cpu], weight, &load->sums[cpu]))
			load->is_overflow = true;
	}
	return 0;
}

static int add_rows(struct irqkit_load *load)
{
	int r = 0;

	if (load->sums)
		return 0;
	/* also where no interrupt has fired */
	if (!NEED_CPU(load->sums, load->n_sums, 0))
		return -ENOMEM;
	for (size_t i = 0; i < load->n_rows && r == 0; i++)
		r = add_row(load, i);
	if (r < 0)
		load_drop_sums(load);
	return r;
}

static void take_off(const struct irqkit_load *load, size_t index, uint64_t *cpus)
{
	const struct irqkit_interrupt *counts = find_counts(load, index);

	for (size_t i = 0; counts && i < counts->n_served; i++) {
		unsigned int cpu;
		uint64_t weight = irqkit_load_get_weight_on(load, index, i, &cpu);

		cpus[cpu] -= weight;
	}
}

int load_sum_others(struct irqkit_load *load, struct irqkit_irq *const *own, size_t n_own,
	uint64_t **ret_cpus, size_t *ret_n)
{
	int r = add_rows(load);
	uint64_t *cpus;

	if (r == 0 && load->is_overflow)
		r = -EOVERFLOW;
	if (r < 0)
		return r;
	cpus = use_copy(load->sums, load->n_sums, sizeof(*cpus));
	if (!cpus)
		return -ENOMEM;
	for (size_t i = 0; i < n_own; i++)
		take_off(load, irqkit_irq_get_index(own[i]), cpus);
	*ret_cpus = cpus;
	*ret_n = load->n_sums;
	return 0;
}
