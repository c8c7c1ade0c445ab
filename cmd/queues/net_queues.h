/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queues of a network interface, and the CPUs that handle them. */
#ifndef CMD_NET_QUEUES_H
#define CMD_NET_QUEUES_H

#include "queues/net.h"

/*
 * The queues of one direction: all of them, or only those in @word, the argument of
 * --queues. The caller frees the array.
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
const struct irqkit_cpuset *net_get_current_cpus(
	const struct net *net, const struct irqkit_queue *queue);

/* The same after a pending move has taken effect: decisions are based on these. */
const struct irqkit_cpuset *net_get_settled_cpus(
	const struct net *net, const struct irqkit_queue *queue);

/*
 * Why some queues of this direction have no known interrupt, although the device has more
 * interrupts: as explain_unknown_queues(), or NULL.
 */
char *net_explain_unknown(
	const struct irqkit_device *device, enum irqkit_direction direction);

/* Adds the number of @queue to a set of numbers; reports why it cannot. */
enum status net_add_number(
	const struct irqkit_queue *queue, struct irqkit_cpuset *numbers);

#endif
