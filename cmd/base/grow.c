/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/grow.h"

#include <stdlib.h>

bool grow_array(void **array, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 16;
	void *grown = reallocarray(*array, more, size);

	if (!grown)
		return false;
	*array = grown;
	*room = more;
	return true;
}
