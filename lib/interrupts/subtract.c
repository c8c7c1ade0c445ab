/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interrupts that fired between two snapshots. Rows are paired by label and
 * description, never by position, since interrupts appear and disappear.
 */
#include "base/arena.h"
#include "base/macros.h"
#include "interrupts/snapshot.h"

#include <errno.h>
#include <string.h>

#define COUNTER_BITS 32 /* kernel/irq: unsigned int */

/*
 * More than a CPU takes in a second. Each interrupt costs it the entry, the handler and the
 * acknowledgement: a call by IPI, whose handler is all but empty, was measured at 113,000
 * per second (membarrier() at an AMD EPYC's CPU that did nothing else, under KVM, 6.18). 35
 * times as many leave room for bare metal and for faster CPUs.
 *
 * Too high a bound does little harm: only a count that is so near to 2^32 is taken for one
 * that has wrapped. One that is too low would lose interrupts that came.
 */
#define RATE_MAX UINT64_C(4000000)
#define SECONDS_ASSUMED 60 /* between two texts whose times are not known */

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool interrupt_is_same(const struct irqkit_interrupt *a, const struct irqkit_interrupt *b)
{
	if (a->counts != b->counts || a->n_actions != b->n_actions ||
		strcmp(a->label, b->label) != 0 || !same_text(a->chip, b->chip) ||
		!same_text(a->description, b->description))
		return false;
	for (size_t i = 0; i < a->n_actions; i++)
		if (strcmp(a->actions[i], b->actions[i]) != 0)
			return false;
	return true;
}

/* Both have the same order, so it is nearly always the next one. */
static const struct irqkit_interrupt *find_before(const struct irqkit_snapshot *before,
	const struct irqkit_interrupt *row, size_t *next)
{
	const struct irqkit_interrupt *old = *next < before->n_rows ? &before->rows[*next]
								    : NULL;

	if (old && interrupt_is_same(old, row)) {
		++*next;
		return old;
	}
	for (size_t i = snapshot_find_first(before, row->irq);
		i < before->n_rows && before->by_irq[i]->irq == row->irq; i++) {
		if (!interrupt_is_same(before->by_irq[i], row))
			continue;
		*next = (size_t)(before->by_irq[i] - before->rows) + 1;
		return before->by_irq[i];
	}
	return NULL;
}

/* How often one CPU can have been interrupted between the two. */
static uint64_t find_most(
	const struct irqkit_snapshot *after, const struct irqkit_snapshot *before)
{
	uint64_t seconds = SECONDS_ASSUMED;

	if (before->read_at && after->read_at >= before->read_at)
		seconds = after->read_at - before->read_at + 1; /* both are rounded */
	return seconds < UINT32_MAX ? seconds * RATE_MAX : UINT64_MAX;
}

/*
 * A count that became smaller has wrapped, if it was in the upper half of its range and the
 * difference is possible in the time. Otherwise it has restarted, and all of it is new.
 */
static uint64_t subtract(uint64_t after, uint64_t before, uint64_t most)
{
	if (after >= before)
		return after - before;
	if (before >> (COUNTER_BITS - 1) == 1) {
		uint64_t wrapped = after + (UINT64_C(1) << COUNTER_BITS) - before;

		if (wrapped <= most)
			return wrapped;
	}
	return after;
}

/* A CPU that had no column before has a count, but none that is known to be new. */
static int set_difference(struct irqkit_snapshot *difference,
	struct irqkit_interrupt *row, const struct irqkit_interrupt *after,
	const struct irqkit_interrupt *before, const struct irqkit_cpuset *cpus_before,
	uint64_t most)
{
	size_t n = after->n_served;

	row->n_served = 0;
	row->total = 0;
	if (after->counts == IRQKIT_COUNTS_SINGLE)
		row->total = subtract(after->total, before->total, most);
	if (n == 0)
		return 0;
	if (interrupt_make_room(difference, row, n, after->served_high != NULL, NULL) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		uint32_t cpu = after->served_cpu[i];
		uint64_t count = subtract(interrupt_served(after, i),
			irqkit_interrupt_get_count(before, cpu), most);

		if (!count || !irqkit_cpuset_has(cpus_before, cpu))
			continue;
		interrupt_add_served(row, cpu, count);
		row->total += count;
	}
	return 0;
}

static void free_snapshot(struct irqkit_snapshot **snapshot)
{
	irqkit_snapshot_free(*snapshot);
}

EXPORT int irqkit_snapshot_subtract(const struct irqkit_snapshot *after,
	const struct irqkit_snapshot *before, struct irqkit_snapshot **ret_difference)
{
	struct irqkit_snapshot *difference CLEANUP(free_snapshot) = NULL;
	uint64_t most = find_most(after, before);
	size_t next = 0;
	int r = snapshot_new(&difference);

	if (r == 0)
		r = irqkit_cpuset_add_set(difference->cpus, after->cpus);
	for (size_t i = 0; i < after->n_rows && r == 0; i++) {
		const struct irqkit_interrupt *old = find_before(
			before, &after->rows[i], &next);
		struct irqkit_interrupt *row;

		r = snapshot_add_row(difference, &row);
		if (r < 0)
			break;
		*row = after->rows[i];
		if (old) {
			r = set_difference(difference, row, &after->rows[i], old,
				before->cpus, most);
			continue;
		}
		/* it may have counted long before, without a row */
		row->n_served = 0;
		row->total = 0;
	}
	if (r == 0)
		r = snapshot_index(difference);
	if (r < 0)
		return r;
	*ret_difference = TAKE(difference);
	return 0;
}
