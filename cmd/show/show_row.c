/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is read of an interrupt: once, and when it is first needed. */
#include "show/show_row.h"

#include <stdlib.h>

void show_row_free(struct show_row *row)
{
	free(row->actions);
	irqkit_cpuset_free(row->affinity);
	irqkit_cpuset_free(row->effective);
	irqkit_cpuset_free(row->hint);
}

int show_row_irq(const struct show_row *row)
{
	return irqkit_interrupt_get_irq(row->interrupt);
}

const struct irqkit_cpuset *show_row_affinity(struct show_row *row)
{
	if (!row->has_read_affinity && show_row_irq(row) >= 0)
		irqkit_irq_read_affinity(
			row->show->ctx, (unsigned int)show_row_irq(row), &row->affinity);
	row->has_read_affinity = true;
	return row->affinity;
}

const struct irqkit_cpuset *show_row_effective(struct show_row *row)
{
	if (!row->has_read_effective && show_row_irq(row) >= 0)
		irqkit_irq_read_effective(
			row->show->ctx, (unsigned int)show_row_irq(row), &row->effective);
	row->has_read_effective = true;
	return row->effective;
}

const struct irqkit_cpuset *show_row_hint(struct show_row *row)
{
	if (!row->has_read_hint && show_row_irq(row) >= 0)
		irqkit_irq_read_hint(
			row->show->ctx, (unsigned int)show_row_irq(row), &row->hint);
	row->has_read_hint = true;
	return row->hint;
}

bool show_row_movable(struct show_row *row, enum irqkit_movable *ret_movable)
{
	if (!row->has_read_movable)
		row->knows_movable = irqkit_irq_read_movable(row->show->ctx,
					     row->interrupt, &row->movable) == 0;
	row->has_read_movable = true;
	*ret_movable = row->movable;
	return row->knows_movable;
}
