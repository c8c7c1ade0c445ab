/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages of the generic netlink family "netdev", and of rtnetlink, from bytes. */
#include "netlink_bytes.h"
#include "unit.h"

#include <errno.h>
#include <irqkit.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/number.h"
#include "devices/channels.h"
#include "devices/netlink.h"
#include "kernel/ctx.h"

/* As e1000e answers on 7.3: with a thread, and an attribute that is newer than this. */
static void napis(void **state)
{
	struct netlink_answers answers = { 0 };
	const uint64_t big = 20000;
	struct bytes b = { 0 };

	(void)state;
	begin(&b, 35, 11);
	attribute(&b, 7, &big, sizeof(big));
	attribute_u32(&b, 3, 57);
	attribute_u32(&b, 2, 8194);
	attribute_u32(&b, 1, 2);
	attribute_u32(&b, 4, 1234);
	attribute_u32(&b, 999, 1);
	begin(&b, 35, 11);
	attribute_u32(&b, 2, 8193);
	attribute_u32(&b, 1, 2);
	assert_int_equal(netlink_parse_napis(&answers, b.at, b.len), 1);
	b.len = 0;
	begin(&b, 35, 11); /* of nobody: skipped */
	attribute_u32(&b, 2, 8195);
	control(&b, NLMSG_DONE, 0);
	assert_int_equal(netlink_parse_napis(&answers, b.at, b.len), 0);

	assert_int_equal(answers.n_napis, 2);
	netlink_sort(&answers);
	assert_int_equal(answers.napis[0].id, 8193);
	assert_int_equal(answers.napis[0].irq, NO_NUMBER);
	assert_int_equal(answers.napis[0].pid, NO_NUMBER);
	assert_ptr_equal(netlink_find_napi(&answers, 2, 8194), &answers.napis[1]);
	assert_int_equal(answers.napis[1].irq, 57);
	assert_int_equal(answers.napis[1].pid, 1234);
	assert_null(netlink_find_napi(&answers, 3, 8194));
	netlink_free(&answers);
	assert_null(netlink_find_napi(&answers, 2, 8194));
}

static void queues(void **state)
{
	struct netlink_answers answers = { 0 };
	struct bytes b = { 0 };

	(void)state;
	for (uint32_t type = 0; type < 3; type++) { /* rx, tx, and what may come */
		begin(&b, 35, 10);
		attribute_u32(&b, 1, 5);
		attribute_u32(&b, 3, type);
		attribute_u32(&b, 2, 4);
		if (type == 0)
			attribute_u32(&b, 4, 8200);
	}
	control(&b, NLMSG_DONE, 0);
	assert_int_equal(netlink_parse_queues(&answers, b.at, b.len), 0);
	assert_int_equal(answers.n_queues, 2);
	assert_false(answers.queues[0].is_tx);
	assert_int_equal(answers.queues[0].number, 5);
	assert_int_equal(answers.queues[0].ifindex, 4);
	assert_int_equal(answers.queues[0].napi_id, 8200);
	assert_true(answers.queues[1].is_tx);
	assert_int_equal(answers.queues[1].napi_id, NO_NUMBER);
	netlink_free(&answers);
}

static void family(void **state)
{
	struct bytes b = { 0 };
	uint16_t id = 35, read = 0;

	(void)state;
	begin(&b, GENL_ID_CTRL, CTRL_CMD_NEWFAMILY);
	attribute(&b, CTRL_ATTR_FAMILY_NAME, "netdev", 7);
	attribute(&b, CTRL_ATTR_FAMILY_ID, &id, sizeof(id));
	assert_int_equal(netlink_parse_family(b.at, b.len, &read), 0);
	assert_int_equal(read, 35);

	b.len = 0; /* a kernel that has no such family */
	control(&b, NLMSG_ERROR, -ENOENT);
	assert_int_equal(netlink_parse_family(b.at, b.len, &read), -ENOENT);
	b.len = 0;
	begin(&b, GENL_ID_CTRL, CTRL_CMD_NEWFAMILY);
	attribute(&b, CTRL_ATTR_FAMILY_NAME, "netdev", 7);
	assert_int_equal(netlink_parse_family(b.at, b.len, &read), -ENOENT);
	assert_int_equal(read, 35);
}

