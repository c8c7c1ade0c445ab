/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --ban: irqbalance leaves alone what a command has placed. */
#ifndef CMD_BAN_H
#define CMD_BAN_H

#include "change/change.h"

/* Refuses --ban together with --no-ban. */
enum status ban_check(const struct change_options *options);

/*
 * Once the plan has all its steps: finds the interrupts that applying it will ban, or, for
 * an undo, leaves its bans as they are with --no-ban. Reports why irqbalance cannot be asked:
 * an error if --ban was given, a warning if it is the default.
 */
enum status ban_plan(struct change *change);

/* Says why bans were not made, if that is why the plan could not be applied. */
bool ban_say_failure(const struct change *change, int error);

/* What a failure to ask irqbalance means, in words. */
const char *ban_explain(int error);

#endif
