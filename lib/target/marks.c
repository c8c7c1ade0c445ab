/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows and devices, as TARGETs choose them. */
#include "target/marks.h"

void marks_add(struct marks *marks, size_t index, bool is_named)
{
	struct choice *choice = &marks->choices[index];

	choice->is_named |= is_named;
	if (choice->is_chosen)
		return;
	choice->is_chosen = true;
	if (marks->n_chosen == 0 || index < marks->first)
		marks->first = index;
	if (marks->n_chosen++ == 0 || index > marks->last)
		marks->last = index;
}

bool marks_add_irq(struct marks *marks, int irq, bool is_named)
{
	const struct irqkit_irq *record = irqkit_machine_find_irq(
		marks->machine, (unsigned int)irq);

	if (record)
		marks_add(marks, irqkit_irq_get_index(record), is_named);
	return record;
}

bool marks_add_range(struct marks *marks, int64_t first, int64_t last, bool is_named)
{
	const struct irqkit_snapshot *snapshot = marks->machine->snapshot;
	bool found = false;

	if (first > INT32_MAX)
		return false;
	/* an odd file may have several rows with one number */
	for (size_t at = snapshot_find_first(snapshot, (int)first);
		at < snapshot->n_rows && snapshot->by_irq[at]->irq <= last; at++) {
		marks_add(
			marks, (size_t)(snapshot->by_irq[at] - snapshot->rows), is_named);
		found = true;
	}
	return found;
}
