/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network interface on the command line, its node, and the interfaces below it. */
#ifndef CMD_NET_H
#define CMD_NET_H

#include "base/basics.h"
#include "change/change.h"
#include "queues/lower_option.h"

/* An interface named on the command line, or with --lower those below it. */
struct net {
	const struct change *change;
	struct irqkit_topology *topology; /* the machine's */
	struct irqkit_device *named;
	struct irqkit_device **targets; /* owned array; those that are acted on */
	size_t n_targets;
};

/*
 * Reports why it cannot be opened. @net is all zero, or was open before; @change has
 * read its rows, and lives longer.
 */
enum status net_open(
	struct net *net, const struct change *change, const char *name, bool is_lower);
void net_close(struct net *net);

/* The node of a device, or -1. */
int net_get_node(const struct net *net, struct irqkit_device *device);

/* Reads a SET for @device; reports what is wrong with it. */
enum status net_read_cpus(const struct net *net, const char *option, const char *word,
	struct irqkit_device *device, struct irqkit_cpuset **ret_set);

/* If the interface is built on others, a remark that names them; otherwise NULL. */
char *net_remark_lower(const struct net *net);

#endif
