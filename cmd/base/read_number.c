/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The only reader of decimal numbers: no sign, no space, no prefix, no overflow. */
#include "base/read_number.h"

#include <errno.h>
#include <stdbool.h>

int read_number(const char *text, size_t len, uint64_t most, uint64_t *ret_number)
{
	uint64_t number = 0;
	bool is_too_large = false;

	if (len == 0)
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -EINVAL;
		is_too_large |= __builtin_mul_overflow(number, 10, &number) ||
			__builtin_add_overflow(number, text[i] - '0', &number);
	}
	if (is_too_large || number > most)
		return -ERANGE;
	*ret_number = number;
	return 0;
}
