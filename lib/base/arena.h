/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that is freed all at once. */
#ifndef IRQKIT_ARENA_H
#define IRQKIT_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_block *blocks; /* owned */
};

void *arena_alloc(struct arena *arena, size_t size);
char *arena_text(struct arena *arena, const char *text, size_t len);
void arena_free(struct arena *arena);

#endif
