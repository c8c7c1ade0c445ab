/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two samples become a load: what was counted between them, by CPU and by interrupt. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "load/load_packets.h"
#include "load/load_record.h"
#include "machine/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* USER_HZ, on all architectures except alpha and ia64 */
#define TICKS_PER_SECOND 100.0

/*
 * So many interrupts take more than a tick on any machine: if the column of /proc/stat is
 * 0 after them, the kernel does not account the time of interrupts.
 */
#define INTERRUPTS_TO_TELL 100000u
/*
 * The same for softirqs, where the time of hard interrupts was accounted meanwhile. If there
 * were so many ticks of softirqs since boot, their time is accounted: few ran in the period.
 */
#define SOFTIRQS_TO_TELL 1000u
#define SOFTIRQ_TICKS_TO_TELL 20u

/* Rates of a shorter period, as of a file that is read twice, would mean nothing. */
#define SECONDS_MIN 1e-3

EXPORT void irqkit_load_free(struct irqkit_load *load)
{
	if (!load)
		return;
	irqkit_snapshot_free(load->difference);
	irqkit_snapshot_free(load->rows_after);
	softirqs_free(&load->softirqs);
	load_drop_sums(load);
	free(load->rows);
	free(load->cpus);
	free(load->index_of);
	free(load);
}

static void free_load(struct irqkit_load **load)
{
	irqkit_load_free(*load);
}
#define _cleanup_load_ CLEANUP(free_load)

struct pair {
	const struct irqkit_sample *before; /* NULL: all counters were 0 at boot */
	const struct irqkit_sample *after;
};

/* ------------------------------------------------------------------------------- */
/* CPUs                                                                            */

/* A time that goes back, as that of idle CPUs can, has not moved. */
static uint64_t subtract_ticks(uint64_t after, uint64_t before)
{
	return after > before ? after - before : 0;
}

/* A counter of 32 bits that wrapped, unless it began again from a small count. */
static uint64_t subtract_wrapping(uint32_t after, uint32_t before)
{
	if (after >= before || before >> 31)
		return after - before;
	return after;
}

static void add_times(struct irqkit_load_cpu *cpu, const struct pair *pair)
{
	static const struct cpu_times none;
	const struct cpu_times *after = times_find(&pair->after->times, cpu->cpu);
	const struct cpu_times *before = pair->before
		? times_find(&pair->before->times, cpu->cpu)
		: &none;

	cpu->has_times = after && before;
	for (size_t i = 0; i < N_TIME_COLUMNS && cpu->has_times; i++)
		cpu->count[IRQKIT_COUNTER_USER + i] = subtract_ticks(
			after->ticks[i], before->ticks[i]);
}

static void add_softnet(struct irqkit_load_cpu *cpu, const struct pair *pair)
{
	static const struct cpu_softnet none;
	const struct cpu_softnet *after = softnet_find(&pair->after->softnet, cpu->cpu);
	const struct cpu_softnet *before = pair->before
		? softnet_find(&pair->before->softnet, cpu->cpu)
		: &none;
	uint64_t *count = cpu->count;

	cpu->has_softnet = after && before;
	if (!cpu->has_softnet)
		return;
	count[IRQKIT_COUNTER_PROCESSED] = subtract_wrapping(
		after->processed, before->processed);
	count[IRQKIT_COUNTER_DROPPED] = subtract_wrapping(
		after->dropped, before->dropped);
	count[IRQKIT_COUNTER_SQUEEZED] = subtract_wrapping(
		after->squeezed, before->squeezed);
	count[IRQKIT_COUNTER_RECEIVED_RPS] = subtract_wrapping(
		after->received_rps, before->received_rps);
}

/* All columns of /proc/stat together are the time, unless the CPU has no ticks. */
static void judge_time(const struct irqkit_load *load, struct irqkit_load_cpu *cpu)
{
	uint64_t total = 0;

	cpu->time = -1;
	for (size_t i = 0; i < N_TIME_COLUMNS; i++)
		total += cpu->count[IRQKIT_COUNTER_USER + i];
	if (!cpu->has_times || (double)total < load->seconds * TICKS_PER_SECOND / 2)
		return;
	cpu->time = (double)(cpu->count[IRQKIT_COUNTER_IRQ] +
			    cpu->count[IRQKIT_COUNTER_SOFTIRQ]) /
		(double)total;
}

