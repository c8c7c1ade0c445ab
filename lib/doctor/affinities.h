/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where interrupts might go, and went, at two times: a system that was saved twice has both
 * readings, and of a running one, the first was noted before it was measured.
 *
 *	running:   irqkit_affinities_new() --measure--> records of the machine
 *	saved:     proc/irq/24/                         proc.1/irq/24/
 */
#ifndef IRQKIT_AFFINITIES_H
#define IRQKIT_AFFINITIES_H

#include "doctor/facts.h"

/* The sets of one interrupt; NULL: not known. */
struct affinity_times {
	struct irqkit_cpuset *affinity[2]; /* owned; first and second reading */
	struct irqkit_cpuset *effective[2]; /* owned */
};
void affinity_times_clear(struct affinity_times *times);
#define _cleanup_affinity_times_ CLEANUP(affinity_times_clear)

/* Are there two readings? */
bool facts_has_affinity_times(const struct facts *facts);
/* Has a CPU gone offline or online in between? Kernel and drivers then move interrupts. */
bool facts_has_other_cpus(const struct facts *facts);
/* 0, or -ENOMEM */
int facts_find_affinity_times(
	struct facts *facts, struct irqkit_irq *irq, struct affinity_times *ret_times);

#endif
