/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * net/ethtool/netlink.c, ethnl_default_notify(). The first attribute of each message is a
 * header with the name of the interface. The driver has finished when a message is sent.
 */
#include "events/ethtool_notice.h"
#include "devices/netlink_message.h"

#include <linux/genetlink.h>
#include <string.h>

/* include/uapi/linux/ethtool_netlink.h: newer than some build machines. */
enum {
	NOTICE_RINGS = 17,
	NOTICE_CHANNELS = 19,
	NOTICE_RSS = 50,

	ATTRIBUTE_HEADER = 1,
	HEADER_NAME = 2,
};

struct notice {
	const char *name;
};

struct reading {
	irqkit_event_fn *fn;
	void *data;
};

static int read_header(const struct nlattr *attribute, void *data)
{
	struct notice *notice = data;

	if (mnl_attr_get_type(attribute) != HEADER_NAME)
		return MNL_CB_OK;
	if (mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) < 0)
		return MNL_CB_ERROR;
	notice->name = mnl_attr_get_str(attribute);
	return MNL_CB_OK;
}

static int read_attribute(const struct nlattr *attribute, void *data)
{
	if (mnl_attr_get_type(attribute) != ATTRIBUTE_HEADER)
		return MNL_CB_OK;
	if (mnl_attr_validate(attribute, MNL_TYPE_NESTED) < 0)
		return MNL_CB_ERROR;
	return mnl_attr_parse_nested(attribute, read_header, data);
}

static int read_message(const struct nlmsghdr *message, void *data)
{
	const struct genlmsghdr *generic = mnl_nlmsg_get_payload(message);
	const struct reading *reading = data;
	struct irqkit_event event = { .cpu = -1 };
	struct notice notice = { 0 };

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*generic))
		return netlink_fail(EBADMSG);
	if (generic->cmd == NOTICE_CHANNELS)
		event.kind = IRQKIT_EVENT_CHANNELS;
	else if (generic->cmd == NOTICE_RINGS)
		event.kind = IRQKIT_EVENT_RINGS;
	else if (generic->cmd == NOTICE_RSS)
		event.kind = IRQKIT_EVENT_RSS;
	else
		return MNL_CB_OK;
	if (mnl_attr_parse(message, sizeof(*generic), read_attribute, &notice) <=
		MNL_CB_ERROR)
		return MNL_CB_ERROR;
	if (!notice.name || !*notice.name)
		return netlink_fail(EBADMSG);
	event.name = notice.name;
	if (reading->fn)
		reading->fn(reading->data, &event);
	return MNL_CB_OK;
}

int ethtool_notice_take(const void *bytes, size_t len, irqkit_event_fn *fn, void *data)
{
	struct reading reading = { .fn = fn, .data = data };

	return netlink_parse(bytes, len, read_message, &reading);
}

/* ------------------------------------------------------------------------------- */
/* The group                                                                       */

struct group {
	const char *wanted;
	const char *name;
	uint32_t number;
	uint32_t found; /* 0: not yet */
};

static int read_group_attribute(const struct nlattr *attribute, void *data)
{
	struct group *group = data;

	switch (mnl_attr_get_type(attribute)) {
	case CTRL_ATTR_MCAST_GRP_NAME:
		if (mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) < 0)
			return MNL_CB_ERROR;
		group->name = mnl_attr_get_str(attribute);
		break;
	case CTRL_ATTR_MCAST_GRP_ID:
		if (mnl_attr_validate(attribute, MNL_TYPE_U32) < 0)
			return MNL_CB_ERROR;
		group->number = mnl_attr_get_u32(attribute);
		break;
	}
	return MNL_CB_OK;
}

static int read_one_group(const struct nlattr *attribute, void *data)
{
	struct group *group = data;

	group->name = NULL;
	group->number = 0;
	if (mnl_attr_validate(attribute, MNL_TYPE_NESTED) < 0 ||
		mnl_attr_parse_nested(attribute, read_group_attribute, group) <=
			MNL_CB_ERROR)
		return MNL_CB_ERROR;
	if (group->name && strcmp(group->name, group->wanted) == 0)
		group->found = group->number;
	return MNL_CB_OK;
}

static int read_groups(const struct nlattr *attribute, void *data)
{
	if (mnl_attr_get_type(attribute) != CTRL_ATTR_MCAST_GROUPS)
		return MNL_CB_OK;
	if (mnl_attr_validate(attribute, MNL_TYPE_NESTED) < 0)
		return MNL_CB_ERROR;
	return mnl_attr_parse_nested(attribute, read_one_group, data);
}

static int read_family(const struct nlmsghdr *message, void *data)
{
	if (mnl_nlmsg_get_payload_len(message) < sizeof(struct genlmsghdr))
		return netlink_fail(EBADMSG);
	return mnl_attr_parse(message, sizeof(struct genlmsghdr), read_groups, data);
}

int ethtool_notice_parse_group(
	const void *bytes, size_t len, const char *name, uint32_t *ret_group)
{
	struct group group = { .wanted = name };
	int r = netlink_parse(bytes, len, read_family, &group);

	if (r < 0)
		return r;
	if (!group.found)
		return -ENOENT;
	*ret_group = group.found;
	return 0;
}
