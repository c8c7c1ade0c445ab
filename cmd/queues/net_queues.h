/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queues of a network interface, and the CPUs that handle them. */
#ifndef CMD_NET_QUEUES_H
#define CMD_NET_QUEUES_H

#include "queues/net.h"

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

/* The CPUs that handle its interrupt (queue_get_served_irq()); NULL: not known. */
struct irqkit_cpuset *net_read_serving(
	const struct net *net, const struct irqkit_queue *queue);

/* The same, once a move that is pending is in force: what to decide by. */
struct irqkit_cpuset *net_read_place(
	const struct net *net, const struct irqkit_queue *queue);

/* Adds its number to a set of such numbers; says why not. */
enum status net_add_number(
	const struct irqkit_queue *queue, struct irqkit_cpuset *numbers);

#endif
