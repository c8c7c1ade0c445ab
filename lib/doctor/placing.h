/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the rules on placement share: where interrupts are, and what a plan gains. */
#ifndef IRQKIT_PLACING_H
#define IRQKIT_PLACING_H

#include "doctor/rule.h"

double placing_share(uint64_t part, uint64_t all);
/* Of the time of the CPU, if that is known; else of all interrupts. @cpu: -1: of none */
void placing_weigh(struct irqkit_finding *finding, const struct facts *facts, int cpu,
	uint64_t count, double gain);

/*
 * Does the unit raise a part of its device's interrupts that matters? If a device has many queues,
 * an even share of each is small, but matters.
 */
bool placing_matters(const struct fact_device *device, const struct unit *unit);

/* Adds where the interrupts are, as the kernel says it. */
void placing_add_place(struct irqkit_finding *finding, const struct unit *unit);
void placing_add_places(struct irqkit_finding *finding, const struct fact_device *device);

/* 'irqkit spread DEV --cpus=@cpus', and whether that is worth it */
int placing_plan_device(struct facts *facts, const struct fact_device *device,
	const char *cpus, struct plan_gain *ret_gain);
bool placing_gains(const struct plan_gain *gain);
/* For a device: where several crowd a CPU, none of them relieves it by itself. */
bool placing_gains_itself(const struct plan_gain *gain);

/* What is placed badly and idle costs nothing now. */
void placing_lower_if_idle(struct irqkit_finding *finding, const struct facts *facts,
	const struct fact_device *device);

/* Are there enough interrupts to judge where they fire? With too few, it is chance. */
bool placing_is_busy_machine(const struct facts *facts);
/* The result of a rule if there are not enough. */
int placing_lacks_interrupts(struct look *look);

/* "3 of 4 queues are"; the caller frees it. NULL: no memory. */
char *placing_format_part(size_t n, size_t all);

#endif
