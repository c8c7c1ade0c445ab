/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * popt without memory: it cannot say which option is wrong. Linked with
 * --wrap=poptGetNextOpt,--wrap=poptBadOption.
 */
#include "unit.h"

#include "base/options.h"
#include "base/say.h"

#include <popt.h>
#include <stdlib.h>

int __wrap_poptGetNextOpt(poptContext con) __attribute__((used));
const char *__wrap_poptBadOption(poptContext con, unsigned int flags)
	__attribute__((used));

static int error;

/* An error, and then the end. */
int __wrap_poptGetNextOpt(poptContext con)
{
	int r = error ? error : -1;

	(void)con;
	error = 0;
	return r;
}

const char *__wrap_poptBadOption(poptContext con, unsigned int flags)
{
	(void)con;
	(void)flags;
	return NULL;
}

static void check_error(int wanted, bool is_line)
{
	static const char *const names[] = { "set", "channels" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		static const struct option no_options[] = { { 0 } };
		const struct command command = { .name = names[i],
			.options = no_options };
		const char *words[] = { names[i], "--wrong", NULL };
		enum status status = STATUS_DONE;
		struct call call;
		bool is_right;

		error = wanted;
		is_right = is_line
			? options_parse_line(&command, 2, words, &call, &status)
			: options_parse(&command, 2, words, &call, &status);
		options_free(&call);
		assert_false(is_right);
		assert_int_equal(status, STATUS_MISUSE);
	}
}

static void an_option_without_a_name_is_no_memory(void **state)
{
	static const int errors[] = { POPT_ERROR_BADOPT, POPT_ERROR_NOARG,
		POPT_ERROR_MALLOC };

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		check_error(errors[i], false);
		check_error(errors[i], true);
	}
	assert_string_equal(say_get_first_error(), "out of memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_option_without_a_name_is_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
