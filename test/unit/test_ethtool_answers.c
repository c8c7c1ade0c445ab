/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel answers to requests of the generic netlink family "ethtool", from bytes. */
#include "netlink_bytes.h"
#include "unit.h"

#include <errno.h>
#include <irqkit.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "channels/rings.h"
#include "channels/rss.h"
#include "devices/ethtool.h"

/* Answers of Linux 6.18: `ethtool -L v0 rx 99` of a veth with 4 queues, with the request repeated ... */
static const uint8_t too_many[] = { 0x70, 0, 0, 0, 2, 0, 0, 2, 7, 0, 0, 0, 0x3a, 0x76, 0,
	0, 0xea, 0xff, 0xff, 0xff, 0x28, 0, 0, 0, 0x15, 0, 5, 0, 7, 0, 0, 0, 0, 0, 0, 0,
	0x12, 1, 0, 0, 0x0c, 0, 1, 0x80, 7, 0, 2, 0, 0x76, 0x30, 0, 0, 8, 0, 6, 0, 0x63,
	0, 0, 0, 0x2c, 0, 1, 0, 'r', 'e', 'q', 'u', 'e', 's', 't', 'e', 'd', ' ', 'c',
	'h', 'a', 'n', 'n', 'e', 'l', ' ', 'c', 'o', 'u', 'n', 't', ' ', 'e', 'x', 'c',
	'e', 'e', 'd', 's', ' ', 'm', 'a', 'x', 'i', 'm', 'u', 'm', 0, 8, 0, 2, 0, 0x20,
	0, 0, 0 };
/* ... without it, ... */
static const uint8_t too_many_capped[] = { 0x58, 0, 0, 0, 2, 0, 0, 3, 7, 0, 0, 0, 0x3a,
	0x76, 0, 0, 0xea, 0xff, 0xff, 0xff, 0x28, 0, 0, 0, 0x15, 0, 5, 0, 7, 0, 0, 0, 0,
	0, 0, 0, 0x2c, 0, 1, 0, 'r', 'e', 'q', 'u', 'e', 's', 't', 'e', 'd', ' ', 'c',
	'h', 'a', 'n', 'n', 'e', 'l', ' ', 'c', 'o', 'u', 'n', 't', ' ', 'e', 'x', 'c',
	'e', 'e', 'd', 's', ' ', 'm', 'a', 'x', 'i', 'm', 'u', 'm', 0, 8, 0, 2, 0, 0x20,
	0, 0, 0 };
/* ... and `ethtool -L v0 rx 2`, which succeeds. */
static const uint8_t done[] = { 0x24, 0, 0, 0, 2, 0, 0, 1, 7, 0, 0, 0, 0x3a, 0x76, 0, 0,
	0, 0, 0, 0, 0x28, 0, 0, 0, 0x15, 0, 5, 0, 7, 0, 0, 0, 0, 0, 0, 0 };

static void parse_copy(const uint8_t *bytes, size_t len, int error, const char *words)
{
	_cleanup_free_ char *text = NULL;
	void *copy = copy_of(bytes, len);

	assert_int_equal(ethtool_parse_ack(copy, len, &text), error);
	if (words)
		assert_string_equal(text, words);
	else
		assert_null(text);
	free(copy);
}

