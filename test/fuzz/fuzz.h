/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every fuzz target shares. A property that doesn't hold aborts. */
#ifndef IRQKIT_FUZZ_H
#define IRQKIT_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define HOLDS(condition)                                                                 \
	do {                                                                             \
		if (!(condition)) {                                                      \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__,          \
				__LINE__, #condition);                                   \
			abort();                                                         \
		}                                                                        \
	} while (0)

#endif
