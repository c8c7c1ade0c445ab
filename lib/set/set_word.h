/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of a SET. */
#ifndef IRQKIT_SET_WORD_H
#define IRQKIT_SET_WORD_H

#include "set/set_parse.h"

struct set_word {
	const char *name;
	const char *example; /* with a number; NULL: the word takes none */
	/* Adds what the word means to @set; @number is the number after the colon. */
	int (*add)(struct set_parse *p, const struct set_part *part, unsigned int number,
		struct irqkit_cpuset *set);
	const char *why_empty; /* why the word may mean no CPU */
};

/* The word before the colon, or the whole part. NULL: there is no such word. */
const struct set_word *set_find_word(const struct set_part *part);

/* Does the word keep CPUs that are offline? */
bool set_word_keeps_offline(const struct set_word *word);

#endif
