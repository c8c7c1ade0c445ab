/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order of a device's vectors. */
#include "devices/vectors.h"
#include "devices/rows.h"
#include "interrupts/snapshot.h"

#include <errno.h>
#include <stdlib.h>

int vectors_compare(const void *a, const void *b)
{
	const struct vector *x = a, *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return (x->irq->irq > y->irq->irq) - (x->irq->irq < y->irq->irq);
}

int vectors_list(const struct irqkit_device *device, struct vector **ret_vectors)
{
	struct vector *vectors = calloc(device->n_irqs + 1, sizeof(*vectors));
	bool has_index = device->pci_path != NULL;

	if (!vectors)
		return -ENOMEM;
	for (size_t i = 0; i < device->n_irqs; i++) {
		const struct irqkit_interrupt *row = devices_find_row(
			device->devices, device->irqs[i].irq);

		vectors[i] = (struct vector){ .irq = &device->irqs[i] };
		if (!row || row->n_actions == 0)
			continue;
		has_index = has_index && row->has_hwirq && row->hwirq >= 0;
		vectors[i].place = has_index ? (uint64_t)row->hwirq : 0;
	}
	for (size_t i = 0; i < device->n_irqs && !has_index; i++)
		vectors[i].place = vectors[i].irq->irq;
	qsort(vectors, device->n_irqs, sizeof(*vectors), vectors_compare);
	*ret_vectors = vectors;
	return 0;
}
