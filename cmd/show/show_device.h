/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of `irqkit show` about the device that raises an interrupt. */
#ifndef CMD_SHOW_DEVICE_H
#define CMD_SHOW_DEVICE_H

#include "show/show.h"
#include "table/table.h"

struct show_row;

/* The device whose queue the interrupt serves; NULL: none, or none that is known. */
struct irqkit_device *show_find_queue_device(struct show_row *row);

struct cell show_get_device(void *row);
struct cell show_get_queues(void *row);
struct cell show_get_driver(void *row);
struct cell show_get_source(void *row);
struct cell show_get_role(void *row);
const char *show_source_word(enum irqkit_source source);

/* Is there a device whose name is in none of its interrupts' names? */
bool show_needs_device_column(struct show *show);

#endif
