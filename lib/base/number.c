/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decimal numbers, strictly: digits and nothing else, no value that doesn't fit. */
#include "base/number.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#define EACH(byte) (0x0101010101010101u * (byte))

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

/* All eight places at once: a byte of the word is a place, the first in the lowest. */
bool parse_eight_places(const char *text, uint64_t *ret_number)
{
	uint64_t word, is_digit, digits;

	memcpy(&word, text, sizeof(word));
	word = le64toh(word) ^ EACH(0x20); /* blanks are 0x00 now, digits 0x10 to 0x19 */
	is_digit = word & EACH(0x10);
	digits = word ^ is_digit;
	/* from the first digit on there are digits only, and none is above 9 */
	if (!is_digit || (is_digit | -is_digit) & ~is_digit & EACH(0x10))
		return false;
	if (digits & ~(is_digit - (is_digit >> 4)) || (digits + EACH(6)) & EACH(0x10))
		return false;

	digits = (digits * 10 + (digits >> 8)) & 0x00ff00ff00ff00ff;
	digits = (digits * 100 + (digits >> 16)) & 0x0000ffff0000ffff;
	*ret_number = (digits * 10000 + (digits >> 32)) & 0xffffffff;
	return true;
}

uint64_t round_up_to_power(uint64_t number)
{
	uint64_t power = 1;

	while (power < number && power <= UINT64_MAX / 2)
		power *= 2;
	return number ? power : 0;
}
