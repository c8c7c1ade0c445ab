/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's own word. The generic netlink family "netdev" (Linux 6.8):
 *
 *	QUEUE_GET   queue (device, rx or tx, number) -> NAPI id
 *	NAPI_GET    NAPI id (device) -> interrupt, thread's pid
 *
 * Each driver fills in what it cares to: a queue can lack its NAPI, a NAPI its
 * interrupt. A device that is down has none of either. And rtnetlink (Linux 5.5):
 *
 *	RTM_GETLINK   alternative name -> device, and its name in /sys
 *
 * The messages are read by functions from bytes; only the last part of this file talks
 * to the kernel.
 */
#include "devices/netlink.h"
#include "base/array.h"
#include "base/number.h"
#include "devices/netlink_message.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

/*
 * include/uapi/linux/netdev.h, which is newer than many a build machine. New attributes
 * come, these stay.
 */
enum {
	COMMAND_QUEUE_GET = 10,
	COMMAND_NAPI_GET = 11,

	NAPI_IFINDEX = 1,
	NAPI_ID = 2,
	NAPI_IRQ = 3,
	NAPI_PID = 4,

	QUEUE_ID = 1,
	QUEUE_IFINDEX = 2,
	QUEUE_TYPE = 3,
	QUEUE_NAPI_ID = 4,
};

/* include/uapi/linux/if_link.h and if.h: newer than some build machines, too. */
enum {
	LINK_ALT_IFNAME = 53,
	ALT_IFNAME_SIZE = 128,
};

#define N_ATTRIBUTES 5 /* those above; attribute 0 is none */
#define PATIENCE_SECONDS 2
#define ATTEMPTS 5

/* ------------------------------------------------------------------------------- */
/* From bytes                                                                      */

struct attributes {
	uint32_t value[N_ATTRIBUTES]; /* NO_NUMBER: not there */
};

static int read_attribute(const struct nlattr *attribute, void *data)
{
	struct attributes *attributes = data;
	uint16_t type = mnl_attr_get_type(attribute);

	if (type >= N_ATTRIBUTES)
		return MNL_CB_OK;
	if (mnl_attr_validate(attribute, MNL_TYPE_U32) < 0)
		return MNL_CB_ERROR;
	attributes->value[type] = mnl_attr_get_u32(attribute);
	return MNL_CB_OK;
}

static int read_attributes(const struct nlmsghdr *message, struct attributes *attributes)
{
	memset(attributes, 0xff, sizeof(*attributes));
	if (mnl_nlmsg_get_payload_len(message) < sizeof(struct genlmsghdr)) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	return mnl_attr_parse(
		message, sizeof(struct genlmsghdr), read_attribute, attributes);
}

static int add_napi(const struct nlmsghdr *message, void *data)
{
	struct netlink_answers *answers = data;
	struct attributes a;

	if (read_attributes(message, &a) <= MNL_CB_ERROR)
		return MNL_CB_ERROR;
	if (a.value[NAPI_IFINDEX] == NO_NUMBER || a.value[NAPI_ID] == NO_NUMBER)
		return MNL_CB_OK;
	if (!GROW(answers->napis, answers->n_napis, answers->napis_room)) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	answers->napis[answers->n_napis++] = (struct netlink_napi){
		.ifindex = a.value[NAPI_IFINDEX],
		.id = a.value[NAPI_ID],
		.irq = a.value[NAPI_IRQ],
		.pid = a.value[NAPI_PID],
	};
	return MNL_CB_OK;
}

static int add_queue(const struct nlmsghdr *message, void *data)
{
	struct netlink_answers *answers = data;
	struct attributes a;

	if (read_attributes(message, &a) <= MNL_CB_ERROR)
		return MNL_CB_ERROR;
	if (a.value[QUEUE_IFINDEX] == NO_NUMBER || a.value[QUEUE_ID] == NO_NUMBER ||
		a.value[QUEUE_TYPE] > 1)
		return MNL_CB_OK;
	if (!GROW(answers->queues, answers->n_queues, answers->queues_room)) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	answers->queues[answers->n_queues++] = (struct netlink_queue){
		.ifindex = a.value[QUEUE_IFINDEX],
		.number = a.value[QUEUE_ID],
		.is_tx = a.value[QUEUE_TYPE] == 1,
		.napi_id = a.value[QUEUE_NAPI_ID],
	};
	return MNL_CB_OK;
}

static int read_family_attribute(const struct nlattr *attribute, void *data)
{
	uint16_t *family = data;

	if (mnl_attr_get_type(attribute) != CTRL_ATTR_FAMILY_ID)
		return MNL_CB_OK;
	if (mnl_attr_validate(attribute, MNL_TYPE_U16) < 0)
		return MNL_CB_ERROR;
	*family = mnl_attr_get_u16(attribute);
	return MNL_CB_OK;
}

