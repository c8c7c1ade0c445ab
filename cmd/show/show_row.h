/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An interrupt that is shown. Its files are read when they are first needed. */
#ifndef CMD_SHOW_ROW_H
#define CMD_SHOW_ROW_H

#include "show/show.h"

/* An interrupt, and the values of its files that have been read so far. */
struct show_row {
	struct show *show;
	const struct irqkit_interrupt *interrupt;
	const char **actions; /* owned array, or NULL */
	struct irqkit_cpuset *affinity; /* owned */
	struct irqkit_cpuset *effective; /* owned */
	struct irqkit_cpuset *hint; /* owned */
	struct irqkit_device *device; /* that raises it, or NULL */
	bool has_read_affinity;
	bool has_read_effective;
	enum irqkit_movable movable;
	bool knows_movable;
	bool has_read_hint;
	bool has_read_movable;
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

#endif
