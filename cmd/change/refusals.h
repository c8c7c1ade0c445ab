/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why the kernel refuses to move an interrupt, or to take a value. */
#ifndef CMD_REFUSALS_H
#define CMD_REFUSALS_H

#include <irqkit.h>

/* Why an interrupt cannot be moved: "managed", for a column; NULL: it can be moved. */
const char *immovable_word(enum irqkit_movable movable);
/* The same for a sentence: "managed by the kernel". */
const char *immovable_phrase(enum irqkit_movable movable);

/* The phrase for this interrupt; NULL: it can be moved, or only trying it will show. */
const char *find_obstacle(
	struct irqkit_ctx *ctx, const struct irqkit_interrupt *interrupt);

/* The same for a named interrupt: NULL if only a driver name says that it is managed. */
const char *find_named_obstacle(
	struct irqkit_ctx *ctx, const struct irqkit_interrupt *interrupt);

/* Why the kernel refused a write, and what to do; NULL: unknown. */
const char *explain_error(int error);
/* The same for a step that failed. */
const char *explain_step(const struct irqkit_step *step);

#endif
