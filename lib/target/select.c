/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * TARGETs -> rows of /proc/interrupts.
 *
 * A bare word that names a device means all of its interrupts, whatever these are called
 * (eth0 has virtio1-input.0; eth2 has eth2, eth2-rx-0 and eth2-tx-0), and nothing else: a
 * handler of that name that is another device's has kept it from before a rename. Where
 * there is no such device, or nothing is known to be its own, it is the name of a handler
 * or of a row.
 */
#include "base/macros.h"
#include "target/left_out.h"
#include "target/mark_device.h"
#include "target/no_match.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool has_name(
	const struct irqkit_interrupt *interrupt, const struct target *target)
{
	for (size_t i = 0; i < interrupt->n_actions; i++)
		if (target_matches(target, interrupt->actions[i]))
			return true;
	return interrupt->irq < 0 && target_matches(target, interrupt->label);
}

/* Does the row itself match, by its chip or name? */
static bool matches(const struct irqkit_interrupt *interrupt, const struct target *target,
	bool with_named)
{
	switch (target->kind) {
	case TARGET_ALL:
		return with_named || interrupt->irq >= 0;
	case TARGET_CHIP:
		return interrupt->chip && target_matches(target, interrupt->chip);
	case TARGET_NAME:
	case TARGET_WORD:
		return has_name(interrupt, target);
	default:
		return false;
	}
}

/* Is the target the whole name of this row, not a pattern for several? */
static bool names_whole(
	const struct target *target, const struct irqkit_interrupt *interrupt)
{
	if (target->kind != TARGET_NAME && target->kind != TARGET_WORD)
		return false;
	return !target->is_pattern ||
		has_name(interrupt, &(struct target){ .name = target->name });
}

/* Marks the rows that match; false: none does. */
static bool mark_rows(struct marks *marks, const struct target *target)
{
	const struct irqkit_snapshot *snapshot = marks->machine->snapshot;
	bool found = false;

	if (target->kind == TARGET_IRQS)
		return marks_add_range(marks, target->first, target->last,
			target->first == target->last);
	for (size_t i = 0; i < snapshot->n_rows; i++) {
		const struct irqkit_interrupt *row = &snapshot->rows[i];

		if (!matches(row, target, marks->with_named))
			continue;
		marks_add(marks, i, names_whole(target, row));
		found = true;
	}
	return found;
}

static bool may_be_device(const struct target *target)
{
	return target->kind == TARGET_DEVICE || target->kind == TARGET_PCI ||
		target->kind == TARGET_VECTOR ||
		(target->kind == TARGET_WORD && !target->is_glob) ||
		(target->kind == TARGET_WORD && strchr(target->name, ':'));
}

static int note_named(struct irqkit_selection *selection, const struct meaning *meaning)
{
	selection->named = meaning->device;
	free(TAKE(selection->named_queue));
	if (!meaning->queue)
		return 0;
	selection->named_queue = strdup(meaning->queue);
	return selection->named_queue ? 0 : -ENOMEM;
}

static int mark_word(struct marks *marks, const char *word)
{
	struct meaning meaning = { 0 };
	struct target target;
	int r = target_parse(word, &target, &marks->message);

	if (r < 0)
		return r;
	if (target.kind != TARGET_IRQS)
		marks->selection->is_of_numbers = false;
	if (may_be_device(&target))
		r = mark_device(marks, &target, &meaning);
	else if (target.kind == TARGET_DRIVER)
		r = mark_driver(marks, &target, &meaning);
	if (r == 0)
		r = note_named(marks->selection, &meaning);
	if (r < 0 || meaning.has_rows)
		return r;
	marks->selection->is_of_devices = false;
	if (mark_rows(marks, &target))
		return 0;
	return refuse_no_match(marks, &target, &meaning);
}

static int mark_words(struct marks *marks, const char *const *words, size_t n_words)
{
	int r = 0;

	marks->selection->is_of_devices = marks->selection->is_of_numbers = n_words > 0;
	if (n_words == 0)
		mark_rows(marks, &(struct target){ .kind = TARGET_ALL });
	for (size_t i = 0; i < n_words && r == 0; i++)
		r = mark_word(marks, words[i]);
	return r;
}

/* What is marked, in the order of the rows. */
static int collect(struct marks *marks)
{
	struct irqkit_selection *selection = marks->selection;
	size_t n = marks->n_chosen;

	selection->irqs = calloc(n + 1, sizeof(struct irqkit_irq *));
	selection->is_named = calloc(n + 1, sizeof(*selection->is_named));
	if (!selection->irqs || !selection->is_named)
		return -ENOMEM;
	for (size_t i = marks->first; n > 0 && i <= marks->last; i++) {
		if (!marks->choices[i].is_chosen)
			continue;
		selection->is_named[selection->n_irqs] = marks->choices[i].is_named;
		selection->irqs[selection->n_irqs++] = irqkit_machine_get_irq(
			marks->machine, i);
	}
	return 0;
}

static int select_irqs(struct marks *marks, const char *const *words, size_t n_words)
{
	int r = mark_words(marks, words, n_words);

	if (r == 0)
		r = marks_find_left_out(marks, words, n_words);
	return r < 0 ? r : collect(marks);
}

EXPORT int irqkit_machine_select(struct irqkit_machine *machine, const char *const *words,
	size_t n_words, unsigned int flags, struct irqkit_selection **ret_selection,
	char **reterr_message)
{
	size_t n = irqkit_machine_count_irqs(machine);
	struct irqkit_selection *selection = calloc(1, sizeof(*selection));
	struct marks marks = {
		.machine = machine,
		.with_named = flags & IRQKIT_SELECT_NAMED,
		.choices = calloc(n + 1, sizeof(*marks.choices)),
		.selection = selection,
	};
	int r = -ENOMEM;

	if (selection && marks.choices) {
		selection->machine = machine;
		r = select_irqs(&marks, words, n_words);
	}
	free(marks.choices);
	if (r == 0) {
		*ret_selection = selection;
		return 0;
	}
	irqkit_selection_free(selection);
	if (reterr_message)
		*reterr_message = TAKE(marks.message);
	free(marks.message);
	return r;
}
