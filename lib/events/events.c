/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Three sockets behind one descriptor. None of them needs a privilege. What each can say
 * is in uevent.c, links.c and ethtool_notice.c.
 */
#include "base/macros.h"
#include "devices/netlink_message.h"
#include "events/ethtool_notice.h"
#include "events/links.h"
#include "events/uevent.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define UEVENT_GROUP_KERNEL 1
#define RECEIVE_BUFFER (8 * 1024 * 1024)

enum source { SOURCE_UEVENT, SOURCE_LINK, SOURCE_ETHTOOL, N_SOURCES };

struct irqkit_events {
	struct mnl_socket *sockets[N_SOURCES]; /* owned; NULL: the kernel has none */
	int fd; /* owned; epoll */
	struct links links;
};

/* ------------------------------------------------------------------------------- */
/* The sockets                                                                     */

/* A larger buffer loses fewer messages; it needs a privilege beyond the system's limit. */
static void enlarge(struct mnl_socket *socket)
{
	const int size = RECEIVE_BUFFER;
	int fd = mnl_socket_get_fd(socket);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

static int listen_to(struct irqkit_events *events, enum source source, int protocol,
	unsigned int groups)
{
	struct epoll_event wanted = { .events = EPOLLIN, .data.u32 = source };
	_cleanup_socket_ struct mnl_socket *socket = mnl_socket_open2(
		protocol, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (!socket || mnl_socket_bind(socket, groups, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	enlarge(socket);
	if (epoll_ctl(events->fd, EPOLL_CTL_ADD, mnl_socket_get_fd(socket), &wanted) < 0)
		return -errno;
	events->sockets[source] = TAKE(socket);
	return 0;
}

/* The number of the group is asked on a socket that receives nothing else. */
static int ask_group(uint32_t *ret_group)
{
	_cleanup_socket_ struct mnl_socket *socket = NULL;
	struct netlink_packet packet;
	ssize_t n;
	int r = netlink_open(NETLINK_GENERIC, &socket);

	if (r < 0)
		return r;
	n = netlink_read_family(socket, &packet, "ethtool");
	return n < 0 ? (int)n
		     : ethtool_notice_parse_group(
			       packet.bytes, (size_t)n, "monitor", ret_group);
}

/* -ENOENT: a kernel before 5.6. There, uevents announce the queues. */
static int listen_to_ethtool(struct irqkit_events *events)
{
	uint32_t group;
	int r = ask_group(&group), fd;

	if (r == -ENOENT)
		return 0;
	if (r == 0)
		r = listen_to(events, SOURCE_ETHTOOL, NETLINK_GENERIC, 0);
	if (r < 0)
		return r;
	fd = mnl_socket_get_fd(events->sockets[SOURCE_ETHTOOL]);
	return setsockopt(
		       fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0
		? -errno
		: 0;
}

/* Asks for a dump of all links. */
static int ask_links(struct mnl_socket *socket)
{
	struct netlink_packet packet;
	struct nlmsghdr *message = mnl_nlmsg_put_header(packet.bytes);

	message->nlmsg_type = RTM_GETLINK;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	return mnl_socket_sendto(socket, message, message->nlmsg_len) < 0 ? -errno : 0;
}

/* ------------------------------------------------------------------------------- */
/* Reading                                                                         */

struct reading {
	irqkit_event_fn *fn;
	void *data;
	int n;
};

static void count(void *data, const struct irqkit_event *event)
{
	struct reading *reading = data;

	reading->n++;
	if (reading->fn)
		reading->fn(reading->data, event);
}

static void report_lost(struct reading *reading)
{
	const struct irqkit_event event = {
		.kind = IRQKIT_EVENT_LOST,
		.name = "",
		.cpu = -1,
	};

	count(reading, &event);
}

static int take(struct irqkit_events *events, enum source source,
	struct netlink_packet *packet, size_t len, struct reading *reading)
{
	struct irqkit_event event;

	switch (source) {
	case SOURCE_UEVENT:
		packet->bytes[len] = '\0';
		if (uevent_parse(packet->bytes, len, &event))
			count(reading, &event);
		return 0;
	case SOURCE_LINK:
		return links_take(&events->links, packet->bytes, len, count, reading);
	default:
		return ethtool_notice_take(packet->bytes, len, count, reading);
	}
}

/*
 * libmnl hides the sender of a message, and any process may send to this socket if it is
 * privileged: only the kernel, port 0, is believed.
 */
static ssize_t receive(int fd, struct netlink_packet *packet)
{
	struct sockaddr_nl from = { 0 };
	socklen_t from_len = sizeof(from);
	ssize_t n = RETRY(recvfrom(fd, packet->bytes, sizeof(packet->bytes) - 1,
		MSG_TRUNC, (struct sockaddr *)&from, &from_len));

	if (n < 0)
		return -errno;
	if ((size_t)n >= sizeof(packet->bytes))
		return -ENOBUFS;
	return from.nl_pid == 0 ? n : 0;
}

/* -ENOBUFS: messages were lost. What the links are like is then asked again. */
static int read_all(
	struct irqkit_events *events, enum source source, struct reading *reading)
{
	int fd = mnl_socket_get_fd(events->sockets[source]), r;
	struct netlink_packet packet;

	for (;;) {
		ssize_t n = receive(fd, &packet);

		if (n == -EAGAIN)
			return 0;
		if (n < 0 && n != -ENOBUFS)
			return (int)n;
		r = n > 0 ? take(events, source, &packet, (size_t)n, reading) : 0;
		if (n >= 0 && r >= 0)
			continue;
		if (r == -ENOMEM)
			return r;
		report_lost(reading);
		if (source == SOURCE_LINK) {
			/* on the same socket: no change can fall in between */
			r = ask_links(events->sockets[source]);
			if (r < 0)
				return r;
		}
	}
}

/* ------------------------------------------------------------------------------- */

EXPORT void irqkit_events_free(struct irqkit_events *events)
{
	if (!events)
		return;
	for (size_t i = 0; i < N_SOURCES; i++)
		netlink_close(&events->sockets[i]);
	if (events->fd >= 0)
		close(events->fd);
	links_free(&events->links);
	free(events);
}

static void free_events(struct irqkit_events **events)
{
	irqkit_events_free(*events);
}

/* The first answers describe all links as they are; they are not events. */
static int learn_links(struct irqkit_events *events)
{
	_cleanup_socket_ struct mnl_socket *socket = NULL;
	struct netlink_packet packet;
	int r = netlink_open(NETLINK_ROUTE, &socket);

	if (r == 0)
		r = ask_links(socket);
	if (r < 0)
		return r;
	do {
		ssize_t n = netlink_receive(socket, &packet);

		r = n < 0
			? (int)n
			: links_take(&events->links, packet.bytes, (size_t)n, NULL, NULL);
	} while (r > 0);
	return r;
}

EXPORT int irqkit_events_new(struct irqkit_events **ret_events)
{
	struct irqkit_events *events CLEANUP(free_events) = calloc(1, sizeof(*events));
	int r;

	if (!events)
		return -ENOMEM;
	events->fd = epoll_create1(EPOLL_CLOEXEC);
	if (events->fd < 0)
		return -errno;
	r = listen_to(events, SOURCE_UEVENT, NETLINK_KOBJECT_UEVENT, UEVENT_GROUP_KERNEL);
	if (r == 0)
		r = listen_to(events, SOURCE_LINK, NETLINK_ROUTE, RTMGRP_LINK);
	if (r == 0)
		r = listen_to_ethtool(events);
	if (r == 0)
		r = learn_links(events);
	if (r < 0)
		return r == -EBADMSG ? -EPROTO : r;
	*ret_events = TAKE(events);
	return 0;
}

EXPORT int irqkit_events_get_fd(const struct irqkit_events *events)
{
	return events->fd;
}

EXPORT int irqkit_events_read(
	struct irqkit_events *events, irqkit_event_fn *fn, void *data)
{
	struct reading reading = { .fn = fn, .data = data };

	for (int i = 0; i < N_SOURCES; i++) {
		int r = events->sockets[i] ? read_all(events, (enum source)i, &reading)
					   : 0;

		if (r < 0)
			return r;
	}
	return reading.n;
}

static int format(const struct irqkit_event *event, char **ret_text)
{
	switch (event->kind) {
	case IRQKIT_EVENT_CPU_ONLINE:
		return asprintf(ret_text, "CPU %d came online", event->cpu);
	case IRQKIT_EVENT_CPU_OFFLINE:
		return asprintf(ret_text, "CPU %d went offline", event->cpu);
	case IRQKIT_EVENT_DEVICE_ADDED:
		return asprintf(ret_text, "%s was added", event->name);
	case IRQKIT_EVENT_DEVICE_REMOVED:
		return asprintf(ret_text, "%s was removed", event->name);
	case IRQKIT_EVENT_DEVICE_RENAMED:
		return asprintf(
			ret_text, "%s was renamed to %s", event->former, event->name);
	case IRQKIT_EVENT_QUEUES:
	case IRQKIT_EVENT_CHANNELS:
		return asprintf(
			ret_text, "the number of queues of %s was changed", event->name);
	case IRQKIT_EVENT_RINGS:
		return asprintf(ret_text, "the rings of %s were changed", event->name);
	case IRQKIT_EVENT_RSS:
		return asprintf(ret_text, "the RSS table of %s was changed", event->name);
	case IRQKIT_EVENT_LINK_UP:
		return asprintf(ret_text, "%s was brought up", event->name);
	case IRQKIT_EVENT_LINK_DOWN:
		return asprintf(ret_text, "%s was brought down", event->name);
	case IRQKIT_EVENT_CARRIER_FOUND:
		return asprintf(ret_text, "%s has its carrier back", event->name);
	case IRQKIT_EVENT_CARRIER_LOST:
		return asprintf(ret_text, "%s lost its carrier", event->name);
	case IRQKIT_EVENT_DRIVER_BOUND:
		return asprintf(ret_text, "a driver took over %s", event->name);
	case IRQKIT_EVENT_DRIVER_UNBOUND:
		return asprintf(ret_text, "the driver released %s", event->name);
	case IRQKIT_EVENT_LOST:
		break;
	}
	return asprintf(ret_text, "the kernel dropped messages");
}

EXPORT int irqkit_event_describe(const struct irqkit_event *event, char **ret_text)
{
	char *text;

	if (format(event, &text) < 0)
		return -ENOMEM;
	*ret_text = text;
	return 0;
}
