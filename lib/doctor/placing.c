/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the rules on placement share: where interrupts are, and what a plan gains. */
#include "doctor/placing.h"
#include "base/macros.h"
#include "doctor/thresholds.h"

#include <stdio.h>
#include <string.h>

double placing_share(uint64_t part, uint64_t all)
{
	return all ? (double)part / (double)all : 0;
}

/* Of the time of the CPU, if that is known; else of all interrupts. */
void placing_weigh(struct irqkit_finding *finding, const struct facts *facts, int cpu,
	uint64_t count, double gain)
{
	double busy = cpu < 0 ? -1 : facts_busy(facts, (unsigned int)cpu);

	if (busy >= 0)
		finding_weigh(finding, busy, gain, true);
	else
		finding_weigh(finding, placing_share(count, facts->count), gain, false);
}

bool placing_matters(const struct fact_device *device, const struct unit *unit)
{
	return unit->count &&
		(unit->count * 100 >= device->count * QUEUE_PERCENT ||
			unit->count * 2 >= device->count / device->n_units);
}

/* Where the interrupts of a unit are, as the kernel says it. */
void placing_add_place(struct irqkit_finding *finding, const struct unit *unit)
{
	for (size_t i = 0; i < unit->n_irqs; i++) {
		finding_fact_affinity(finding, unit->irqs[i]);
		finding_fact_effective(finding, unit->irqs[i]);
	}
}

void placing_add_places(struct irqkit_finding *finding, const struct fact_device *device)
{
	for (size_t i = 0; i < device->n_units; i++)
		placing_add_place(finding, device->units[i]);
}

int placing_plan_device(struct facts *facts, const struct fact_device *device,
	const char *cpus, struct plan_gain *ret_gain)
{
	const struct spread_words words = { .targets = &device->name,
		.n_targets = 1,
		.policy = IRQKIT_POLICY_QUEUE,
		.cpus = cpus };

	return facts_plan_spread(facts, &words, ret_gain);
}

bool placing_gains(const struct plan_gain *gain)
{
	return gain->gain * 100 >= GAIN_PERCENT && !gain->is_worse;
}

/* Where several devices crowd a CPU, none of them relieves it by itself. */
bool placing_gains_itself(const struct plan_gain *gain)
{
	return gain->own_gain * 100 >= GAIN_PERCENT && gain->gain >= 0 && !gain->is_worse;
}

/* What is placed badly and idle costs nothing now. */
void placing_lower_if_idle(struct irqkit_finding *finding, const struct facts *facts,
	const struct fact_device *device)
{
	if (!facts_is_busy(facts, device))
		finding_set_class(finding,
			facts_rate(facts, device->count) >= 0 ? IRQKIT_CLASS_INFO
							      : IRQKIT_CLASS_LOW);
}

/* "3 of 4 queues are" */
char *placing_format_part(size_t n, size_t all)
{
	char *text;

	if (all == 1)
		return strdup("its interrupt is");
	return asprintf(&text, "%zu of %zu queues %s", n, all, n == 1 ? "is" : "are") < 0
		? NULL
		: text;
}

bool placing_is_busy_machine(const struct facts *facts)
{
	double rate = facts_rate(facts, facts->count);

	return rate >= 0 ? rate >= BUSY_PER_SECOND : facts->count >= BUSY_TOTAL;
}

int placing_lacks_interrupts(struct look *look)
{
	return facts_seconds(look->facts) > 0
		? look_lacks(look, "fewer than %d device interrupts per second",
			  BUSY_PER_SECOND)
		: look_lacks(
			  look, "fewer than %d device interrupts since boot", BUSY_TOTAL);
}
