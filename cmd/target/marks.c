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
	const struct irqkit_irq *record = irqkit_machine_find_irq(
		marks->machine, (unsigned int)irq);

	if (record)
		marks_add(marks, irqkit_irq_get_index(record), is_named);
	return record;
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
