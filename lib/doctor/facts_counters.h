/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counters of packets that the load does not have. */
#ifndef IRQKIT_FACTS_COUNTERS_H
#define IRQKIT_FACTS_COUNTERS_H

#include "doctor/facts.h"

/*
 * The packets that the flow limit dropped: between the two readings if a saved system has
 * two, otherwise since boot. -ENODATA: the kernel does not count them.
 */
int facts_sum_flow_limited(struct facts *facts, uint64_t *ret_sum);

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
