/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `irqkit rps` shows and decides. */
#ifndef CMD_SHOW_RPS_H
#define CMD_SHOW_RPS_H

#include "queues/steering.h"

extern const struct steer_kind rps_kind;

/* Shows the rx queues of all targets: the queues of --queues, or all. */
enum status rps_show(struct net *net, const struct steer_options *options);

/* The best CPUs for RPS, or none if RPS would not help, and the reason. */
enum status rps_advise(struct net *net, struct irqkit_device *device,
	struct irqkit_cpuset **ret_cpus, char **ret_why);

#endif
