/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The warning that irqbalance may move interrupts again. */
#ifndef CMD_NOTE_IRQBALANCE_H
#define CMD_NOTE_IRQBALANCE_H

#include "change/change.h"

/*
 * What irqbalance will do with the settings of the plan, and how it leaves them alone.
 * NULL: it does not run, leaves them alone already, or nobody would read it.
 */
char *irqbalance_explain(const struct change *change);

/* The same as a warning, and in the report's JSON. */
void irqbalance_warn(struct change *change);

#endif
