/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words with one mistake, and words that are others. */
#include "unit.h"

#include "base/typo.h"

#include <string.h>

static bool is_one(const char *typed, const char *meant)
{
	bool is = is_typo(typed, strlen(typed), meant);

	/* swapped, it is the same mistake */
	assert_int_equal(is, is_typo(meant, strlen(meant), typed));
	return is;
}

static void one_mistake_is_a_typo(void **state)
{
	static const char *const typed[] = { "eth0", "ETH0", "eht0", "eh0", "etth0",
		"eth0,", "xeth0", "rth0" };

	(void)state;
	for (size_t i = 0; i < sizeof(typed) / sizeof(*typed); i++)
		assert_true(is_one(typed[i], "eth0"));
	assert_true(is_one("first_threads", "first-threads"));
	assert_true(is_one("FirstThreads", "first-threads"));
	assert_true(is_one("housekeepin", "housekeeping"));
	assert_true(is_one("etho", "eth0"));
}

static void another_name_is_not(void **state)
{
	static const char *const typed[] = { "", "e", "eth1", "eth9", "eth00", "eth10",
		"eth", "ens0", "0hte", "wlan0", "the00" };

	(void)state;
	for (size_t i = 0; i < sizeof(typed) / sizeof(*typed); i++)
		assert_false(is_one(typed[i], "eth0"));
	assert_false(is_one("eth01", "eth10"));
	assert_false(is_one("lo", "le"));
}

static void lengths_have_a_limit(void **state)
{
	char text[100];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[99] = '\0';
	assert_false(is_typo(text, 99, text));
	text[63] = '\0';
	assert_true(is_typo(text, 63, text));
	assert_false(is_typo("eth0", 3, "eth0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_mistake_is_a_typo),
		cmocka_unit_test(another_name_is_not),
		cmocka_unit_test(lengths_have_a_limit),
	};

	return cmocka_run_group_tests_name("typo", tests, NULL, NULL);
}
