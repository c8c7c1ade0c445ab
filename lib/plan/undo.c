/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A change of the journal -> the steps that restore the old values, in their order. The
 * number of channels comes first, since it makes and removes interrupts and queues.
 */
#include "plan/undo.h"
#include "base/macros.h"
#include "machine/machine.h"
#include "plan/barrier.h"
#include "plan/plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* Changes with a barrier                                                          */

static enum irqkit_knob knob_of(const struct journal_entry *entry)
{
	enum irqkit_knob knob = IRQKIT_KNOB_AFFINITY;
	uint32_t number;

	knob_parse_path(entry->field[FIELD_PATH], &knob, &number);
	return knob;
}

static bool has_barrier(const struct irqkit_change *change)
{
	for (size_t i = 0; i < change->n_entries; i++)
		if (knob_of(&change->entries[i]) == IRQKIT_KNOB_CHANNELS)
			return true;
	return false;
}

/* What a redo restores, and this plan if it fails. */
static int save_before(struct irqkit_plan *plan, const struct irqkit_step *step)
{
	struct irqkit_device *device;
	int r;

	if (!step_is_barrier(step) || step->result != IRQKIT_PLANNED)
		return 0;
	r = irqkit_devices_find_net(plan->machine->devices, step->target, &device);
	return r < 0 ? r : barrier_save(plan, device);
}

/* Channels, and the RSS tables that were set with them: the kernel wants that order. */
static bool is_before_rest(const struct journal_entry *entry)
{
	enum irqkit_knob knob = knob_of(entry);

	return knob == IRQKIT_KNOB_CHANNELS ||
		(knob == IRQKIT_KNOB_RSS && !undo_is_saved(entry));
}

static int add_barriers(
	struct irqkit_plan *plan, const struct irqkit_change *change, bool force)
{
	_cleanup_free_ struct journal_entry *entries = NULL;
	int r = undo_get_entries(plan->ctx, change, &entries);

	for (size_t i = change->n_entries; i-- > 0 && r == 0;) {
		struct irqkit_step *step;

		if (!is_before_rest(&entries[i]))
			continue;
		r = undo_add_entry(plan, &entries[i], force, &step);
		if (r == 0)
			r = save_before(plan, step);
	}
	return r;
}

/* Does the row have the names that the interrupt of the entry had? */
static int has_names(
	const struct irqkit_interrupt *row, const struct journal_entry *entry)
{
	_cleanup_free_ char *names = interrupt_join_actions(row);

	if (!names)
		return -ENOMEM;
	return *names && row->irq >= 0 && strcmp(names, entry->field[FIELD_TARGET]) == 0;
}

/* The interrupt that serves the queue now, or that has the handlers of the old one. */
static int find_irq_again(
	const struct irqkit_plan *plan, const struct journal_entry *entry)
{
	const struct irqkit_snapshot *rows = plan->machine->snapshot;
	const struct irqkit_interrupt *same = irqkit_snapshot_find(
		rows, entry->field[FIELD_IRQ]);
	int irq = *entry->field[FIELD_QUEUE]
		? step_find_irq(plan->machine, entry->field[FIELD_QUEUE])
		: -1;
	int kept = irq < 0 && same ? has_names(same, entry) : 0;

	/* of several interrupts with these names, the one that still has the number */
	if (kept != 0)
		return kept < 0 ? kept : same->irq;
	for (size_t i = 0; irq < 0 && i < irqkit_snapshot_count(rows); i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(rows, i);
		int r = has_names(row, entry);

		if (r < 0)
			return r;
		if (r > 0)
			irq = row->irq;
	}
	return irq;
}

static bool is_same_knob(const struct journal_entry *a, const struct journal_entry *b)
{
	if (*a->field[FIELD_QUEUE] && *b->field[FIELD_QUEUE])
		return strcmp(a->field[FIELD_QUEUE], b->field[FIELD_QUEUE]) == 0;
	return strcmp(a->field[FIELD_PATH], b->field[FIELD_PATH]) == 0;
}

/* The oldest entry of a knob has the value that counts. */
static bool is_repeated(const struct irqkit_change *change, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (is_same_knob(&change->entries[i], &change->entries[index]))
			return true;
	return false;
}

