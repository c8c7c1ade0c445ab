/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For each setting that `apply --stay` has restored: how often, and since when it may be
 * restored again. Times are in milliseconds of a monotonic clock.
 */
#ifndef CMD_STAY_MARKS_H
#define CMD_STAY_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Others get their way after so many attempts, until the next event of the device. */
#define STAY_ATTEMPTS 5u
/* A setting that was right for so long begins anew. */
#define STAY_CALM_MS (10 * 60 * 1000)

struct stay_mark {
	char *path; /* owned */
	char *device; /* owned, or NULL: an event of any device concerns it */
	unsigned int n_restored; /* since the last event */
	int64_t restored; /* when last */
	bool has_reported; /* that it is given up */
	bool has_failed; /* the kernel has refused it when last */
};

/* What events released: changes up to this number are not respected any more. */
struct stay_release {
	char *device; /* owned */
	unsigned int number;
};

struct stay_marks {
	struct stay_mark *marks; /* owned; sorted by path */
	size_t n_marks, marks_room;
	struct stay_release *releases; /* owned */
	size_t n_releases, releases_room;
	unsigned int released; /* of all devices */
};

void stay_marks_free(struct stay_marks *marks);

enum stay_answer {
	STAY_RESTORE,
	STAY_LATER, /* at *ret_when */
	STAY_GIVEN_UP, /* others have changed it back too often */
	STAY_BY_HAND, /* irqkit itself has changed it */
};

/*
 * May this setting be restored now?
 *
 * @number: the last change by hand that has this setting, or 0
 */
enum stay_answer stay_marks_ask(const struct stay_marks *marks, const char *path,
	const char *device, unsigned int number, int64_t now, int64_t *ret_when);

/* It was restored now. NULL: no memory. */
struct stay_mark *stay_marks_note(
	struct stay_marks *marks, const char *path, const char *device, int64_t now);
struct stay_mark *stay_marks_find(const struct stay_marks *marks, const char *path);

/*
 * An event of @device, or of all devices if that is NULL: settings may be restored again,
 * also those that changes up to @number have set by hand. False: no memory.
 */
bool stay_marks_release(
	struct stay_marks *marks, const char *device, unsigned int number);

/* Forgets what was right for long enough. */
void stay_marks_drop_old(struct stay_marks *marks, int64_t now);

#endif
