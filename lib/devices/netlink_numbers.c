/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages of generic netlink whose attributes are 32-bit numbers. */
#include "devices/netlink_message.h"

#include <errno.h>
#include <linux/genetlink.h>

struct numbers {
	netlink_find_place_fn *find_place;
	void *into;
};

static int read_number(const struct nlattr *attribute, void *data)
{
	const struct numbers *numbers = data;
	uint32_t *place = numbers->find_place(
		numbers->into, mnl_attr_get_type(attribute));

	if (!place)
		return MNL_CB_OK;
	if (mnl_attr_validate(attribute, MNL_TYPE_U32) < 0)
		return MNL_CB_ERROR;
	*place = mnl_attr_get_u32(attribute);
	return MNL_CB_OK;
}

static int read_message(const struct nlmsghdr *message, void *data)
{
	if (mnl_nlmsg_get_payload_len(message) < sizeof(struct genlmsghdr))
		return netlink_fail(EBADMSG);
	return mnl_attr_parse(message, sizeof(struct genlmsghdr), read_number, data);
}

int netlink_parse_numbers(
	const void *bytes, size_t len, netlink_find_place_fn *find_place, void *into)
{
	struct numbers numbers = { find_place, into };

	return netlink_parse(bytes, len, read_message, &numbers);
}
