/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqbalance and isolated CPUs. */
#ifndef CMD_ISOLATE_IRQBALANCE_H
#define CMD_ISOLATE_IRQBALANCE_H

#include "change/change.h"

/*
 * What keeps irqbalance away from @cpus and from the CPUs that are isolated already. NULL:
 * it does not run, or nobody would read it.
 */
char *isolate_explain_irqbalance(
	const struct change *change, const struct irqkit_cpuset *cpus);

#endif
