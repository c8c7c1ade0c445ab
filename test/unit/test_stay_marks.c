/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When `apply --stay` restores a setting again. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "policy/stay_marks.h"

#define PATH "/proc/irq/24/smp_affinity"

/* Another program changes it back each time: 1, 2, 4, 8 seconds, then no more. */
static void waits_longer_and_stops(void **state)
{
	struct stay_marks marks = { 0 };
	int64_t now = 5, when = 0;

	(void)state;
	for (unsigned int i = 0; i < STAY_ATTEMPTS; i++) {
		assert_int_equal(stay_marks_ask(&marks, PATH, "eth0", 0, now, &when),
			STAY_RESTORE);
		assert_non_null(stay_marks_note(&marks, PATH, "eth0", now));
		if (i + 1 == STAY_ATTEMPTS)
			break;
		assert_int_equal(
			stay_marks_ask(&marks, PATH, "eth0", 0, now, &when), STAY_LATER);
		assert_int_equal(when - now, 1000 << i);
		assert_int_equal(stay_marks_ask(&marks, PATH, "eth0", 0, when - 1, &when),
			STAY_LATER);
		now = when;
	}
	assert_int_equal(stay_marks_ask(&marks, PATH, "eth0", 0, now + 60000, &when),
		STAY_GIVEN_UP);
	/* an event of another device changes nothing, one of its own does */
	assert_true(stay_marks_release(&marks, "eth1", 0));
	assert_int_equal(stay_marks_ask(&marks, PATH, "eth0", 0, now + 60000, &when),
		STAY_GIVEN_UP);
	assert_true(stay_marks_release(&marks, "eth0", 0));
	assert_int_equal(stay_marks_ask(&marks, PATH, "eth0", 0, now + 60000, &when),
		STAY_RESTORE);
	stay_marks_free(&marks);
}

static void calm_begins_anew(void **state)
{
	struct stay_marks marks = { 0 };
	int64_t when = 0;

	(void)state;
	for (unsigned int i = 0; i < STAY_ATTEMPTS; i++)
		stay_marks_note(&marks, PATH, NULL, i);
	assert_int_equal(
		stay_marks_ask(&marks, PATH, NULL, 0, 1000, &when), STAY_GIVEN_UP);
	assert_int_equal(stay_marks_ask(&marks, PATH, NULL, 0, STAY_CALM_MS + 10, &when),
		STAY_RESTORE);
	assert_int_equal(
		stay_marks_note(&marks, PATH, NULL, STAY_CALM_MS + 10)->n_restored, 1);
	stay_marks_drop_old(&marks, STAY_CALM_MS + 20);
	assert_int_equal(marks.n_marks, 1);
	stay_marks_drop_old(&marks, 3 * (int64_t)STAY_CALM_MS);
	assert_int_equal(marks.n_marks, 0);
	stay_marks_free(&marks);
}

/* What irqkit itself set by hand stays until the next event of the device. */
static void irqkit_is_respected(void **state)
{
	struct stay_marks marks = { .released = 3 };
	int64_t when = 0;

	(void)state;
	assert_int_equal(stay_marks_ask(&marks, PATH, "eth0", 3, 0, &when), STAY_RESTORE);
	assert_int_equal(stay_marks_ask(&marks, PATH, "eth0", 4, 0, &when), STAY_BY_HAND);
	assert_true(stay_marks_release(&marks, "eth1", 4));
	assert_int_equal(stay_marks_ask(&marks, PATH, "eth0", 4, 0, &when), STAY_BY_HAND);
	assert_true(stay_marks_release(&marks, "eth0", 4));
	assert_int_equal(stay_marks_ask(&marks, PATH, "eth0", 4, 0, &when), STAY_RESTORE);
	assert_int_equal(stay_marks_ask(&marks, PATH, "eth0", 5, 0, &when), STAY_BY_HAND);
	/* an event that concerns all, as of a CPU */
	assert_true(stay_marks_release(&marks, NULL, 5));
	assert_int_equal(marks.n_releases, 0);
	assert_int_equal(stay_marks_ask(&marks, PATH, "eth0", 5, 0, &when), STAY_RESTORE);
	assert_int_equal(stay_marks_ask(&marks, PATH, NULL, 6, 0, &when), STAY_BY_HAND);
	stay_marks_free(&marks);
}

/* Ten thousand events leave as much as a thousand. */
static void events_leave_nothing(void **state)
{
	struct stay_marks marks = { 0 };
	size_t room = 0;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		char path[64], name[32];

		snprintf(path, sizeof(path), "/proc/irq/%d/smp_affinity", i);
		snprintf(name, sizeof(name), "vif%d.0", i);
		assert_true(stay_marks_release(&marks, name, (unsigned int)i / 100));
		assert_non_null(stay_marks_note(&marks, path, name, (int64_t)i * 60000));
		stay_marks_drop_old(&marks, (int64_t)i * 60000);
		if (i % 100 == 99)
			stay_marks_release(&marks, NULL, (unsigned int)i);
		if (i == 1000)
			room = marks.marks_room + marks.releases_room;
	}
	assert_int_equal(marks.marks_room + marks.releases_room, room);
	stay_marks_free(&marks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_longer_and_stops),
		cmocka_unit_test(calm_begins_anew),
		cmocka_unit_test(irqkit_is_respected),
		cmocka_unit_test(events_leave_nothing),
	};

	return cmocka_run_group_tests_name("stay marks", tests, NULL, NULL);
}
