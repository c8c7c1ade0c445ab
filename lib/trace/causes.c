/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events of the kernel after which it changes settings itself. None of them needs root.
 *
 *	uevent     offline@/devices/system/cpu/cpu3
 *	           bind@/devices/pci0000:40/0000:40:02.0/0000:43:00.0   DRIVER=e1000e
 *	           add@/devices/.../net/eth0                            INTERFACE=eth0
 *	rtnetlink  RTM_NEWLINK: IFF_UP and IFF_LOWER_UP, compared with what was known.
 *	           A Xen backend has its interrupts when its carrier goes on; no other
 *	           message comes then.
 *	ethtool    CHANNELS_NTF, RINGS_NTF
 */
#include "trace/causes.h"
#include "base/array.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/netlink_message.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <time.h>

#define FLAG_UP 0x1u /* net/if.h and linux/if.h cannot both be included */
#define FLAG_LOWER_UP 0x10000u
#define UEVENT_GROUP 1 /* the kernel's own; udev sends to 2 */
#define RECEIVE_BYTES (1 << 20)
#define CAUSES_MAX 1000 /* more at a time explain nothing */

int64_t causes_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void cause_clear(struct cause *cause)
{
	free(cause->path);
	free(cause->driver);
	*cause = (struct cause){ 0 };
}

int cause_format(const struct cause *cause, char **ret_reason)
{
	const char *device = cause->path ? strrchr(cause->path, '/') : NULL;
	int n = -1;

	switch (cause->kind) {
	case CAUSE_CPU_OFFLINE:
		n = asprintf(ret_reason, "CPU %u went offline", cause->cpu);
		break;
	case CAUSE_CPU_ONLINE:
		n = asprintf(ret_reason, "CPU %u came online", cause->cpu);
		break;
	case CAUSE_CHANNELS:
		n = asprintf(ret_reason, "ethtool -L %s", cause->net);
		break;
	case CAUSE_RINGS:
		n = asprintf(ret_reason, "ethtool -G %s", cause->net);
		break;
	case CAUSE_UP:
		n = asprintf(ret_reason, "%s was brought up", cause->net);
		break;
	case CAUSE_CONNECTED:
		n = asprintf(ret_reason, "%s connected", cause->net);
		break;
	case CAUSE_BOUND:
		n = asprintf(ret_reason, "driver %s was bound to %s",
			cause->driver ? cause->driver : "?", device ? device + 1 : "?");
		break;
	case CAUSE_APPEARED:
		n = asprintf(ret_reason, "%s appeared", cause->net);
		break;
	}
	return n < 0 ? -ENOMEM : 0;
}

/* Takes what @cause owns over, also if it fails. */
static int add_cause(struct causes *causes, struct cause *cause)
{
	if (causes->n == CAUSES_MAX) {
		cause_clear(&causes->causes[0]);
		memmove(causes->causes, causes->causes + 1,
			--causes->n * sizeof(*causes->causes));
	}
	if (!GROW(causes->causes, causes->n, causes->room)) {
		cause_clear(cause);
		return -ENOMEM;
	}
	cause->time = causes_now();
	causes->causes[causes->n++] = *cause;
	return 1;
}

void causes_forget(struct causes *causes, int64_t time)
{
	size_t n_old = 0;

	while (n_old < causes->n && causes->causes[n_old].time < time)
		cause_clear(&causes->causes[n_old++]);
	if (n_old == 0)
		return;
	causes->n -= n_old;
	memmove(causes->causes, causes->causes + n_old,
		causes->n * sizeof(*causes->causes));
}

static bool set_net(struct cause *cause, const char *name)
{
	size_t len = strlen(name);

	if (len < 1 || len > SETTING_DEVICE_MAX)
		return false;
	memcpy(cause->net, name, len + 1);
	return true;
}

/* ------------------------------------------------------------------------------- */
/* uevents                                                                         */

