/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Paths -> positions in an array: a machine may have thousands of settings. */
#ifndef IRQKIT_POLICY_INDEX_H
#define IRQKIT_POLICY_INDEX_H

#include <stdbool.h>
#include <stddef.h>

struct path_slot {
	const char *path; /* not owned; NULL: free */
	size_t at;
};

struct path_index {
	struct path_slot *slots; /* owned */
	size_t n, room;
};

/* Sets the position of a path, which must live as long as it is in the index. */
int path_index_set(struct path_index *index, const char *path, size_t at);
/* False: the path is not in the index. */
bool path_index_find(const struct path_index *index, const char *path, size_t *ret_at);
void path_index_clear(struct path_index *index);

#endif
