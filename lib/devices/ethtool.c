/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages of the generic netlink family "ethtool", which all begin with a header that
 * names the device; and ioctl(SIOCETHTOOL), which is all that older kernels have.
 *
 * The answer to a setting is NLMSG_ERROR, whose error may be 0 (net/netlink/af_netlink.c,
 * netlink_ack()):
 *
 *	struct nlmsghdr    flags: CAPPED, ACK_TLVS
 *	int error          negative, or 0
 *	struct nlmsghdr    of the request; without CAPPED, all of the request
 *	attributes         with ACK_TLVS: 1 is a text, 2 the offset of the wrong attribute
 */
#include "devices/ethtool.h"

#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int ethtool_open(struct ethtool *ethtool, const char *name)
{
	int r;

	ethtool->name = name;
	ethtool->socket = NULL;
	ethtool->family = 0;
	if (strlen(name) >= IFNAMSIZ)
		return -ENODEV;
	r = netlink_open(NETLINK_GENERIC, &ethtool->socket);
	if (r < 0)
		return r;
	r = netlink_ask_family(
		ethtool->socket, &ethtool->packet, ETHTOOL_GENL_NAME, &ethtool->family);
	return r == -ENOENT ? 0 : r;
}

void ethtool_close(struct ethtool *ethtool)
{
	netlink_close(&ethtool->socket);
}

struct nlmsghdr *ethtool_put_request(
	struct ethtool *ethtool, uint8_t command, uint16_t flags)
{
	struct nlmsghdr *message = netlink_put_request(
		&ethtool->packet, ethtool->family, command, flags);
	struct nlattr *header;

	/* attribute 1 of every message of this family */
	memset(mnl_nlmsg_get_payload_tail(message), 0, 2 * MNL_ATTR_HDRLEN + IFNAMSIZ);
	header = mnl_attr_nest_start(message, ETHTOOL_A_CHANNELS_HEADER);
	mnl_attr_put_strz(message, ETHTOOL_A_HEADER_DEV_NAME, ethtool->name);
	mnl_attr_nest_end(message, header);
	return message;
}

ssize_t ethtool_ask(struct ethtool *ethtool, const struct nlmsghdr *message)
{
	/* the kernel explains a refusal, if it knows how; without that, a number is enough */
	const int on = 1;

	setsockopt(mnl_socket_get_fd(ethtool->socket), SOL_NETLINK, NETLINK_EXT_ACK, &on,
		sizeof(on));
	if (mnl_socket_sendto(ethtool->socket, message, message->nlmsg_len) < 0)
		return -errno;
	return netlink_receive(ethtool->socket, &ethtool->packet);
}

ssize_t ethtool_get(struct ethtool *ethtool, uint8_t command)
{
	if (!ethtool->family)
		return -ENOENT;
	return ethtool_ask(ethtool, ethtool_put_request(ethtool, command, 0));
}

/* Any socket will do: net/socket.c, sock_do_ioctl() */
int ethtool_ioctl(struct ethtool *ethtool, void *data)
{
	struct ifreq request = { .ifr_data = data };

	strncpy(request.ifr_name, ethtool->name, IFNAMSIZ - 1);
	return RETRY(ioctl(mnl_socket_get_fd(ethtool->socket), SIOCETHTOOL, &request)) < 0
		? -errno
		: 0;
}

bool ethtool_needs_ioctl(int error)
{
	return error == -EOPNOTSUPP || error == -ENOENT;
}

/* ------------------------------------------------------------------------------- */

/* The attributes of an answer, which begin after the request as far as it is repeated. */
static size_t find_attributes(const struct nlmsghdr *message, size_t len)
{
	const struct nlmsgerr *answer = mnl_nlmsg_get_payload(message);
	size_t at = sizeof(*message) + sizeof(*answer);

	if (!(message->nlmsg_flags & NLM_F_CAPPED) &&
		answer->msg.nlmsg_len > sizeof(answer->msg))
		at += NLMSG_ALIGN(answer->msg.nlmsg_len) - sizeof(answer->msg);
	return message->nlmsg_flags & NLM_F_ACK_TLVS && at <= len ? at : len;
}

static int copy_text(const struct nlattr *attribute, char **ret_text)
{
	const char *text = mnl_attr_get_payload(attribute);

	*ret_text = strndup(text, mnl_attr_get_payload_len(attribute));
	return *ret_text ? 0 : -ENOMEM;
}

static int find_text(const char *bytes, size_t at, size_t len, char **ret_text)
{
	while (len - at >= sizeof(struct nlattr)) {
		const struct nlattr *attribute = (const void *)(bytes + at);

		if (attribute->nla_len < sizeof(*attribute) ||
			attribute->nla_len > len - at)
			break;
		if (mnl_attr_get_type(attribute) == NLMSGERR_ATTR_MSG)
			return copy_text(attribute, ret_text);
		at += NLA_ALIGN(attribute->nla_len);
		if (at > len)
			break;
	}
	return 0;
}

int ethtool_parse_ack(const void *bytes, size_t len, char **ret_text)
{
	const struct nlmsghdr *message = bytes;
	const struct nlmsgerr *answer;
	int r;

	*ret_text = NULL;
	if (len < sizeof(*message) || message->nlmsg_len > len ||
		message->nlmsg_len < sizeof(*message) + sizeof(*answer) ||
		message->nlmsg_type != NLMSG_ERROR)
		return -EBADMSG;
	answer = mnl_nlmsg_get_payload(message);
	if (answer->error > 0 || answer->error < -4095)
		return -EBADMSG;
	len = message->nlmsg_len;
	r = find_text(bytes, find_attributes(message, len), len, ret_text);
	return r < 0 ? r : answer->error;
}
