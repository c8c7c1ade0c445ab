/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interrupts that irqkit has placed, by its journal. */
#include "doctor/placed.h"
#include "base/macros.h"

#include <stdint.h>
#include <stdio.h>

static void free_journal(struct irqkit_journal **journal)
{
	irqkit_journal_free(*journal);
}
#define _cleanup_journal_ CLEANUP(free_journal)

static bool parse_irq_path(const char *path, unsigned int *ret_irq)
{
	int end = 0;

	return sscanf(path, "/proc/irq/%u/smp_affinity%n", ret_irq, &end) == 1 && end > 0;
}

int placed_for_each(struct look *look, double older, placed_fn *fn, void *data)
{
	_cleanup_journal_ struct irqkit_journal *journal = NULL;
	int64_t now = INT64_MAX;
	int r = irqkit_journal_read(look->facts->ctx, &journal);

	if (r < 0)
		return r;
	irqkit_machine_read_time(look->facts->machine, &now);
	for (size_t i = 0; i < irqkit_journal_count(journal); i++) {
		const struct irqkit_change *change = irqkit_journal_get(journal, i);

		if (irqkit_change_get_state(change) != IRQKIT_CHANGE_MADE ||
			irqkit_change_get_undoes(change) ||
			(double)(now - irqkit_change_get_time(change)) < older)
			continue;
		for (size_t j = 0; j < irqkit_change_count_knobs(change); j++) {
			unsigned int number;
			struct irqkit_irq *irq;

			if (parse_irq_path(irqkit_change_get_path(change, j), &number) &&
				(irq = irqkit_machine_find_irq(
					 look->facts->machine, number)))
				fn(data, irq);
		}
	}
	return 0;
}