/* The answers of Linux 6.18: virtio_net with one queue pair, and lo, which has none. */
static void channels_recorded(void **state)
{
	static const uint8_t virtio[] = { 0x3c, 0, 0, 0, 0x15, 0, 0, 0, 1, 0, 0, 0, 0x9e,
		0x2c, 0, 0, 0x12, 1, 0, 0, 0x18, 0, 1, 0x80, 8, 0, 1, 0, 4, 0, 0, 0, 9, 0,
		2, 0, 'e', 't', 'h', '0', 0, 0, 0, 0, 8, 0, 5, 0, 1, 0, 0, 0, 8, 0, 9, 0,
		1, 0, 0, 0 };
	struct channels read = { .max = { 7, 7, 7, 7 } };
	struct bytes b = { 0 };

	(void)state;
	skip_if_recorded_elsewhere();
	put(&b, virtio, sizeof(virtio));
	assert_int_equal(channels_parse_netlink(b.at, b.len, &read), 0);
	assert_int_equal(read.max[IRQKIT_CHANNEL_COMBINED], 1);
	assert_int_equal(read.now[IRQKIT_CHANNEL_COMBINED], 1);
	assert_int_equal(read.max[IRQKIT_CHANNEL_RX], 0);
	for (size_t len = 0; len < b.len; len++) { /* cut anywhere */
		void *copy = copy_of(b.at, len);

		assert_int_equal(channels_parse_netlink(copy, len, &read), -EBADMSG);
		free(copy);
	}
}

static void channels(void **state)
{
	struct channels read;
	struct bytes b = { 0 };

	(void)state;
	begin(&b, 21, 18); /* each in its own place: maxima are 2 to 5, counts 6 to 9 */
	for (uint16_t type = 2; type < 12; type++)
		attribute_u32(&b, type, type * 10u);
	assert_int_equal(channels_parse_netlink(b.at, b.len, &read), 0);
	assert_int_equal(read.max[IRQKIT_CHANNEL_RX], 20);
	assert_int_equal(read.max[IRQKIT_CHANNEL_TX], 30);
	assert_int_equal(read.max[IRQKIT_CHANNEL_OTHER], 40);
	assert_int_equal(read.max[IRQKIT_CHANNEL_COMBINED], 50);
	assert_int_equal(read.now[IRQKIT_CHANNEL_RX], 60);
	assert_int_equal(read.now[IRQKIT_CHANNEL_TX], 70);
	assert_int_equal(read.now[IRQKIT_CHANNEL_OTHER], 80);
	assert_int_equal(read.now[IRQKIT_CHANNEL_COMBINED], 90);

	b.len = 0;
	control(&b, NLMSG_ERROR, -EOPNOTSUPP);
	assert_int_equal(channels_parse_netlink(b.at, b.len, &read), -EOPNOTSUPP);
	b.len = 0;
	begin(&b, 21, 18);
	attribute(&b, ETHTOOL_A_CHANNELS_RX_MAX, "ab", 2); /* a number of two bytes */
	assert_true(channels_parse_netlink(b.at, b.len, &read) < 0);
	assert_int_equal(read.max[IRQKIT_CHANNEL_RX], 20);
}

/* The file of a saved root. */
static void channels_saved(void **state)
{
	static const char text[] = "rx 4 8\ntx  3 6\n\ncombined 4\nother x 1\nXDP 1 1\n"
				   "combined 4294967296 1\nother 1 1";
	struct channels read;

	(void)state;
	channels_parse_text(text, strlen(text), &read);
	assert_int_equal(read.now[IRQKIT_CHANNEL_RX], 4);
	assert_int_equal(read.max[IRQKIT_CHANNEL_RX], 8);
	assert_int_equal(read.now[IRQKIT_CHANNEL_TX], 3);
	assert_int_equal(read.max[IRQKIT_CHANNEL_TX], 6);
	assert_int_equal(read.max[IRQKIT_CHANNEL_COMBINED], 0);
	assert_int_equal(read.max[IRQKIT_CHANNEL_OTHER], 1);
	channels_parse_text(NULL, 0, &read);
	assert_int_equal(read.max[IRQKIT_CHANNEL_RX], 0);
}

