/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wrong with a SET, and where. */
#ifndef IRQKIT_SET_REFUSE_H
#define IRQKIT_SET_REFUSE_H

#include "set/set_parse.h"

#include <limits.h>

/* Part of a SET in a message: "'%.*s'". */
#define QUOTE(text, len) (int)((len) < INT_MAX ? (len) : INT_MAX), (text)

/* Keeps the message and the position of a mistake. Returns @error. */
int set_refuse(struct set_parse *p, int error, size_t at, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* @cpu of @part is offline, or doesn't exist. */
int set_refuse_cpu(struct set_parse *p, const struct set_part *part, unsigned int cpu);

#endif
