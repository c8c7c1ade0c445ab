/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A list of things that are added many times and kept once. */
#ifndef IRQKIT_UNIQUE_H
#define IRQKIT_UNIQUE_H

#include <stddef.h>

struct unique {
	void **things; /* owned array; in the order in which they were first added */
	void **sorted; /* owned array; by address */
	size_t n, room, sorted_room;
};

int unique_add(struct unique *unique, void *thing);
void unique_clear(struct unique *unique);

#endif
