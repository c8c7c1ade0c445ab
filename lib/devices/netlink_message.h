/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages to and from the kernel, for the files that ask it something by netlink. */
#ifndef IRQKIT_NETLINK_MESSAGE_H
#define IRQKIT_NETLINK_MESSAGE_H

#include "base/macros.h"

#include <libmnl/libmnl.h>

struct netlink_packet {
	union {
		struct nlmsghdr header;
		char bytes[32768]; /* the kernel fills at most this much at a time */
	};
};

void netlink_close(struct mnl_socket **socket);
#define _cleanup_socket_ CLEANUP(netlink_close)

/* Its answers are waited for 2 seconds. */
int netlink_open(int protocol, struct mnl_socket **ret_socket);

/* The kernel's description of a family of generic netlink: its length in @packet. */
ssize_t netlink_read_family(
	struct mnl_socket *socket, struct netlink_packet *packet, const char *name);

/* The number of a family of generic netlink. -ENOENT: the kernel has no such family. */
int netlink_ask_family(struct mnl_socket *socket, struct netlink_packet *packet,
	const char *name, uint16_t *ret_family);

/* A question to a family of generic netlink, without attributes yet. */
struct nlmsghdr *netlink_put_request(
	struct netlink_packet *packet, uint16_t family, uint8_t command, uint16_t flags);

/* The length of what came. -ETIMEDOUT: nothing. */
ssize_t netlink_receive(struct mnl_socket *socket, struct netlink_packet *packet);

/*
 * Hands each of these messages to @each. 1: more will follow, 0: that was the end.
 * -EBADMSG: not messages; any other error: the answer of the kernel.
 */
int netlink_parse(const void *bytes, size_t len, mnl_cb_t each, void *data);

/*
 * Reads the 32-bit numbers of one message of generic netlink. @find_place returns where in
 * @into an attribute belongs; NULL: it is not wanted. Errors as for netlink_parse().
 */
typedef uint32_t *netlink_find_place_fn(void *into, uint16_t attribute);
int netlink_parse_numbers(
	const void *bytes, size_t len, netlink_find_place_fn *find_place, void *into);

/* Sets errno; for a function that is called by libmnl. */
int netlink_fail(int error);

#endif
