/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An interrupt as the rules on affinities look at it, and groups of them. */
#include "doctor/irq_view.h"
#include "base/cpuset.h"
#include "base/join.h"
#include "base/macros.h"

#include <stdio.h>
#include <string.h>

/* More names than these make no sentence. */
#define NAMES_SHOWN 3

bool view_irq(struct irqkit_irq *irq, const struct unit *unit, struct irq_view *view)
{
	enum irqkit_movable movable;

	*view = (struct irq_view){
		.irq = irq, .unit = unit, .number = irqkit_irq_get_number(irq)
	};
	if (irqkit_irq_get_movable(irq, &movable) < 0 || movable != IRQKIT_MOVABLE ||
		irqkit_irq_get_affinity(irq, &view->affinity) < 0)
		return false;
	if (irqkit_irq_get_effective(irq, &view->effective) < 0 ||
		irqkit_cpuset_is_empty(view->effective))
		view->effective = NULL;
	return true;
}

void irq_group_free(struct irq_group *group)
{
	free(group->names);
}

int irq_group_add(struct irq_group *group, struct look *look, const struct irq_view *view,
	const char *subject)
{
	if (!group->finding)
		group->finding = finding_add(look, NULL, "%s", subject);
	finding_fact_affinity(group->finding, view->irq);
	finding_fact_effective(group->finding, view->irq);
	group->n++;
	return group->n <= NAMES_SHOWN ? join_text(&group->names, view->unit->name) : 0;
}

char *irq_group_format(const struct irq_group *group)
{
	char *text;

	if (group->n <= NAMES_SHOWN)
		return group->names ? strdup(group->names) : NULL;
	return asprintf(&text, "%s and %zu more", group->names, group->n - NAMES_SHOWN) <
			0
		? NULL
		: text;
}

bool irq_view_is_default(struct facts *facts, const struct irq_view *view)
{
	_cleanup_cpuset_ struct irqkit_cpuset *standard = facts_copy_mask(
		facts, MACHINE_DEFAULT_AFFINITY);

	return standard && irqkit_cpuset_is_equal(standard, view->affinity);
}