static int read_family(const struct nlmsghdr *message, void *data)
{
	if (mnl_nlmsg_get_payload_len(message) < sizeof(struct genlmsghdr)) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	return mnl_attr_parse(
		message, sizeof(struct genlmsghdr), read_family_attribute, data);
}

static int read_link_attribute(const struct nlattr *attribute, void *data)
{
	struct netlink_link *link = data;

	if (mnl_attr_get_type(attribute) != IFLA_IFNAME)
		return MNL_CB_OK;
	if (mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) < 0)
		return MNL_CB_ERROR;
	if (mnl_attr_get_payload_len(attribute) > sizeof(link->name)) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	strcpy(link->name, mnl_attr_get_str(attribute));
	return MNL_CB_OK;
}

static int read_link(const struct nlmsghdr *message, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct netlink_link *link = data;

	if (message->nlmsg_type != RTM_NEWLINK ||
		mnl_nlmsg_get_payload_len(message) < sizeof(*info) ||
		info->ifi_index <= 0) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	link->ifindex = (uint32_t)info->ifi_index;
	return mnl_attr_parse(message, sizeof(*info), read_link_attribute, data);
}

/*
 * Are these complete messages and nothing else? libmnl ignores a rest, and takes a length
 * above INT_MAX for a negative one, which makes it loop for ever.
 */
static bool are_messages(const char *bytes, size_t len)
{
	size_t at = 0;

	while (len - at >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *message = (const void *)(bytes + at);

		if (message->nlmsg_len < sizeof(*message) ||
			message->nlmsg_len > len - at)
			return false;
		at += NLMSG_ALIGN(message->nlmsg_len);
		if (at >= len)
			return true;
	}
	return false;
}

int netlink_fail(int error)
{
	errno = error;
	return MNL_CB_ERROR;
}

/* No question that is asked here is answered only by "no error". */
static int read_error(const struct nlmsghdr *message, void *data)
{
	const struct nlmsgerr *answer = mnl_nlmsg_get_payload(message);

	(void)data;
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*answer) || answer->error >= 0)
		return netlink_fail(EBADMSG);
	return netlink_fail(-answer->error);
}

/* A dump that ended early says why (net/netlink/af_netlink.c, netlink_dump_done()). */
static int read_done(const struct nlmsghdr *message, void *data)
{
	const int *error = mnl_nlmsg_get_payload(message);

	(void)data;
	if (mnl_nlmsg_get_payload_len(message) >= sizeof(*error) && *error < 0)
		return netlink_fail(-*error);
	return MNL_CB_STOP;
}

static int read_overrun(const struct nlmsghdr *message, void *data)
{
	(void)message;
	(void)data;
	return netlink_fail(ENOBUFS);
}

int netlink_parse(const void *bytes, size_t len, mnl_cb_t each, void *data)
{
	mnl_cb_t control[] = {
		[NLMSG_ERROR] = read_error,
		[NLMSG_DONE] = read_done,
		[NLMSG_OVERRUN] = read_overrun,
	};
	int r;

	if (!are_messages(bytes, len))
		return -EBADMSG;
	errno = 0;
	r = mnl_cb_run2(bytes, len, 0, 0, each, data, control, LENGTH(control));
	if (r <= MNL_CB_ERROR)
		return errno ? -errno : -EBADMSG;
	return r == MNL_CB_STOP ? 0 : 1;
}

int netlink_parse_napis(struct netlink_answers *answers, const void *bytes, size_t len)
{
	return netlink_parse(bytes, len, add_napi, answers);
}

int netlink_parse_queues(struct netlink_answers *answers, const void *bytes, size_t len)
{
	return netlink_parse(bytes, len, add_queue, answers);
}

int netlink_parse_family(const void *bytes, size_t len, uint16_t *ret_family)
{
	uint16_t family = 0;
	int r = netlink_parse(bytes, len, read_family, &family);

	if (r < 0)
		return r;
	if (!family)
		return -ENOENT;
	*ret_family = family;
	return 0;
}

int netlink_parse_link(const void *bytes, size_t len, struct netlink_link *ret_link)
{
	struct netlink_link link = { 0 };
	int r = netlink_parse(bytes, len, read_link, &link);

	if (r < 0)
		return r;
	if (!link.name[0])
		return -EBADMSG;
	*ret_link = link;
	return 0;
}

void netlink_free(struct netlink_answers *answers)
{
	free(answers->napis);
	free(answers->queues);
	*answers = (struct netlink_answers){ 0 };
}

/* ------------------------------------------------------------------------------- */
/* From the kernel                                                                 */

void netlink_close(struct mnl_socket **socket)
{
	if (*socket)
		mnl_socket_close(*socket);
}

static struct nlmsghdr *put_header(
	struct netlink_packet *buffer, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer->bytes);

	message->nlmsg_type = type;
	message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	return message;
}

