/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words that a mistyped word may mean. */
#ifndef CMD_ALIKE_H
#define CMD_ALIKE_H

#include <stddef.h>

/* The names most like a word that were offered; so many are kept if they are equally near. */
#define ALIKE_MAX 2
#define ALIKE_LONGEST 32 /* no command, option or word that irqkit knows is longer */

struct alike {
	const char *word; /* the mistyped word; set by the caller, the rest is 0 */
	size_t len; /* 0: all of @word; else only so many bytes */
	const char *names[ALIKE_MAX];
	size_t n; /* names that are equally near; more than ALIKE_MAX: none is meant */
	unsigned int distance;
};

/* Keeps @name, which must last, if no name is nearer to the word. */
void alike_offer(struct alike *alike, const char *name);
/* How many of the names may be meant: 0 if there are none, or too many. */
size_t alike_count(const struct alike *alike);

/*
 * How many single letters differ between two words: one is missing, wrong, or two are
 * swapped. Capitals and small letters are the same, and so are - and _. ALIKE_LONGEST: they are
 * not alike.
 */
unsigned int alike_distance(const char *a, size_t a_len, const char *b, size_t b_len);

#endif
