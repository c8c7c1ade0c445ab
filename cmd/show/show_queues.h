/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `irqkit show --queues` */
#ifndef CMD_SHOW_QUEUES_H
#define CMD_SHOW_QUEUES_H

#include "show/show.h"
#include "table/columns.h"

enum status show_queues(
	struct show *show, const struct call *call, const struct table_options *options);

/* For --help. */
void show_queues_print_columns(void);

#endif
