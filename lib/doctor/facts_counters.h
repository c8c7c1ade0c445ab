/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counters of packets that the load does not have. */
#ifndef IRQKIT_FACTS_COUNTERS_H
#define IRQKIT_FACTS_COUNTERS_H

#include "doctor/facts.h"

/* Columns of /proc/net/softnet_stat: net/core/net-procfs.c, softnet_seq_show() */
enum softnet_column {
	SOFTNET_FLOW_LIMIT = 10,
};

/*
 * Adds up one column: what it grew by if a saved system has a second reading, otherwise
 * what it is since boot. -ENODATA: the kernel has no such column.
 */
int facts_sum_softnet(struct facts *facts, enum softnet_column column, uint64_t *ret_sum);

/* How fast a counter of an interface grows. */
struct net_rate {
	double per_second;
	bool is_measured; /* otherwise it is the mean since boot */
};

/* @name: "rx_missed_errors". False: it is not known. */
bool facts_find_net_rate(struct facts *facts, const struct irqkit_device *device,
	const char *name, struct net_rate *ret_rate);

/* Packets received and sent for each interrupt of the device. False: not known. */
bool facts_find_packets_per_irq(
	struct facts *facts, const struct fact_device *device, double *ret_packets);

#endif