struct uevent {
	const char *action, *path, *subsystem, *driver, *interface; /* NULL: not there */
};

static void read_key(struct uevent *uevent, const char *text)
{
	static const struct {
		const char *key;
		size_t offset;
	} keys[] = {
		{ "ACTION=", offsetof(struct uevent, action) },
		{ "DEVPATH=", offsetof(struct uevent, path) },
		{ "SUBSYSTEM=", offsetof(struct uevent, subsystem) },
		{ "DRIVER=", offsetof(struct uevent, driver) },
		{ "INTERFACE=", offsetof(struct uevent, interface) },
	};

	for (size_t i = 0; i < LENGTH(keys); i++) {
		size_t len = strlen(keys[i].key);

		if (strncmp(text, keys[i].key, len) == 0)
			*(const char **)((char *)uevent + keys[i].offset) = text + len;
	}
}

/* What does not end with a NUL, or lacks a key, is no message of the kernel. */
static bool parse_uevent(const char *bytes, size_t len, struct uevent *ret_uevent)
{
	struct uevent uevent = { 0 };

	if (len == 0 || bytes[len - 1] != '\0' || !strchr(bytes, '@'))
		return false;
	for (size_t at = 0; at < len; at += strlen(bytes + at) + 1)
		read_key(&uevent, bytes + at);
	*ret_uevent = uevent;
	return uevent.action && uevent.path && uevent.subsystem;
}

static bool find_cpu_cause(const struct uevent *uevent, struct cause *cause)
{
	const char *name = strrchr(uevent->path, '/');

	if (strcmp(uevent->action, "offline") == 0)
		cause->kind = CAUSE_CPU_OFFLINE;
	else if (strcmp(uevent->action, "online") == 0)
		cause->kind = CAUSE_CPU_ONLINE;
	else
		return false;
	return name && strncmp(name, "/cpu", 4) == 0 &&
		parse_u32(name + 4, strlen(name + 4), &cause->cpu) == 0;
}

static bool find_uevent_cause(const struct uevent *uevent, struct cause *cause)
{
	if (strcmp(uevent->subsystem, "cpu") == 0)
		return find_cpu_cause(uevent, cause);
	if (strcmp(uevent->action, "bind") == 0) {
		cause->kind = CAUSE_BOUND;
		return true;
	}
	cause->kind = CAUSE_APPEARED;
	return strcmp(uevent->subsystem, "net") == 0 &&
		strcmp(uevent->action, "add") == 0 && uevent->interface &&
		set_net(cause, uevent->interface);
}

int causes_take_uevent(struct causes *causes, const char *bytes, size_t len)
{
	struct cause cause = { 0 };
	struct uevent uevent;

	if (!parse_uevent(bytes, len, &uevent) || !find_uevent_cause(&uevent, &cause))
		return 0;
	cause.path = strdup(uevent.path);
	if (uevent.driver)
		cause.driver = strdup(uevent.driver);
	if (!cause.path || (uevent.driver && !cause.driver)) {
		cause_clear(&cause);
		return -ENOMEM;
	}
	return add_cause(causes, &cause);
}

/* ------------------------------------------------------------------------------- */
/* rtnetlink                                                                       */

static struct link *find_link(struct causes *causes, uint32_t index)
{
	for (size_t i = 0; i < causes->n_links; i++)
		if (causes->links[i].index == index)
			return &causes->links[i];
	return NULL;
}

static int put_link(struct causes *causes, uint32_t index, uint32_t flags)
{
	struct link *link = find_link(causes, index);

	if (!link) {
		if (!GROW(causes->links, causes->n_links, causes->links_room))
			return -ENOMEM;
		link = &causes->links[causes->n_links++];
	}
	*link = (struct link){ index, flags };
	return 0;
}

static void drop_link(struct causes *causes, uint32_t index)
{
	struct link *link = find_link(causes, index);

	if (link)
		*link = causes->links[--causes->n_links];
}

