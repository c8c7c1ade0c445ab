/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decimal numbers, strictly: digits and nothing else, no value that doesn't fit. */
#include "base/number.h"

#include <errno.h>

int parse_u64(const char *text, size_t len, uint64_t *ret_number)
{
	uint64_t number = 0;
	bool overflow = false;

	if (len == 0)
		return -EINVAL;

	for (size_t i = 0; i < len; i++) {
		unsigned int digit = (unsigned char)text[i] - '0';

		if (digit > 9)
			return -EINVAL;
		overflow |= __builtin_mul_overflow(number, 10, &number);
		overflow |= __builtin_add_overflow(number, digit, &number);
	}
	if (overflow)
		return -ERANGE;

	*ret_number = number;
	return 0;
}

int parse_u32(const char *text, size_t len, uint32_t *ret_number)
{
	uint64_t number;
	int r = parse_u64(text, len, &number);

	if (r < 0)
		return r;
	if (number > UINT32_MAX)
		return -ERANGE;

	*ret_number = (uint32_t)number;
	return 0;
}

uint64_t round_up_to_power(uint64_t number)
{
	uint64_t power = 1;

	while (power < number && power <= UINT64_MAX / 2)
		power *= 2;
	return number ? power : 0;
}
