/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What CPUs and interrupts do, by reading counters twice:
 *
 *	irqkit_sample, irqkit_sample ---> irqkit_load
 *
 * The rows of a load are those of its machine, whichever rows the samples have.
 */
#ifndef IRQKIT_LOAD_RECORD_H
#define IRQKIT_LOAD_RECORD_H

#include "interrupts/snapshot.h"
#include "load/load_text.h"
#include "load/packets.h"

struct irqkit_sample {
	struct irqkit_snapshot *rows; /* one owner of it */
	struct irqkit_snapshot *kept; /* owned; see snapshot_subtract(); or NULL */
	double time; /* when the other files were read, in seconds of CLOCK_MONOTONIC */
	double uptime; /* in seconds; -1: not known */
	bool is_saved; /* of a saved system, which may be another reading each time */
	bool is_parsed; /* of an earlier run of a program */
	char *boot_id; /* owned, or NULL */
	struct times times;
	struct softirqs softirqs;
	struct softnet softnet;
	struct packets packets;
};

/* One row of the machine. */
struct load_row {
	const struct irqkit_interrupt *counts; /* of the difference; NULL: no counts */
	uint64_t events; /* what time is divided by: packets if known, else interrupts */
	uint64_t weight; /* in the unit of irqkit_load.weigh */
	uint64_t received, sent; /* packets of its queues, in the period */
	enum irqkit_packets_source packets_source;
};

struct irqkit_load_cpu {
	const struct irqkit_load *load;
	unsigned int cpu;
	bool has_times, has_softnet; /* both samples have its line */
	uint64_t count[IRQKIT_COUNTER_STEAL + 1]; /* by enum irqkit_counter */
	double events; /* of all interrupts that it handled, also background */
	double time; /* share that hard and soft interrupts took; -1: not known */
	uint64_t weight; /* of what it handled, without background */
};

struct irqkit_load {
	struct irqkit_machine *machine; /* not owned */
	struct irqkit_snapshot *rows_after; /* one owner: the difference has its texts */
	struct irqkit_snapshot *difference; /* owned */
	struct load_row *rows; /* owned; by index of the machine's rows */
	size_t n_rows;
	struct irqkit_load_cpu *cpus; /* owned; the CPUs that are online, by number */
	size_t n_cpus;
	uint32_t
		*index_of; /* owned; by number of CPU: its index in cpus[] plus 1, or 0 */
	size_t n_index_of;
	struct softirqs softirqs; /* owned; the counts of the period */
	double seconds;
	bool is_since_boot;
	enum irqkit_accounting accounting;
	uint64_t ticks; /* of irq and softirq, all CPUs */
	bool has_packets; /* of some device */
	enum irqkit_weigh asked, weigh;
	uint64_t
		flow_limited; /* packets that the flow limit dropped, see load_difference.c */
	bool has_flow_limited;
	uint64_t *sums; /* owned; see load_sum_others(); NULL: not needed yet */
	size_t n_sums;
	bool is_overflow; /* of a sum */
	double mean; /* the share of a CPU's time that an event takes, of all CPUs */
};

struct irqkit_load_cpu *load_find_cpu(const struct irqkit_load *load, unsigned int cpu);

/* load_cost.c: divides what CPUs did among the interrupts that they handled. */
void load_weigh(struct irqkit_load *load, enum irqkit_weigh weigh);

/*
 * Sums the weights of all interrupts that have a number and are not background, without those
 * of @own, which are in the order of the rows: an array by number of CPU that the caller frees.
 * -EOVERFLOW: a sum overflowed, so nothing can be subtracted from it.
 */
int load_sum_others(struct irqkit_load *load, struct irqkit_irq *const *own, size_t n_own,
	uint64_t **ret_cpus, size_t *ret_n);
/* Forgets the sums, because the weights have changed. */
void load_drop_sums(struct irqkit_load *load);

#endif
