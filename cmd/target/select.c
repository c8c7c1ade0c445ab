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
#include "target/select.h"
#include "base/say.h"
#include "target/mark_device.h"
#include "target/say_no_match.h"

#include <stdlib.h>
#include <string.h>

static bool has_name(
	const struct irqkit_interrupt *interrupt, const struct target *target)
{
	size_t n = irqkit_interrupt_count_actions(interrupt);

	for (size_t i = 0; i < n; i++)
		if (target_matches(target, irqkit_interrupt_get_action(interrupt, i)))
			return true;
	return irqkit_interrupt_get_irq(interrupt) < 0 &&
		target_matches(target, irqkit_interrupt_get_label(interrupt));
}

/* Does the row itself match, by its number, chip or name? */
static bool matches(const struct irqkit_interrupt *interrupt, const struct target *target,
	bool with_named)
{
	int irq = irqkit_interrupt_get_irq(interrupt);
	const char *chip = irqkit_interrupt_get_chip(interrupt);

	switch (target->kind) {
	case TARGET_ALL:
		return with_named || irq >= 0;
	case TARGET_IRQS:
		return irq >= 0 && irq >= target->first && irq <= target->last;
	case TARGET_CHIP:
		return chip && target_matches(target, chip);
	case TARGET_NAME:
	case TARGET_WORD:
		return has_name(interrupt, target);
	default:
		return false;
	}
}

/* Does the target name exactly this interrupt, not any number of them? */
static bool names_one_interrupt(
	const struct target *target, const struct irqkit_interrupt *interrupt)
{
	if (target->kind == TARGET_IRQS)
		return target->first == target->last;
	if (target->kind != TARGET_NAME && target->kind != TARGET_WORD)
		return false;
	return !target->is_glob ||
		has_name(interrupt, &(struct target){ .name = target->name });
}

/* Marks the rows that match; false: none does. */
static bool mark_rows(struct marks *marks, const struct target *target)
{
	size_t n = irqkit_snapshot_count(marks->snapshot);
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(
			marks->snapshot, i);

		if (!matches(row, target, marks->with_named))
			continue;
		marks_add(marks, i, names_one_interrupt(target, row));
		found = true;
	}
	return found;
}

static bool may_be_device(const struct target *target)
{
	return target->kind == TARGET_DEVICE || target->kind == TARGET_PCI ||
		(target->kind == TARGET_WORD && !target->is_glob) ||
		(target->kind == TARGET_WORD && strchr(target->name, ':'));
}

static enum status mark_word(struct marks *marks, const char *word)
{
	struct meaning meaning = { 0 };
	struct target target;
	enum status status = target_parse(word, &target);

	if (status == STATUS_DONE && target.kind != TARGET_IRQS)
		marks->selection->is_of_numbers = false;
	if (status == STATUS_DONE && may_be_device(&target))
		status = mark_device(marks, &target, &meaning);
	else if (status == STATUS_DONE && target.kind == TARGET_DRIVER)
		status = mark_driver(marks, &target, &meaning);
	marks->selection->named = meaning.device;
	marks->selection->named_queue = meaning.queue;
	if (status != STATUS_DONE || meaning.has_rows)
		return status;
	marks->selection->is_of_devices = false;
	if (mark_rows(marks, &target))
		return STATUS_DONE;
	say_no_match(marks, &target, &meaning);
	return STATUS_NO_MATCH;
}

static enum status mark_words(
	struct marks *marks, const char *const *words, size_t n_words)
{
	enum status status = STATUS_DONE;

	marks->selection->is_of_devices = marks->selection->is_of_numbers = n_words > 0;
	if (n_words == 0)
		mark_rows(marks, &(struct target){ .kind = TARGET_ALL });
	for (size_t i = 0; i < n_words && status == STATUS_DONE; i++)
		status = mark_word(marks, words[i]);
	return status;
}

void selection_free(struct selection *selection)
{
	free(selection->irqs);
	free(selection->is_named);
	free(selection->devices);
}

enum status select_interrupts(struct irqkit_machine *machine, const char *const *words,
	size_t n_words, bool with_named, struct selection *ret_selection)
{
	size_t n = irqkit_machine_count_irqs(machine);
	struct selection selection = {
		.irqs = calloc(n + 1, sizeof(*selection.irqs)),
		.is_named = calloc(n + 1, sizeof(*selection.is_named)),
	};
	struct marks marks = {
		.machine = machine,
		.devices = irqkit_machine_get_devices(machine),
		.snapshot = irqkit_machine_get_snapshot(machine),
		.with_named = with_named,
		.choices = calloc(n + 1, sizeof(*marks.choices)),
		.selection = &selection,
	};
	enum status status = STATUS_REFUSED;

	if (marks.choices && selection.irqs && selection.is_named)
		status = mark_words(&marks, words, n_words);
	else
		say_error("out of memory");
	for (size_t i = 0; i < n && status == STATUS_DONE; i++) {
		if (!marks.choices[i].is_chosen)
			continue;
		selection.is_named[selection.n] = marks.choices[i].is_named;
		selection.irqs[selection.n++] = irqkit_machine_get_irq(machine, i);
	}
	free(marks.choices);
	if (status == STATUS_DONE)
		*ret_selection = selection;
	else
		selection_free(&selection);
	return status;
}
