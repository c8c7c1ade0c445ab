/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory for many small things that live and die together. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)256 << 10)

struct arena_block {
	struct arena_block *next; /* owned */
	size_t used;
	size_t room;
	alignas(max_align_t) char bytes[];
};

static struct arena_block *add_block(struct arena *arena, size_t room)
{
	struct arena_block *block = malloc(sizeof(*block) + room);

	if (!block)
		return NULL;
	block->used = 0;
	block->room = room;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->blocks;
	size_t aligned = (size + alignof(uint64_t) - 1) & ~(alignof(uint64_t) - 1);
	void *memory;

	if (aligned < size)
		return NULL;
	if (!block || block->room - block->used < aligned)
		block = add_block(arena, aligned > BLOCK_SIZE ? aligned : BLOCK_SIZE);
	if (!block)
		return NULL;

	memory = block->bytes + block->used;
	block->used += aligned;
	return memory;
}

char *arena_text(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	if (!copy)
		return NULL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void arena_free(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *block = arena->blocks;

		arena->blocks = block->next;
		free(block);
	}
}
