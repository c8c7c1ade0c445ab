/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts that are read by places: what reading them one by one says. */
#include "unit.h"

#include <irqkit.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/number.h"

#define PLACES 10

/* Spaces, then digits to the end. */
static bool read_slowly(const char *text, uint64_t *ret_number)
{
	size_t spaces = strspn(text, " ");

	return parse_u64(text + spaces, PLACES - spaces, ret_number) == 0;
}

/* The count of the second of three CPUs; false: the row is refused or read otherwise. */
static bool read_row(const char *places, uint64_t *ret_number)
{
	struct irqkit_snapshot *snapshot = NULL;
	const struct irqkit_interrupt *row;
	char text[128];
	bool is_read;

	snprintf(text, sizeof(text),
		"  CPU0 CPU1 CPU2\n 7:          1 %s          3  x\n", places);
	if (irqkit_snapshot_parse(text, strlen(text), NULL, &snapshot, NULL, NULL) < 0)
		return false;
	row = irqkit_snapshot_find_irq(snapshot, 7);
	is_read = row && irqkit_interrupt_get_count(row, 2) == 3;
	if (is_read)
		*ret_number = irqkit_interrupt_get_count(row, 1);
	irqkit_snapshot_free(snapshot);
	return is_read;
}

static void compare(const char places[PLACES + 1])
{
	uint64_t fast = 77, slow = 77;
	bool is_read = read_row(places, &fast);

	if (is_read != read_slowly(places, &slow) || fast != slow)
		fail_msg("'%s'", places);
}

static void every_byte_in_every_place(void **state)
{
	static const char *const texts[] = {
		"1234567890",
		"         0",
		"        42",
		"    100000",
		"  99999999",
		" 100000000",
		"          ",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		for (size_t place = 0; place < PLACES; place++) {
			for (int byte = 1; byte < 256; byte++) {
				char text[PLACES + 1];

				/* these are read in another way: as spaces and as lines */
				if (byte == '\t' || byte == '\n')
					continue;
				strcpy(text, texts[i]);
				text[place] = (char)byte;
				/* a space in the middle ends one number and begins another */
				if (strpbrk(text + strspn(text, " "), " "))
					continue;
				compare(text);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_in_every_place),
	};

	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
