/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A hash table of paths, open addressed; at least half of it is free. */
#include "policy/policy_index.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 64u

/* FNV-1a */
static size_t hash(const char *path)
{
	uint32_t value = 2166136261u;

	for (const unsigned char *p = (const unsigned char *)path; *p; p++)
		value = (value ^ *p) * 16777619u;
	return value;
}

/* The slot that has the path, or that it would get. The room is a power of two. */
static struct path_slot *find_slot(const struct path_index *index, const char *path)
{
	size_t i = hash(path) & (index->room - 1);

	while (index->slots[i].path && strcmp(index->slots[i].path, path) != 0)
		i = (i + 1) & (index->room - 1);
	return &index->slots[i];
}

static int grow(struct path_index *index)
{
	struct path_index larger = { .n = index->n,
		.room = index->room ? index->room * 2 : FIRST_ROOM };

	larger.slots = calloc(larger.room, sizeof(*larger.slots));
	if (!larger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < index->room; i++)
		if (index->slots[i].path)
			*find_slot(&larger, index->slots[i].path) = index->slots[i];
	free(index->slots);
	*index = larger;
	return 0;
}

int path_index_set(struct path_index *index, const char *path, size_t at)
{
	struct path_slot *slot;

	if (index->n * 2 >= index->room && grow(index) < 0)
		return -ENOMEM;
	slot = find_slot(index, path);
	index->n += !slot->path;
	*slot = (struct path_slot){ path, at };
	return 0;
}

bool path_index_find(const struct path_index *index, const char *path, size_t *ret_at)
{
	const struct path_slot *slot = index->room ? find_slot(index, path) : NULL;

	if (!slot || !slot->path)
		return false;
	*ret_at = slot->at;
	return true;
}

void path_index_clear(struct path_index *index)
{
	free(index->slots);
	*index = (struct path_index){ 0 };
}
