/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Questions about a network device, and settings of it, as ethtool(8) makes them: by the
 * generic netlink family "ethtool" (Linux 5.6), or by ioctl(SIOCETHTOOL).
 */
#ifndef IRQKIT_ETHTOOL_H
#define IRQKIT_ETHTOOL_H

#include "devices/netlink_message.h"

#include <stdbool.h>
#include <stdint.h>

struct ethtool {
	const char *name; /* of the device; not owned */
	struct mnl_socket *socket; /* owned */
	uint16_t family; /* 0: the kernel has no such family */
	struct netlink_packet packet; /* the message that is sent, then the answer */
};

/* @name: the device, by its name in /sys; it must live longer than the result */
int ethtool_open(struct ethtool *ethtool, const char *name);
void ethtool_close(struct ethtool *ethtool);
#define _cleanup_ethtool_ CLEANUP(ethtool_close)

/* A message about the device, without other attributes yet. */
struct nlmsghdr *ethtool_put_request(
	struct ethtool *ethtool, uint8_t command, uint16_t flags);
/* Sends it. Returns the length of the answer, which is in the packet. */
ssize_t ethtool_ask(struct ethtool *ethtool, const struct nlmsghdr *message);
/* The same for a message without attributes. -ENOENT: the kernel has no such family. */
ssize_t ethtool_get(struct ethtool *ethtool, uint8_t command);

/* @data: a struct of <linux/ethtool.h>, which begins with its command */
int ethtool_ioctl(struct ethtool *ethtool, void *data);

/*
 * Does this error of netlink mean that the ioctl may still succeed? The kernel has no such
 * message, or this driver no such call in it.
 */
bool ethtool_needs_ioctl(int error);

/*
 * Takes the answer to a setting. @ret_text: what the kernel says about it, in words, which
 * the caller frees; or NULL. -EBADMSG: not an answer; any other error: the kernel's.
 */
int ethtool_parse_ack(const void *bytes, size_t len, char **ret_text);

#endif
