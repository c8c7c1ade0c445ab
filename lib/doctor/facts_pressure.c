/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a CPU is short of time for the packets of a device: by what it loses, by its
 * time, by packets per second; without all of these, by how often the device fired.
 */
#include "doctor/facts_pressure.h"
#include "base/macros.h"
#include "doctor/thresholds.h"

#include <stdio.h>

static double find_rate(
	const struct facts *facts, unsigned int cpu, enum irqkit_counter counter)
{
	const struct irqkit_load_cpu *own = facts->load
		? irqkit_load_find_cpu(facts->load, cpu)
		: NULL;
	double rate;

	return own && irqkit_load_cpu_get_rate(own, counter, &rate) == 0 ? rate : -1;
}

double facts_find_drops(const struct facts *facts, unsigned int cpu)
{
	return find_rate(facts, cpu, IRQKIT_COUNTER_DROPPED);
}

double facts_find_squeezes(const struct facts *facts, unsigned int cpu)
{
	return find_rate(facts, cpu, IRQKIT_COUNTER_SQUEEZED);
}

double facts_find_packets(const struct facts *facts, unsigned int cpu)
{
	return find_rate(facts, cpu, IRQKIT_COUNTER_PROCESSED);
}

/* The worst of the CPUs of the device in one respect. */
typedef double measure_fn(const struct facts *facts, unsigned int cpu);
static double find_worst(const struct facts *facts, const struct fact_device *device,
	measure_fn *measure, unsigned int *ret_cpu)
{
	double worst = -1;

	for (size_t i = 0; i < device->n_units; i++) {
		int cpu = device->units[i]->cpu;
		double value = cpu < 0 ? -1 : measure(facts, (unsigned int)cpu);

		if (value > worst) {
			worst = value;
			*ret_cpu = (unsigned int)cpu;
		}
	}
	return worst;
}

static double find_share(const struct facts *facts, const struct fact_device *device)
{
	return facts->count ? (double)device->count / (double)facts->count : 0;
}

/* An interrupt is at least one packet. */
static struct pressure judge_packets(
	const struct facts *facts, const struct fact_device *device)
{
	struct pressure pressure = { .share = find_share(facts, device) };
	double rate = facts_rate(facts, device->count);

	if (facts_confidence(facts) == IRQKIT_CONFIDENCE_MEASURED) {
		unsigned int cpu = 0;
		double packets = find_worst(facts, device, facts_find_packets, &cpu);

		pressure.value = packets > rate ? packets : rate;
		if (pressure.value >= SHORT_PACKETS)
			pressure.kind = PRESSURE_PACKETS;
	} else if (facts_is_busy(facts, device)) {
		pressure.value = (double)device->count;
		pressure.kind = PRESSURE_TOTAL;
	}
	return pressure;
}

struct pressure facts_find_pressure(
	const struct facts *facts, const struct fact_device *device)
{
	unsigned int dropping = 0, working = 0;
	double drops = find_worst(facts, device, facts_find_drops, &dropping);
	double busy = find_worst(facts, device, facts_busy, &working);
	bool is_measured = facts_confidence(facts) == IRQKIT_CONFIDENCE_MEASURED;

	if (is_measured && drops >= DROPS_PER_SECOND)
		return (struct pressure){ PRESSURE_DROPS, dropping, drops,
			busy >= 0 ? busy : find_share(facts, device) };
	if (busy * 100 >= SHORT_CPU_PERCENT)
		return (struct pressure){ PRESSURE_TIME, working, busy, busy };
	if (busy >= 0 && is_measured)
		return (struct pressure){ PRESSURE_NONE, working, busy, busy };
	return judge_packets(facts, device);
}

/* What RPS could take from the CPU that has this share of the load of @n_cpus. */
static double find_rps_gain(const struct pressure *pressure, unsigned int n_cpus)
{
	return pressure->share > 0 ? 1 - 1 / (pressure->share * n_cpus) : 0;
}

bool pressure_is_slight(const struct pressure *pressure)
{
	return pressure->kind == PRESSURE_NONE ||
		(pressure->kind == PRESSURE_TOTAL && pressure->share * 100 < HOT_PERCENT);
}

void pressure_lower_if_even(const struct pressure *pressure,
	struct irqkit_finding *finding, unsigned int n_cpus)
{
	if (pressure->kind == PRESSURE_TOTAL &&
		find_rps_gain(pressure, n_cpus) * 100 < GAIN_PERCENT)
		finding_set_class(finding, IRQKIT_CLASS_LOW);
}

char *pressure_describe(const struct pressure *pressure)
{
	char *text = NULL;
	int r = 0;

	switch (pressure->kind) {
	case PRESSURE_NONE:
		r = asprintf(&text, "it is idle");
		break;
	case PRESSURE_TOTAL:
		r = asprintf(&text, "%.0f interrupts since boot", pressure->value);
		break;
	case PRESSURE_PACKETS:
		r = asprintf(&text, "%.0f packets per second", pressure->value);
		break;
	case PRESSURE_TIME:
		r = asprintf(&text, "cpu%u spends %.0f%% of its time in interrupts",
			pressure->cpu, pressure->value * 100);
		break;
	case PRESSURE_DROPS:
		r = asprintf(&text, "cpu%u drops %.0f packet%s per second", pressure->cpu,
			pressure->value, pressure->value < 1.5 ? "" : "s");
		break;
	}
	return r < 0 ? NULL : text;
}

void pressure_weigh(
	const struct pressure *pressure, struct irqkit_finding *finding, double gain)
{
	bool is_of_time = pressure->kind == PRESSURE_TIME ||
		pressure->kind == PRESSURE_DROPS;

	finding_weigh(finding, pressure->share, gain, is_of_time);
	if (pressure->kind == PRESSURE_TOTAL && finding->class > IRQKIT_CLASS_MEDIUM)
		finding_set_class(finding, IRQKIT_CLASS_MEDIUM);
	if (pressure->kind == PRESSURE_DROPS)
		finding_add_cpu(finding, pressure->cpu);
}
