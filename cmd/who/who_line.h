/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One change, as a line for people or as JSON. */
#ifndef CMD_WHO_LINE_H
#define CMD_WHO_LINE_H

#include "base/command.h"

#include <irqkit.h>

/* @name: of the interrupt, or NULL */
enum status who_line_print(
	const struct irqkit_watched *watched, const char *name, bool is_json);

/* The same line for people, without its end. NULL: no memory; the caller frees it. */
char *who_line_format(const struct irqkit_watched *watched, const char *name);

#endif
