/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The load of each CPU, as it is and as it will be. */
#include "spread/spread_count.h"

static void add_to(uint64_t *sum, uint64_t load)
{
	if (__builtin_add_overflow(*sum, load, sum))
		*sum = UINT64_MAX;
}

/*
 * Each CPU of an interrupt gets the same share of its load; the first ones get the rest.
 */
static void share_out(struct irqkit_spread *spread, const struct spread_item *item)
{
	unsigned int count = irqkit_cpuset_count(item->cpus), k = 0;

	irqkit_cpuset_foreach (cpu, item->cpus) {
		uint64_t share = item->load / count + (k++ < item->load % count);

		add_to(&spread->cpus[spread->index_of[cpu]].after, share);
	}
}

void spread_count_before(struct irqkit_spread *spread)
{
	for (uint32_t i = 0; i < spread->n_cpus; i++) {
		spread->cpus[i].before = spread->cpus[i].fixed;
		spread->cpus[i].is_judged = spread->cpus[i].is_target;
	}
	for (uint32_t i = 0; i < spread->n_items; i++) {
		const struct spread_item *item = &spread->items[i];

		if (item->now_index == NONE)
			continue;
		add_to(&spread->cpus[item->now_index].before, item->load);
		/* a CPU that is relieved counts as one that has less load than before */
		spread->cpus[item->now_index].is_judged |= item->load > 0;
	}
}

void spread_count_after(struct irqkit_spread *spread)
{
	for (uint32_t i = 0; i < spread->n_cpus; i++)
		spread->cpus[i].after = spread->cpus[i].fixed;
	for (uint32_t i = 0; i < spread->n_items; i++) {
		const struct spread_item *item = &spread->items[i];

		if (item->cpus)
			share_out(spread, item);
		else if (item->now_index != NONE)
			add_to(&spread->cpus[item->now_index].after, item->load);
	}
}
