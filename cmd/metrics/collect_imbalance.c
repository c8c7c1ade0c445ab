/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How uneven the load of a device is: busiest CPU / mean. */
#include "base/basics.h"
#include "metrics/collect.h"

/* With less than this, it is chance which CPU has most: interrupts, packets, nanoseconds. */
static const double few[] = {
	[IRQKIT_WEIGH_INTERRUPTS] = 300,
	[IRQKIT_WEIGH_PACKETS] = 300,
	[IRQKIT_WEIGH_TIME] = 20 * 1e7, /* ticks of 10 ms */
};

static uint64_t count_all(const struct collected *collected, const struct pair *pair)
{
	uint64_t total = 0;

	for (size_t i = 0; i < pair->after->n_counts; i++)
		total += collect_count(collected, pair, i);
	return total;
}

/* What an interrupt weighs, of the load or counted. */
static double find_weight(const struct collected *collected, const struct pair *pair,
	enum irqkit_weigh weigh)
{
	const struct irqkit_irq *irq;

	if (weigh == IRQKIT_WEIGH_INTERRUPTS)
		return (double)count_all(collected, pair);
	irq = irqkit_machine_find_irq(collected->machine, pair->after->number);
	return irq ? (double)irqkit_load_get_weight(
			     collected->load, irqkit_irq_get_index(irq))
		   : 0;
}

/* Where its load belongs: to the CPUs that handle it now, else where it was counted. */
static void add_load(const struct collected *collected, const struct pair *pair,
	enum irqkit_weigh weigh, double *loads)
{
	const struct irqkit_cpuset *place = state_irq_place(collected->now, pair->after);
	double weight = find_weight(collected, pair, weigh);
	double count = (double)count_all(collected, pair);

	for (size_t i = 0; !place && count > 0 && i < pair->after->n_counts; i++)
		if (pair->after->counts[i].cpu < collected->n_cpus)
			loads[pair->after->counts[i].cpu] += weight *
				(double)collect_count(collected, pair, i) / count;
	if (!place)
		return;
	irqkit_cpuset_foreach (cpu, place)
		if (cpu < collected->n_cpus)
			loads[cpu] += weight / irqkit_cpuset_count(place);
}

/*
 * The CPUs that handled it before count too, so that to empty one is a gain. What did not fire
 * has no load that could leave a CPU.
 */
static bool add_earlier(const struct collected *collected, const struct pair *pair,
	struct irqkit_cpuset *cpus)
{
	const struct irqkit_cpuset *place = pair->before && collected->last &&
			count_all(collected, pair)
		? state_irq_place(collected->last, pair->before)
		: NULL;

	return !place || irqkit_cpuset_add_set(cpus, place) == 0;
}

static double judge(const struct collected *collected, const double *loads,
	const struct irqkit_cpuset *cpus, double least)
{
	double total = 0, most = 0;
	size_t n = 0;

	for (size_t i = 0; i < collected->n_cpus; i++) {
		total += loads[i];
		if (loads[i] > most)
			most = loads[i];
		n += loads[i] > 0 ||
			(irqkit_cpuset_has(cpus, (unsigned int)i) &&
				irqkit_cpuset_has(collected->now->cpus, (unsigned int)i));
	}
	return total < least ? -1 : most * (double)n / total;
}

static bool has_packets(const struct collected *collected, unsigned int number)
{
	const struct irqkit_irq *irq = irqkit_machine_find_irq(
		collected->machine, number);

	return irq &&
		irqkit_load_get_packets_source(collected->load,
			irqkit_irq_get_index(irq)) != IRQKIT_PACKETS_NOT_COUNTED;
}

static bool add_imbalance(const struct collected *collected,
	struct device_figures *figures, enum irqkit_weigh weigh)
{
	_cleanup_free_ double *loads = calloc(collected->n_cpus + 1, sizeof(*loads));
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	bool is_known = weigh != IRQKIT_WEIGH_PACKETS;

	if (!loads || irqkit_cpuset_copy(figures->usable, &cpus) < 0)
		return false;
	for (const struct pair *pair = figures->pairs; pair;
		pair = collected->next_pair[pair - collected->pairs.pairs]) {
		add_load(collected, pair, weigh, loads);
		is_known = is_known || has_packets(collected, pair->after->number);
		if (!add_earlier(collected, pair, cpus))
			return false;
	}
	if (is_known)
		figures->imbalance[weigh] = judge(collected, loads, cpus, few[weigh]);
	return true;
}

static bool can_weigh(const struct collected *collected, enum irqkit_weigh weigh)
{
	struct irqkit_load *load = collected->load;

	if (weigh == IRQKIT_WEIGH_INTERRUPTS)
		return true;
	if (!load)
		return false;
	irqkit_load_weigh(load, weigh);
	return irqkit_load_get_weigh(load) == weigh &&
		(weigh != IRQKIT_WEIGH_TIME ||
			irqkit_load_get_accounting(load) == IRQKIT_ACCOUNTED);
}

bool collect_imbalances(struct collected *collected)
{
	for (int weigh = IRQKIT_WEIGH_INTERRUPTS; weigh <= IRQKIT_WEIGH_TIME; weigh++) {
		if (!can_weigh(collected, (enum irqkit_weigh)weigh))
			continue;
		for (size_t i = 0; i < collected->n_devices; i++)
			if (!add_imbalance(collected, &collected->devices[i],
				    (enum irqkit_weigh)weigh))
				return false;
	}
	if (collected->load)
		irqkit_load_weigh(collected->load, IRQKIT_WEIGH_BEST);
	return true;
}
