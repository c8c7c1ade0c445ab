/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the commands for the queues of a network interface share. */
#ifndef NET_H
#define NET_H

#include "base/basics.h"
#include "change/change.h"

#define LOWER_OPTION(type, member)                                                       \
	{                                                                                \
		"lower", 0, OPTION_FLAG, offsetof(type, member), NULL,                   \
			"the interfaces that DEV is made of instead"                     \
	}

/* An interface named on the command line, or with --lower those below it. */
struct net {
	const struct change *change;
	struct irqkit_topology *topology; /* owned */
	struct irqkit_devices *devices; /* owned */
	struct irqkit_device *named;
	struct irqkit_device **targets; /* owned array; those that are acted on */
	size_t n_targets;
};

/*
 * Says why not. @net is all zero, or was open before; @change has its rows, and lives
 * longer.
 */
enum status net_open(
	struct net *net, const struct change *change, const char *name, bool is_lower);
void net_close(struct net *net);

/* The node of a device, or -1. */
int net_get_node(const struct irqkit_device *device);

/* Reads a SET for @device; says what is wrong with it. */
enum status net_read_cpus(const struct net *net, const char *option, const char *word,
	const struct irqkit_device *device, struct irqkit_cpuset **ret_set);

/*
 * The queues of one direction, those that the word of --queues names or all of them. The
 * caller frees the array.
 */
enum status net_choose_queues(struct irqkit_device *device,
	enum irqkit_direction direction, const char *word,
	struct irqkit_queue ***ret_queues, size_t *ret_count);

static inline void free_queues(struct irqkit_queue ***queues)
{
	free(*queues);
}
#define _cleanup_queues_ CLEANUP(free_queues)

/* The CPUs that handle its interrupt; NULL: not known. */
struct irqkit_cpuset *net_read_serving(
	const struct net *net, const struct irqkit_queue *queue);

/* The same, once a move that is pending is in force: what to decide by. */
struct irqkit_cpuset *net_read_place(
	const struct net *net, const struct irqkit_queue *queue);

/* Adds its number to a set of such numbers; says why not. */
enum status net_add_number(
	const struct irqkit_queue *queue, struct irqkit_cpuset *numbers);

/* Where an interface is made of others, a remark that names them, or NULL. */
char *net_remark_lower(const struct net *net);

/* Says why the knob of a queue can be neither read nor planned. */
enum status net_say_unreadable(
	const struct irqkit_queue *queue, const char *file, int error);

/* Takes the rx queues of a tx queue away: as long as there are any, xps_cpus doesn't count. */
enum status net_clear_rxqs(
	struct change *change, const struct irqkit_queue *queue, const char *why);

#endif