/*
 * ifi_change is 0 where only the carrier changed. Whether an interface is the end of a
 * Xen guest is seen by its driver, which has no interrupts before it is connected; its
 * name would not tell.
 */
static bool is_xen_backend(struct irqkit_ctx *ctx, const char *name)
{
	_cleanup_free_ char *driver = NULL;
	const char *slash;

	if (knob_readf_link(ctx, &driver, "sys/class/net/%s/device/driver", name) < 0)
		return false;
	slash = strrchr(driver, '/');
	return strcmp(slash ? slash + 1 : driver, "vif") == 0;
}

struct links_read {
	struct causes *causes;
	int n; /* new causes, or an error */
};

static int read_link_name(const struct nlattr *attribute, void *data)
{
	const char **name = data;

	if (mnl_attr_get_type(attribute) == IFLA_IFNAME &&
		mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) == 0)
		*name = mnl_attr_get_str(attribute);
	return MNL_CB_OK;
}

static int take_link(
	struct causes *causes, const struct ifinfomsg *info, const char *name)
{
	const struct link *known = find_link(causes, (uint32_t)info->ifi_index);
	uint32_t before = known ? known->flags : 0, now = info->ifi_flags;
	struct cause cause = { .kind = CAUSE_UP };
	int r;

	r = put_link(causes, (uint32_t)info->ifi_index, now);
	if (r < 0 || !known || !name || !set_net(&cause, name))
		return r;
	if (now & ~before & FLAG_LOWER_UP && is_xen_backend(causes->ctx, name))
		cause.kind = CAUSE_CONNECTED;
	else if (!(now & ~before & FLAG_UP))
		return 0;
	return add_cause(causes, &cause);
}

static int read_link(const struct nlmsghdr *message, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct links_read *links = data;
	const char *name = NULL;
	int r = 0;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*info))
		return MNL_CB_OK;
	if (message->nlmsg_type == RTM_DELLINK)
		drop_link(links->causes, (uint32_t)info->ifi_index);
	if (message->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	mnl_attr_parse(message, sizeof(*info), read_link_name, &name);
	r = take_link(links->causes, info, name);
	if (r < 0)
		return netlink_fail(-r);
	links->n += r;
	return MNL_CB_OK;
}

int causes_take_links(struct causes *causes, const void *bytes, size_t len)
{
	struct links_read links = { causes, 0 };
	int r = netlink_parse(bytes, len, read_link, &links);

	return r == -ENOMEM ? r : links.n;
}

/* The flags of the interfaces that exist now. */
static int read_links(struct causes *causes)
{
	_cleanup_free_ char **names = NULL;
	size_t n = 0;
	int r = knob_list_names(causes->ctx, "sys/class/net", "", &names, &n);

	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *index = NULL, *flags = NULL;
		size_t index_len, flags_len;
		uint32_t number;
		char *end;

		if (knob_readf_line(causes->ctx, &index, &index_len,
			    "sys/class/net/%s/ifindex", names[i]) < 0 ||
			knob_readf_line(causes->ctx, &flags, &flags_len,
				"sys/class/net/%s/flags", names[i]) < 0 ||
			parse_u32(index, index_len, &number) < 0)
			continue;
		r = put_link(causes, number, (uint32_t)strtoul(flags, &end, 16));
		if (r < 0)
			return r;
	}
	return r == -ENOMEM ? r : 0;
}

/* ------------------------------------------------------------------------------- */
/* ethtool                                                                         */

static int read_header(const struct nlattr *attribute, void *data)
{
	const char **name = data;

	if (mnl_attr_get_type(attribute) == ETHTOOL_A_HEADER_DEV_NAME &&
		mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) == 0)
		*name = mnl_attr_get_str(attribute);
	return MNL_CB_OK;
}

