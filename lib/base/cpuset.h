/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of CPUs: the calls that the library needs beyond irqkit.h. */
#ifndef IRQKIT_CPUSET_H
#define IRQKIT_CPUSET_H

#include "base/macros.h"

#include <irqkit.h>

static inline void free_cpuset(struct irqkit_cpuset **set)
{
	irqkit_cpuset_free(*set);
}
#define _cleanup_cpuset_ CLEANUP(free_cpuset)

/* Writes a mask with as many digits and groups as @like has, if they are enough. */
int cpuset_format_mask_like(
	const struct irqkit_cpuset *set, const char *like, char **ret_text);

#endif
