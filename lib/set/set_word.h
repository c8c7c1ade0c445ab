/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of a SET. */
#ifndef IRQKIT_SET_WORD_H
#define IRQKIT_SET_WORD_H

#include "set/set_parse.h"

struct word {
	const char *name;
	const char *example; /* with a number; NULL: nothing stands behind it */
	/* Adds what the word means to @set; @number stands behind the colon. */
	int (*add)(struct parse *p, const struct part *part, unsigned int number,
		struct irqkit_cpuset *set);
	const char *why_empty; /* how it comes that it holds no CPU */
};

/* By what stands in front of the colon, if there is one. NULL: there is no such word. */
const struct word *set_find_word(const struct part *part);

#endif
