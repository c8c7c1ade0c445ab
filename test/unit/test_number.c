/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Eight places at once: what reading them one by one says. */
#include "unit.h"

#include <string.h>

#include "base/macros.h"
#include "base/number.h"

/* Blanks, then digits to the end. */
static bool read_slowly(const char *text, uint64_t *ret_number)
{
	size_t blanks = strspn(text, " ");

	return parse_u64(text + blanks, 8 - blanks, ret_number) == 0;
}

static void compare(const char text[9])
{
	uint64_t fast = 77, slow = 77;
	bool is_read = parse_eight_places(text, &fast);

	if (is_read != read_slowly(text, &slow) || fast != slow)
		fail_msg("'%s'", text);
}

static void every_byte_in_every_place(void **state)
{
	static const char *const texts[] = {
		"12345678",
		"       0",
		"      42",
		"  100000",
		"99999999",
		"        ",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		for (size_t place = 0; place < 8; place++) {
			for (int byte = 1; byte < 256; byte++) {
				char text[9];

				strcpy(text, texts[i]);
				text[place] = (char)byte;
				compare(text);
			}
		}
	}
}

static void digits_and_blanks_mixed(void **state)
{
	(void)state;
	for (unsigned int mix = 0; mix < 6561; mix++) {
		char text[9] = "";

		for (unsigned int place = 0, rest = mix; place < 8; place++, rest /= 3)
			text[place] = " 09"[rest % 3];
		compare(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_in_every_place),
		cmocka_unit_test(digits_and_blanks_mixed),
	};

	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
