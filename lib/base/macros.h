/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Macros that every file of the library may use. */
#ifndef IRQKIT_MACROS_H
#define IRQKIT_MACROS_H

#include <stdlib.h>

#define EXPORT __attribute__((visibility("default")))
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* What a function owns ends with its scope; TAKE() hands it over. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define TAKE(pointer)                                                                    \
	({                                                                               \
		__typeof__(pointer) taken_ = (pointer);                                  \
		(pointer) = NULL;                                                        \
		taken_;                                                                  \
	})

static inline void free_memory(void *pointer)
{
	free(*(void **)pointer);
}
#define _cleanup_free_ CLEANUP(free_memory)

#endif
