/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The data of one run of `irqkit show`, and the load of the rows that it shows. */
#include "show/show.h"
#include "show/show_row.h"

#include <stdlib.h>

void show_clear(struct show *show)
{
	for (size_t i = 0; i < show->n_rows; i++)
		show_row_free(&show->rows[i]);
	free(show->rows);
	load_free(&show->load);
	free(show->each);
	irqkit_selection_free(show->chosen);
	irqkit_cpuset_free(show->only);
	irqkit_cpuset_free(show->allowed);
	irqkit_snapshot_free(show->counts);
	irqkit_machine_free(show->machine);
	irqkit_ctx_free(show->ctx);
}

/*
 * The counts have the rows of the machine, at the same places. Rows are asked for in their
 * order, so the search goes on where it ended.
 */
const struct irqkit_interrupt *show_counts_of(struct show *show, struct irqkit_irq *irq)
{
	const struct irqkit_interrupt *row = irqkit_irq_get_row(irq);
	size_t n = irqkit_snapshot_count(show->snapshot);

	for (size_t i = 0; show->counts && i < n; i++) {
		size_t at = (show->last_counts + i) % n;

		if (irqkit_snapshot_get(show->snapshot, at) != row)
			continue;
		show->last_counts = at;
		return irqkit_snapshot_get(show->counts, at);
	}
	return row;
}

const struct load *show_load(struct show *show)
{
	if (show->load.cpus)
		return &show->load;
	load_start(&show->load, irqkit_snapshot_get_cpus(show->snapshot));
	for (size_t i = 0; i < show->n_rows; i++)
		load_add(&show->load, show->rows[i].interrupt);
	return &show->load;
}
