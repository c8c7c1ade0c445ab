/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why the kernel refuses to move an interrupt, or to take a value. */
#ifndef CMD_REFUSALS_H
#define CMD_REFUSALS_H

#include <irqkit.h>

/* Why an interrupt cannot be moved: "managed", for a column; NULL: it can be moved. */
const char *immovable_word(enum irqkit_movable movable);

/* Why the kernel refused a step, and what to do; NULL: unknown. */
const char *explain_step(const struct irqkit_step *step);

#endif
