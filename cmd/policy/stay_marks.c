/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which settings may be restored, and when. Nothing here reads the machine. */
#include "policy/stay_marks.h"
#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

/* After the first attempt 1 second, then 2, 4, 8. */
#define FIRST_PAUSE_MS 1000

static void clear_mark(struct stay_mark *mark)
{
	free(mark->path);
	free(mark->device);
}

void stay_marks_free(struct stay_marks *marks)
{
	for (size_t i = 0; i < marks->n_marks; i++)
		clear_mark(&marks->marks[i]);
	for (size_t i = 0; i < marks->n_releases; i++)
		free(marks->releases[i].device);
	free(marks->marks);
	free(marks->releases);
	*marks = (struct stay_marks){ 0 };
}

/* Where @path is, or would be. */
static size_t find_place(const struct stay_marks *marks, const char *path)
{
	size_t low = 0, high = marks->n_marks;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(marks->marks[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct stay_mark *stay_marks_find(const struct stay_marks *marks, const char *path)
{
	size_t at = find_place(marks, path);

	return at < marks->n_marks && strcmp(marks->marks[at].path, path) == 0
		? &marks->marks[at]
		: NULL;
}

static unsigned int get_released(const struct stay_marks *marks, const char *device)
{
	for (size_t i = 0; device && i < marks->n_releases; i++)
		if (strcmp(marks->releases[i].device, device) == 0 &&
			marks->releases[i].number > marks->released)
			return marks->releases[i].number;
	return marks->released;
}

enum stay_answer stay_marks_ask(const struct stay_marks *marks, const char *path,
	const char *device, unsigned int number, int64_t now, int64_t *ret_when)
{
	const struct stay_mark *mark = stay_marks_find(marks, path);
	int64_t when;

	if (number > get_released(marks, device))
		return STAY_BY_HAND;
	if (!mark || mark->n_restored == 0 || now - mark->restored >= STAY_CALM_MS)
		return STAY_RESTORE;
	if (mark->n_restored >= STAY_ATTEMPTS)
		return STAY_GIVEN_UP;
	when = mark->restored + ((int64_t)FIRST_PAUSE_MS << (mark->n_restored - 1));
	if (when <= now)
		return STAY_RESTORE;
	*ret_when = when;
	return STAY_LATER;
}

static struct stay_mark *insert(
	struct stay_marks *marks, const char *path, const char *device)
{
	size_t at = find_place(marks, path);
	struct stay_mark mark = { .path = strdup(path),
		.device = device ? strdup(device) : NULL };

	if (!mark.path || (device && !mark.device) ||
		!MAKE_ROOM(marks->marks, marks->n_marks, marks->marks_room)) {
		clear_mark(&mark);
		return NULL;
	}
	memmove(&marks->marks[at + 1], &marks->marks[at],
		(marks->n_marks - at) * sizeof(*marks->marks));
	marks->marks[at] = mark;
	marks->n_marks++;
	return &marks->marks[at];
}

struct stay_mark *stay_marks_note(
	struct stay_marks *marks, const char *path, const char *device, int64_t now)
{
	struct stay_mark *mark = stay_marks_find(marks, path);

	if (!mark)
		mark = insert(marks, path, device);
	if (!mark)
		return NULL;
	if (now - mark->restored >= STAY_CALM_MS)
		mark->n_restored = 0;
	mark->n_restored++;
	mark->restored = now;
	return mark;
}

static bool release_device(
	struct stay_marks *marks, const char *device, unsigned int number)
{
	struct stay_release release = { .number = number };

	for (size_t i = 0; i < marks->n_releases; i++)
		if (strcmp(marks->releases[i].device, device) == 0) {
			marks->releases[i].number = number;
			return true;
		}
	release.device = strdup(device);
	if (!release.device ||
		!MAKE_ROOM(marks->releases, marks->n_releases, marks->releases_room)) {
		free(release.device);
		return false;
	}
	marks->releases[marks->n_releases++] = release;
	return true;
}

static void release_all(struct stay_marks *marks, unsigned int number)
{
	marks->released = number;
	for (size_t i = 0; i < marks->n_releases; i++)
		free(marks->releases[i].device);
	marks->n_releases = 0;
}

bool stay_marks_release(struct stay_marks *marks, const char *device, unsigned int number)
{
	for (size_t i = 0; i < marks->n_marks; i++) {
		struct stay_mark *mark = &marks->marks[i];

		if (!device || !mark->device || strcmp(mark->device, device) == 0) {
			mark->n_restored = 0;
			mark->has_reported = false;
		}
	}
	/* a change by hand of which nothing is known: there is nothing to release */
	if (number <= marks->released)
		return true;
	if (device)
		return release_device(marks, device, number);
	release_all(marks, number);
	return true;
}

void stay_marks_drop_old(struct stay_marks *marks, int64_t now)
{
	size_t kept = 0;

	for (size_t i = 0; i < marks->n_marks; i++) {
		if (now - marks->marks[i].restored < STAY_CALM_MS)
			marks->marks[kept++] = marks->marks[i];
		else
			clear_mark(&marks->marks[i]);
	}
	marks->n_marks = kept;
}
