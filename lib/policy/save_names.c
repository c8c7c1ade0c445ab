/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names by which rows can be found, sorted: whether a name means one row only. */
#include "base/array.h"
#include "base/macros.h"
#include "interrupts/snapshot.h"
#include "policy/save.h"
#include "target/target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_names(const void *a, const void *b)
{
	const struct save_name *x = a, *y = b;
	int by_text = strcmp(x->text, y->text);

	return by_text ? by_text : (x->row > y->row) - (x->row < y->row);
}

static size_t add_row(struct save *save, size_t n, size_t index)
{
	const struct irqkit_interrupt *row = &save->machine->snapshot->rows[index];

	for (size_t a = 0; row->irq >= 0 && a < row->n_actions; a++)
		if (n == 0 || save->names[n - 1].row != index ||
			strcmp(save->names[n - 1].text, row->actions[a]) != 0)
			save->names[n++] = (struct save_name){ row->actions[a], index };
	if (row->irq < 0)
		save->names[n++] = (struct save_name){ row->label, index };
	return n;
}

int save_read_names(struct save *save)
{
	const struct irqkit_snapshot *snapshot = save->machine->snapshot;
	size_t n = snapshot->n_rows + 1;

	for (size_t i = 0; i < snapshot->n_rows; i++)
		n += snapshot->rows[i].n_actions;
	save->names = calloc(n, sizeof(*save->names));
	if (!save->names)
		return -ENOMEM;
	for (size_t i = 0; i < snapshot->n_rows; i++)
		save->n_names = add_row(save, save->n_names, i);
	if (save->n_names)
		qsort(save->names, save->n_names, sizeof(*save->names), compare_names);
	return 0;
}

static int compare_text(const void *member, const void *text)
{
	return strcmp(((const struct save_name *)member)->text, text);
}

const struct save_name *save_find_name(
	const struct save *save, const char *text, size_t *ret_count)
{
	size_t first = array_lower_bound(
		save->names, save->n_names, sizeof(*save->names), text, compare_text);
	size_t end = first;

	while (end < save->n_names && strcmp(save->names[end].text, text) == 0)
		end++;
	*ret_count = end - first;
	return &save->names[first];
}

int save_is_plain_name(struct save *save, const char *name, bool *ret_is)
{
	_cleanup_free_ char *message = NULL;
	struct irqkit_device *device;
	struct target target;
	int r;

	*ret_is = false;
	if (*name == '-' || strpbrk(name, ":/") ||
		target_parse(name, &target, &message) < 0 || target.kind != TARGET_WORD ||
		target.is_glob)
		return 0;
	r = irqkit_devices_find(save->machine->devices, name, &device);
	*ret_is = r == -ENODEV || r == -EINVAL || r == -ENOENT;
	return r == -ENOMEM ? r : 0;
}