static void begin_link(struct bytes *b, uint16_t type, int ifindex)
{
	struct nlmsghdr header = { .nlmsg_type = type };
	struct ifinfomsg info = { .ifi_index = ifindex };

	b->len = b->message = 0;
	put(b, &header, sizeof(header));
	put(b, &info, sizeof(info));
	end(b);
}

/* As 6.1 answers: the name in /sys, and in a list all others. */
static void alternative_name(void **state)
{
	static const char name[] = "eth0", others[] = "\x14\0\x35\0a-name-of-eth0";
	struct netlink_link link = { 0 };
	struct bytes b = { 0 };

	(void)state;
	begin_link(&b, RTM_NEWLINK, 3);
	attribute(&b, 52 | NLA_F_NESTED, others, sizeof(others));
	attribute(&b, IFLA_IFNAME, name, sizeof(name));
	assert_int_equal(netlink_parse_link(b.at, b.len, &link), 0);
	assert_string_equal(link.name, "eth0");
	assert_int_equal(link.ifindex, 3);
	for (size_t len = 0; len < b.len; len++) { /* cut anywhere */
		void *copy = copy_of(b.at, len);

		assert_int_equal(netlink_parse_link(copy, len, &link), -EBADMSG);
		free(copy);
	}

	b.len = 0;
	control(&b, NLMSG_ERROR, -ENODEV); /* nobody is called so */
	assert_int_equal(netlink_parse_link(b.at, b.len, &link), -ENODEV);
	b.len = 0;
	control(&b, NLMSG_ERROR, -EINVAL); /* before 5.5 */
	assert_int_equal(netlink_parse_link(b.at, b.len, &link), -EINVAL);
	assert_string_equal(link.name, "eth0");
}

/* What would not fit, or says less than it must. */
static void alternative_name_bad(void **state)
{
	static const struct {
		uint16_t type;
		int ifindex;
		const char *name;
		size_t len;
	} cases[] = {
		{ RTM_NEWLINK, 3, "sixteen-letters.", 17 },
		{ RTM_NEWLINK, 3, "eth0", 4 }, /* without its end */
		{ RTM_NEWLINK, 3, "", 1 },
		{ RTM_NEWLINK, 0, "eth0", 5 },
		{ RTM_NEWADDR, 3, "eth0", 5 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct netlink_link link = { 0 };
		struct bytes b = { 0 };

		begin_link(&b, cases[i].type, cases[i].ifindex);
		attribute(&b, IFLA_IFNAME, cases[i].name, cases[i].len);
		assert_true(netlink_parse_link(b.at, b.len, &link) < 0);
		assert_int_equal(link.name[0], 0);
	}
	/* the kernel has room for 127 bytes: there is nothing to ask */
	{
		struct netlink_link link;
		char name[129];

		memset(name, 'a', sizeof(name) - 1);
		name[sizeof(name) - 1] = '\0';
		assert_int_equal(netlink_ask_link(name, &link), -ENODEV);
	}
}

/* Whatever bytes come: an error, and nothing read beyond them. */
static void bad(void **state)
{
	struct netlink_answers answers = { 0 };
	struct bytes b = { 0 };
	struct nlmsghdr *header = (struct nlmsghdr *)b.at;

	(void)state;
	begin(&b, 35, 11);
	attribute_u32(&b, 1, 2);
	attribute_u32(&b, 2, 8193);
	for (size_t len = 0; len < b.len; len++) { /* cut anywhere */
		void *copy = copy_of(b.at, len);

		assert_int_equal(netlink_parse_napis(&answers, copy, len), -EBADMSG);
		free(copy);
	}
	header->nlmsg_len = 4;
	assert_int_equal(netlink_parse_napis(&answers, b.at, b.len), -EBADMSG);
	header->nlmsg_len = sizeof(*header) + 2; /* no room for its header */
	assert_true(netlink_parse_napis(&answers, b.at, sizeof(*header) + 4) < 0);

	b.len = 0;
	begin(&b, 35, 11);
	attribute(&b, 2, "ab", 2); /* an id of two bytes */
	assert_true(netlink_parse_napis(&answers, b.at, b.len) < 0);
	assert_int_equal(answers.n_napis, 0);
	netlink_free(&answers);
}

/* The kernel that runs here, whatever it is: an answer or an error, and soon. */
static void live(void **state)
{
	struct netlink_answers answers = { 0 };
	int r = netlink_ask(&answers);

	(void)state;
	assert_true(r <= 0);
	if (r < 0)
		assert_null(answers.napis);
	netlink_free(&answers);
}

/* ------------------------------------------------------------------------------- */
/* A kernel of our own, which answers each request with what the test has prepared */

static struct {
	bool answers; /* else the one that runs here does */
	struct bytes packets[8]; /* that were not received yet, as one socket has them */
	size_t n_packets, next;
	unsigned int n_dumps; /* of NAPIs, so far */
	unsigned int n_bad; /* so many of those go wrong, in this way: */
	enum way {
		WELL,
		INTERRUPTED,
		WITHOUT_END,
		ENDED_BY_ERROR,
		REFUSED,
		NO_ROOM,
		CUT,
		ACKNOWLEDGED,
		EMPTY
	} way;
	int error; /* of ENDED_BY_ERROR, REFUSED */
} kernel;

struct mnl_socket *__real_mnl_socket_open2(int bus, int flags);
struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags);
ssize_t __real_mnl_socket_sendto(
	const struct mnl_socket *socket, const void *request, size_t len);
