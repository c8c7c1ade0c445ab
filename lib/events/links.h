/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The network interfaces as rtnetlink last described them, and what a message changes. */
#ifndef IRQKIT_LINKS_H
#define IRQKIT_LINKS_H

#include <irqkit.h>

struct link_state {
	uint32_t index;
	char name[16]; /* IFNAMSIZ */
	bool is_up;
	bool has_carrier;
	uint32_t carrier_changes;
};

struct links {
	struct link_state *links; /* owned; sorted by index */
	size_t n, room;
};

/*
 * Takes the messages of one read, and reports what each changes. Messages of a dump
 * (RTM_GETLINK) are taken in the same way.
 *
 * 1: more will follow; 0: that was the end of a dump. -EBADMSG: not messages.
 */
int links_take(struct links *links, const void *bytes, size_t len, irqkit_event_fn *fn,
	void *data);
void links_free(struct links *links);

#endif
