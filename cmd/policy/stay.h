/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `irqkit apply --stay`: keeps the settings of a plan in force until a signal ends it. */
#ifndef CMD_STAY_H
#define CMD_STAY_H

#include "change/change.h"

#include <stdint.h>

struct stay_policy {
	/* Plans all settings for the machine as it is, as change_run() has it. */
	change_plan_fn *plan;
	/* Called under the lock once the plan was applied. */
	change_plan_fn *applied;
	/* Reads the policy again; reports mistakes, and then keeps what it had. */
	enum status (*reload)(void *data);
	/* The file of the step at @index of the plan, and the number of the line. */
	const char *(*find_source)(void *data, size_t index, unsigned int *ret_line);
	/* Lines that are decided again: when the next period ends; -1: there are none. */
	int64_t (*get_due)(const void *data);
	/* Ends it; true: the next round decides such lines, until end_balance(). */
	bool (*begin_balance)(void *data, struct irqkit_ctx *ctx);
	/* @is_put_off: that round did nothing */
	void (*end_balance)(void *data, struct irqkit_ctx *ctx, bool is_put_off);
	void *data; /* for all of these */
};

/* A monotonic clock, in milliseconds. */
int64_t stay_now(void);

/* @change: opened, for the running system */
enum status stay_run(struct change *change, const struct stay_policy *policy);

#endif
