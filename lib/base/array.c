/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arrays that grow, and sorted arrays that are searched. */
#include "base/array.h"

#include <errno.h>
#include <stdlib.h>

int array_grow(void **array, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 16;
	void *grown = reallocarray(*array, more, size);

	if (!grown)
		return -ENOMEM;
	*array = grown;
	*room = more;
	return 0;
}

size_t array_lower_bound(const void *array, size_t count, size_t size, const void *key,
	int (*compare)(const void *member, const void *key))
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare((const char *)array + middle * size, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
