/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everything that one run of `irqkit show` shows. */
#ifndef CMD_SHOW_H
#define CMD_SHOW_H

#include "measure/load.h"
#include "target/select.h"

struct show {
	struct irqkit_ctx *ctx; /* owned */
	struct irqkit_machine *machine; /* owned */
	const struct irqkit_snapshot *snapshot; /* these are the machine's */
	struct irqkit_topology *topology;
	struct irqkit_devices *devices;
	struct irqkit_cpuset *only; /* owned; --cpus, or NULL */
	struct irqkit_cpuset *allowed; /* owned; --allowed, or NULL */
	unsigned int seconds; /* --for; 0: the counts are those since boot */
	struct irqkit_snapshot *counts; /* owned; of these seconds; NULL: since boot */
	size_t last_counts; /* the row that show_counts_of() found last */
	struct irqkit_selection *chosen; /* owned; by the words */
	struct show_row *rows; /* owned; those of the chosen that these leave */
	size_t n_rows;
	struct load load; /* of those: ask show_load() */
	uint64_t *
		each; /* owned; the counts of one row, by CPU; NULL: none was asked for */
	size_t n_each;
	const struct irqkit_interrupt *each_of; /* whose they are; NULL: all are 0 */
};

/* How the counts of all that is shown fall on the CPUs; added up when first needed. */
const struct load *show_load(struct show *show);

/* The counts of an interrupt that has a row: since boot, or in the seconds of --for. */
const struct irqkit_interrupt *show_counts_of(struct show *show, struct irqkit_irq *irq);

void show_clear(struct show *show);

#endif
