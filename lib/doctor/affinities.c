/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notes where interrupts may go, to compare that with a later reading. */
#include "doctor/affinities.h"
#include "base/array.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "kernel/ctx.h"

#include <errno.h>
#include <stdlib.h>

/* One interrupt. Both sets are owned; NULL: not known. */
struct noted {
	unsigned int irq;
	struct irqkit_cpuset *affinity, *effective;
};

struct irqkit_affinities {
	struct irqkit_cpuset *online; /* owned */
	struct noted *items; /* owned; ascending */
	size_t n, room;
};

static int compare_irq(const void *member, const void *key)
{
	unsigned int a = ((const struct noted *)member)->irq;
	unsigned int b = *(const unsigned int *)key;

	return (a > b) - (a < b);
}

static int compare_noted(const void *a, const void *b)
{
	return compare_irq(a, &((const struct noted *)b)->irq);
}

EXPORT void irqkit_affinities_free(struct irqkit_affinities *affinities)
{
	if (!affinities)
		return;
	for (size_t i = 0; i < affinities->n; i++) {
		irqkit_cpuset_free(affinities->items[i].affinity);
		irqkit_cpuset_free(affinities->items[i].effective);
	}
	free(affinities->items);
	irqkit_cpuset_free(affinities->online);
	free(affinities);
}

/* @r: of reading @set. What cannot be read is not known. */
static int copy_set(
	int r, const struct irqkit_cpuset *set, struct irqkit_cpuset **ret_copy)
{
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return irqkit_cpuset_copy(set, ret_copy);
}

static int copy_affinity(struct irqkit_irq *irq, struct irqkit_cpuset **ret_copy)
{
	const struct irqkit_cpuset *set = NULL;
	int r = irqkit_irq_get_affinity(irq, &set);

	return copy_set(r, set, ret_copy);
}

static int copy_effective(struct irqkit_irq *irq, struct irqkit_cpuset **ret_copy)
{
	const struct irqkit_cpuset *set = NULL;
	int r = irqkit_irq_get_effective(irq, &set);

	return copy_set(r, set, ret_copy);
}

static int note_irq(struct irqkit_affinities *affinities, struct irqkit_irq *irq)
{
	struct noted *noted;
	int r;

	if (!GROW(affinities->items, affinities->n, affinities->room))
		return -ENOMEM;
	noted = &affinities->items[affinities->n++];
	*noted = (struct noted){ .irq = (unsigned int)irqkit_irq_get_number(irq) };
	r = copy_affinity(irq, &noted->affinity);
	return r == 0 ? copy_effective(irq, &noted->effective) : r;
}

EXPORT int irqkit_affinities_new(
	struct irqkit_machine *machine, struct irqkit_affinities **ret_affinities)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		irqkit_machine_get_topology(machine), IRQKIT_CPUS_ONLINE);
	struct irqkit_affinities *affinities = calloc(1, sizeof(*affinities));
	int r = affinities && online ? irqkit_cpuset_copy(online, &affinities->online)
				     : -ENOMEM;

	for (size_t i = 0; i < irqkit_machine_count_irqs(machine) && r == 0; i++) {
		struct irqkit_irq *irq = irqkit_machine_get_irq(machine, i);

		if (irqkit_irq_get_number(irq) >= 0 &&
			!irqkit_interrupt_is_background(irqkit_irq_get_row(irq)))
			r = note_irq(affinities, irq);
	}
	if (r < 0) {
		irqkit_affinities_free(affinities);
		return r;
	}
	if (affinities->n)
		qsort(affinities->items, affinities->n, sizeof(*affinities->items),
			compare_noted);
	*ret_affinities = affinities;
	return 0;
}

/* NULL: it was not there, or not noted. */
static const struct noted *find_noted(
	const struct irqkit_affinities *affinities, unsigned int irq)
{
	size_t at = array_lower_bound(affinities->items, affinities->n,
		sizeof(*affinities->items), &irq, compare_irq);

	return at < affinities->n && affinities->items[at].irq == irq
		? &affinities->items[at]
		: NULL;
}

/* ------------------------------------------------------------------------------- */

void affinity_times_clear(struct affinity_times *times)
{
	for (int i = 0; i < 2; i++) {
		irqkit_cpuset_free(times->affinity[i]);
		irqkit_cpuset_free(times->effective[i]);
	}
}

bool facts_has_affinity_times(const struct facts *facts)
{
	return facts->earlier || facts->has_second_sample;
}

bool facts_has_other_cpus(const struct facts *facts)
{
	return facts->earlier &&
		!irqkit_cpuset_is_equal(facts->earlier->online, facts->online);
}

int facts_find_affinity_times(
	struct facts *facts, struct irqkit_irq *irq, struct affinity_times *ret_times)
{
	unsigned int number = (unsigned int)irqkit_irq_get_number(irq);
	int now = facts->earlier ? 1 : 0; /* which of both the records are */
	int r = copy_affinity(irq, &ret_times->affinity[now]);

	if (r == 0)
		r = copy_effective(irq, &ret_times->effective[now]);
	if (r == 0 && facts->earlier) {
		const struct noted *noted = find_noted(facts->earlier, number);

		if (noted && noted->affinity)
			r = irqkit_cpuset_copy(noted->affinity, &ret_times->affinity[0]);
		if (r == 0 && noted && noted->effective)
			r = irqkit_cpuset_copy(
				noted->effective, &ret_times->effective[0]);
	} else if (r == 0) {
		ret_times->affinity[1] = facts_read_list(
			facts, "proc.1/irq/%u/smp_affinity_list", number);
		ret_times->effective[1] = facts_read_list(
			facts, "proc.1/irq/%u/effective_affinity_list", number);
	}
	return r;
}