/* The header is attribute 1 of each of these messages. */
static int read_ethtool_attribute(const struct nlattr *attribute, void *data)
{
	if (mnl_attr_get_type(attribute) == ETHTOOL_A_CHANNELS_HEADER)
		mnl_attr_parse_nested(attribute, read_header, data);
	return MNL_CB_OK;
}

static int read_ethtool(const struct nlmsghdr *message, void *data)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(message);
	struct cause cause = { 0 };
	struct links_read *links = data;
	const char *name = NULL;
	int r;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*header) ||
		message->nlmsg_type != links->causes->family)
		return MNL_CB_OK;
	if (header->cmd == ETHTOOL_MSG_CHANNELS_NTF)
		cause.kind = CAUSE_CHANNELS;
	else if (header->cmd == ETHTOOL_MSG_RINGS_NTF)
		cause.kind = CAUSE_RINGS;
	else
		return MNL_CB_OK;
	mnl_attr_parse(message, sizeof(*header), read_ethtool_attribute, &name);
	if (!name || !set_net(&cause, name))
		return MNL_CB_OK;
	r = add_cause(links->causes, &cause);
	if (r < 0)
		return netlink_fail(-r);
	links->n += r;
	return MNL_CB_OK;
}

int causes_take_ethtool(struct causes *causes, const void *bytes, size_t len)
{
	struct links_read links = { causes, 0 };
	int r = netlink_parse(bytes, len, read_ethtool, &links);

	return r == -ENOMEM ? r : links.n;
}

/* ------------------------------------------------------------------------------- */
/* Sockets                                                                         */

static int open_socket(int protocol, unsigned int groups, struct mnl_socket **ret_socket)
{
	_cleanup_socket_ struct mnl_socket *socket = mnl_socket_open2(
		protocol, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int bytes = RECEIVE_BYTES;

	if (!socket || mnl_socket_bind(socket, groups, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	/* beyond the limit only for root; a smaller buffer does as well */
	if (setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUFFORCE, &bytes,
		    sizeof(bytes)) < 0)
		setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUF, &bytes,
			sizeof(bytes));
	*ret_socket = TAKE(socket);
	return 0;
}

struct group {
	const char *name;
	uint32_t id;
};

static int read_group_attribute(const struct nlattr *attribute, void *data)
{
	struct group *group = data;

	if (mnl_attr_get_type(attribute) == CTRL_ATTR_MCAST_GRP_NAME &&
		mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) == 0)
		group->name = mnl_attr_get_str(attribute);
	if (mnl_attr_get_type(attribute) == CTRL_ATTR_MCAST_GRP_ID &&
		mnl_attr_validate(attribute, MNL_TYPE_U32) == 0)
		group->id = mnl_attr_get_u32(attribute);
	return MNL_CB_OK;
}

static int read_group(const struct nlattr *attribute, void *data)
{
	struct group group = { 0 };
	uint32_t *id = data;

	mnl_attr_parse_nested(attribute, read_group_attribute, &group);
	if (group.name && strcmp(group.name, ETHTOOL_MCGRP_MONITOR_NAME) == 0)
		*id = group.id;
	return MNL_CB_OK;
}

static int read_groups(const struct nlattr *attribute, void *data)
{
	if (mnl_attr_get_type(attribute) == CTRL_ATTR_MCAST_GROUPS)
		mnl_attr_parse_nested(attribute, read_group, data);
	return MNL_CB_OK;
}

static int read_family(const struct nlmsghdr *message, void *data)
{
	mnl_attr_parse(message, sizeof(struct genlmsghdr), read_groups, data);
	return MNL_CB_OK;
}

static int find_monitor(uint16_t *ret_family, uint32_t *ret_group)
{
	_cleanup_socket_ struct mnl_socket *socket = NULL;
	struct netlink_packet packet;
	uint32_t group = 0;
	int r = netlink_open(NETLINK_GENERIC, &socket);

	if (r == 0)
		r = netlink_ask_family(socket, &packet, ETHTOOL_GENL_NAME, ret_family);
	if (r < 0)
		return r;
	/* the answer is still there */
	netlink_parse(packet.bytes, packet.header.nlmsg_len, read_family, &group);
	*ret_group = group;
	return group ? 0 : -ENOENT;
}

