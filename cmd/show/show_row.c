/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of an interrupt that is shown; NULL where it cannot be read. */
#include "show/show_row.h"

#include <stdlib.h>

void show_row_free(struct show_row *row)
{
	free(row->actions);
}

int show_row_irq(const struct show_row *row)
{
	return irqkit_irq_get_number(row->irq);
}

const struct irqkit_cpuset *show_row_affinity(struct show_row *row)
{
	const struct irqkit_cpuset *set = NULL;

	irqkit_irq_get_affinity(row->irq, &set);
	return set;
}

const struct irqkit_cpuset *show_row_effective(struct show_row *row)
{
	const struct irqkit_cpuset *set = NULL;

	irqkit_irq_get_effective(row->irq, &set);
	return set;
}

const struct irqkit_cpuset *show_row_hint(struct show_row *row)
{
	const struct irqkit_cpuset *set = NULL;

	irqkit_irq_get_hint(row->irq, &set);
	return set;
}

bool show_row_movable(struct show_row *row, enum irqkit_movable *ret_movable)
{
	return irqkit_irq_get_movable(row->irq, ret_movable) == 0;
}

bool show_row_is_fixed(struct show_row *row)
{
	enum irqkit_movable movable;

	return show_row_irq(row) < 0 ||
		(show_row_movable(row, &movable) && movable == IRQKIT_PER_CPU);
}
