/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files that read a SET share. */
#ifndef IRQKIT_SET_H
#define IRQKIT_SET_H

#include "private.h"

#include <limits.h>

struct part {
	const char *text; /* in the SET; without the ^ */
	size_t len;
	size_t at; /* its offset there */
	bool takes_away;
};

/* A SET that is being read. */
struct parse {
	struct irqkit_topology *topology;
	const struct irqkit_cpuset *local;  /* or NULL */
	const struct irqkit_cpuset *online; /* or NULL: not told */
	const char *text;
	size_t len;
	size_t next; /* where the next part begins; above len: there is none */
	struct irqkit_cpuset *set; /* owned; what has come out so far */
	size_t at;		   /* of the mistake */
	char *message;		   /* owned */
};

/* Part of a SET in a message: "'%.*s'". */
#define QUOTE(text, len) (int)((len) < INT_MAX ? (len) : INT_MAX), (text)

/* Notes what is wrong, and where. Returns @error. */
int set_refuse(struct parse *p, int error, size_t at, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* @cpu of @part is offline, or doesn't exist. */
int set_refuse_cpu(struct parse *p, const struct part *part, unsigned int cpu);

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
