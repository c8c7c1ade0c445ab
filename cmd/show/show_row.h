/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An interrupt that is shown. */
#ifndef CMD_SHOW_ROW_H
#define CMD_SHOW_ROW_H

#include "show/show.h"

struct show_row {
	struct show *show;
	struct irqkit_irq *irq;
	const struct irqkit_interrupt *interrupt; /* its row */
	const char **actions; /* owned array, or NULL */
	struct irqkit_device *device; /* that raises it, or NULL */
	bool has_found_device;
};

void show_row_free(struct show_row *row);

/* The number, or -1. */
int show_row_irq(const struct show_row *row);

/* NULL: it cannot be read. */
const struct irqkit_cpuset *show_row_affinity(struct show_row *row);
const struct irqkit_cpuset *show_row_effective(struct show_row *row);
const struct irqkit_cpuset *show_row_hint(struct show_row *row);
bool show_row_movable(struct show_row *row, enum irqkit_movable *ret_movable);

/* It fires on the CPUs where it was counted, whatever its files hold: it is per-CPU. */
bool show_row_is_fixed(struct show_row *row);

#endif
