/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Suggestions of command lines and options, and whether their CPUs are right here. */
#ifndef CMD_SUGGEST_H
#define CMD_SUGGEST_H

/* The value of --root in the words of a command line, which end with NULL; or NULL. */
const char *suggest_find_root(const char *const *words);

/*
 * Says the error and "; did you mean 'irqkit set 24 --cpus=3'?", and what is wrong with the
 * CPUs in @suggestion, if there is something, on the system in @root; NULL: the running one.
 */
void say_suggestion(const char *root, const char *suggestion, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
