/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interrupts of the snapshot, by number and by name. */
#include "devices/rows.h"
#include "base/array.h"
#include "base/macros.h"
#include "interrupts/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_rows(const void *a, const void *b)
{
	const struct irqkit_interrupt *x = *(const struct irqkit_interrupt *const *)a;
	const struct irqkit_interrupt *y = *(const struct irqkit_interrupt *const *)b;

	return (x->irq > y->irq) - (x->irq < y->irq);
}

static int compare_entries(const void *a, const void *b)
{
	const struct name_entry *x = a, *y = b;

	return strcmp(x->text, y->text);
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

static int sort_rows(struct irqkit_devices *devices)
{
	const struct irqkit_snapshot *s = devices->snapshot;

	devices->rows = calloc(s->n_rows + 1, sizeof(*devices->rows));
	if (!devices->rows)
		return -ENOMEM;
	for (size_t i = 0; i < s->n_rows; i++)
		if (s->rows[i].irq >= 0)
			devices->rows[devices->n_rows++] = &s->rows[i];
	qsort(devices->rows, devices->n_rows, sizeof(*devices->rows), compare_rows);
	return 0;
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
	if (sort_rows(devices) < 0) {
		free(TAKE(devices->names));
		return -ENOMEM;
	}

	for (size_t i = 0; i < devices->n_rows; i++)
		for (size_t a = 0; a < devices->rows[i]->n_actions; a++) {
			const char *place[3];
			size_t n = list_places(devices->rows[i]->actions[a], place);

			while (n-- > 0)
				devices->names[devices->n_names++] =
					(struct name_entry){ place[n], devices->rows[i] };
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
	struct irqkit_interrupt key = { .irq = (int)irq };
	const struct irqkit_interrupt *pointer = &key, **found;

	if (irq > INT32_MAX || !devices->n_rows)
		return NULL;
	found = bsearch(&pointer, devices->rows, devices->n_rows, sizeof(*devices->rows),
		compare_rows);
	return found ? *found : NULL;
}
