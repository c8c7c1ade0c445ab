/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records of fanotify become changes of settings. */
#ifndef IRQKIT_TAKE_WRITE_H
#define IRQKIT_TAKE_WRITE_H

#include "trace/watch.h"

/*
 * Makes a change of a record about a setting. @text: what its file holds now; NULL: it
 * could not be read. Nothing comes of a file that is closed after a write was reported.
 */
int watch_take_write(struct irqkit_watch *watch, const struct write_record *record,
	const char *path, const char *text, size_t len);

/* The same of all records that have arrived. Returns how many there were. */
int watch_take_writes(struct irqkit_watch *watch);

#endif
