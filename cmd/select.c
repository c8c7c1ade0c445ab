/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TARGETs: 24, 24-31, eth1, 'nvme0q*', chip:xen-dyn, all. */
#include "select.h"

#include <fnmatch.h>
#include <limits.h>
#include <string.h>

enum target_kind { TARGET_ALL, TARGET_IRQS, TARGET_NAME, TARGET_CHIP };

struct target {
	enum target_kind kind;
	long first, last; /* TARGET_IRQS */
	const char *name; /* TARGET_NAME, TARGET_CHIP: exact, or a glob */
	bool is_glob;
};

/* Digits up to @end; LONG_MAX stands for all that no interrupt can have. */
static bool parse_irq(const char *text, const char *end, long *ret_irq)
{
	long irq = 0;

	if (text == end)
		return false;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return false;
		if (irq <= INT_MAX)
			irq = irq * 10 + (*text - '0');
	}
	*ret_irq = irq;
	return true;
}

/* 24 or 24-31 */
static bool parse_irqs(const char *word, struct target *target)
{
	const char *end = word + strlen(word), *dash = strchr(word, '-');

	if (!parse_irq(word, dash ? dash : end, &target->first))
		return false;
	target->last = target->first;
	if (dash && !parse_irq(dash + 1, end, &target->last))
		return false;
	target->kind = TARGET_IRQS;
	return true;
}

static void set_name(struct target *target, enum target_kind kind, const char *name)
{
	target->kind = kind;
	target->name = name;
	target->is_glob = strpbrk(name, "*?[") != NULL;
}

static const char *after_prefix(const char *word, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(word, prefix, len) == 0 ? word + len : NULL;
}

static enum status parse_target(const char *word, struct target *target)
{
	const char *irqs = after_prefix(word, "irq:");
	const char *name = after_prefix(word, "name:");
	const char *chip = after_prefix(word, "chip:");

	if (strcmp(word, "all") == 0)
		target->kind = TARGET_ALL;
	else if (chip)
		set_name(target, TARGET_CHIP, chip);
	else if (name)
		set_name(target, TARGET_NAME, name);
	else if (!parse_irqs(irqs ? irqs : word, target) && !irqs)
		set_name(target, TARGET_NAME, word);
	else if (irqs && target->kind != TARGET_IRQS) {
		say_error("'%s': after irq: stands a number or a range, as in irq:24 or "
			  "irq:24-31", word);
		return STATUS_MISUSE;
	}

	if (target->name && !*target->name) {
		say_error("a TARGET in '%s' is empty", word);
		return STATUS_MISUSE;
	}
	if (target->kind == TARGET_IRQS && target->last < target->first) {
		say_error("the range '%s' ends before it begins", word);
		return STATUS_MISUSE;
	}
	return STATUS_DONE;
}

static bool name_matches(const struct target *target, const char *name)
{
	/* a name that holds * itself can be given as it is */
	return strcmp(target->name, name) == 0 ||
	       (target->is_glob && fnmatch(target->name, name, 0) == 0);
}

static bool has_name(
	const struct irqkit_interrupt *interrupt, const struct target *target)
{
	size_t n = irqkit_interrupt_count_actions(interrupt);

	for (size_t i = 0; i < n; i++)
		if (name_matches(target, irqkit_interrupt_get_action(interrupt, i)))
			return true;
	return irqkit_interrupt_get_irq(interrupt) < 0 &&
	       name_matches(target, irqkit_interrupt_get_label(interrupt));
}

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
		return chip && name_matches(target, chip);
	case TARGET_NAME:
		return has_name(interrupt, target);
	}
	return false;
}

/* Does the target speak of this interrupt alone, not of whatever there may be? */
static bool is_naming(const struct target *target, const struct irqkit_interrupt *interrupt)
{
	if (target->kind == TARGET_IRQS)
		return target->first == target->last;
	if (target->kind != TARGET_NAME)
		return false;
	return !target->is_glob ||
	       has_name(interrupt, &(struct target){ .name = target->name });
}

/* What is chosen so far, by index in the snapshot. */
struct choice {
	bool is_chosen;
	bool is_named;
};

/* Marks what the word means; false where that is nothing. */
static bool mark(const struct irqkit_snapshot *snapshot, const struct target *target,
	bool with_named, struct choice *choices)
{
	size_t n = irqkit_snapshot_count(snapshot);
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(snapshot, i);

		if (!matches(row, target, with_named))
			continue;
		choices[i].is_chosen = true;
		choices[i].is_named |= is_naming(target, row);
		found = true;
	}
	return found;
}

static void say_no_match(const char *word, const struct target *target)
{
	if (target->kind == TARGET_IRQS)
		say_error("nothing matches '%s': no interrupt has %s", word,
			target->first == target->last ? "this number"
						      : "a number in this range");
	else if (target->kind == TARGET_CHIP)
		say_error("nothing matches '%s': no interrupt has this chip", word);
	else if (target->kind == TARGET_ALL)
		say_error("nothing matches '%s': there is no interrupt", word);
	else if (target->is_glob)
		say_error("nothing matches '%s': no interrupt has such a name", word);
	else
		say_error("nothing matches '%s': no interrupt has this name as a whole; "
			  "try '*%s*'", word, target->name);
}

static enum status mark_words(const struct irqkit_snapshot *snapshot,
	const char *const *words, size_t n_words, bool with_named, struct choice *choices)
{
	if (n_words == 0)
		mark(snapshot, &(struct target){ .kind = TARGET_ALL }, with_named, choices);
	for (size_t i = 0; i < n_words; i++) {
		struct target target = { 0 };
		enum status status = parse_target(words[i], &target);

		if (status != STATUS_DONE)
			return status;
		if (!mark(snapshot, &target, with_named, choices)) {
			say_no_match(words[i], &target);
			return STATUS_NO_MATCH;
		}
	}
	return STATUS_DONE;
}

void selection_free(struct selection *selection)
{
	free(selection->interrupts);
	free(selection->is_named);
}

enum status select_interrupts(const struct irqkit_snapshot *snapshot,
	const char *const *words, size_t n_words, bool with_named,
	struct selection *ret_selection)
{
	size_t n = irqkit_snapshot_count(snapshot);
	struct choice *choices = calloc(n + 1, sizeof(*choices));
	struct selection selection = {
		.interrupts = calloc(n + 1, sizeof(*selection.interrupts)),
		.is_named = calloc(n + 1, sizeof(*selection.is_named)),
	};
	enum status status = STATUS_REFUSED;

	if (choices && selection.interrupts && selection.is_named)
		status = mark_words(snapshot, words, n_words, with_named, choices);
	else
		say_error("out of memory");
	for (size_t i = 0; i < n && status == STATUS_DONE; i++) {
		if (!choices[i].is_chosen)
			continue;
		selection.is_named[selection.n] = choices[i].is_named;
		selection.interrupts[selection.n++] = irqkit_snapshot_get(snapshot, i);
	}
	free(choices);
	if (status == STATUS_DONE)
		*ret_selection = selection;
	else
		selection_free(&selection);
	return status;
}
