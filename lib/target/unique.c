/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A list of things that are added many times and kept once. */
#include "target/unique.h"
#include "base/array.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static int compare_address(const void *member, const void *key)
{
	uintptr_t a = (uintptr_t) * (void *const *)member, b = (uintptr_t)key;

	return (a > b) - (a < b);
}

int unique_add(struct unique *unique, void *thing)
{
	size_t n = unique->n;
	size_t at = array_lower_bound(
		unique->sorted, n, sizeof(*unique->sorted), thing, compare_address);

	if (at < n && unique->sorted[at] == thing)
		return 0;
	if (!GROW(unique->things, n, unique->room) ||
		!GROW(unique->sorted, n, unique->sorted_room))
		return -ENOMEM;
	/* most are added by ascending address */
	memmove(&unique->sorted[at + 1], &unique->sorted[at],
		(n - at) * sizeof(*unique->sorted));
	unique->sorted[at] = thing;
	unique->things[unique->n++] = thing;
	return 0;
}

void unique_clear(struct unique *unique)
{
	free(unique->things);
	free(unique->sorted);
	*unique = (struct unique){ 0 };
}
