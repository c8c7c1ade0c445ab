/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where interrupts are handled now: by effective affinity, or what is known instead. */
#include "show/show_now.h"
#include "base/basics.h"
#include "show/show_row.h"

void show_now_free(struct show_now *now)
{
	load_free(&now->load);
	irqkit_cpuset_free(now->cpus);
}

static bool has_one(const struct irqkit_cpuset *cpus)
{
	return irqkit_cpuset_count(cpus) == 1;
}

/* What the affinity allows of the CPUs that are online; NULL: nothing, or not known. */
static const struct irqkit_cpuset *find_allowed(struct show_row *row)
{
	const struct irqkit_cpuset *affinity = show_row_affinity(row);

	return affinity &&
			irqkit_cpuset_has_common(
				affinity, irqkit_snapshot_get_cpus(row->show->snapshot))
		? affinity
		: NULL;
}

bool show_row_is_pending(struct show_row *row)
{
	const struct irqkit_cpuset *effective = show_row_effective(row);
	const struct irqkit_cpuset *allowed = find_allowed(row);

	return effective && allowed && !irqkit_cpuset_is_empty(effective) &&
		!irqkit_cpuset_is_subset(effective, allowed);
}

/*
 * The CPUs that handle it; NULL: the kernel does not say. Before 4.13 it does not show
 * which CPU it chose, unless only one is allowed.
 */
static const struct irqkit_cpuset *find_place(struct show_row *row, enum show_when when)
{
	const struct irqkit_cpuset *effective = show_row_effective(row), *allowed;

	/* its files do not say where it fires */
	if (show_row_is_fixed(row))
		return NULL;
	if (when == SHOW_NOW && effective && !irqkit_cpuset_is_empty(effective))
		return effective;
	allowed = find_allowed(row);
	if (!effective || irqkit_cpuset_is_empty(effective))
		return allowed && has_one(allowed) ? allowed : NULL;
	/* a pending move to one of several CPUs: nobody knows which */
	return allowed && has_one(allowed) ? allowed : effective;
}

/* NULL: no memory. */
static struct irqkit_cpuset *find_counted(const struct irqkit_interrupt *interrupt)
{
	size_t n = irqkit_interrupt_count_served(interrupt);
	struct irqkit_cpuset *cpus;
	int r = irqkit_cpuset_new(&cpus);

	if (r < 0)
		return NULL;
	for (size_t i = 0; i < n && r == 0; i++) {
		unsigned int cpu;

		irqkit_interrupt_get_served(interrupt, i, &cpu);
		r = irqkit_cpuset_add(cpus, cpu);
	}
	if (r == 0)
		return cpus;
	irqkit_cpuset_free(cpus);
	return NULL;
}

/*
 * The kernel does not say where it is handled: probably where it was counted, as far as
 * that is still allowed. False: no memory.
 */
static bool add_counted(struct show_now *now, struct show_row *row)
{
	_cleanup_cpuset_ struct irqkit_cpuset *counted = find_counted(row->interrupt);
	const struct irqkit_cpuset *affinity = show_row_is_fixed(row)
		? NULL
		: show_row_affinity(row);

	if (!counted)
		return false;
	if (!affinity || irqkit_cpuset_is_subset(counted, affinity)) {
		load_add(&now->load, row->interrupt);
		return irqkit_cpuset_add_set(now->cpus, counted) == 0;
	}
	irqkit_cpuset_keep_set(counted, affinity);
	if (!irqkit_cpuset_is_empty(counted))
		affinity = counted;
	load_add_at(&now->load, row->interrupt, affinity);
	return irqkit_cpuset_add_set(now->cpus, affinity) == 0;
}

/* False: no memory. */
static bool add_row(struct show_now *now, struct show_row *row, enum show_when when)
{
	const struct irqkit_cpuset *place;

	if (irqkit_interrupt_is_background(row->interrupt))
		return true;
	now->n_pending += when == SHOW_NOW && !show_row_is_fixed(row) &&
		show_row_is_pending(row);
	if (irqkit_interrupt_get_total(row->interrupt) == 0)
		return true;
	place = find_place(row, when);
	if (!place) {
		now->is_told &= show_row_is_fixed(row);
		return add_counted(now, row);
	}
	load_add_at(&now->load, row->interrupt, place);
	return irqkit_cpuset_add_set(now->cpus, place) == 0;
}

void show_now_read(struct show_now *now, struct show *show, enum show_when when,
	bool (*is_meant)(struct show_row *row, const void *data), const void *data)
{
	bool is_complete = true;

	*now = (struct show_now){ .is_told = true };
	load_start(&now->load, irqkit_snapshot_get_cpus(show->snapshot));
	if (irqkit_cpuset_new(&now->cpus) < 0)
		return;
	for (size_t i = 0; i < show->n_rows && is_complete; i++)
		if (!is_meant || is_meant(&show->rows[i], data))
			is_complete = add_row(now, &show->rows[i], when);
	/* a CPU can be offline by now */
	irqkit_cpuset_keep_set(now->cpus, irqkit_snapshot_get_cpus(show->snapshot));
	if (!is_complete) {
		irqkit_cpuset_free(now->cpus);
		now->cpus = NULL;
	}
}
