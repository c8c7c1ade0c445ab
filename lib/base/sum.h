/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sum of any number of 64-bit numbers, in 128 bits, which a 32-bit compiler lacks. */
#ifndef IRQKIT_SUM_H
#define IRQKIT_SUM_H

#include <stdint.h>

struct sum {
	uint64_t high;
	uint64_t low;
};

static inline void sum_add(struct sum *sum, uint64_t number)
{
	sum->high += __builtin_add_overflow(sum->low, number, &sum->low);
}

/* How many bits the sum has: of 0 none, of 255 eight. */
static inline unsigned int sum_count_bits(const struct sum *sum)
{
	uint64_t half = sum->high ? sum->high : sum->low;
	unsigned int bits = sum->high ? 64 : 0;

	return half ? bits + 64 - (unsigned int)__builtin_clzll(half) : bits;
}

#endif
