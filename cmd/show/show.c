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
	irqkit_selection_free(show->chosen);
	irqkit_cpuset_free(show->only);
	irqkit_cpuset_free(show->allowed);
	irqkit_machine_free(show->machine);
	irqkit_ctx_free(show->ctx);
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
