/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arrays that grow, and sorted arrays that are searched. */
#ifndef IRQKIT_ARRAY_H
#define IRQKIT_ARRAY_H

#include <stddef.h>

/* Makes room for one more in an array that its owner grows. */
#define GROW(array, count, room)                                                         \
	((count) < (room) ||                                                             \
		array_grow((void **)&(array), &(room), sizeof(*(array))) == 0)
int array_grow(void **array, size_t *room, size_t size);

/* The first member of a sorted array that is not before @key, or @count. */
size_t array_lower_bound(const void *array, size_t count, size_t size, const void *key,
	int (*compare)(const void *member, const void *key));

#endif
