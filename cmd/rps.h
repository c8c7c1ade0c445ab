/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `irqkit rps` shows and decides: show_rps.c. */
#ifndef RPS_H
#define RPS_H

#include "net.h"
#include "render.h"

/* Shows the rx queues of all targets, those of --queues or all. */
enum status rps_show(
	struct net *net, const char *queues, const struct table_options *options);

/* The CPUs that would be best, none if RPS doesn't help, and why. */
enum status rps_advise(struct net *net, struct irqkit_device *device,
	struct irqkit_cpuset **ret_cpus, char **ret_why);

/* Says what is wrong with -o and --sort, before any file is read. */
enum status rps_check_columns(
	const struct table_options *options, const struct common *common);

#endif
