/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An interrupt as the rules on affinities look at it, and groups of them. */
#ifndef IRQKIT_IRQ_VIEW_H
#define IRQKIT_IRQ_VIEW_H

#include "doctor/rule.h"

struct irq_view {
	struct irqkit_irq *irq;
	const struct unit *unit;
	int number;
	const struct irqkit_cpuset *affinity;
	const struct irqkit_cpuset *effective; /* NULL: not known, or not active */
};

/* False: its affinity is not known, or only the kernel places it. */
bool view_irq(struct irqkit_irq *irq, const struct unit *unit, struct irq_view *view);
/* Is its affinity that of new interrupts? Then nobody chose it. */
bool irq_view_is_default(struct facts *facts, const struct irq_view *view);

/* A list of interrupts that have one thing in common. */
struct irq_group {
	char *names; /* owned; the first of them */
	size_t n;
	struct irqkit_finding
		*finding; /* gets their files; or NULL, until there is one */
};
void irq_group_free(struct irq_group *group);
int irq_group_add(struct irq_group *group, struct look *look, const struct irq_view *view,
	const char *subject);
/* "eth0:1, eth0:2 and 3 more"; the caller frees it. NULL: no memory. */
char *irq_group_format(const struct irq_group *group);

#endif
