/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is worth a line beside the plan: warnings first, then advice. */
#ifndef CMD_NOTES_H
#define CMD_NOTES_H

#include <stddef.h>

struct notes {
	char **texts; /* owned, and each; ending with NULL, unless it is NULL itself */
	size_t n;
	size_t n_warnings; /* the first of them: what goes against the plan */
};

void notes_add(struct notes *notes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void notes_free(struct notes *notes);

/* On standard error. */
void notes_say_warnings(const struct notes *notes);
/* In lines that fit a terminal. */
void notes_print_advice(const struct notes *notes);

#endif
