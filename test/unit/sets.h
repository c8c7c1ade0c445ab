/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of CPUs, from lists. */
#ifndef IRQKIT_SETS_H
#define IRQKIT_SETS_H

#include "unit.h"

#include <irqkit.h>
#include <string.h>

/* The caller frees it. */
static inline struct irqkit_cpuset *set_of(const char *list)
{
	struct irqkit_cpuset *set = NULL;

	assert_int_equal(irqkit_cpuset_parse_list(list, strlen(list), &set, NULL), 0);
	return set;
}

#endif
