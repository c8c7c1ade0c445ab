/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of a SET. */
#ifndef IRQKIT_SET_WORD_H
#define IRQKIT_SET_WORD_H

#include "set/set_parse.h"

struct set_word {
	const char *name;
	const char *example; /* with a number; NULL: nothing stands behind it */
	/* Adds what the word means to @set; @number stands behind the colon. */
	int (*add)(struct set_parse *p, const struct set_part *part, unsigned int number,
		struct irqkit_cpuset *set);
	const char *why_empty; /* how it comes that it holds no CPU */
};

/* By what stands in front of the colon, if there is one. NULL: there is no such word. */
const struct set_word *set_find_word(const struct set_part *part);

#endif