static int add_cpus(struct irqkit_load *load, const struct pair *pair)
{
	const struct irqkit_cpuset *cpus = pair->after->rows->cpus;

	irqkit_cpuset_foreach (number, cpus)
		load->n_index_of = (size_t)number + 1;
	load->cpus = calloc(irqkit_cpuset_count(cpus) + 1, sizeof(*load->cpus));
	load->index_of = calloc(load->n_index_of + 1, sizeof(*load->index_of));
	if (!load->cpus || !load->index_of)
		return -ENOMEM;
	irqkit_cpuset_foreach (number, cpus) {
		struct irqkit_load_cpu *cpu = &load->cpus[load->n_cpus++];

		load->index_of[number] = (uint32_t)load->n_cpus;
		cpu->load = load;
		cpu->cpu = number;
		add_times(cpu, pair);
		add_softnet(cpu, pair);
		judge_time(load, cpu);
	}
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Softirqs                                                                        */

static uint64_t get_softirqs(
	const struct softirqs *softirqs, size_t kind, unsigned int cpu)
{
	int column = softirqs_find_cpu(softirqs, cpu);

	return column < 0 ? 0
			  : softirqs->counts[kind * softirqs->n_cpus + (size_t)column];
}

/* The columns of the load are the online CPUs. */
static int add_softirqs(struct irqkit_load *load, const struct pair *pair)
{
	const struct softirqs *after = &pair->after->softirqs;
	struct softirqs *of = &load->softirqs;

	if (after->n_kinds == 0)
		return 0;
	of->n_cpus = load->n_cpus;
	of->cpus = calloc(load->n_cpus + 1, sizeof(*of->cpus));
	of->kinds = calloc(after->n_kinds, sizeof(*of->kinds));
	of->counts = calloc(after->n_kinds * (load->n_cpus + 1), sizeof(*of->counts));
	if (!of->cpus || !of->kinds || !of->counts)
		return -ENOMEM;
	of->n_kinds = after->n_kinds;
	memcpy(of->kinds, after->kinds, after->n_kinds * sizeof(*of->kinds));
	for (size_t i = 0; i < load->n_cpus; i++)
		of->cpus[i] = load->cpus[i].cpu;
	for (size_t kind = 0; kind < of->n_kinds; kind++) {
		int old = pair->before
			? softirqs_find_kind(&pair->before->softirqs, of->kinds[kind])
			: -1;

		for (size_t i = 0; i < load->n_cpus; i++) {
			uint64_t count = get_softirqs(after, kind, of->cpus[i]);
			uint64_t before = old < 0 ? 0
						  : get_softirqs(&pair->before->softirqs,
							    (size_t)old, of->cpus[i]);

			if (!pair->before || old >= 0)
				of->counts[kind * of->n_cpus + i] = subtract_wrapping(
					(uint32_t)count, (uint32_t)before);
		}
	}
	return 0;
}

static uint64_t sum_softirqs(const struct softirqs *softirqs, const char *name)
{
	int kind = softirqs_find_kind(softirqs, name);
	uint64_t sum = 0;

	for (size_t i = 0; i < softirqs->n_cpus && kind >= 0; i++)
		sum += softirqs->counts[(size_t)kind * softirqs->n_cpus + i];
	return sum;
}

/* ------------------------------------------------------------------------------- */
/* Is the time of interrupts accounted?                                            */

static uint64_t sum_column(const struct times *times, enum time_column column)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < times->n; i++)
		sum += times->cpus[i].ticks[column];
	return sum;
}

static uint64_t sum_counter(const struct irqkit_load *load, enum irqkit_counter counter)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < load->n_cpus; i++)
		sum += load->cpus[i].count[counter];
	return sum;
}

/*
 * Without CONFIG_IRQ_TIME_ACCOUNTING, the kernel notes at each tick what it interrupted:
 * hard interrupts never are, and softirqs that run on the way out of an interrupt are
 * rarely. A column that stands still then says nothing about what they cost.
 */
static enum irqkit_accounting judge_accounting(
	const struct irqkit_load *load, const struct irqkit_sample *after)
{
	uint64_t softirq = sum_counter(load, IRQKIT_COUNTER_SOFTIRQ);

	if (sum_column(&after->times, TIME_IRQ) == 0)
		return after->times.n_interrupts < INTERRUPTS_TO_TELL
			? IRQKIT_ACCOUNTING_UNKNOWN
			: IRQKIT_NOT_ACCOUNTED;
	if (softirq == 0 && load->ticks > 0 &&
		sum_column(&after->times, TIME_SOFTIRQ) < SOFTIRQ_TICKS_TO_TELL &&
		sum_softirqs(&load->softirqs, "NET_RX") +
				sum_softirqs(&load->softirqs, "NET_TX") +
				sum_softirqs(&load->softirqs, "BLOCK") >=
			SOFTIRQS_TO_TELL)
		return IRQKIT_NOT_ACCOUNTED;
	return IRQKIT_ACCOUNTED;
}

