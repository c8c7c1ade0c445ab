/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows and devices, as TARGETs choose them. */
#include "target/marks.h"

#include <errno.h>
#include <stdlib.h>

void marks_add(struct marks *marks, size_t index, bool is_named)
{
	marks->choices[index].is_chosen = true;
	marks->choices[index].is_named |= is_named;
}

bool marks_add_irq(struct marks *marks, int irq, bool is_named)
{
	size_t n = irqkit_snapshot_count(marks->snapshot);

	for (size_t i = 0; i < n; i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(
			marks->snapshot, i);

		if (irqkit_interrupt_get_irq(row) != irq)
			continue;
		marks_add(marks, i, is_named);
		return true;
	}
	return false;
}

int marks_keep_device(struct marks *marks, struct irqkit_device *device)
{
	struct selection *selection = marks->selection;
	size_t n = selection->n_devices;
	struct irqkit_device **more;

	for (size_t i = 0; i < n; i++)
		if (selection->devices[i] == device)
			return 0;
	more = reallocarray(selection->devices, n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	more[n] = device;
	selection->devices = more;
	selection->n_devices++;
	return 0;
}
