/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arrays of the program that grow: what lib/base/array.h is for the library. */
#ifndef CMD_GROW_H
#define CMD_GROW_H

#include <stdbool.h>
#include <stddef.h>

/* Makes room for one more in an array that its owner grows. False: no memory. */
#define MAKE_ROOM(array, n, room)                                                        \
	((n) < (room) || grow_array((void **)&(array), &(room), sizeof(*(array))))
bool grow_array(void **array, size_t *room, size_t size);

#endif
