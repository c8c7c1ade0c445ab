/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `irqkit show --by-cpu` */
#ifndef CMD_SHOW_CPUS_H
#define CMD_SHOW_CPUS_H

#include "show/show.h"
#include "table/columns.h"

enum status show_by_cpu(struct show *show, const struct table_options *options,
	const struct common *common);

/* For --help. */
void show_by_cpu_print_columns(void);

#endif
