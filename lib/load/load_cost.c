/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What interrupts cost. The time that a CPU spent in hard and soft interrupts is divided
 * among the interrupts that it handled, by their events:
 *
 *	cost on a CPU = time of the CPU * events of the interrupt there
 *	                                / events of all interrupts there
 *
 * An event is a packet, where the packets of an interrupt are known, or else an interrupt.
 * Background takes its part of the time as well, and is left out of all weights.
 */
#include "base/macros.h"
#include "load/load_record.h"

#include <stdlib.h>

/* With fewer ticks, chance makes more of a figure than what is measured. */
#define TICKS_MIN 20u
#define NANOSECONDS 1e9

static uint64_t round_to_number(double number)
{
	return number < 1.8e19 ? (uint64_t)(number + 0.5) : UINT64_MAX;
}

/*
 * If too few interrupts fired to show whether their time is accounted, the user may know that
 * it is, and ask for time.
 */
static bool can_use_time(const struct irqkit_load *load, enum irqkit_weigh asked)
{
	if (load->ticks < TICKS_MIN || load->accounting == IRQKIT_NOT_ACCOUNTED)
		return false;
	return load->accounting == IRQKIT_ACCOUNTED || asked == IRQKIT_WEIGH_TIME;
}

static enum irqkit_weigh choose(const struct irqkit_load *load, enum irqkit_weigh asked)
{
	if ((asked == IRQKIT_WEIGH_BEST || asked == IRQKIT_WEIGH_TIME) &&
		can_use_time(load, asked))
		return IRQKIT_WEIGH_TIME;
	if (asked != IRQKIT_WEIGH_INTERRUPTS && load->has_packets)
		return IRQKIT_WEIGH_PACKETS;
	return IRQKIT_WEIGH_INTERRUPTS;
}

/* The events of an interrupt on one of its CPUs. */
static double get_events(const struct load_row *row, size_t served)
{
	return (double)row->events * (double)interrupt_served(row->counts, served) /
		(double)row->counts->total;
}

static void add_events(struct irqkit_load *load)
{
	for (size_t i = 0; i < load->n_cpus; i++)
		load->cpus[i].events = 0;
	for (size_t i = 0; i < load->n_rows; i++) {
		const struct load_row *row = &load->rows[i];

		for (size_t k = 0; row->counts && k < row->counts->n_served; k++) {
			struct irqkit_load_cpu *cpu = load_find_cpu(
				load, row->counts->served_cpu[k]);

			if (cpu)
				cpu->events += get_events(row, k);
		}
	}
}

/* The share of a CPU's time that one event takes on the CPUs whose time is known. */
static double find_mean(const struct irqkit_load *load)
{
	double time = 0, events = 0;

	for (size_t i = 0; i < load->n_cpus; i++)
		if (load->cpus[i].time >= 0) {
			time += load->cpus[i].time;
			events += load->cpus[i].events;
		}
	return events > 0 ? time / events : 0;
}

/* The share of a CPU's time that an interrupt takes there. */
static double get_cost_on(
	const struct irqkit_load *load, const struct load_row *row, size_t served)
{
	const struct irqkit_load_cpu *cpu = load_find_cpu(
		load, row->counts->served_cpu[served]);

	if (!cpu || !(cpu->events > 0))
		return 0;
	if (cpu->time < 0)
		return get_events(row, served) * load->mean;
	return get_events(row, served) / cpu->events * cpu->time;
}

EXPORT uint64_t irqkit_load_get_weight_on(const struct irqkit_load *load, size_t index,
	size_t served, unsigned int *ret_cpu)
{
	const struct load_row *row = &load->rows[index];

	*ret_cpu = row->counts->served_cpu[served];
	switch (load->weigh) {
	case IRQKIT_WEIGH_TIME:
		return round_to_number(
			get_cost_on(load, row, served) * load->seconds * NANOSECONDS);
	case IRQKIT_WEIGH_PACKETS:
		return round_to_number(get_events(row, served));
	default:
		return interrupt_served(row->counts, served);
	}
}

static void weigh_row(struct irqkit_load *load, size_t index)
{
	struct load_row *row = &load->rows[index];

	row->weight = 0;
	if (!row->counts || irqkit_interrupt_is_background(row->counts))
		return;
	for (size_t k = 0; k < row->counts->n_served; k++) {
		unsigned int number;
		uint64_t weight = irqkit_load_get_weight_on(load, index, k, &number);
		struct irqkit_load_cpu *cpu = load_find_cpu(load, number);

		row->weight += weight;
		if (cpu)
			cpu->weight += weight;
	}
}

void load_drop_sums(struct irqkit_load *load)
{
	free(load->sums);
	load->sums = NULL;
	load->n_sums = 0;
	load->is_overflow = false;
}

void load_weigh(struct irqkit_load *load, enum irqkit_weigh weigh)
{
	load_drop_sums(load);
	load->asked = weigh;
	load->weigh = choose(load, weigh);
	add_events(load);
	load->mean = find_mean(load);
	for (size_t i = 0; i < load->n_cpus; i++)
		load->cpus[i].weight = 0;
	for (size_t i = 0; i < load->n_rows; i++)
		weigh_row(load, i);
}

EXPORT void irqkit_load_weigh(struct irqkit_load *load, enum irqkit_weigh weigh)
{
	/* each line of a policy file asks for it */
	if (load->asked != weigh)
		load_weigh(load, weigh);
}

EXPORT enum irqkit_weigh irqkit_load_get_weigh(const struct irqkit_load *load)
{
	return load->weigh;
}

EXPORT const char *irqkit_load_explain_weigh(const struct irqkit_load *load)
{
	if (load->weigh == IRQKIT_WEIGH_TIME || load->asked == IRQKIT_WEIGH_INTERRUPTS ||
		(load->asked == IRQKIT_WEIGH_PACKETS &&
			load->weigh == IRQKIT_WEIGH_PACKETS))
		return NULL;
	if (load->asked == IRQKIT_WEIGH_PACKETS)
		return "no driver counts the packets of each queue";
	if (load->accounting == IRQKIT_NOT_ACCOUNTED)
		return "this kernel does not account the time of interrupts";
	if (load->accounting == IRQKIT_ACCOUNTING_UNKNOWN)
		return "it is not known whether the time of interrupts is accounted";
	return "there were fewer than 20 ticks of interrupt time";
}

EXPORT int irqkit_load_get_cost(
	const struct irqkit_load *load, size_t index, double *ret_share)
{
	const struct load_row *row = &load->rows[index];
	double share = 0;

	if (!can_use_time(load, load->asked))
		return -ENODATA;
	for (size_t k = 0; row->counts && k < row->counts->n_served; k++)
		share += get_cost_on(load, row, k);
	*ret_share = share;
	return 0;
}
