/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A SET that is being read. */
#ifndef IRQKIT_SET_PARSE_H
#define IRQKIT_SET_PARSE_H

#include <irqkit.h>

struct set_part {
	const char *text; /* in the SET; without the ^ */
	size_t len;
	size_t at; /* its offset there */
	bool takes_away;
};

/* Returns the affinity of an interrupt, which the caller frees, for `irq:24`. */
typedef int set_affinity_fn(void *data, unsigned int irq, struct irqkit_cpuset **ret_set);

/* A SET that is being read. */
struct set_parse {
	struct irqkit_topology *topology;
	const struct irqkit_cpuset *local; /* or NULL */
	const struct irqkit_cpuset *online; /* or NULL: not told */
	set_affinity_fn *get_affinity;
	void *data; /* for it */
	const char *text;
	size_t len;
	size_t next; /* where the next part begins; above len: there is none */
	struct irqkit_cpuset *set; /* owned; what has come out so far */
	size_t at; /* of the mistake */
	char *message; /* owned */
};

#endif