ssize_t __wrap_mnl_socket_sendto(
	const struct mnl_socket *socket, const void *request, size_t len);
ssize_t __real_mnl_socket_recvfrom(
	const struct mnl_socket *socket, void *room, size_t size);
ssize_t __wrap_mnl_socket_recvfrom(
	const struct mnl_socket *socket, void *room, size_t size);

struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags)
{
	kernel.next = kernel.n_packets = 0;
	return __real_mnl_socket_open2(bus, flags);
}

static struct bytes *add_packet(void)
{
	struct bytes *packet = &kernel.packets[kernel.n_packets++];

	assert_true(kernel.n_packets <= 8);
	packet->len = 0;
	return packet;
}

static void add_napi(uint32_t id, uint16_t flags)
{
	struct bytes *packet = add_packet();

	begin(packet, 35, 11);
	attribute_u32(packet, 1, 18); /* ifindex: as a family it would be another's */
	attribute_u32(packet, 2, id);
	((struct nlmsghdr *)packet->at)->nlmsg_flags |= flags;
}

static void add_napis(enum way way)
{
	add_napi(8193, way == INTERRUPTED ? NLM_F_DUMP_INTR : 0);
	switch (way) {
	case WITHOUT_END:
	case NO_ROOM:
		return;
	case ENDED_BY_ERROR:
		control(add_packet(), NLMSG_DONE, -kernel.error);
		return;
	case REFUSED:
		control(add_packet(), NLMSG_ERROR, -kernel.error);
		return;
	case ACKNOWLEDGED:
		control(add_packet(), NLMSG_ERROR, 0);
		return;
	case CUT:
		add_napi(8194, 0);
		kernel.packets[kernel.n_packets - 1].len -= 8;
		break;
	case EMPTY:
		add_packet();
		break;
	default:
		add_napi(8194, 0);
	}
	control(add_packet(), NLMSG_DONE, 0);
}

ssize_t __wrap_mnl_socket_sendto(
	const struct mnl_socket *socket, const void *request, size_t len)
{
	const struct nlmsghdr *header = request;
	const struct genlmsghdr *generic = mnl_nlmsg_get_payload(header);
	const uint16_t id = 35;

	if (!kernel.answers)
		return __real_mnl_socket_sendto(socket, request, len);
	if (header->nlmsg_type == GENL_ID_CTRL) {
		struct bytes *packet = add_packet();

		begin(packet, GENL_ID_CTRL, CTRL_CMD_NEWFAMILY);
		attribute(packet, CTRL_ATTR_FAMILY_ID, &id, sizeof(id));
		return (ssize_t)len;
	}
	assert_int_equal(header->nlmsg_type, id);
	if (generic->cmd == 11)
		add_napis(kernel.n_dumps++ < kernel.n_bad ? kernel.way : WELL);
	else
		control(add_packet(), NLMSG_DONE, 0);
	return (ssize_t)len;
}

