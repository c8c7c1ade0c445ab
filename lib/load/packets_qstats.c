/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The packets of queues by the generic netlink family "netdev" (Linux 6.10):
 *
 *	QSTATS_GET   scope: queue -> device, rx or tx, number, rx-packets, tx-packets
 *
 * Devices whose drivers do not count for this are missing from the answer. A number has 4
 * bytes while it fits, and 8 otherwise (net/core/netdev-genl.c, netdev_nl_stats_write_rx()).
 */
#include "base/macros.h"
#include "base/number.h"
#include "devices/netlink_message.h"
#include "load/packets.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>

/* include/uapi/linux/netdev.h, which is older on many a build machine */
enum {
	COMMAND_QSTATS_GET = 12,

	QSTATS_IFINDEX = 1,
	QSTATS_QUEUE_TYPE = 2,
	QSTATS_QUEUE_ID = 3,
	QSTATS_SCOPE = 4,
	QSTATS_RX_PACKETS = 8,
	QSTATS_TX_PACKETS = 10,

	SCOPE_QUEUE = 1,
	TYPE_TX = 1,
};

#define N_ATTRIBUTES (QSTATS_TX_PACKETS + 1)

struct answer {
	uint64_t value[N_ATTRIBUTES];
	bool has[N_ATTRIBUTES];
};

static int read_attribute(const struct nlattr *attribute, void *data)
{
	struct answer *answer = data;
	uint16_t type = mnl_attr_get_type(attribute);

	if (type >= N_ATTRIBUTES)
		return MNL_CB_OK;
	switch (mnl_attr_get_payload_len(attribute)) {
	case sizeof(uint32_t):
		answer->value[type] = mnl_attr_get_u32(attribute);
		break;
	case sizeof(uint64_t):
		answer->value[type] = mnl_attr_get_u64(attribute);
		break;
	default:
		return netlink_fail(EBADMSG);
	}
	answer->has[type] = true;
	return MNL_CB_OK;
}

static int add_queue(const struct nlmsghdr *message, void *data)
{
	const struct packets_question *question = data;
	struct answer a = { 0 };
	struct packets_device *device;
	struct queue_packets queue;
	int r;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(struct genlmsghdr))
		return netlink_fail(EBADMSG);
	r = mnl_attr_parse(message, sizeof(struct genlmsghdr), read_attribute, &a);
	if (r <= MNL_CB_ERROR)
		return r;
	queue.is_tx = a.value[QSTATS_QUEUE_TYPE] == TYPE_TX;
	if (!a.has[QSTATS_IFINDEX] || !a.has[QSTATS_QUEUE_TYPE] ||
		!a.has[QSTATS_QUEUE_ID] ||
		!a.has[queue.is_tx ? QSTATS_TX_PACKETS : QSTATS_RX_PACKETS])
		return MNL_CB_OK;
	device = packets_find_device(
		question->devices, (uint32_t)a.value[QSTATS_IFINDEX]);
	if (!device)
		return MNL_CB_OK;
	device->has_answered = true;
	memcpy(queue.device, device->name, sizeof(queue.device));
	queue.queue = (uint32_t)a.value[QSTATS_QUEUE_ID];
	queue.source = IRQKIT_PACKETS_QSTATS;
	queue.packets = a.value[queue.is_tx ? QSTATS_TX_PACKETS : QSTATS_RX_PACKETS];
	return packets_add(question->packets, &queue) < 0 ? netlink_fail(ENOMEM)
							  : MNL_CB_OK;
}

int packets_parse_qstats(
	const struct packets_question *question, const void *bytes, size_t len)
{
	return netlink_parse(bytes, len, add_queue, (void *)question);
}

/* ------------------------------------------------------------------------------- */

static int ask(const struct packets_question *question)
{
	_cleanup_socket_ struct mnl_socket *socket = NULL;
	struct netlink_packet buffer;
	struct nlmsghdr *message;
	uint16_t family = 0;
	int r = netlink_open(NETLINK_GENERIC, &socket);

	if (r == 0)
		r = netlink_ask_family(socket, &buffer, "netdev", &family);
	if (r < 0)
		return r;
	message = netlink_put_request(&buffer, family, COMMAND_QSTATS_GET, NLM_F_DUMP);
	mnl_attr_put_u32(message, QSTATS_SCOPE, SCOPE_QUEUE);
	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t n = netlink_receive(socket, &buffer);

		r = n < 0 ? (int)n
			  : packets_parse_qstats(question, buffer.bytes, (size_t)n);
	} while (r > 0);
	return r;
}

/*
 * Whatever is wrong, other sources are asked for what is missing. A dump that an interface
 * has disturbed holds true answers.
 */
int packets_ask_qstats(struct packets *packets, struct packets_devices *devices)
{
	const struct packets_question question = { packets, devices };

	return ask(&question) == -ENOMEM ? -ENOMEM : 0;
}
