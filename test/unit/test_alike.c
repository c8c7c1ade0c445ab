/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How alike two words are, and which word a mistyped one means. */
#include "unit.h"

#include <string.h>

#include "base/alike.h"

static unsigned int distance(const char *a, const char *b)
{
	unsigned int there = alike_distance(a, strlen(a), b, strlen(b));

	assert_int_equal(there, alike_distance(b, strlen(b), a, strlen(a)));
	return there;
}

static void distances_are_single_letters(void **state)
{
	(void)state;
	assert_int_equal(distance("show", "show"), 0);
	assert_int_equal(distance("shwo", "show"), 1);
	assert_int_equal(distance("sho", "show"), 1);
	assert_int_equal(distance("shoow", "show"), 1);
	assert_int_equal(distance("snow", "show"), 1);
	assert_int_equal(distance("", "show"), 4);
	assert_int_equal(distance("kitten", "sitting"), 3);
	assert_int_equal(distance("ab", "ba"), 1);
	assert_int_equal(distance("abcd", "badc"), 2);
}

static void capitals_and_underscores_are_no_difference(void **state)
{
	(void)state;
	assert_int_equal(distance("Show", "sHOW"), 0);
	assert_int_equal(distance("pin_queue", "pin-queue"), 0);
}

static void words_too_long_are_like_nothing(void **state)
{
	char text[200];

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_true(
		alike_distance(text, sizeof(text), text, sizeof(text)) >= ALIKE_LONGEST);
	assert_true(alike_distance(text, ALIKE_LONGEST + 1, "a", 1) >= ALIKE_LONGEST);
	assert_int_equal(alike_distance(text, ALIKE_LONGEST, text, ALIKE_LONGEST), 0);
}

static void offer_all(struct alike *alike, const char *const *names)
{
	for (size_t i = 0; names[i]; i++)
		alike_offer(alike, names[i]);
}

static void the_nearest_is_kept(void **state)
{
	static const char *const names[] = { "mask", "rps", "set", "show", "spread",
		"undo", "xps", NULL };
	struct alike shwo = { .word = "shwo" }, ps = { .word = "ps" };
	struct alike other = { .word = "eth0" }, part = { .word = "sp=3", .len = 2 };

	(void)state;
	offer_all(&shwo, names);
	assert_int_equal(alike_count(&shwo), 1);
	assert_string_equal(shwo.names[0], "show");
	offer_all(&ps, names);
	assert_int_equal(alike_count(&ps), 2);
	assert_string_equal(ps.names[1], "xps");
	offer_all(&other, names);
	assert_int_equal(alike_count(&other), 0);
	offer_all(&part, names);
	assert_int_equal(alike_count(&part), 1);
	assert_string_equal(part.names[0], "spread");
}

static void too_many_are_none(void **state)
{
	static const char *const names[] = { "no-xps", "no-threads", "noheadings", NULL };
	struct alike alike = { .word = "no" };

	(void)state;
	offer_all(&alike, names);
	assert_int_equal(alike_count(&alike), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances_are_single_letters),
		cmocka_unit_test(capitals_and_underscores_are_no_difference),
		cmocka_unit_test(words_too_long_are_like_nothing),
		cmocka_unit_test(the_nearest_is_kept),
		cmocka_unit_test(too_many_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
