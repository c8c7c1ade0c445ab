/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The entries of a change, with the values that undoing the change must restore: if change 1
 * wrote 3 and was undone, and change 2 replaced this 3, then undoing change 2 restores what
 * was there before change 1.
 */
#include "base/array.h"
#include "base/macros.h"
#include "kernel/ctx.h"
#include "plan/undo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool undo_is_saved(const struct journal_entry *entry)
{
	return !*entry->field[FIELD_NEW];
}

/* An entry of the change, by its path; of several with one path, the oldest. */
struct slot {
	const char *path; /* the entry's */
	struct journal_entry *entry;
	bool is_found; /* the old value of the entry needs no earlier one */
};

struct slots {
	struct irqkit_ctx *ctx;
	const struct irqkit_change *change; /* an earlier one */
	struct slot *slots; /* owned; sorted by path */
	size_t n;
};

static void slots_clear(struct slots *slots)
{
	free(slots->slots);
}

static int compare_slots(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order ? order : (x->entry > y->entry) - (x->entry < y->entry);
}

static int compare_path(const void *member, const void *path)
{
	return strcmp(((const struct slot *)member)->path, path);
}

static int slots_fill(struct slots *slots, struct journal_entry *entries, size_t n)
{
	slots->slots = calloc(n + 1, sizeof(*slots->slots));
	if (!slots->slots)
		return -ENOMEM;
	slots->n = n;
	for (size_t i = 0; i < n; i++)
		slots->slots[i] = (struct slot){
			.path = entries[i].field[FIELD_PATH],
			.entry = &entries[i],
			.is_found = undo_is_saved(&entries[i]),
		};
	qsort(slots->slots, n, sizeof(*slots->slots), compare_slots);
	return 0;
}

static struct slot *find_slot(const struct slots *slots, const char *path)
{
	size_t at = array_lower_bound(
		slots->slots, slots->n, sizeof(*slots->slots), path, compare_path);

	return at < slots->n && strcmp(slots->slots[at].path, path) == 0
		? &slots->slots[at]
		: NULL;
}

/* Is @now the value that @given became? 1: yes, 0: no. */
static int is_value(const struct slots *slots, const struct journal_entry *entry,
	int given_field, const char *now_text)
{
	struct knob_value given CLEANUP(knob_value_clear) = { 0 };
	struct knob_value now CLEANUP(knob_value_clear) = { 0 };
	enum irqkit_knob knob = IRQKIT_KNOB_AFFINITY;
	uint32_t number;
	int r;

	knob_parse_path(entry->field[FIELD_PATH], &knob, &number);
	r = knob_value_parse(knob, entry->field[given_field], &given);
	if (r == 0)
		r = knob_value_parse(knob, now_text, &now);
	if (r < 0)
		return is_failure(r) ? r : 0;
	return knob_value_is_kept(slots->ctx, knob, &given, &now);
}

static bool is_same_thing(const struct journal_entry *a, const struct journal_entry *b)
{
	return strcmp(a->field[FIELD_TARGET], b->field[FIELD_TARGET]) == 0 &&
		strcmp(a->field[FIELD_IDENTITY], b->field[FIELD_IDENTITY]) == 0;
}

/* Has the earlier change written the old value of the slot, and was that undone? */
static int is_undone(const struct slots *slots, const struct slot *slot,
	const struct journal_entry *earlier)
{
	enum irqkit_change_state state = irqkit_change_get_state(slots->change);
	int r;

	if (state == IRQKIT_CHANGE_MADE || slots->change->undoes ||
		undo_is_saved(earlier) || !is_same_thing(earlier, slot->entry))
		return 0;
	r = is_value(slots, earlier, FIELD_NEW, slot->entry->field[FIELD_OLD]);
	/* an undo that skipped settings counts for those that had their old value again */
	if (r > 0 && state == IRQKIT_CHANGE_SKIPPED)
		r = is_value(slots, slot->entry, FIELD_NEW, earlier->field[FIELD_OLD]);
	return r;
}

static int look_at_change(struct slots *slots)
{
	for (size_t i = slots->change->n_entries; i-- > 0;) {
		const struct journal_entry *earlier = &slots->change->entries[i];
		struct slot *slot = find_slot(slots, earlier->field[FIELD_PATH]);
		int r;

		if (!slot || slot->is_found)
			continue;
		r = is_undone(slots, slot, earlier);
		if (r < 0)
			return r;
		slot->is_found = r == 0;
		if (r == 0)
			continue;
		slot->entry->field[FIELD_OLD] = earlier->field[FIELD_OLD];
		slot->entry->without = slots->change->number;
	}
	return 0;
}

/* The number of changes before @change, or 0 if none of them is undone. */
static size_t count_earlier(const struct irqkit_change *change)
{
	size_t n = change->journal ? irqkit_journal_count(change->journal) : 0;
	bool has_undone = false;

	while (n > 0 &&
		irqkit_journal_get(change->journal, n - 1)->number >= change->number)
		n--;
	for (size_t i = 0; i < n && !has_undone; i++) {
		const struct irqkit_change *c = irqkit_journal_get(change->journal, i);

		has_undone = c->state != IRQKIT_CHANGE_MADE && c->undoes == 0;
	}
	return has_undone ? n : 0;
}

int undo_get_entries(struct irqkit_ctx *ctx, const struct irqkit_change *change,
	struct journal_entry **ret_entries)
{
	struct slots slots CLEANUP(slots_clear) = { .ctx = ctx };
	struct journal_entry *entries = calloc(change->n_entries + 1, sizeof(*entries));
	/* undoing an undo must restore the values that the undo replaced */
	size_t n = change->undoes ? 0 : count_earlier(change);
	int r = 0;

	if (!entries)
		return -ENOMEM;
	for (size_t i = 0; i < change->n_entries; i++)
		entries[i] = change->entries[i];
	if (n > 0)
		r = slots_fill(&slots, entries, change->n_entries);
	while (n-- > 0 && r == 0) {
		slots.change = irqkit_journal_get(change->journal, n);
		r = look_at_change(&slots);
	}
	if (r < 0)
		free(entries);
	else
		*ret_entries = entries;
	return r;
}
