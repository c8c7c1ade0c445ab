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

/* One CPU of a SET. */
struct set_member {
	unsigned int cpu;
	unsigned int part; /* of the SET that put it there */
};

/* The CPUs of a SET in the order written: by part, and ascending within a part. */
struct set_order {
	struct set_member *members; /* owned */
	size_t n, room;
};

/* What the words of a SET mean that mean something else each time. */
struct set_scope {
	const struct irqkit_cpuset *local; /* NULL: there is no device */
	const struct irqkit_cpuset *current; /* NULL: nothing is allowed anywhere now */
	const char *no_current; /* why not, for a message; NULL: there is no TARGET */
	const struct irqkit_cpuset *housekeeping; /* NULL: as in other SETs */
	set_affinity_fn *get_affinity;
	void *data; /* for it */
	/* left out, unless named by a single number or by `isolated`; or NULL */
	const struct irqkit_cpuset *avoided;
	struct irqkit_cpuset *named_avoided; /* gets those that are named by number */
};

/* A SET that is being read. */
struct set_parse {
	struct irqkit_topology *topology;
	const struct set_scope *scope;
	const struct irqkit_cpuset *online; /* or NULL: not known */
	struct set_order *order; /* NULL: not asked for */
	unsigned int n_parts; /* read so far */
	const char *text;
	size_t len;
	size_t next; /* where the next part begins; above len: there is none */
	struct irqkit_cpuset *set; /* owned; what has come out so far */
	bool has_avoided; /* a part had CPUs that were left out */
	char *meant; /* owned; the whole SET as another tool's user may mean it, or NULL */
	struct set_part wrong; /* what is written otherwise there */
	bool is_mask; /* the whole is a mask */
	size_t at; /* of the mistake */
	char *message; /* owned */
};

#endif
