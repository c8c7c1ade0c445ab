/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is a CPU short of time for the packets of a device? */
#ifndef IRQKIT_FACTS_PRESSURE_H
#define IRQKIT_FACTS_PRESSURE_H

#include "doctor/facts.h"
#include "doctor/findings.h"

enum pressure_kind {
	PRESSURE_NONE,
	PRESSURE_TOTAL, /* it has fired often since boot: nothing better is known */
	PRESSURE_PACKETS, /* it receives many packets per second */
	PRESSURE_TIME, /* a CPU spends much of its time in interrupts */
	PRESSURE_DROPS, /* a CPU loses packets */
};

struct pressure {
	enum pressure_kind kind;
	unsigned int cpu; /* of PRESSURE_TIME and PRESSURE_DROPS */
	double value; /* packets per second, share of time from 0 to 1, or interrupts */
	double share; /* of time or, if that is not known, of all interrupts: 0 to 1 */
};

/* What presses the CPUs that handle the device. */
struct pressure facts_find_pressure(
	const struct facts *facts, const struct fact_device *device);

/* "cpu0 spends 93 % of its time in interrupts". The caller frees it; NULL: no memory. */
char *pressure_describe(const struct pressure *pressure);

/*
 * Weighs a finding by it. What rests on the interrupts since boot is not above medium:
 * whether the device is busy now is not known.
 */
void pressure_weigh(
	const struct pressure *pressure, struct irqkit_finding *finding, double gain);

/* What a CPU does per second: packets that it dropped, and so on. -1: not known */
double facts_find_drops(const struct facts *facts, unsigned int cpu);
double facts_find_squeezes(const struct facts *facts, unsigned int cpu);
/* Packets that a CPU processed per second; -1: not known */
double facts_find_packets(const struct facts *facts, unsigned int cpu);

/* Is it none, or such a small part of all interrupts that no CPU is short because of it? */
bool pressure_is_slight(const struct pressure *pressure);
/*
 * By totals alone, RPS gains little if the device has hardly more than one CPU's share of
 * the load of @n_cpus: the other CPUs are as busy.
 */
void pressure_lower_if_even(const struct pressure *pressure,
	struct irqkit_finding *finding, unsigned int n_cpus);

#endif
