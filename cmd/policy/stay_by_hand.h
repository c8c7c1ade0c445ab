/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings that irqkit has changed by other commands, which --stay leaves alone. */
#ifndef IRQKIT_CMD_STAY_BY_HAND_H
#define IRQKIT_CMD_STAY_BY_HAND_H

#include <irqkit.h>
#include <stdbool.h>
#include <stddef.h>

struct by_hand {
	struct hand_change {
		const char *path; /* in the journal */
		unsigned int number; /* of the change */
	} * list; /* owned; sorted */
	size_t n, room;
};

/*
 * Lists the settings that changes by hand have written after the change @released, if these
 * changes are in force. @own: the change of --stay. The journal must live as long as the list.
 * False: no memory
 */
bool by_hand_init(struct by_hand *by_hand, const struct irqkit_journal *journal,
	unsigned int released, unsigned int own);
void by_hand_clear(struct by_hand *by_hand);

/* The last change of this setting; 0: none. */
unsigned int by_hand_find(const struct by_hand *by_hand, const char *path);

#endif
