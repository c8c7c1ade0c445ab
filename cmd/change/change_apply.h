/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Applies the plan of a change. */
#ifndef CMD_CHANGE_APPLY_H
#define CMD_CHANGE_APPLY_H

#include "change/change.h"

/*
 * Applies the plan; if CPUs went offline after it was made, takes back what was written, and
 * plans and applies again. If there is no plan without these CPUs, the change is unplanned
 * afterwards. Says what failed.
 */
enum status change_apply(struct change *change);

#endif
