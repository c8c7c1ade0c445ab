/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interrupts that fire within some seconds: the counts are read twice. */
#ifndef CMD_SAMPLE_H
#define CMD_SAMPLE_H

#include "base/command.h"

#include <irqkit.h>

/* Waits, and shows how long. False: a signal asks the program to end. */
bool sample_wait(unsigned int seconds, const struct common *common);

/*
 * Reads the counts, and waits. STATUS_REFUSED without a message: a signal asks the
 * program to end. Signals must be held back.
 */
enum status sample_start(struct irqkit_ctx *ctx, unsigned int seconds,
	const struct common *common, struct irqkit_snapshot **ret_before);

/* What was counted since then, in the rows of @now. Takes @before over. */
enum status sample_end(const struct irqkit_snapshot *now, struct irqkit_snapshot *before,
	struct irqkit_snapshot **ret_counts);

#endif
