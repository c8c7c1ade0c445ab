/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sentences in lines that fit a terminal. */
#ifndef CMD_FOLD_H
#define CMD_FOLD_H

#include <stddef.h>
#include <stdio.h>

/*
 * Prints a text that stands in a column, from @indent on: in lines that fit a terminal, or
 * 80 columns. It breaks lines at spaces: not at those of a command in single quotes.
 */
void print_indented(const char *text, size_t indent);

/*
 * Returns how many bytes of a text fit in a line of @width columns. *ret_next is where the next
 * line begins. A line ends at a space outside of a command, or inside a word that is too long.
 */
size_t fold_line(const char *text, size_t width, size_t *ret_next);

/*
 * Prints sentences, or a part of one: in lines that fit, on a terminal, and otherwise as
 * they are. The line ends with a newline, in this call or in a later one.
 */
void print_sentence(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints complete lines, which it changes: if that is a terminal, in lines that fit. */
void print_fitting(FILE *stream, char *lines);

#endif
