/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A SET, as users write it. */
#ifndef IRQKIT_SET_H
#define IRQKIT_SET_H

#include "set/set_parse.h"

/* irqkit_topology_parse_set(), where @get_affinity says what `irq:24` means. */
int set_parse(struct irqkit_topology *topology, const char *text, size_t len,
	const struct irqkit_cpuset *local, set_affinity_fn *get_affinity, void *data,
	struct irqkit_cpuset **ret_set, size_t *reterr_at, char **reterr_message);

#endif
