/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One change of a setting, and who made it. */
#ifndef IRQKIT_WATCHED_H
#define IRQKIT_WATCHED_H

#include "trace/known.h"
#include "trace/process.h"

struct irqkit_watched {
	enum irqkit_watched_kind kind;
	int64_t time; /* microseconds since 1970 */
	struct setting setting; /* not for IRQKIT_WATCHED_LOST */
	char *path; /* owned; NULL: no setting */
	char *subject; /* owned, or NULL */
	struct value old_value, new_value; /* owned */
	struct process process; /* owned; of the kernel: in whose context it was */
	bool is_own;
	size_t n_writes;
	char *reason; /* owned; of the kernel */
};

void watched_clear(struct irqkit_watched *event);
/* Sets the setting, its path and its subject. */
int watched_set_setting(struct irqkit_watched *event, const struct setting *setting);
/* Now, in microseconds since 1970. */
int64_t watched_now(void);

/* Those that are to be handed out. */
struct watched_list {
	struct irqkit_watched *changes; /* owned */
	size_t n, room;
};

/* The next one to fill in, with the time of now; NULL: no memory. */
struct irqkit_watched *watched_list_add(struct watched_list *list);
void watched_list_clear(struct watched_list *list);
void watched_list_free(struct watched_list *list);

#endif
