/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many vectors are left on the CPUs of a placement, where these can be few. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "machine/cpu_use.h"
#include "request/placement.h"

#include <errno.h>
#include <stdlib.h>

/* An x86 CPU has 256 vectors; the kernel reserves some, so about this many are left. */
#define VECTORS_PER_CPU 200u
/* How many interrupts more than an even share a CPU may get, because loads differ. */
#define MANY_ON_A_CPU 16u
/* With fewer interrupts than this in all, no CPU can run out of them. */
#define MANY_INTERRUPTS 150u

/* How many vectors the other interrupts use, by number of CPU. */
struct vectors {
	unsigned int *used; /* owned */
	size_t n_cpus;
};

static void vectors_free(struct vectors *vectors)
{
	free(vectors->used);
}

static unsigned int get_used(const struct vectors *vectors, unsigned int cpu)
{
	return cpu < vectors->n_cpus ? vectors->used[cpu] : 0;
}

/* Could a CPU have too few vectors left for twice its even share, and for some more? */
static bool can_be_short(const struct irqkit_placement *p, const struct vectors *vectors,
	unsigned int n_anywhere)
{
	size_t n_cpus = irqkit_cpuset_count(p->cpus);
	size_t needed = 2 * (p->n / (n_cpus ? n_cpus : 1) + 1) + MANY_ON_A_CPU;

	irqkit_cpuset_foreach (cpu, p->cpus)
		if (get_used(vectors, cpu) + n_anywhere + needed > VECTORS_PER_CPU)
			return true;
	return false;
}

static void tell(struct irqkit_placement *p, const struct vectors *vectors,
	unsigned int n_anywhere)
{
	irqkit_cpuset_foreach (cpu, p->cpus) {
		unsigned int used = get_used(vectors, cpu) + n_anywhere;

		irqkit_spread_set_vectors(p->spread, cpu,
			used < VECTORS_PER_CPU ? VECTORS_PER_CPU - used : 0);
	}
}

/*
 * By the counts, which are known, an interrupt may be on each CPU that has ever handled it, and an
 * interrupt that has never fired may be on any. The files of the other interrupts are read only
 * if a CPU could be short of vectors by that estimate.
 */
int placement_tell_vectors(struct irqkit_placement *p)
{
	struct vectors vectors CLEANUP(vectors_free) = { 0 };
	unsigned int n_anywhere = 0;
	int r;

	if (irqkit_machine_count_irqs(p->machine) <= MANY_INTERRUPTS ||
		!machine_has_apic(p->machine))
		return 0;
	r = machine_count_fired(
		p->machine, p->irqs, p->n, &vectors.used, &vectors.n_cpus, &n_anywhere);
	if (r == 0 && can_be_short(p, &vectors, n_anywhere)) {
		free(TAKE(vectors.used));
		n_anywhere = 0;
		r = machine_count_handled(
			p->machine, p->irqs, p->n, &vectors.used, &vectors.n_cpus);
	}
	if (r == 0)
		tell(p, &vectors, n_anywhere);
	return r;
}
