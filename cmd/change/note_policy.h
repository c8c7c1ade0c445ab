/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The warning that a policy file places what a plan changes. */
#ifndef CMD_NOTE_POLICY_H
#define CMD_NOTE_POLICY_H

#include "change/change.h"

/*
 * Which lines of policy files have placed what the plan changes, and when that is restored.
 * NULL: none has, or nobody would read it.
 */
char *policy_explain(const struct change *change);

#endif