/* The text ends on the stack's old bytes, up to the next multiple of 4. */
static void put_text(struct nlmsghdr *message, uint16_t type, const char *text)
{
	memset(mnl_nlmsg_get_payload_tail(message), 0, strlen(text) + 8);
	mnl_attr_put_strz(message, type, text);
}

struct nlmsghdr *netlink_put_request(
	struct netlink_packet *buffer, uint16_t family, uint8_t command, uint16_t flags)
{
	struct nlmsghdr *message = put_header(buffer, family, flags);
	struct genlmsghdr *generic;

	generic = mnl_nlmsg_put_extra_header(message, sizeof(*generic));
	generic->cmd = command;
	generic->version = 1;
	return message;
}

ssize_t netlink_receive(struct mnl_socket *socket, struct netlink_packet *buffer)
{
	ssize_t n;

	do
		n = mnl_socket_recvfrom(socket, buffer->bytes, sizeof(buffer->bytes));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return n;
}

ssize_t netlink_read_family(
	struct mnl_socket *socket, struct netlink_packet *buffer, const char *name)
{
	struct nlmsghdr *message = netlink_put_request(
		buffer, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);

	put_text(message, CTRL_ATTR_FAMILY_NAME, name);
	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return -errno;
	return netlink_receive(socket, buffer);
}

int netlink_ask_family(struct mnl_socket *socket, struct netlink_packet *buffer,
	const char *name, uint16_t *ret_family)
{
	ssize_t n = netlink_read_family(socket, buffer, name);

	return n < 0 ? (int)n
		     : netlink_parse_family(buffer->bytes, (size_t)n, ret_family);
}

static int ask_all(struct mnl_socket *socket, struct netlink_packet *buffer,
	uint16_t family, uint8_t command, struct netlink_answers *answers,
	int (*read)(struct netlink_answers *answers, const void *bytes, size_t len))
{
	struct nlmsghdr *message = netlink_put_request(
		buffer, family, command, NLM_F_DUMP);
	int r;

	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t n = netlink_receive(socket, buffer);

		r = n < 0 ? (int)n : read(answers, buffer->bytes, (size_t)n);
	} while (r > 0);
	return r;
}

int netlink_open(int protocol, struct mnl_socket **ret_socket)
{
	_cleanup_socket_ struct mnl_socket *socket = mnl_socket_open2(
		protocol, SOCK_CLOEXEC);
	const struct timeval patience = { .tv_sec = PATIENCE_SECONDS };

	if (!socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
		setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVTIMEO, &patience,
			sizeof(patience)) < 0)
		return -errno;
	*ret_socket = TAKE(socket);
	return 0;
}

/* On a socket of its own: what an attempt before has left unread answers nothing else. */
static int ask_once(struct netlink_answers *answers)
{
	_cleanup_socket_ struct mnl_socket *socket = NULL;
	struct netlink_packet buffer;
	uint16_t family = 0;
	int r = netlink_open(NETLINK_GENERIC, &socket);

	if (r < 0)
		return r;
	r = netlink_ask_family(socket, &buffer, "netdev", &family);
	if (r == 0)
		r = ask_all(socket, &buffer, family, COMMAND_NAPI_GET, answers,
			netlink_parse_napis);
	if (r == 0)
		r = ask_all(socket, &buffer, family, COMMAND_QUEUE_GET, answers,
			netlink_parse_queues);
	if (r < 0)
		netlink_free(answers);
	else
		netlink_sort(answers);
	/* a file that is damaged may be skipped, an answer may not */
	return r == -EBADMSG ? -EPROTO : r;
}

/*
 * A device appeared or disappeared while the kernel listed them, or the list did not fit.
 */
static bool is_passing(int r)
{
	return r == -EINTR || r == -ENOBUFS;
}

int netlink_ask(struct netlink_answers *answers)
{
	int r = -EINTR;

	for (int attempt = 0; attempt < ATTEMPTS && is_passing(r); attempt++)
		r = ask_once(answers);
	return r;
}

/* net/core/rtnetlink.c, rtnl_getlink(): it finds a device by either kind of name. */
int netlink_ask_link(const char *alternative, struct netlink_link *ret_link)
{
	_cleanup_socket_ struct mnl_socket *socket = NULL;
	struct nlmsghdr *message;
	struct netlink_packet buffer;
	ssize_t n;
	int r;

	if (strlen(alternative) >= ALT_IFNAME_SIZE)
		return -ENODEV;
	r = netlink_open(NETLINK_ROUTE, &socket);
	if (r < 0)
		return r;
	message = put_header(&buffer, RTM_GETLINK, 0);
	mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	put_text(message, LINK_ALT_IFNAME, alternative);
	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return -errno;
	n = netlink_receive(socket, &buffer);
	if (n < 0)
		return (int)n;
	r = netlink_parse_link(buffer.bytes, (size_t)n, ret_link);
	return r == -EBADMSG ? -EPROTO : r;
}
