/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Suggests command lines and options, and checks their CPUs on this system. */
#ifndef CMD_SUGGEST_H
#define CMD_SUGGEST_H

/* The value of --root in the words of a command line, which end with NULL; or NULL. */
const char *suggest_find_root(const char *const *words);
/* The words without it, ending with NULL; the caller frees the list. NULL: no memory. */
const char **suggest_leave_root_out(const char *const *words);

/*
 * Prints the error and "; did you mean 'irqkit set 24 --cpus=3'?". If the system in @root
 * (NULL: the running one) refuses the CPUs in @suggestion, prints the reason too.
 */
void say_suggestion(const char *root, const char *suggestion, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Sets the root of suggestions for lines, which have no --root; NULL: this system. */
void suggest_set_root(const char *root);
const char *suggest_get_root(void);

#endif