static int open_ethtool(struct causes *causes)
{
	_cleanup_socket_ struct mnl_socket *socket = NULL;
	uint32_t group;
	int r = find_monitor(&causes->family, &group);

	if (r == 0)
		r = open_socket(NETLINK_GENERIC, 0, &socket);
	if (r == 0 &&
		mnl_socket_setsockopt(
			socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		r = -errno;
	if (r == 0)
		causes->ethtool = TAKE(socket);
	return r;
}

static int note_missing(const struct causes *causes, const char *what, int r)
{
	if (r < 0)
		ctx_log(causes->ctx, LOG_DEBUG, "no messages of %s: %s", what,
			strerror(-r));
	return r == -ENOMEM ? r : 0;
}

int causes_open(struct irqkit_ctx *ctx, struct causes *ret_causes)
{
	struct causes causes = { .ctx = ctx };
	int r = note_missing(&causes, "objects",
		open_socket(NETLINK_KOBJECT_UEVENT, UEVENT_GROUP, &causes.uevent));

	if (r == 0)
		r = note_missing(&causes, "interfaces",
			open_socket(NETLINK_ROUTE, RTMGRP_LINK, &causes.route));
	if (r == 0)
		r = note_missing(&causes, "ethtool", open_ethtool(&causes));
	if (r == 0)
		r = read_links(&causes);
	if (r < 0) {
		causes_close(&causes);
		return r;
	}
	*ret_causes = causes;
	return 0;
}

void causes_close(struct causes *causes)
{
	netlink_close(&causes->uevent);
	netlink_close(&causes->route);
	netlink_close(&causes->ethtool);
	for (size_t i = 0; i < causes->n; i++)
		cause_clear(&causes->causes[i]);
	free(causes->causes);
	free(causes->links);
	*causes = (struct causes){ 0 };
}

/* ------------------------------------------------------------------------------- */

/* Only messages of the kernel: other processes may send to these groups, too. */
static ssize_t receive(
	struct causes *causes, struct mnl_socket *socket, struct netlink_packet *packet)
{
	for (;;) {
		struct sockaddr_nl from = { 0 };
		socklen_t from_len = sizeof(from);
		ssize_t n = RETRY(recvfrom(mnl_socket_get_fd(socket), packet->bytes,
			sizeof(packet->bytes), 0, (struct sockaddr *)&from, &from_len));

		if (n < 0 && errno == ENOBUFS) {
			causes->are_lost = true;
			continue;
		}
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		if (from.nl_pid == 0)
			return n;
	}
}

static int read_socket(struct causes *causes, struct mnl_socket *socket)
{
	struct netlink_packet packet;
	int n_new = 0, r = 0;
	ssize_t n;

	while (socket && r >= 0 && (n = receive(causes, socket, &packet)) != 0) {
		if (n < 0)
			return (int)n;
		if (socket == causes->uevent)
			r = causes_take_uevent(causes, packet.bytes, (size_t)n);
		else if (socket == causes->route)
			r = causes_take_links(causes, packet.bytes, (size_t)n);
		else
			r = causes_take_ethtool(causes, packet.bytes, (size_t)n);
		n_new += r;
	}
	return r < 0 ? r : n_new;
}

int causes_read(struct causes *causes)
{
	struct mnl_socket *const sockets[] = {
		causes->uevent,
		causes->route,
		causes->ethtool,
	};
	int n_new = 0;

	for (size_t i = 0; i < LENGTH(sockets); i++) {
		int r = read_socket(causes, sockets[i]);

		if (r < 0)
			return r;
		n_new += r;
	}
	return n_new;
}
