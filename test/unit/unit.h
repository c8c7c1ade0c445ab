/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What cmocka.h wants in front of it. */
#ifndef IRQKIT_UNIT_H
#define IRQKIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * How many of @n random cases are tried: TEST_SHARE=10 asks for a tenth. What they compute is the
 * same with every compiler, so that a slow run, under valgrind or with sanitizers, need not try all.
 */
static inline unsigned int share_of(unsigned int n)
{
	const char *text = getenv("TEST_SHARE");
	unsigned int share = text ? (unsigned int)strtoul(text, NULL, 10) : 1;

	return share > 1 ? (n + share - 1) / share : n;
}

/*
 * A copy of the bytes with nothing after it, so that a read past the end is noticed. The
 * caller frees it.
 */
static inline void *copy_of(const void *bytes, size_t len)
{
	void *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	return copy;
}

#endif
