/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `irqkit xps` shows: show_xps.c. */
#ifndef XPS_H
#define XPS_H

#include "net.h"
#include "render.h"

/* Shows the tx queues of all targets, those of --queues or all. */
enum status xps_show(
	struct net *net, const char *queues, const struct table_options *options);

/* Says what is wrong with -o and --sort, before any file is read. */
enum status xps_check_columns(
	const struct table_options *options, const struct common *common);

#endif
