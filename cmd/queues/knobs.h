/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of a queue below /sys/class/net/DEV/queues. */
#ifndef CMD_KNOBS_H
#define CMD_KNOBS_H

#include "change/change.h"

/* Says why a knob of a queue can be neither read nor planned. */
enum status queue_say_unreadable(const struct change *change, struct irqkit_queue *queue,
	const char *file, int error);

/*
 * Adds a step that empties xps_rxqs of a tx queue, if it holds anything: as long as it
 * does, the kernel ignores xps_cpus.
 */
enum status queue_clear_rxqs(
	struct change *change, struct irqkit_queue *queue, const char *why);

#endif
