/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * As much of cmocka as the unit tests use, for C libraries that have no package of it: the
 * first assertion that fails ends the program.
 */
#ifndef PORTABLE_CMOCKA_H
#define PORTABLE_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int (*fixture_fn)(void **state);
struct CMUnitTest {
	const char *name;
	void (*test)(void **state);
	fixture_fn setup;
	fixture_fn teardown;
};

#define cmocka_unit_test(f)                                                              \
	{                                                                                \
#f, f, NULL, NULL                                                        \
	}
#define cmocka_unit_test_setup(f, s)                                                     \
	{                                                                                \
#f, f, s, NULL                                                           \
	}
#define cmocka_unit_test_setup_teardown(f, s, t)                                         \
	{                                                                                \
#f, f, s, t                                                              \
	}

static jmp_buf skipped;
static inline void skip(void)
{
	longjmp(skipped, 1);
}

#define print_message printf
#define fail_msg(...)                                                                    \
	do {                                                                             \
		printf("# %s:%d: ", __FILE__, __LINE__);                                 \
		printf(__VA_ARGS__);                                                     \
		printf("\nnot ok %s\n", __func__);                                       \
		exit(1);                                                                 \
	} while (0)
#define assert_that(holds, text)                                                         \
	do {                                                                             \
		if (!(holds))                                                            \
			fail_msg("%s", text);                                            \
	} while (0)
#define assert_true(x) assert_that(x, #x)
#define assert_false(x) assert_that(!(x), "not " #x)
#define assert_null(x) assert_that((x) == NULL, #x " is NULL")
#define assert_non_null(x) assert_that((x) != NULL, #x " is not NULL")
#define assert_ptr_equal(a, b) assert_that((a) == (b), #a " == " #b)
#define assert_int_equal(a, b) assert_that((uintmax_t)(a) == (uintmax_t)(b), #a " == " #b)
#define assert_int_not_equal(a, b)                                                       \
	assert_that((uintmax_t)(a) != (uintmax_t)(b), #a " != " #b)
#define assert_string_equal(a, b) assert_that(strcmp(a, b) == 0, #a " is " #b)
#define assert_string_not_equal(a, b) assert_that(strcmp(a, b) != 0, #a " is not " #b)
#define assert_memory_equal(a, b, n) assert_that(memcmp(a, b, n) == 0, #a " is " #b)

static inline int run_tests(const struct CMUnitTest *tests, size_t n,
	fixture_fn setup_all, fixture_fn teardown_all)
{
	void *all = NULL;

	printf("1..%zu\n", n);
	if (setup_all && setup_all(&all) != 0)
		return 1;
	for (size_t i = 0; i < n; i++) {
		void *state = all;

		fflush(stdout);
		if (setjmp(skipped)) {
			printf("ok %s # SKIP\n", tests[i].name);
			continue;
		}
		if (tests[i].setup && tests[i].setup(&state) != 0) {
			printf("not ok %s\n", tests[i].name);
			return 1;
		}
		tests[i].test(&state);
		if (tests[i].teardown)
			tests[i].teardown(&state);
		printf("ok %s\n", tests[i].name);
	}
	return teardown_all ? teardown_all(&all) : 0;
}
#define cmocka_run_group_tests_name(name, tests, setup, teardown)                        \
	run_tests(tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)
#define cmocka_run_group_tests(tests, setup, teardown)                                   \
	run_tests(tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)

#endif
