/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the counts of some interrupts are spread over CPUs. */
#ifndef CMD_LOAD_H
#define CMD_LOAD_H

#include <irqkit.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Below this many interrupts a second, a CPU has nothing to do. */
#define LOAD_IDLE_RATE 100u

/* One CPU's part. */
struct cpu_load {
	unsigned int cpu;
	uint64_t total; /* interrupts that it handled, without background */
	size_t n_interrupts; /* how many different ones */
	const struct irqkit_interrupt *busiest; /* NULL: none */
	uint64_t busiest_count;
	uint64_t background;
};

struct load {
	struct cpu_load *cpus; /* owned; one for each CPU, by number; NULL: no memory */
	size_t n_cpus;
	uint64_t total; /* without background */
	uint64_t background; /* see irqkit_interrupt_is_background() */
};

/* A load of nothing yet, over @cpus. Without memory it stays a load of no CPUs. */
void load_start(struct load *load, const struct irqkit_cpuset *cpus);
void load_free(struct load *load);

/*
 * Adds the counts of @interrupt; those of CPUs that are not in the load are left out. A
 * background interrupt is counted apart, and is in no share and no imbalance.
 */
void load_add(struct load *load, const struct irqkit_interrupt *interrupt);

/* Adds its total to @cpus instead, in equal parts. */
void load_add_at(struct load *load, const struct irqkit_interrupt *interrupt,
	const struct irqkit_cpuset *cpus);

/* NULL: this CPU is not in the load. */
const struct cpu_load *load_get(const struct load *load, unsigned int cpu);

/* The CPU with the most; NULL: no CPU has any. */
const struct cpu_load *load_get_busiest(const struct load *load);

/* Do interrupts that have a number leave every CPU with little to do in @seconds? */
bool load_is_idle(const struct irqkit_snapshot *counts, unsigned int seconds);

/* How many CPUs have none. */
size_t load_count_idle(const struct load *load);

/*
 * The load of the busiest CPU, divided by the mean of all: 1 is even. 0 without counts.
 */
double load_get_imbalance(const struct load *load);

/* Does this CPU have at least twice the mean? */
bool load_is_busy(const struct load *load, const struct cpu_load *cpu);

#endif