static void answers(void **state)
{
	const char *words = "requested channel count exceeds maximum";
	uint8_t other[sizeof(too_many)];

	(void)state;
	skip_if_recorded_elsewhere();
	parse_copy(too_many, sizeof(too_many), -EINVAL, words);
	parse_copy(too_many_capped, sizeof(too_many_capped), -EINVAL, words);
	parse_copy(done, sizeof(done), 0, NULL);
	for (size_t len = 0; len < sizeof(too_many); len++)
		parse_copy(too_many, len, -EBADMSG, NULL);

	/* a length of an attribute that leads out of the message, or nowhere */
	for (unsigned int nla_len = 0; nla_len < 256; nla_len++) {
		_cleanup_free_ char *text = NULL;

		memcpy(other, too_many, sizeof(other));
		other[60] = (uint8_t)nla_len;
		assert_int_equal(ethtool_parse_ack(other, sizeof(other), &text), -EINVAL);
	}
	memcpy(other, too_many, sizeof(other));
	other[7] = 0; /* no attributes: what stands there is not one */
	parse_copy(other, sizeof(other), -EINVAL, NULL);
	other[4] = 3; /* NLMSG_DONE */
	parse_copy(other, sizeof(other), -EBADMSG, NULL);
	memcpy(other, too_many, sizeof(other));
	memset(other + 16, 0x7f, 4); /* no error of the kernel */
	parse_copy(other, sizeof(other), -EBADMSG, NULL);
}

enum { RSS_GET_REPLY = 38, RSS_HEADER = 1, RSS_HFUNC = 3, RSS_INDIR = 4 };

/*
 * An answer to RSS_GET with a table of so many entries, and bytes after them; 0: no
 * table.
 */
static void make_rss(struct bytes *b, const uint32_t *queues, size_t n, size_t extra)
{
	struct bytes header = { 0 }, table = { 0 };

	*b = (struct bytes){ 0 };
	put_attribute_u32(&header, 1, 3);
	begin(b, 21, RSS_GET_REPLY);
	attribute(b, RSS_HEADER | NLA_F_NESTED, header.at, header.len);
	attribute_u32(b, RSS_HFUNC, 1);
	put(&table, queues, n * sizeof(*queues));
	put(&table, "\0\0\0", extra);
	if (n)
		attribute(b, RSS_INDIR, table.at, table.len);
}

static void rss_answers(void **state)
{
	const uint32_t queues[] = { 0, 1, 2, 0, 1, 2, 0, 1 };
	struct rss_table table = { 0 };
	_cleanup_free_ char *text = NULL;
	struct bytes b;

	(void)state;
	make_rss(&b, queues, 8, 0);
	assert_int_equal(rss_parse_netlink(b.at, b.len, &table), 0);
	assert_int_equal(table.n, 8);
	assert_int_equal(rss_count_queues(&table), 3);
	assert_int_equal(rss_format(&table, &text), 0);
	assert_string_equal(text, "equal 3");
	rss_table_clear(&table);
	/* virtio_net without RSS answers, and has no table */
	make_rss(&b, queues, 0, 0);
	assert_int_equal(rss_parse_netlink(b.at, b.len, &table), -EOPNOTSUPP);
	make_rss(&b, queues, 8, 2);
	assert_int_equal(rss_parse_netlink(b.at, b.len, &table), -EBADMSG);
	assert_int_equal(rss_parse_netlink(b.at, 20, &table), -EBADMSG);
}

/* An answer of the kernel: 256 of 4096, and no mini ring. */
static void rings_answers(void **state)
{
	struct rings rings;
	struct bytes b = { 0 };
	void *copy;

	(void)state;
	begin(&b, 20, 16);
	attribute_u32(&b, 2, 4096); /* at most */
	attribute_u32(&b, 5, 4096);
	attribute_u32(&b, 6, 256); /* rx */
	attribute_u32(&b, 9, 512); /* tx */
	attribute_u32(&b, 99, 1);
	attribute_u32(&b, 7, 0); /* rx mini */
	assert_int_equal(rings_parse_netlink(b.at, b.len, &rings), 0);
	assert_int_equal(rings.size[RING_RX], 256);
	assert_int_equal(rings.size[RING_TX], 512);
	assert_int_equal(rings.size[RING_RX_MINI], 0);
	for (size_t len = 0; len < b.len; len++) {
		copy = copy_of(b.at, len);
		assert_true(rings_parse_netlink(copy, len, &rings) < 0);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(rss_answers),
		cmocka_unit_test(rings_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
