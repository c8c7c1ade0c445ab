/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows and devices that the TARGETs read so far have chosen. */
#ifndef IRQKIT_MARKS_H
#define IRQKIT_MARKS_H

#include "machine/machine.h"
#include "target/selection.h"

/* Of one row, by its index. */
struct choice {
	bool is_chosen;
	bool is_named;
};

struct marks {
	struct irqkit_machine *machine;
	bool with_named;
	struct choice *choices; /* owned; one for each row */
	size_t n_chosen, first, last; /* how many rows, and between which */
	struct irqkit_selection *selection; /* where the devices go */
	char *message; /* owned; what is wrong, or NULL */
};

/* What a word was found to mean. */
struct meaning {
	bool has_rows; /* rows were marked */
	struct irqkit_device *device; /* the word names this device; NULL: no device */
	const char *queue; /* and this queue of the device: part of the word */
	size_t n_vectors; /* of a TARGET_VECTOR: how many the device has */
};

void marks_add(struct marks *marks, size_t index, bool is_named);

/* Marks the row of an interrupt; false: no row has this number. */
bool marks_add_irq(struct marks *marks, int irq, bool is_named);

/* Marks all rows with a number from @first to @last; false: there are none. */
bool marks_add_range(struct marks *marks, int64_t first, int64_t last, bool is_named);

#endif
