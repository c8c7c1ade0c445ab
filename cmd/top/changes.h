/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The latest changes of settings: who makes them, as they are seen, or irqkit's own. */
#ifndef CMD_TOP_CHANGES_H
#define CMD_TOP_CHANGES_H

#include "top/frame.h"

#define CHANGES_KEPT 16u

struct changes {
	struct irqkit_watch *watch; /* owned; NULL: there is none */
	bool was_tried; /* to start it */
	char *lines[CHANGES_KEPT]; /* owned; the newest first; printable */
	size_t n;
};

/*
 * Starts to watch the running system. Only root can; without a watch, changes_take() lists
 * what irqkit itself changed.
 */
void changes_start(struct changes *changes, const struct watching *watching);
/* Takes what was seen since. */
void changes_take(struct changes *changes, const struct watching *watching);
void changes_free(struct changes *changes);

#endif