/*
 * The entry with the number that its interrupt has now. 1: it is one; 0: it went away with
 * its queue.
 */
static int find_entry_again(const struct irqkit_plan *plan,
	const struct journal_entry *entry, struct journal_entry *ret_entry, char path[64],
	char number[16])
{
	int irq;

	*ret_entry = *entry;
	if (knob_of(entry) != IRQKIT_KNOB_AFFINITY)
		return 1;
	irq = find_irq_again(plan, entry);
	if (irq < 0)
		return irq == -ENOMEM ? irq : !*entry->field[FIELD_QUEUE];
	snprintf(path, 64, "/proc/irq/%d/smp_affinity", irq);
	snprintf(number, 16, "%d", irq);
	ret_entry->field[FIELD_PATH] = path;
	ret_entry->field[FIELD_IRQ] = number;
	return 1;
}

/* The number of channels of this interface was changed since then, and stays. */
static bool skips_barrier(const struct irqkit_plan *plan)
{
	for (size_t i = 0; i < plan->n_steps; i++)
		if (step_is_barrier(&plan->steps[i]) &&
			plan->steps[i].result == IRQKIT_SKIPPED)
			return true;
	return false;
}

/* What is gone went with its queue; a table that is right needs no row. */
static bool is_needless(const struct irqkit_step *step, const struct journal_entry *entry)
{
	bool is_of_queue = *entry->field[FIELD_QUEUE] || undo_is_saved(entry) ||
		step->knob == IRQKIT_KNOB_RPS_CPUS || step->knob == IRQKIT_KNOB_XPS_CPUS;

	if (step->result == IRQKIT_UNCHANGED && undo_is_saved(entry))
		return true;
	return step->result == IRQKIT_SKIPPED && step->error == ENOENT && is_of_queue;
}

static int add_rest(
	struct irqkit_plan *plan, const struct journal_entry *before, bool force)
{
	struct journal_entry entry;
	struct irqkit_step *step;
	char path[64], number[16];
	int r = find_entry_again(plan, before, &entry, path, number);

	if (r <= 0)
		return r;
	r = undo_add_entry(plan, &entry, force, &step);
	if (r == 0 && is_needless(step, &entry))
		plan_drop_step(plan);
	return r;
}

EXPORT int irqkit_plan_add_undo_rest(
	struct irqkit_plan *plan, const struct irqkit_change *change, bool force)
{
	_cleanup_free_ struct journal_entry *entries = NULL;
	bool skips = skips_barrier(plan);
	int r = undo_get_entries(plan->ctx, change, &entries);

	for (size_t i = 0; i < change->n_entries && r == 0; i++) {
		const struct journal_entry *entry = &entries[i];

		if (!is_before_rest(entry) && !is_repeated(change, i) &&
			!(skips && undo_is_saved(entry)))
			r = add_rest(plan, entry, force);
	}
	return r;
}

/* ------------------------------------------------------------------------------- */

/* The steps for the banned CPUs of irqbalance, or for all other knobs. */
static int add_entries(struct irqkit_plan *plan, const struct irqkit_change *change,
	bool is_banned_cpus, bool force)
{
	_cleanup_free_ struct journal_entry *entries = NULL;
	int r = undo_get_entries(plan->ctx, change, &entries);

	for (size_t i = change->n_entries; i-- > 0 && r == 0;) {
		struct irqkit_step *step;

		if ((knob_of(&entries[i]) == IRQKIT_KNOB_BANNED_CPUS) == is_banned_cpus)
			r = undo_add_entry(plan, &entries[i], force, &step);
	}
	return r;
}

EXPORT int irqkit_plan_add_undo(
	struct irqkit_plan *plan, const struct irqkit_change *change, bool force)
{
	bool is_split = has_barrier(change);
	int r = plan_add_undo_of_bans(plan, change);

	if (r < 0)
		return r;
	plan->undoes = change->number;
	if (is_split) {
		r = add_barriers(plan, change, force);
		return r < 0 || plan->n_saved
			? r
			: irqkit_plan_add_undo_rest(plan, change, force);
	}
	/* first: irqbalance then places all interrupts again, where they do not stay */
	r = add_entries(plan, change, true, force);
	return r < 0 ? r : add_entries(plan, change, false, force);
}
