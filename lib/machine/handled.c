/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* By the files of the interrupts: how many each CPU handles. */
#include "base/cpuset.h"
#include "machine/cpu_use.h"

#include <errno.h>
#include <stdlib.h>

static int find_cpu(struct irqkit_irq *irq)
{
	const struct irqkit_cpuset *effective;

	return irqkit_irq_get_effective(irq, &effective) == 0 &&
			!irqkit_cpuset_is_empty(effective)
		? irqkit_cpuset_next(effective, -1)
		: irqkit_irq_find_cpu(irq);
}

static int count(struct cpu_use *use, struct irqkit_irq *irq)
{
	int cpu = find_cpu(irq);

	if (cpu >= 0 && !NEED_CPU(use->handled, use->n_handled, (size_t)cpu))
		return -ENOMEM;
	if (cpu >= 0)
		use->handled[cpu]++;
	irq->counted_cpu = cpu;
	irq->is_counted = true;
	return 0;
}

/* Does not read the files of interrupts that belong to the request. */
static int count_others(struct cpu_use *use, struct irqkit_irq *const *own, size_t n_own)
{
	size_t n = use->n_uncounted;
	int r = 0;

	use->n_uncounted = 0;
	for (size_t i = 0; i < n; i++) {
		struct irqkit_irq *irq = use->uncounted[i];

		if (r < 0 || use_is_own(own, n_own, irq))
			use->uncounted[use->n_uncounted++] = irq;
		else if ((r = count(use, irq)) < 0)
			use->uncounted[use->n_uncounted++] = irq;
	}
	return r;
}

static int list_all(struct irqkit_machine *machine, struct cpu_use *use)
{
	size_t n = machine->snapshot->n_rows;

	if (use->uncounted)
		return 0;
	use->uncounted = calloc(n + 1, sizeof(struct irqkit_irq *));
	if (!use->uncounted)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (machine->irqs[i].row->irq >= 0)
			use->uncounted[use->n_uncounted++] = &machine->irqs[i];
	return 0;
}

int machine_count_handled(struct irqkit_machine *machine, struct irqkit_irq *const *own,
	size_t n_own, unsigned int **ret_cpus, size_t *ret_n)
{
	struct cpu_use *use;
	unsigned int *cpus;
	int r = machine_need_use(machine, &use);

	if (r == 0)
		r = list_all(machine, use);
	if (r == 0)
		r = count_others(use, own, n_own);
	if (r < 0)
		return r;
	cpus = use_copy(use->handled, use->n_handled, sizeof(*cpus));
	if (!cpus)
		return -ENOMEM;
	for (size_t i = 0; i < n_own; i++)
		if (own[i]->is_counted && own[i]->counted_cpu >= 0)
			cpus[own[i]->counted_cpu]--;
	*ret_cpus = cpus;
	*ret_n = use->n_handled;
	return 0;
}
