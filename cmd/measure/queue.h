/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What several commands ask about the queues of a network interface. */
#ifndef CMD_QUEUE_H
#define CMD_QUEUE_H

#include <irqkit.h>

/* "eth0:rx-0"; the caller frees it; NULL: no memory. */
char *queue_format_full_name(const struct irqkit_queue *queue);

/* "rx" or "tx" */
const char *queue_direction_word(enum irqkit_direction direction);

#endif
