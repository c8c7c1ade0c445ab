/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sums of more than 64 bits, which spread's loads can have. */
#include "unit.h"

#include "base/sum.h"

static void bits_are_counted(void **state)
{
	struct sum sum = { 0 };

	(void)state;
	assert_int_equal(sum_count_bits(&sum), 0);
	sum_add(&sum, 1);
	assert_int_equal(sum_count_bits(&sum), 1);
	sum_add(&sum, 254);
	assert_int_equal(sum_count_bits(&sum), 8);
	sum_add(&sum, 1);
	assert_int_equal(sum_count_bits(&sum), 9);
}

static void the_high_half_gets_the_carry(void **state)
{
	struct sum sum = { 0 };

	(void)state;
	sum_add(&sum, UINT64_MAX);
	assert_int_equal(sum_count_bits(&sum), 64);
	sum_add(&sum, 1);
	assert_int_equal(sum.high, 1);
	assert_int_equal(sum.low, 0);
	assert_int_equal(sum_count_bits(&sum), 65);
	for (unsigned int i = 0; i < 6; i++)
		sum_add(&sum, UINT64_MAX);
	assert_int_equal(sum_count_bits(&sum), 67);
}

/* Numbers of all sizes, as a generator makes them, against the compiler's own sums. */
static void sums_are_the_compilers(void **state)
{
	(void)state;
#ifdef __SIZEOF_INT128__
	for (unsigned int width = 0; width < 64; width++) {
		unsigned __int128 expected = 0;
		uint64_t number = UINT64_C(0x9e3779b97f4a7c15);
		struct sum sum = { 0 };

		for (unsigned int i = 0; i < 1000; i++) {
			unsigned int bits = 0;

			number = number * UINT64_C(6364136223846793005) + 1;
			sum_add(&sum, number >> width);
			expected += number >> width;
			for (unsigned __int128 rest = expected; rest; rest >>= 1)
				bits++;
			assert_true(sum.high == (uint64_t)(expected >> 64));
			assert_true(sum.low == (uint64_t)expected);
			assert_int_equal(sum_count_bits(&sum), bits);
		}
	}
#else
	skip();
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bits_are_counted),
		cmocka_unit_test(the_high_half_gets_the_carry),
		cmocka_unit_test(sums_are_the_compilers),
	};

	return cmocka_run_group_tests_name("sum", tests, NULL, NULL);
}
