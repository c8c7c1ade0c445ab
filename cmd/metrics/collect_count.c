/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How often an interrupt has fired since the run before. */
#include "base/basics.h"
#include "metrics/collect.h"

#include <string.h>

/* More than any CPU handles in a second: then a counter has not wrapped, but started again. */
#define MOST_PER_SECOND 4e6

bool collected_has_booted(const struct collected *collected)
{
	const char *old = collected->last ? collected->last->boot_id : NULL;
	const char *new = collected->now->boot_id;

	return old && new &&strcmp(old, new) != 0;
}

static uint64_t find_count(const struct state_irq *irq, unsigned int cpu)
{
	for (size_t i = 0; irq && i < irq->n_counts; i++)
		if (irq->counts[i].cpu == cpu)
			return irq->counts[i].count;
	return 0;
}

/*
 * Counters of the kernel have 32 bits, also where it shows more. One in the lower half began
 * again, however long ago the last run was.
 */
static bool has_wrapped(const struct collected *collected, uint64_t old, uint64_t new)
{
	double seconds = collected->now->uptime - collected->last->uptime;

	return old >> 31 == 1 && new <= UINT32_MAX && collected->last->uptime >= 0 &&
		seconds > 0 &&
		(double)(new + UINT32_MAX + 1 - old) <= seconds *MOST_PER_SECOND;
}

uint64_t collect_count(
	const struct collected *collected, const struct pair *pair, size_t index)
{
	const struct state_count *count = &pair->after->counts[index];
	uint64_t old = collected_has_booted(collected)
		? 0
		: find_count(pair->before, count->cpu);

	if (count->count >= old)
		return count->count - old;
	if (has_wrapped(collected, old, count->count))
		return count->count + UINT32_MAX + 1 - old;
	return count->count;
}
