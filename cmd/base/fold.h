/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sentences in lines that fit a terminal. */
#ifndef CMD_FOLD_H
#define CMD_FOLD_H

#include <stddef.h>

/* Prints @text, and breaks it at spaces: not at those of a command in single quotes. */
void print_folded(const char *text);

/* The same where the first line begins at column @indent, and the others are to. */
void print_indented(const char *text, size_t indent);

#endif
