/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `irqkit apply --stay`: keeps the settings of a plan in force until a signal ends it. */
#ifndef CMD_STAY_H
#define CMD_STAY_H

#include "change/change.h"

struct stay_policy {
	/* Plans all settings for the machine as it is, as change_run() has it. */
	change_plan_fn *plan;
	/* Reads the policy again; reports mistakes, and then keeps what it had. */
	enum status (*reload)(void *data);
	/* "FILE:LINE" of a step, or NULL. */
	const char *(*find_source)(void *data, const struct irqkit_step *step);
	void *data; /* for all of these */
};

/* @change: opened, for the running system */
enum status stay_run(struct change *change, const struct stay_policy *policy);

#endif
