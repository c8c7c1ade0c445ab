/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lock of /run/irqkit: only one irqkit changes the machine at a time. */
#ifndef CMD_RUN_LOCK_H
#define CMD_RUN_LOCK_H

#include "base/command.h"

#include <irqkit.h>

/*
 * Waits for the lock for up to 30 seconds; says why it cannot be taken. @what: what another
 * user than root cannot do without it, "change interrupts"
 */
enum status run_lock_take(
	struct irqkit_ctx *ctx, const char *what, struct irqkit_lock **ret_lock);

/* Says why /run/irqkit cannot be opened, or whatever @verb says. */
enum status run_lock_say_unusable(
	const struct irqkit_ctx *ctx, const char *verb, const char *what, int error);

#endif
