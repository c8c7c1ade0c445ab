/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files that read TARGETs share: the rows that are chosen so far. */
#ifndef MARKS_H
#define MARKS_H

#include "target/select.h"
#include "target/target.h"

/* Of one row of the snapshot, by its index. */
struct choice {
	bool is_chosen;
	bool is_named;
};

struct marks {
	struct irqkit_devices *devices;
	const struct irqkit_snapshot *snapshot;
	bool with_named;
	struct choice *choices;	     /* owned; one for each row */
	struct selection *selection; /* where the devices go */
};

void marks_add(struct marks *marks, size_t index, bool is_named);

/* What a word was found to mean. */
struct meaning {
	bool has_rows;		      /* rows were marked */
	struct irqkit_device *device; /* it names this; NULL: no device */
	const char *queue;	      /* and this of its queues: part of the word */
};

/* select_device.c: marks what a device, queue, PCI function or driver has. */
enum status mark_device(
	struct marks *marks, const struct target *target, struct meaning *ret_meaning);
enum status mark_driver(
	struct marks *marks, const struct target *target, struct meaning *ret_meaning);

/* Is it what stands behind the colon of eth1:rx-0, eth1:0, 'eth1:rx-*'? */
bool queue_is_meant(const char *part, const struct irqkit_queue *queue);

/* select_say.c: why nothing was marked; of a queue, when the meaning is one. */
void say_no_match(const struct marks *marks, const struct target *target,
	const struct meaning *meaning);
void say_no_queue(const char *word, const struct meaning *meaning);

#endif
