/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watches who changes settings: its parts. */
#ifndef IRQKIT_WATCH_H
#define IRQKIT_WATCH_H

#include "trace/watched.h"
#include "trace/writes.h"

/* A process that has written and has not closed the file yet, as far as is known. */
struct writer {
	bool is_used;
	bool is_closed_by_another;
	uint32_t pid;
	struct setting setting;
};

#define N_WRITERS 64 /* the oldest is forgotten */

struct irqkit_watch {
	struct irqkit_ctx *ctx; /* not owned */
	unsigned int flags;
	int epoll_fd; /* owned; readable if one of the sources is */
	int writes_fd; /* owned */
	struct known known;
	struct writer writers[N_WRITERS];
	size_t next_writer;
	struct irqkit_watched *events; /* owned */
	size_t n_events, events_room;
	size_t next_event;
};

/* The next event to fill in; NULL: no memory. It counts when watch_keep() is called. */
struct irqkit_watched *watch_new_event(struct irqkit_watch *watch);

/*
 * Makes an event of a record about a setting. @text: what its file holds now; NULL: it
 * could not be read. Nothing comes of a file that is closed after a write was reported.
 */
int watch_take_write(struct irqkit_watch *watch, const struct write_record *record,
	const char *path, const char *text, size_t len);

#endif
