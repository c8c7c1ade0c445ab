/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the counts of some interrupts fall on the CPUs. */
#ifndef LOAD_H
#define LOAD_H

#include <irqkit.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One CPU's part. */
struct cpu_load {
	unsigned int cpu;
	uint64_t total;	      /* interrupts that it served */
	size_t n_interrupts;  /* how many different ones */
	const struct irqkit_interrupt *busiest; /* NULL: none */
	uint64_t busiest_count;
};

struct load {
	struct cpu_load *cpus; /* owned; one for each CPU, by number */
	size_t n_cpus;
	uint64_t total;
	size_t n_idle; /* CPUs that served none */
	const struct cpu_load *busiest; /* NULL: no counts */
};

/* Adds up @rows over @cpus. Without memory it is a load of no CPUs. */
void load_add_up(struct load *load, const struct irqkit_cpuset *cpus,
	const struct irqkit_interrupt *const *rows, size_t n_rows);
void load_free(struct load *load);

const struct cpu_load *load_get(const struct load *load, unsigned int cpu);

/* The busiest CPU's load by the mean of all: 1 is even. 0 without counts. */
double load_imbalance(const struct load *load);

/* Does this CPU have at least twice the mean? */
bool load_is_busy(const struct load *load, const struct cpu_load *cpu);

#endif
