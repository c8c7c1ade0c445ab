/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a line of /proc/interrupts is. Pure: a line and its end. */
#ifndef IRQKIT_LINE_KIND_H
#define IRQKIT_LINE_KIND_H

#include <stdbool.h>

static inline bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool line_is_heading(const char *line, const char *end);

/* A number: the kernel writes no leading zeros, and a space after the colon. */
bool label_is_number(const char *label, const char *colon, const char *end);

/* NMI, IPI12, I/O, VPMI, Err: short, of letters, digits and one slash in s390's I/O. */
bool label_is_name(const char *label, const char *colon, const char *end);

/*
 * A file that was converted or quoted as a whole is refused: its first line shows it. Later
 * lines may end in a carriage return because the name of a handler does. NULL: it is fine.
 */
const char *line_find_refused_file(const char *first, const char *end);

/* Damage that is more than one odd line; NULL: it is not. */
const char *line_find_refused(const char *line, const char *end);

#endif
