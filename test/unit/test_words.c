/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the program reads from words and makes of them: decimal numbers, and lists. */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "base/basics.h"
#include "base/read_number.h"
#include "base/text.h"

static void numbers_are_read(void **state)
{
	static const struct {
		const char *text;
		uint64_t number;
	} good[] = {
		{ "0", 0 },
		{ "7", 7 },
		{ "00086400", 86400 },
		{ "65536", 65536 },
		{ "18446744073709551615", UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		uint64_t number = 99;

		assert_int_equal(read_number(good[i].text, strlen(good[i].text),
					 UINT64_MAX, &number),
			0);
		assert_true(number == good[i].number);
	}
}

static void other_words_are_refused(void **state)
{
	static const char *const bad[] = { "", " 1", "1 ", "+1", "-1", "0x10", "1.0",
		"1,2", "x", "99999999999999999999x" };
	uint64_t number = 99;

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++)
		assert_int_equal(read_number(bad[i], strlen(bad[i]), UINT64_MAX, &number),
			-EINVAL);
	assert_true(number == 99);
}

static void large_numbers_are_refused(void **state)
{
	uint64_t number = 99;

	(void)state;
	assert_int_equal(read_number("101", 3, 100, &number), -ERANGE);
	assert_int_equal(read_number("100", 3, 100, &number), 0);
	assert_int_equal(
		read_number("18446744073709551616", 20, UINT64_MAX, &number), -ERANGE);
	/* modulo 2^64 this is 40: a number that wrapped is not a small one */
	assert_int_equal(
		read_number("184467440737095516200", 21, UINT64_MAX, &number), -ERANGE);
	assert_true(number == 100);
}

/* Not more than @len: what follows is another part of the word. */
static void only_len_bytes_are_read(void **state)
{
	uint64_t number = 99;

	(void)state;
	assert_int_equal(read_number("24-31", 2, 100, &number), 0);
	assert_true(number == 24);
}

static void lists_are_joined(void **state)
{
	char *list = NULL;

	(void)state;
	assert_true(text_join(&list, ", ", "eth0"));
	assert_string_equal(list, "eth0");
	assert_true(text_join(&list, ", ", ""));
	assert_true(text_join(&list, ", ", "eth1"));
	assert_string_equal(list, "eth0, , eth1");
	free(list);

	list = NULL;
	assert_true(text_join(&list, ",", ""));
	assert_true(text_join(&list, ",", "a"));
	assert_string_equal(list, ",a");
	free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read),
		cmocka_unit_test(other_words_are_refused),
		cmocka_unit_test(large_numbers_are_refused),
		cmocka_unit_test(only_len_bytes_are_read),
		cmocka_unit_test(lists_are_joined),
	};

	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