ssize_t __wrap_mnl_socket_recvfrom(
	const struct mnl_socket *socket, void *room, size_t size)
{
	const struct bytes *packet = &kernel.packets[kernel.next];

	if (!kernel.answers)
		return __real_mnl_socket_recvfrom(socket, room, size);
	if (kernel.next == kernel.n_packets) {
		errno = kernel.way == NO_ROOM && kernel.n_dumps <= kernel.n_bad ? ENOBUFS
										: EAGAIN;
		return -1;
	}
	assert_true(packet->len <= size);
	memcpy(room, packet->at, packet->len);
	kernel.next++;
	return (ssize_t)packet->len;
}

/* Asks a kernel whose first @n_bad dumps go wrong, in one way. */
static int ask(
	struct netlink_answers *answers, enum way way, int error, unsigned int n_bad)
{
	struct mnl_socket *socket = __real_mnl_socket_open2(NETLINK_GENERIC, 0);

	if (!socket)
		skip();
	mnl_socket_close(socket);
	kernel.answers = true;
	kernel.n_dumps = 0;
	kernel.n_bad = n_bad;
	kernel.way = way;
	kernel.error = error;
	return netlink_ask(answers);
}

static void check_all(struct netlink_answers *answers)
{
	assert_int_equal(answers->n_napis, 2);
	assert_int_equal(answers->n_queues, 0);
	netlink_free(answers);
}

/* A device came while they were listed: the rest of that list answers nothing else. */
static void interrupted(void **state)
{
	struct netlink_answers answers = { 0 };

	(void)state;
	assert_int_equal(ask(&answers, INTERRUPTED, 0, 1), 0);
	assert_int_equal(kernel.n_dumps, 2);
	check_all(&answers);
	assert_int_equal(ask(&answers, ENDED_BY_ERROR, EINTR, 2), 0);
	check_all(&answers);
	assert_int_equal(ask(&answers, NO_ROOM, 0, 1), 0);
	check_all(&answers);
}

/* Part of the answers is none: it would make a device smaller than it is. */
static void ended_early(void **state)
{
	static const struct {
		enum way way;
		int error, r;
	} cases[] = {
		{ INTERRUPTED, 0, -EINTR },
		{ WITHOUT_END, 0, -ETIMEDOUT },
		{ ENDED_BY_ERROR, ENOMEM, -ENOMEM },
		{ ENDED_BY_ERROR, EIO, -EIO },
		{ REFUSED, ENOMEM, -ENOMEM },
		{ NO_ROOM, 0, -ENOBUFS },
		{ CUT, 0, -EPROTO },
		{ ACKNOWLEDGED, 0, -EPROTO },
		{ EMPTY, 0, -EPROTO },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct netlink_answers answers = { 0 };

		assert_int_equal(
			ask(&answers, cases[i].way, cases[i].error, 1000), cases[i].r);
		assert_true(is_failure(cases[i].r));
		assert_null(answers.napis);
		assert_null(answers.queues);
		assert_int_equal(answers.n_napis, 0);
	}
}

/* A kernel whose family has no such command, or a user who may not ask: no failure. */
static void not_told(void **state)
{
	static const int errors[] = { EOPNOTSUPP, EPERM, ENOENT };

	(void)state;
	for (size_t i = 0; i < LENGTH(errors); i++) {
		struct netlink_answers answers = { 0 };

		assert_int_equal(ask(&answers, REFUSED, errors[i], 1000), -errors[i]);
		assert_false(is_failure(-errors[i]));
		assert_int_equal(kernel.n_dumps, 1);
		assert_null(answers.napis);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(napis),
		cmocka_unit_test(queues),
		cmocka_unit_test(family),
		cmocka_unit_test(channels_recorded),
		cmocka_unit_test(channels),
		cmocka_unit_test(channels_saved),
		cmocka_unit_test(alternative_name),
		cmocka_unit_test(alternative_name_bad),
		cmocka_unit_test(bad),
		cmocka_unit_test(live),
		cmocka_unit_test(interrupted),
		cmocka_unit_test(ended_early),
		cmocka_unit_test(not_told),
	};

	return cmocka_run_group_tests_name("netlink", tests, NULL, NULL);
}
