/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A change of the journal -> the steps that put it back. Never blindly: what has moved on
 * since then is left alone.
 */
#include "private.h"

#include <errno.h>
#include <stdio.h>

/* Does the number still belong to what it belonged to when the change was made? */
static bool is_same_interrupt(const struct entry *entry,
	const struct irqkit_snapshot *snapshot, char **ret_now)
{
	const struct irqkit_interrupt *now =
		irqkit_snapshot_find(snapshot, entry->field[FIELD_IRQ]);
	const char *chip = now && now->chip ? now->chip : "";

	*ret_now = now ? interrupt_join_actions(now) : NULL;
	return *ret_now && strcmp(*ret_now, entry->field[FIELD_TARGET]) == 0 &&
	       strcmp(chip, entry->field[FIELD_CHIP]) == 0;
}

static int set_why(struct irqkit_step *step, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static int set_why(struct irqkit_step *step, const char *format, ...)
{
	va_list args;
	int r;

	free(step->why);
	va_start(args, format);
	r = vasprintf(&step->why, format, args);
	va_end(args);
	if (r < 0)
		step->why = NULL;
	return r < 0 ? -ENOMEM : 0;
}

static int fill_step(struct irqkit_step *step, const struct entry *entry)
{
	uint32_t irq;

	step->kind = KNOB_DEFAULT;
	if (entry->field[FIELD_IRQ][0]) {
		parse_u32(entry->field[FIELD_IRQ], strlen(entry->field[FIELD_IRQ]), &irq);
		step->irq = (int)irq;
		step->kind = KNOB_IRQ;
	}
	step->path = strdup(entry->field[FIELD_PATH]);
	step->target = strdup(entry->field[FIELD_TARGET]);
	step->chip = strdup(entry->field[FIELD_CHIP]);
	step->new_text = strdup(entry->field[FIELD_OLD]);
	if (!step->path || !step->target || !step->chip || !step->new_text)
		return -ENOMEM;
	return irqkit_cpuset_parse_mask(
		step->new_text, strlen(step->new_text), &step->new_cpus, NULL);
}

/* Is the value the one that the change gave? */
static bool is_as_changed(const struct irqkit_step *step, const struct entry *entry)
{
	_cleanup_cpuset_ struct irqkit_cpuset *given = NULL;
	const char *text = entry->field[FIELD_NEW];

	return irqkit_cpuset_parse_mask(text, strlen(text), &given, NULL) == 0 &&
	       irqkit_cpuset_is_equal(step->old_cpus, given);
}

static int decide(struct irqkit_ctx *ctx, struct irqkit_step *step,
	const struct entry *entry, const struct irqkit_snapshot *snapshot, bool force)
{
	_cleanup_free_ char *now = NULL;
	int r;

	if (step->kind == KNOB_IRQ && !is_same_interrupt(entry, snapshot, &now) &&
		!(force && now)) {
		step->result = IRQKIT_SKIPPED;
		step->error = now ? 0 : ENOENT;
		return now ? set_why(step, "%d is now %s", step->irq, now)
			   : set_why(step, "%d is gone", step->irq);
	}
	r = step_read_old(ctx, step);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		step->result = IRQKIT_SKIPPED;
		step->error = -r;
		return set_why(step, "cannot be read: %s", strerror(-r));
	}
	if (irqkit_cpuset_is_equal(step->old_cpus, step->new_cpus)) {
		step->result = IRQKIT_UNCHANGED;
		step_read_effective(ctx, step);
		return set_why(step, "it is so already");
	}
	if (!force && !is_as_changed(step, entry)) {
		step->result = IRQKIT_SKIPPED;
		return set_why(step, "changed since then, from %s",
			entry->field[FIELD_NEW]);
	}
	return set_why(step, "as it was");
}

EXPORT int irqkit_plan_add_undo(struct irqkit_plan *plan,
	const struct irqkit_change *change, const struct irqkit_snapshot *snapshot,
	bool force)
{
	plan->undoes = change->number;
	for (size_t i = change->n_entries; i-- > 0;) {
		const struct entry *entry = &change->entries[i];
		struct irqkit_step *step;
		int r = plan_add_step(plan, &step);

		if (r < 0)
			return r;
		r = fill_step(step, entry);
		if (r == 0)
			r = decide(plan->ctx, step, entry, snapshot, force);
		if (r < 0) {
			plan_drop_step(plan);
			return r;
		}
	}
	return 0;
}
