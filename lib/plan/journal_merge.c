/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two changes of the journal that follow each other -> one, which undoes both. */
#include "base/buffer.h"
#include "base/macros.h"
#include "plan/journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct journal_entry *find_entry(struct irqkit_change *change, const char *path)
{
	for (size_t i = 0; i < change->n_entries; i++)
		if (strcmp(change->entries[i].field[FIELD_PATH], path) == 0)
			return &change->entries[i];
	return NULL;
}

/* Do both knobs belong to the same thing? The kernel reuses numbers. */
static bool is_same_thing(const struct journal_entry *a, const struct journal_entry *b)
{
	return strcmp(a->field[FIELD_TARGET], b->field[FIELD_TARGET]) == 0 &&
		strcmp(a->field[FIELD_IDENTITY], b->field[FIELD_IDENTITY]) == 0;
}

static void entry_move(struct journal_entry *to, struct journal_entry *from)
{
	for (size_t f = 0; f < N_FIELDS; f++) {
		free(to->field[f]);
		to->field[f] = TAKE(from->field[f]);
	}
}

static int merge_entry(struct irqkit_change *into, struct journal_entry *newer)
{
	struct journal_entry *older = find_entry(into, newer->field[FIELD_PATH]);
	int r;

	if (older && is_same_thing(older, newer)) {
		free(older->field[FIELD_NEW]);
		older->field[FIELD_NEW] = TAKE(newer->field[FIELD_NEW]);
		return 0;
	}
	/* the thing of the older entry is gone, and its old value with it */
	r = older ? 0 : journal_add_entry(into, &older);
	if (r == 0)
		entry_move(older, newer);
	return r;
}

static int format_change(const struct irqkit_change *change, char **ret_text)
{
	struct buffer file = { 0 };

	journal_format_head(&file, change->time, change->command, change->undoes);
	for (size_t i = 0; i < change->n_entries; i++)
		journal_format_knob(&file, (const char *const *)change->entries[i].field);
	buffer_add(&file, "end\n");
	return buffer_take(&file, ret_text);
}

EXPORT int irqkit_journal_merge(
	struct irqkit_lock *lock, unsigned int into, unsigned int number)
{
	struct irqkit_change older CLEANUP(journal_clear_change) = { 0 };
	struct irqkit_change newer CLEANUP(journal_clear_change) = { 0 };
	_cleanup_free_ char *text = NULL;
	char into_name[16], name[16];
	int r;

	snprintf(into_name, sizeof(into_name), "%u", into);
	snprintf(name, sizeof(name), "%u", number);
	r = journal_read_change(lock->dir_fd, into_name, &older);
	if (r == 0)
		r = journal_read_change(lock->dir_fd, name, &newer);
	for (size_t i = 0; i < newer.n_entries && r == 0; i++)
		r = merge_entry(&older, &newer.entries[i]);
	if (r == 0)
		r = format_change(&older, &text);
	/*
	 * Killed between these two, the newer one undoes both, and finds the older one so
	 * already.
	 */
	if (r == 0)
		r = run_dir_write(lock->dir_fd, name, text, strlen(text), true);
	if (r == 0)
		r = run_dir_rename(lock->dir_fd, name, into_name);
	/* the merge is done; at worst, the disk still has both changes as they were */
	if (r == 0)
		run_dir_sync(lock->dir_fd);
	return r;
}
