/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One look at the machine: what differs from the policy is restored, if it may be. */
#ifndef CMD_STAY_ROUND_H
#define CMD_STAY_ROUND_H

#include "policy/stay.h"
#include "policy/stay_marks.h"
#include "policy/stay_writers.h"

/* What goes on from one round to the next. */
struct stay_state {
	struct change *change;
	const struct stay_policy *policy;
	struct irqkit_stay *stay; /* owned */
	struct stay_marks marks;
	struct stay_writers writers; /* since the last round */
	unsigned int number; /* of the change in the journal; 0: none yet */
	int64_t next; /* when a setting may be restored that may not be now; or -1 */
	size_t n_settings; /* that the policy places */
	size_t n_restored; /* since the start, without the first round */
	int events_fd; /* readable: there are events that no round has looked at */
	int64_t patience; /* until when such events put a round off */
	bool is_put_off; /* the last round: nothing was done */
	bool is_first;
	bool is_balance; /* lines are decided again: these moves do not count as attempts */
};

/* The number of the last change in the journal; 0: there is none. */
unsigned int stay_read_last_number(struct irqkit_ctx *ctx);

/*
 * If an event arrives while the plan is made, a device may have changed while it was read:
 * the round is put off.
 *
 * @cause: what happened, for the report; NULL: nothing that the kernel announced
 */
enum status stay_round(struct stay_state *state, const char *cause);

#endif
