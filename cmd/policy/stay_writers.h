/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which other program has written a setting since the last look. */
#ifndef CMD_STAY_WRITERS_H
#define CMD_STAY_WRITERS_H

#include <irqkit.h>

struct stay_writer {
	char *path; /* owned */
	char *name; /* owned; "irqbalance (pid 7, irqbalance.service)" */
};

struct stay_writers {
	struct stay_writer *writers; /* owned; the newest last */
	size_t n, room;
};

/* Without memory, or if there are very many, the writer stays unknown. */
void stay_writers_note(
	struct stay_writers *writers, const struct irqkit_watched *watched);

/* NULL: not known. */
const char *stay_writers_find(const struct stay_writers *writers, const char *path);

void stay_writers_clear(struct stay_writers *writers);
void stay_writers_free(struct stay_writers *writers);

#endif