/* ------------------------------------------------------------------------------- */
/* Interrupts                                                                      */

static void add_counts(struct irqkit_load *load, const struct irqkit_interrupt *row)
{
	bool is_background = irqkit_interrupt_is_background(row);

	for (size_t i = 0; i < row->n_served; i++) {
		struct irqkit_load_cpu *cpu = load_find_cpu(load, row->served_cpu[i]);

		if (cpu)
			cpu->count[is_background ? IRQKIT_COUNTER_BACKGROUND
						 : IRQKIT_COUNTER_INTERRUPTS] +=
				interrupt_served(row, i);
	}
}

static int add_rows(struct irqkit_load *load, const struct pair *pair)
{
	const struct irqkit_snapshot *rows = load->machine->snapshot;
	size_t next = 0;
	int r;

	load->rows_after = snapshot_share(pair->after->rows);
	if (pair->before)
		r = snapshot_subtract(pair->after->rows, pair->before->rows,
			pair->before->kept, &load->difference);
	else
		load->difference = snapshot_share(pair->after->rows), r = 0;
	if (r < 0)
		return r;
	for (size_t i = 0; i < load->difference->n_rows; i++)
		add_counts(load, &load->difference->rows[i]);

	load->n_rows = rows->n_rows;
	load->rows = calloc(rows->n_rows + 1, sizeof(*load->rows));
	if (!load->rows)
		return -ENOMEM;
	for (size_t i = 0; i < rows->n_rows; i++) {
		load->rows[i].counts = snapshot_find_same(
			load->difference, &rows->rows[i], &next);
		load->rows[i].events = load->rows[i].counts ? load->rows[i].counts->total
							    : 0;
	}
	return 0;
}

/* ------------------------------------------------------------------------------- */

/* False: a line has no such count. */
static bool sum_flow_limited(const struct irqkit_sample *sample, uint64_t *ret_sum)
{
	*ret_sum = 0;
	for (size_t i = 0; i < sample->softnet.n; i++) {
		if (!sample->softnet.cpus[i].has_flow_limited)
			return false;
		*ret_sum += sample->softnet.cpus[i].flow_limited;
	}
	return sample->softnet.n > 0;
}

/* Such drops are rare, so the total since boot of the running system is useful. */
static void add_flow_limited(struct irqkit_load *load, const struct pair *pair)
{
	uint64_t before;

	load->has_flow_limited = sum_flow_limited(pair->after, &load->flow_limited);
	if (pair->before && pair->after->is_saved &&
		sum_flow_limited(pair->before, &before))
		load->flow_limited -= before < load->flow_limited ? before
								  : load->flow_limited;
}

/*
 * Of a saved system, the second run of a program may have another reading: then the time
 * between both readings counts, and not that between the runs.
 */
static bool has_own_times(const struct pair *pair)
{
	return pair->before->is_parsed && pair->after->is_saved &&
		pair->before->uptime >= 0 && pair->after->uptime > pair->before->uptime;
}

static double find_seconds(const struct pair *pair)
{
	double seconds;

	if (!pair->before)
		return pair->after->uptime;
	seconds = has_own_times(pair) ? pair->after->uptime - pair->before->uptime
				      : pair->after->time - pair->before->time;
	return seconds > SECONDS_MIN ? seconds : SECONDS_MIN;
}

EXPORT int irqkit_load_new(struct irqkit_machine *machine,
	const struct irqkit_sample *before, const struct irqkit_sample *after,
	struct irqkit_load **ret_load)
{
	const struct pair pair = { before, after };
	_cleanup_load_ struct irqkit_load *load = NULL;
	double seconds = find_seconds(&pair);
	int r;

	if (!(seconds > 0))
		return -ENODATA;
	load = calloc(1, sizeof(*load));
	if (!load)
		return -ENOMEM;
	load->machine = machine;
	load->seconds = seconds;
	load->is_since_boot = !before;
	add_flow_limited(load, &pair);
	r = add_cpus(load, &pair);
	if (r == 0)
		r = add_softirqs(load, &pair);
	if (r == 0)
		r = add_rows(load, &pair);
	if (r == 0)
		r = load_add_packets(
			load, before ? &before->packets : NULL, &after->packets);
	if (r < 0)
		return r;
	load->ticks = sum_counter(load, IRQKIT_COUNTER_IRQ) +
		sum_counter(load, IRQKIT_COUNTER_SOFTIRQ);
	load->accounting = judge_accounting(load, after);
	load_weigh(load, IRQKIT_WEIGH_BEST);
	*ret_load = TAKE(load);
	return 0;
}
