/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many packets queues have received or sent, since their interfaces are there. */
#ifndef IRQKIT_PACKETS_H
#define IRQKIT_PACKETS_H

#include <irqkit.h>

#define DEVICE_NAME_SIZE 16 /* IFNAMSIZ */
#define WHOLE_DEVICE UINT32_MAX /* the packets of an interface, by direction */

struct queue_packets {
	char device[DEVICE_NAME_SIZE];
	bool is_tx;
	uint32_t queue;
	enum irqkit_packets_source source;
	uint64_t packets;
};

struct packets {
	struct queue_packets *queues; /* owned */
	size_t n, room;
};

/* A network interface, while it is asked. */
struct packets_device {
	uint32_t ifindex;
	char name[DEVICE_NAME_SIZE];
	bool has_answered;
};

struct packets_devices {
	struct packets_device *devices; /* owned; by ifindex */
	size_t n, room;
};

void packets_free(struct packets *packets);
int packets_add(struct packets *packets, const struct queue_packets *queue);

/* Once all are there; then one can be found. NULL: not known. */
void packets_sort(struct packets *packets);
const struct queue_packets *packets_find(
	const struct packets *packets, const char *device, bool is_tx, uint32_t queue);

/* NULL: there is no such interface. */
struct packets_device *packets_find_device(
	const struct packets_devices *devices, uint32_t ifindex);

/* packets_qstats.c: asks for all queues at once. Kernels and drivers may have no answer. */
int packets_ask_qstats(struct packets *packets, struct packets_devices *devices);
struct packets_question {
	struct packets *packets;
	struct packets_devices *devices;
};
int packets_parse_qstats(
	const struct packets_question *question, const void *bytes, size_t len);

/* packets_ethtool.c: asks the drivers of those that have not answered yet. */
int packets_ask_ethtool(struct packets *packets, const struct packets_devices *devices);
/* The queue of a statistic such as "rx_queue_0_packets"; false: it is another one. */
bool packets_parse_name(
	const char *name, size_t len, bool *ret_is_tx, uint32_t *ret_queue);

/*
 * packets_read.c: all that is known. A saved root has the files net/queue_packets and
 * net/dev below @proc.
 */
int packets_read(struct irqkit_ctx *ctx, const char *proc, struct packets *packets);
int packets_parse_saved(struct packets *packets, const char *text, size_t len);
int packets_parse_net_dev(struct packets *packets, const char *text, size_t len);

#endif
