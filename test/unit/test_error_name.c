/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names that scripts read in JSON are those of the C library, where it knows them. */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "base/error_name.h"

#ifdef __GLIBC__
#define HAS_STRERRORNAME __GLIBC_PREREQ(2, 32)
#else
#define HAS_STRERRORNAME 0
#endif

static void errors_have_their_names(void **state)
{
	(void)state;
	assert_string_equal(error_name(EIO), "EIO");
	assert_string_equal(error_name(EOVERFLOW), "EOVERFLOW");
	assert_string_equal(error_name(EAGAIN), "EAGAIN");
	assert_string_equal(error_name(EHWPOISON), "EHWPOISON");
}

static void other_numbers_have_none(void **state)
{
	(void)state;
	assert_null(error_name(0));
	assert_null(error_name(-EIO));
	assert_null(error_name(4096));
}

static void all_names_are_the_c_librarys(void **state)
{
	(void)state;
#if HAS_STRERRORNAME
	for (int error = 1; error < 4096; error++) {
		const char *expected = strerrorname_np(error), *name = error_name(error);

#if EDEADLOCK != EDEADLK
		if (error == EDEADLOCK)
			continue;
#endif
		if (!name && error > EHWPOISON)
			continue; /* newer than this table */
		if (name && expected)
			assert_string_equal(name, expected);
		else if (expected)
			fail_msg("%s has no name", expected);
		else
			assert_null(name);
	}
#else
	skip();
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_have_their_names),
		cmocka_unit_test(other_numbers_have_none),
		cmocka_unit_test(all_names_are_the_c_librarys),
	};

	return cmocka_run_group_tests_name("error_name", tests, NULL, NULL);
}
