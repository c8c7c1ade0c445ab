/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows and devices that the TARGETs read so far have chosen. */
#ifndef CMD_MARKS_H
#define CMD_MARKS_H

#include "target/select.h"

/* Of one row, by its index. */
struct choice {
	bool is_chosen;
	bool is_named;
};

struct marks {
	struct irqkit_machine *machine;
	struct irqkit_devices *devices; /* the machine's */
	const struct irqkit_snapshot *snapshot;
	bool with_named;
	struct choice *choices; /* owned; one for each row */
	struct selection *selection; /* where the devices go */
};

/* What a word was found to mean. */
struct meaning {
	bool has_rows; /* rows were marked */
	struct irqkit_device *device; /* the word names this device; NULL: no device */
	const char *queue; /* and this queue of the device: part of the word */
};

void marks_add(struct marks *marks, size_t index, bool is_named);

/* Marks the row of an interrupt; false: no row has this number. */
bool marks_add_irq(struct marks *marks, int irq, bool is_named);

/* Keeps a device that the words name, once. */
int marks_keep_device(struct marks *marks, struct irqkit_device *device);

#endif
