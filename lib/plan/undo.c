/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A change of the journal -> the steps that restore the old values. A setting that was
 * changed since then is skipped.
 */
#include "base/macros.h"
#include "interrupts/snapshot.h"
#include "kernel/ctx.h"
#include "machine/machine.h"
#include "plan/journal.h"
#include "plan/plan.h"
#include "plan/thread_knob.h"

#include <errno.h>
#include <string.h>

/* Does the number still belong to the same thing as when the change was made? */
static int is_same_interrupt(const struct journal_entry *entry,
	const struct irqkit_snapshot *snapshot, char **ret_now)
{
	const struct irqkit_interrupt *now = irqkit_snapshot_find(
		snapshot, entry->field[FIELD_IRQ]);
	const char *chip = now && now->chip ? now->chip : "";

	if (!now)
		return false;
	*ret_now = interrupt_join_actions(now);
	if (!*ret_now)
		return -ENOMEM;
	return strcmp(*ret_now, entry->field[FIELD_TARGET]) == 0 &&
		strcmp(chip, entry->field[FIELD_IDENTITY]) == 0;
}

/* Does the knob's number or name now belong to something else? Then it is skipped. */
static int check_identity(struct irqkit_ctx *ctx, struct irqkit_step *step,
	const struct journal_entry *entry, const struct irqkit_snapshot *snapshot,
	bool force)
{
	const char *identity = entry->field[FIELD_IDENTITY];
	_cleanup_free_ char *now = NULL;
	int r = 0;

	switch (step->knob) {
	case IRQKIT_KNOB_AFFINITY:
		r = is_same_interrupt(entry, snapshot, &now);
		if (r < 0)
			return r;
		if (r > 0 || (force && now))
			return 0;
		step->result = IRQKIT_SKIPPED;
		step->error = now ? 0 : ENOENT;
		return now ? step_set_why(step, "interrupt %d is now %s", step->irq, now)
			   : step_set_why(step, "interrupt %d is gone", step->irq);
	case IRQKIT_KNOB_THREAD: /* never another process, forced or not */
		r = thread_is_same(ctx, step->pid, step->target, identity);
		if (r != 0)
			return r < 0 ? r : 0;
		step->result = IRQKIT_SKIPPED;
		step->error = ENOENT;
		return step_set_why(step, "the thread has ended");
	case IRQKIT_KNOB_DEFAULT_AFFINITY:
	case IRQKIT_KNOB_RPS_SOCK_FLOW_ENTRIES:
	case IRQKIT_KNOB_RPS_DEFAULT_MASK:
		return 0;
	default:
		r = knob_read_ifindex(ctx, step->path, &now);
		if (r < 0 || force || !*now || !*identity || strcmp(now, identity) == 0)
			return r;
		step->result = IRQKIT_SKIPPED;
		return step_set_why(step, "another interface has this name now");
	}
}

static int fill_step(struct irqkit_step *step, const struct journal_entry *entry)
{
	uint32_t number = 0;

	if (!knob_parse_path(entry->field[FIELD_PATH], &step->knob, &number))
		return -EBADMSG;
	if (step->knob == IRQKIT_KNOB_AFFINITY)
		step->irq = (int)number;
	else if (step->knob == IRQKIT_KNOB_THREAD)
		step->pid = number;
	step->path = strdup(entry->field[FIELD_PATH]);
	step->target = strdup(entry->field[FIELD_TARGET]);
	step->identity = strdup(entry->field[FIELD_IDENTITY]);
	if (!step->path || !step->target || !step->identity)
		return -ENOMEM;
	return knob_value_parse(step->knob, entry->field[FIELD_OLD], &step->new_value);
}

/*
 * Is the value the one that the change wrote, or an acceptable rendering of it? The kernel
 * itself moves the thread of an interrupt to the CPU that handles the interrupt.
 */
static int is_as_changed(struct irqkit_ctx *ctx, const struct irqkit_step *step,
	const struct journal_entry *entry)
{
	struct knob_value given CLEANUP(knob_value_clear) = { 0 };
	int r = knob_value_parse(step->knob, entry->field[FIELD_NEW], &given);

	if (r < 0)
		return is_failure(r) ? r : false;
	if (step->knob == IRQKIT_KNOB_THREAD && strncmp(step->target, "irq/", 4) == 0)
		return irqkit_cpuset_is_subset(step->old_value.cpus, given.cpus);
	return knob_value_is_kept(ctx, step->knob, &given, &step->old_value);
}

static int decide(const struct irqkit_plan *plan, struct irqkit_step *step,
	const struct journal_entry *entry, bool force)
{
	int r = check_identity(plan->ctx, step, entry, plan->machine->snapshot, force);

	if (r < 0 || step->result == IRQKIT_SKIPPED)
		return r;
	r = step_read_old(plan, step);
	if (is_failure(r))
		return r;
	if (r < 0) {
		step->result = IRQKIT_SKIPPED;
		step->error = -r;
		return step_set_why(step, "cannot be read: %s", strerror(-r));
	}
	if (knob_value_is_equal(step->knob, &step->old_value, &step->new_value)) {
		step->result = IRQKIT_UNCHANGED;
		step_read_effective(plan, step);
		return step_set_why(step, "already set");
	}
	r = force ? true : is_as_changed(plan->ctx, step, entry);
	if (r < 0)
		return r;
	if (!r) {
		step->result = IRQKIT_SKIPPED;
		return step_set_why(
			step, "changed since then (was %s)", entry->field[FIELD_NEW]);
	}
	return step_set_why(step, "restored");
}

EXPORT int irqkit_plan_add_undo(
	struct irqkit_plan *plan, const struct irqkit_change *change, bool force)
{
	plan->undoes = change->number;
	for (size_t i = change->n_entries; i-- > 0;) {
		const struct journal_entry *entry = &change->entries[i];
		struct irqkit_step *step;
		int r = plan_add_step(plan, &step);

		if (r < 0)
			return r;
		r = fill_step(step, entry);
		if (r == 0)
			r = decide(plan, step, entry, force);
		if (r < 0) {
			plan_drop_step(plan);
			return r;
		}
	}
	return 0;
}
