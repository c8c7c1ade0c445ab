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
const struct irqkit_interrupt *snapshot_find_same(const struct irqkit_snapshot *before,
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

/* What is subtracted. */
struct earlier {
	const struct irqkit_snapshot *before;
	const struct irqkit_snapshot *kept; /* or NULL */
	uint64_t most;
	size_t next, next_kept; /* for snapshot_find_same() */
};

/* False: the CPU had no column before, so it is not known which part of a count is new. */
static bool get_earlier(const struct earlier *earlier,
	const struct irqkit_interrupt *before, const struct irqkit_interrupt *kept,
	unsigned int cpu, uint64_t *ret_count)
{
	if (irqkit_cpuset_has(earlier->before->cpus, cpu)) {
		*ret_count = irqkit_interrupt_get_count(before, cpu);
		return true;
	}
	if (!earlier->kept || !irqkit_cpuset_has(earlier->kept->cpus, cpu))
		return false;
	*ret_count = kept ? irqkit_interrupt_get_count(kept, cpu) : 0;
	return true;
}

static int set_difference(struct irqkit_snapshot *difference,
	struct irqkit_interrupt *row, const struct irqkit_interrupt *after,
	const struct irqkit_interrupt *before, struct earlier *earlier)
{
	const struct irqkit_interrupt *kept = NULL;
	size_t n = after->n_served;

	row->n_served = 0;
	row->total = 0;
	if (after->counts == IRQKIT_COUNTS_SINGLE)
		row->total = subtract(after->total, before->total, earlier->most);
	if (n == 0)
		return 0;
	if (earlier->kept)
		kept = snapshot_find_same(earlier->kept, after, &earlier->next_kept);
	if (interrupt_make_room(difference, row, n, after->served_high != NULL, NULL) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		uint32_t cpu = after->served_cpu[i];
		uint64_t count;

		if (!get_earlier(earlier, before, kept, cpu, &count))
			continue;
		count = subtract(interrupt_served(after, i), count, earlier->most);
		if (!count)
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

int snapshot_subtract(const struct irqkit_snapshot *after,
	const struct irqkit_snapshot *before, const struct irqkit_snapshot *kept,
	struct irqkit_snapshot **ret_difference)
{
	struct irqkit_snapshot *difference CLEANUP(free_snapshot) = NULL;
	struct earlier earlier = {
		.before = before, .kept = kept, .most = find_most(after, before)
	};
	int r = snapshot_new(&difference);

	if (r == 0)
		r = irqkit_cpuset_add_set(difference->cpus, after->cpus);
	for (size_t i = 0; i < after->n_rows && r == 0; i++) {
		const struct irqkit_interrupt *old = snapshot_find_same(
			before, &after->rows[i], &earlier.next);
		struct irqkit_interrupt *row;

		r = snapshot_add_row(difference, &row);
		if (r < 0)
			break;
		*row = after->rows[i];
		if (old) {
			r = set_difference(
				difference, row, &after->rows[i], old, &earlier);
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

EXPORT int irqkit_snapshot_subtract(const struct irqkit_snapshot *after,
	const struct irqkit_snapshot *before, struct irqkit_snapshot **ret_difference)
{
	return snapshot_subtract(after, before, NULL, ret_difference);
}

/* ------------------------------------------------------------------------------- */
/* CPUs that are offline                                                           */

/* A row of the same interrupt, with texts of its own, and without counts yet. */
static int add_copy(struct irqkit_snapshot *snapshot, const struct irqkit_interrupt *row,
	struct irqkit_interrupt **ret_copy)
{
	_cleanup_free_ char *actions = interrupt_join_actions(row);
	struct arena *arena = &snapshot->arena;
	struct irqkit_interrupt *copy;
	int r = actions ? snapshot_add_row(snapshot, &copy) : -ENOMEM;

	if (r < 0)
		return r;
	copy->irq = row->irq;
	copy->counts = row->counts;
	copy->label = arena_text(arena, row->label, strlen(row->label));
	if (row->chip)
		copy->chip = arena_text(arena, row->chip, strlen(row->chip));
	if (row->description)
		copy->description = arena_text(
			arena, row->description, strlen(row->description));
	if (!copy->label || !copy->chip != !row->chip ||
		!copy->description != !row->description)
		return -ENOMEM;
	*ret_copy = copy;
	return snapshot_set_actions(snapshot, copy, actions, strlen(actions), ", ");
}

/* The count at @index of a row, or of none, as one of a CPU that @kept has. */
static bool take_count(const struct irqkit_snapshot *kept,
	const struct irqkit_interrupt *row, size_t *index, uint32_t *ret_cpu)
{
	while (row && *index < row->n_served) {
		*ret_cpu = row->served_cpu[*index];
		if (irqkit_cpuset_has(kept->cpus, *ret_cpu))
			return true;
		++*index;
	}
	*ret_cpu = UINT32_MAX;
	return false;
}

/* A CPU has a count in one of the rows, never in both. @old: may be NULL */
static void keep_counts(struct irqkit_snapshot *kept, const struct irqkit_interrupt *row,
	const struct irqkit_interrupt *old, struct irqkit_interrupt *copy)
{
	size_t i = 0, j = 0;
	uint32_t cpu, old_cpu;

	for (;;) {
		bool has = take_count(kept, row, &i, &cpu);
		bool has_old = take_count(kept, old, &j, &old_cpu);
		uint64_t count;

		if (!has && !has_old)
			return;
		if (cpu < old_cpu)
			count = interrupt_served(row, i++);
		else
			count = interrupt_served(old, j++);
		interrupt_add_served(copy, cpu < old_cpu ? cpu : old_cpu, count);
		copy->total += count;
	}
}

static bool has_count_on(
	const struct irqkit_interrupt *row, const struct irqkit_cpuset *cpus)
{
	for (size_t i = 0; i < row->n_served; i++)
		if (irqkit_cpuset_has(cpus, row->served_cpu[i]))
			return true;
	return false;
}

static int keep_rows(struct irqkit_snapshot *kept, const struct irqkit_snapshot *before,
	const struct irqkit_snapshot *older)
{
	size_t next = 0;

	for (size_t i = 0; i < before->n_rows; i++) {
		const struct irqkit_interrupt *row = &before->rows[i], *old = NULL;
		struct irqkit_interrupt *copy = NULL;
		int r;

		if (older)
			old = snapshot_find_same(older, row, &next);
		if (!has_count_on(row, kept->cpus) &&
			!(old && has_count_on(old, kept->cpus)))
			continue;
		r = add_copy(kept, row, &copy);
		if (r == 0)
			r = interrupt_make_room(kept, copy,
				row->n_served + (old ? old->n_served : 0), true, NULL);
		if (r < 0)
			return r;
		keep_counts(kept, row, old, copy);
	}
	return snapshot_index(kept);
}

int snapshot_keep_offline(const struct irqkit_snapshot *after,
	const struct irqkit_snapshot *before, const struct irqkit_snapshot *older,
	struct irqkit_snapshot **ret_kept)
{
	struct irqkit_snapshot *kept CLEANUP(free_snapshot) = NULL;
	int r = snapshot_new(&kept);

	if (r == 0)
		r = irqkit_cpuset_add_set(kept->cpus, before->cpus);
	if (r == 0 && older)
		r = irqkit_cpuset_add_set(kept->cpus, older->cpus);
	if (r < 0)
		return r;
	irqkit_cpuset_remove_set(kept->cpus, after->cpus);
	if (irqkit_cpuset_is_empty(kept->cpus)) {
		*ret_kept = NULL;
		return 0;
	}
	r = keep_rows(kept, before, older);
	if (r == 0)
		*ret_kept = TAKE(kept);
	return r;
}
