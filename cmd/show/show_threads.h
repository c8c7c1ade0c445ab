/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel threads of a queue. */
#ifndef CMD_SHOW_THREADS_H
#define CMD_SHOW_THREADS_H

#include "table/table.h"

/* NULL: no memory */
struct show_threads;
struct show_threads *show_threads_new(struct irqkit_queue *queue);
void show_threads_free(struct show_threads *threads);
/* As rows for JSON. */
const struct table *show_threads_get_table(const struct show_threads *threads);
/* "irq/24-eth0 (0-3), napi/eth0-8193 (0)"; the caller's to free; NULL: none */
char *show_threads_format(const struct show_threads *threads);

#endif
