/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interrupts of the snapshot by the names of their handlers. */
#include "devices/rows.h"
#include "base/array.h"
#include "base/macros.h"
#include "interrupts/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_entries(const void *a, const void *b)
{
	const struct name_entry *x = a, *y = b;

	int order = strcmp(x->text, y->text);

	return order ? order : (x->row->irq > y->row->irq) - (x->row->irq < y->row->irq);
}

/*
 * The places in a handler name where the name of a device may begin: the front, after the
 * name of a driver (ice-eth0-TxRx-0), the PCI address (mlx5_comp0@pci:0000:...).
 */
static size_t list_places(const char *name, const char *place[3])
{
	const char *dash = strchr(name, '-'), *at = strrchr(name, '@');
	size_t n = 0;

	place[n++] = name;
	if (dash)
		place[n++] = dash + 1;
	if (at)
		place[n++] = strncmp(at, "@pci:", 5) == 0 ? at + 5 : at + 1;
	return n;
}

int devices_sort_names(struct irqkit_devices *devices)
{
	size_t room = 0;

	if (devices->has_sorted)
		return 0;
	for (size_t i = 0; i < devices->snapshot->n_rows; i++)
		room += 3 * devices->snapshot->rows[i].n_actions;
	devices->names = calloc(room + 1, sizeof(*devices->names));
	if (!devices->names)
		return -ENOMEM;
	for (size_t i = 0; i < devices->snapshot->n_rows; i++) {
		const struct irqkit_interrupt *row = &devices->snapshot->rows[i];

		for (size_t a = 0; row->irq >= 0 && a < row->n_actions; a++) {
			const char *place[3];
			size_t n = list_places(row->actions[a], place);

			while (n-- > 0)
				devices->names[devices->n_names++] =
					(struct name_entry){ place[n], row };
		}
	}
	qsort(devices->names, devices->n_names, sizeof(*devices->names), compare_entries);
	devices->has_sorted = true;
	return 0;
}

static int compare_text(const void *member, const void *text)
{
	return strcmp(((const struct name_entry *)member)->text, text);
}

size_t devices_find_names(const struct irqkit_devices *devices, const char *prefix)
{
	return array_lower_bound(devices->names, devices->n_names,
		sizeof(*devices->names), prefix, compare_text);
}

const struct irqkit_interrupt *devices_find_row(
	const struct irqkit_devices *devices, unsigned int irq)
{
	return irqkit_snapshot_find_irq(devices->snapshot, irq);
}
