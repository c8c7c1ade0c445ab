/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* By the counts of the snapshot: how much each CPU handled, and of how many interrupts. */
#include "base/macros.h"
#include "machine/cpu_use.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int add_row(struct cpu_use *use, const struct irqkit_interrupt *row)
{
	bool is_load = !irqkit_interrupt_is_background(row);

	use->n_never += row->n_served == 0;
	for (size_t i = 0; i < row->n_served; i++) {
		unsigned int cpu = row->served_cpu[i];

		if (!NEED_CPU(use->fired, use->n_fired, cpu))
			return -ENOMEM;
		use->fired[cpu].n_irqs++;
		if (is_load &&
			__builtin_add_overflow(use->fired[cpu].load,
				interrupt_served(row, i), &use->fired[cpu].load))
			use->is_overflow = true;
	}
	return 0;
}

static int add_rows(struct irqkit_machine *machine, struct cpu_use *use)
{
	const struct irqkit_snapshot *snapshot = machine->snapshot;
	int r = 0;

	if (use->has_fired)
		return 0;
	free(TAKE(use->fired));
	use->n_fired = 0;
	use->n_never = 0;
	for (size_t i = 0; i < snapshot->n_rows && r == 0; i++)
		if (snapshot->rows[i].irq >= 0)
			r = add_row(use, &snapshot->rows[i]);
	use->has_fired = r == 0;
	return r;
}

static int need_rows(struct irqkit_machine *machine, struct cpu_use **ret_use)
{
	int r = machine_need_use(machine, ret_use);

	return r == 0 ? add_rows(machine, *ret_use) : r;
}

static void take_load_off(uint64_t *cpus, const struct irqkit_interrupt *row)
{
	if (irqkit_interrupt_is_background(row))
		return;
	for (size_t i = 0; i < row->n_served; i++)
		cpus[row->served_cpu[i]] -= interrupt_served(row, i);
}

int machine_sum_others(struct irqkit_machine *machine, struct irqkit_irq *const *own,
	size_t n_own, uint64_t **ret_cpus, size_t *ret_n)
{
	struct cpu_use *use;
	uint64_t *cpus;
	int r = need_rows(machine, &use);

	if (r == 0 && use->is_overflow)
		r = -EOVERFLOW;
	if (r < 0)
		return r;
	cpus = calloc(use->n_fired + 1, sizeof(*cpus));
	if (!cpus)
		return -ENOMEM;
	for (size_t cpu = 0; cpu < use->n_fired; cpu++)
		cpus[cpu] = use->fired[cpu].load;
	for (size_t i = 0; i < n_own; i++)
		take_load_off(cpus, own[i]->row);
	*ret_cpus = cpus;
	*ret_n = use->n_fired;
	return 0;
}

int machine_count_fired(struct irqkit_machine *machine, struct irqkit_irq *const *own,
	size_t n_own, unsigned int **ret_cpus, size_t *ret_n, unsigned int *ret_n_never)
{
	struct cpu_use *use;
	unsigned int *cpus, n_never;
	int r = need_rows(machine, &use);

	if (r < 0)
		return r;
	cpus = calloc(use->n_fired + 1, sizeof(*cpus));
	if (!cpus)
		return -ENOMEM;
	for (size_t cpu = 0; cpu < use->n_fired; cpu++)
		cpus[cpu] = use->fired[cpu].n_irqs;
	n_never = use->n_never;
	for (size_t i = 0; i < n_own; i++) {
		const struct irqkit_interrupt *row = own[i]->row;

		n_never -= row->n_served == 0;
		for (size_t k = 0; k < row->n_served; k++)
			cpus[row->served_cpu[k]]--;
	}
	*ret_cpus = cpus;
	*ret_n = use->n_fired;
	*ret_n_never = n_never;
	return 0;
}

/* ------------------------------------------------------------------------------- */

/* Other chips have PCI-MSI in their names too, but not at the beginning. */
static bool is_of_apic(const char *chip)
{
	static const char *const begins[] = {
		"IO-APIC",
		"IR-IO-APIC",
		"PCI-MSI",
		"IR-PCI-MSI",
		"DMAR-MSI",
	};

	for (size_t i = 0; chip && i < LENGTH(begins); i++)
		if (strncmp(chip, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static bool find_apic(const struct irqkit_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n_rows; i++)
		if (is_of_apic(snapshot->rows[i].chip))
			return true;
	return false;
}

bool machine_has_apic(struct irqkit_machine *machine)
{
	struct cpu_use *use;

	if (machine_need_use(machine, &use) < 0)
		return find_apic(machine->snapshot);
	if (!use->has_asked_apic)
		use->has_apic = find_apic(machine->snapshot);
	use->has_asked_apic = true;
	return use->has_apic;
}
