/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of network interfaces, also of those without an interrupt. */
#ifndef IRQKIT_FACTS_NET_H
#define IRQKIT_FACTS_NET_H

#include "doctor/facts.h"

/* 0 also if the interfaces cannot be listed. */
size_t facts_count_net(const struct facts *facts);
struct irqkit_device *facts_get_net(struct facts *facts, size_t index);

/* Is it an interface that is down? */
bool facts_is_down(struct facts *facts, const struct irqkit_device *device);

/* "virtio_net": does this driver have the interface? */
bool facts_has_driver(const struct irqkit_device *device, const char *driver);

/* A counter of its statistics since boot, "rx_missed_errors". */
bool facts_read_statistic(struct facts *facts, const struct irqkit_device *device,
	const char *name, uint64_t *ret_count);
/* One of its settings, "threaded". */
bool facts_read_net_number(struct facts *facts, const struct irqkit_device *device,
	const char *name, uint64_t *ret_number);

/*
 * The next queue of one direction; NULL: there is no more.
 *
 * @at: 0 at first, and not changed by the caller
 */
struct irqkit_queue *facts_next_queue(
	const struct irqkit_device *device, enum irqkit_direction direction, size_t *at);
/* The flows that the tables of its rx queues hold: 0: RFS is off. */
uint64_t facts_sum_flows(const struct irqkit_device *device);
/* Its queues of one direction. */
size_t facts_count_queues(
	const struct irqkit_device *device, enum irqkit_direction direction);
/* The CPU that handles a queue, after a pending move; -1: not known. */
int facts_find_queue_cpu(struct facts *facts, const struct irqkit_queue *queue);

/* The union of rps_cpus of its rx queues. The caller frees it. */
int facts_find_rps(struct irqkit_device *device, struct irqkit_cpuset **ret_cpus);

/* The cores of @cpus: SMT siblings count once. */
unsigned int facts_count_cores(
	const struct facts *facts, const struct irqkit_cpuset *cpus);

/*
 * The CPUs of the channels of a VMBus device; empty: it has none. The caller frees the set.
 * -EBADMSG: a file of a channel does not hold the number of a CPU.
 */
int facts_find_channel_cpus(struct facts *facts, const struct irqkit_device *device,
	size_t *ret_channels, struct irqkit_cpuset **ret_cpus);

/* Of the channels that carry packets: how many there are, and how many there may be. */
struct channel_counts {
	unsigned int now, max;
};
/* False: they are not known. */
bool facts_read_channels(struct irqkit_device *device, struct channel_counts *ret_counts);
/* Can `irqkit channels` set the number? */
bool facts_can_set_channels(struct irqkit_device *device);

#endif
