/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Netlink messages, put together as the kernel does it. */
#ifndef NETLINK_BYTES_H
#define NETLINK_BYTES_H

#include "unit.h"

#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <string.h>

/* Messages of netlink have the byte order of their machine: those that were recorded can be read
 * where the lowest byte comes first. Elsewhere the test is skipped. */
static inline void skip_if_recorded_elsewhere(void)
{
	if (htonl(1) == 1)
		skip();
}

/* Bytes as they would come from the kernel. */
struct bytes {
	_Alignas(8) unsigned char at[1024];
	size_t len;
	size_t message; /* where the last one begins */
};

static inline void put(struct bytes *b, const void *data, size_t len)
{
	assert_true(b->len + len <= sizeof(b->at));
	memcpy(b->at + b->len, data, len);
	b->len += len;
}

static inline void end(struct bytes *b)
{
	struct nlmsghdr *header = (struct nlmsghdr *)(b->at + b->message);

	while (b->len % 4)
		put(b, "", 1);
	header->nlmsg_len = (uint32_t)(b->len - b->message);
}

static inline void begin(struct bytes *b, uint16_t type, uint8_t command)
{
	struct nlmsghdr header = { .nlmsg_type = type, .nlmsg_flags = NLM_F_MULTI };
	struct genlmsghdr generic = { .cmd = command, .version = 1 };

	b->message = b->len;
	put(b, &header, sizeof(header));
	put(b, &generic, sizeof(generic));
}

/* An attribute alone, for one that others are nested in. */
static inline void put_attribute(
	struct bytes *b, uint16_t type, const void *value, size_t len)
{
	struct nlattr a = { .nla_type = type, .nla_len = (uint16_t)(sizeof(a) + len) };

	put(b, &a, sizeof(a));
	put(b, value, len);
	while (b->len % 4)
		put(b, "", 1);
}

static inline void put_attribute_u32(struct bytes *b, uint16_t type, uint32_t value)
{
	put_attribute(b, type, &value, sizeof(value));
}

/* An attribute of the message that was begun. */
static inline void attribute(
	struct bytes *b, uint16_t type, const void *value, size_t len)
{
	put_attribute(b, type, value, len);
	end(b);
}

static inline void attribute_u32(struct bytes *b, uint16_t type, uint32_t value)
{
	attribute(b, type, &value, sizeof(value));
}

static inline void control(struct bytes *b, uint16_t type, int32_t code)
{
	struct nlmsghdr header = { .nlmsg_type = type, .nlmsg_flags = NLM_F_MULTI };
	struct nlmsghdr asked = { .nlmsg_len = sizeof(asked) };

	b->message = b->len;
	put(b, &header, sizeof(header));
	put(b, &code, sizeof(code));
	if (type == NLMSG_ERROR)
		put(b, &asked, sizeof(asked));
	end(b);
}

#endif
