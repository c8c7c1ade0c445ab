/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two changes of the journal that follow each other -> one, which undoes both. */
#include "base/array.h"
#include "base/buffer.h"
#include "base/macros.h"
#include "plan/journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An entry of the older change, by its path. */
struct place {
	const char *path; /* the entry's */
	size_t entry;
};

/* The older change, and where its entries are. */
struct merge {
	struct irqkit_change *into;
	struct place *places; /* owned; sorted by path */
	size_t n_places;
};

static void merge_clear(struct merge *merge)
{
	free(merge->places);
}

static int compare_places(const void *a, const void *b)
{
	return strcmp(((const struct place *)a)->path, ((const struct place *)b)->path);
}

static int compare_path(const void *member, const void *path)
{
	return strcmp(((const struct place *)member)->path, path);
}

static int merge_start(struct merge *merge, struct irqkit_change *into)
{
	merge->into = into;
	merge->places = calloc(into->n_entries + 1, sizeof(*merge->places));
	if (!merge->places)
		return -ENOMEM;
	merge->n_places = into->n_entries;
	for (size_t i = 0; i < into->n_entries; i++)
		merge->places[i] = (struct place){
			.path = into->entries[i].field[FIELD_PATH],
			.entry = i,
		};
	qsort(merge->places, merge->n_places, sizeof(*merge->places), compare_places);
	return 0;
}

/* Where the older change has this path, or NULL. */
static struct place *find_place(const struct merge *merge, const char *path)
{
	size_t at = array_lower_bound(merge->places, merge->n_places,
		sizeof(*merge->places), path, compare_path);

	return at < merge->n_places && strcmp(merge->places[at].path, path) == 0
		? &merge->places[at]
		: NULL;
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

/* A change has one entry for each path. */
static int merge_entry(struct merge *merge, struct journal_entry *newer)
{
	struct place *place = find_place(merge, newer->field[FIELD_PATH]);
	struct journal_entry *older = place ? &merge->into->entries[place->entry] : NULL;
	int r;

	if (older && is_same_thing(older, newer)) {
		free(older->field[FIELD_NEW]);
		older->field[FIELD_NEW] = TAKE(newer->field[FIELD_NEW]);
		return 0;
	}
	/* the thing of the older entry is gone, and its old value with it */
	r = older ? 0 : journal_add_entry(merge->into, &older);
	if (r == 0)
		entry_move(older, newer);
	if (r == 0 && place)
		place->path = older->field[FIELD_PATH];
	return r;
}

static int format_change(const struct irqkit_change *change, char **ret_text)
{
	struct buffer file = { 0 };

	journal_format_head(&file, change->time, change->command, change->undoes);
	journal_format_bans(&file, &change->bans);
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
	struct merge merge CLEANUP(merge_clear) = { 0 };
	_cleanup_free_ char *text = NULL;
	char into_name[16], name[16];
	int r;

	snprintf(into_name, sizeof(into_name), "%u", into);
	snprintf(name, sizeof(name), "%u", number);
	r = journal_read_change(lock->dir_fd, into_name, &older);
	if (r == 0)
		r = journal_read_change(lock->dir_fd, name, &newer);
	if (r == 0)
		r = merge_start(&merge, &older);
	for (size_t i = 0; i < newer.n_entries && r == 0; i++)
		r = merge_entry(&merge, &newer.entries[i]);
	if (r == 0)
		r = ban_list_add_all(&older.bans, &newer.bans);
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
