/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events of the kernel, from the bytes that it sends. */
#include "netlink_bytes.h"
#include "unit.h"

#include <errno.h>
#include <irqkit.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/macros.h"
#include "events/ethtool_notice.h"
#include "events/links.h"
#include "events/uevent.h"

/* What was reported, a line each. */
static char seen[1024];

static void note(void *data, const struct irqkit_event *event)
{
	_cleanup_free_ char *text = NULL;

	(void)data;
	assert_int_equal(irqkit_event_describe(event, &text), 0);
	assert_true(strlen(seen) + strlen(text) + 2 < sizeof(seen));
	strcat(strcat(seen, text), "\n");
}

/* ------------------------------------------------------------------------------- */
/* uevents, as booted kernels sent them                                            */

static const struct {
	const char *message; /* '|' stands for NUL */
	const char *event; /* NULL: none */
} uevents[] = {
	{ "remove@/devices/pci0000:00/0000:00:03.0/virtio1/net/eth0/queues/tx-3|"
	  "ACTION=remove|"
	  "DEVPATH=/devices/pci0000:00/0000:00:03.0/virtio1/net/eth0/queues/tx-3|"
	  "SUBSYSTEM=queues|SEQNUM=1201|",
		"the number of queues of eth0 was changed" },
	{ "add@/devices/vif-2-0/net/vif2.0|ACTION=add|DEVPATH=/devices/vif-2-0/net/"
	  "vif2.0|SUBSYSTEM=net|INTERFACE=vif2.0|IFINDEX=6|SEQNUM=1300|",
		"vif2.0 was added" },
	{ "remove@/devices/vif-2-0/net/vif2.0|ACTION=remove|DEVPATH=/devices/vif-2-0/net/"
	  "vif2.0|SUBSYSTEM=net|INTERFACE=vif2.0|IFINDEX=6|SEQNUM=1300|",
		"vif2.0 was removed" },
	{ "move@/devices/virtual/net/foo0|ACTION=move|DEVPATH=/devices/virtual/net/foo0|"
	  "SUBSYSTEM=net|DEVPATH_OLD=/devices/virtual/net/eth0|INTERFACE=foo0|IFINDEX=2|"
	  "SEQNUM=1400|",
		"eth0 was renamed to foo0" },
	/* the value of MODALIAS ends in a newline */
	{ "offline@/devices/system/cpu/cpu3|ACTION=offline|DEVPATH=/devices/system/cpu/"
	  "cpu3|SUBSYSTEM=cpu|DRIVER=processor|MODALIAS=cpu:type:x86,ven0000:feature:,"
	  "0000"
	  "\n|SEQNUM=1500|",
		"CPU 3 went offline" },
	{ "online@/devices/system/cpu/cpu511|ACTION=online|DEVPATH=/devices/system/cpu/"
	  "cpu511|SUBSYSTEM=cpu|SEQNUM=1501|",
		"CPU 511 came online" },
	{ "bind@/devices/pci0000:00/0000:00:03.0|ACTION=bind|DEVPATH=/devices/pci0000:00/"
	  "0000:00:03.0|SUBSYSTEM=pci|DRIVER=e1000e|PCI_SLOT_NAME=0000:00:03.0|SEQNUM=7|",
		"a driver took over 0000:00:03.0" },
	{ "unbind@/devices/vif-0|ACTION=unbind|DEVPATH=/devices/vif-0|SUBSYSTEM=xen|"
	  "SEQNUM=8|",
		"the driver released vif-0" },
	/* no interrupt depends on these */
	{ "remove@/devices/system/machinecheck/machinecheck3|ACTION=remove|DEVPATH=/"
	  "devices/system/machinecheck/machinecheck3|SUBSYSTEM=machinecheck|SEQNUM=9|",
		NULL },
	{ "change@/devices/virtual/block/dm-0|ACTION=change|DEVPATH=/devices/virtual/"
	  "block/dm-0|SUBSYSTEM=block|SEQNUM=10|",
		NULL },
	{ "add@/devices/system/cpu/cpu4|ACTION=add|DEVPATH=/devices/system/cpu/cpu4|"
	  "SUBSYSTEM=cpu|SEQNUM=11|",
		NULL },
	/* what the kernel does not send */
	{ "libudev|ACTION=add|DEVPATH=/devices/x/net/eth0|SUBSYSTEM=net|", NULL },
	{ "add@/devices/x/net/eth0|ACTION=add|SUBSYSTEM=net|", NULL },
	{ "offline@/devices/system/cpu/cpu|ACTION=offline|DEVPATH=/devices/system/cpu/"
	  "cpu|SUBSYSTEM=cpu|",
		NULL },
	{ "offline@/devices/system/cpu/cpu99999999999|ACTION=offline|DEVPATH=/devices/"
	  "system/cpu/cpu99999999999|SUBSYSTEM=cpu|",
		NULL },
	{ "add@x|ACTION=add|DEVPATH=/queues/rx-0|SUBSYSTEM=queues|", NULL },
	{ "@", NULL },
	{ "", NULL },
};

static void uevents_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(uevents); i++) {
		size_t len = strlen(uevents[i].message);
		_cleanup_free_ char *bytes = malloc(len + 1), *text = NULL;
		struct irqkit_event event;

		assert_non_null(bytes);
		memcpy(bytes, uevents[i].message, len + 1);
		for (size_t k = 0; k < len; k++)
			if (bytes[k] == '|')
				bytes[k] = '\0';
		if (!uevents[i].event) {
			assert_false(uevent_parse(bytes, len, &event));
			continue;
		}
		assert_true(uevent_parse(bytes, len, &event));
		assert_int_equal(irqkit_event_describe(&event, &text), 0);
		assert_string_equal(text, uevents[i].event);
	}
}

/* ------------------------------------------------------------------------------- */
/* rtnetlink                                                                       */

static void put_link(struct bytes *b, uint16_t type, int index, unsigned int flags,
	const char *name, uint32_t carrier_changes)
{
	struct nlmsghdr header = { .nlmsg_type = type };
	struct ifinfomsg info = { .ifi_index = index, .ifi_flags = flags };

	b->message = b->len;
	put(b, &header, sizeof(header));
	put(b, &info, sizeof(info));
	attribute(b, IFLA_IFNAME, name, strlen(name) + 1);
	attribute_u32(b, 35, carrier_changes);
}

static void take(struct links *links, const struct bytes *b, const char *expected)
{
	seen[0] = '\0';
	assert_true(links_take(links, b->at, b->len, note, NULL) >= 0);
	assert_string_equal(seen, expected);
}

#define LINK(type, index, flags, name, changes, expected)                                \
	do {                                                                             \
		struct bytes b_ = { 0 };                                                 \
		put_link(&b_, type, index, flags, name, changes);                        \
		take(&links, &b_, expected);                                             \
	} while (0)

/* A guest connects again: dom0 gets nothing but these. */
static void xen_reconnects(void **state)
{
	struct links links = { 0 };

	(void)state;
	LINK(RTM_NEWLINK, 5, IFF_UP, "vif1.0", 3, "vif1.0 was brought up\n");
	LINK(RTM_NEWLINK, 5, IFF_UP | IFF_RUNNING | IFF_LOWER_UP, "vif1.0", 4,
		"vif1.0 has its carrier back\n");
	LINK(RTM_NEWLINK, 5, IFF_UP | IFF_RUNNING | IFF_LOWER_UP, "vif1.0", 4, "");
	LINK(RTM_NEWLINK, 5, IFF_UP, "vif1.0", 5, "vif1.0 lost its carrier\n");
	LINK(RTM_NEWLINK, 5, IFF_UP | IFF_RUNNING | IFF_LOWER_UP, "vif1.0", 6,
		"vif1.0 has its carrier back\n");
	/* lost and found between two messages */
	LINK(RTM_NEWLINK, 5, IFF_UP | IFF_RUNNING | IFF_LOWER_UP, "vif1.0", 8,
		"vif1.0 has its carrier back\n");
	links_free(&links);
}

static void links_come_and_go(void **state)
{
	struct links links = { 0 };

	(void)state;
	LINK(RTM_NEWLINK, 7, 0, "eth1", 0, "");
	LINK(RTM_NEWLINK, 2, IFF_UP, "eth0", 0, "eth0 was brought up\n");
	assert_int_equal(links.n, 2);
	assert_int_equal(links.links[0].index, 2);
	LINK(RTM_NEWLINK, 2, 0, "foo0", 0, "foo0 was brought down\n");
	LINK(RTM_DELLINK, 2, 0, "foo0", 0, "");
	LINK(RTM_DELLINK, 99, 0, "nobody", 0, "");
	assert_int_equal(links.n, 1);
	/* another interface with this number */
	LINK(RTM_NEWLINK, 2, IFF_UP | IFF_LOWER_UP, "eth9", 2,
		"eth9 was brought up\neth9 has its carrier back\n");
	links_free(&links);
}

static void odd_links_are_refused(void **state)
{
	struct links links = { 0 };
	struct bytes b = { 0 };

	(void)state;
	put_link(&b, RTM_NEWLINK, 3, IFF_UP, "a-name-of-sixteen", 0);
	assert_int_equal(links_take(&links, b.at, b.len, note, NULL), -EBADMSG);
	b = (struct bytes){ 0 };
	put_link(&b, RTM_NEWLINK, 0, IFF_UP, "eth0", 0);
	assert_int_equal(links_take(&links, b.at, b.len, note, NULL), -EBADMSG);
	assert_int_equal(links_take(&links, b.at, b.len - 1, note, NULL), -EBADMSG);
	/* the port of a bridge, whose flags mean something else */
	b = (struct bytes){ 0 };
	put_link(&b, RTM_NEWLINK, 3, IFF_UP, "eth0", 0);
	b.at[sizeof(struct nlmsghdr)] = 7; /* AF_BRIDGE */
	take(&links, &b, "");
	assert_int_equal(links.n, 0);
	links_free(&links);
}

/* ------------------------------------------------------------------------------- */
/* ethtool                                                                         */

static void put_notice(struct bytes *b, uint8_t command, const char *name)
{
	unsigned char header[64] = { 0 };
	uint16_t len = (uint16_t)(4 + strlen(name) + 1), type = 2;

	memcpy(header, &len, 2);
	memcpy(header + 2, &type, 2);
	memcpy(header + 4, name, strlen(name));
	begin(b, 21, command);
	attribute(b, 1 | NLA_F_NESTED, header, (size_t)NLA_ALIGN(len));
	attribute_u32(b, 9, 2);
}

static void ethtool_announces(void **state)
{
	struct bytes b = { 0 };

	(void)state;
	seen[0] = '\0';
	put_notice(&b, 19, "eth0");
	put_notice(&b, 17, "eth3");
	put_notice(&b, 13, "eth3"); /* features */
	put_notice(&b, 50, "eth4");
	assert_int_equal(ethtool_notice_take(b.at, b.len, note, NULL), 1);
	assert_string_equal(seen,
		"the number of queues of eth0 was changed\n"
		"the rings of eth3 were changed\n"
		"the RSS table of eth4 was changed\n");
	b = (struct bytes){ 0 };
	begin(&b, 21, 19);
	attribute_u32(&b, 9, 2);
	assert_int_equal(ethtool_notice_take(b.at, b.len, note, NULL), -EBADMSG);
}

static void group_is_found(void **state)
{
	struct bytes b = { 0 }, first = { 0 }, groups = { 0 };
	uint32_t group = 0;

	(void)state;
	put_attribute_u32(&first, CTRL_ATTR_MCAST_GRP_ID, 5);
	put_attribute(&first, CTRL_ATTR_MCAST_GRP_NAME, "monitor", 8);
	put_attribute(&groups, 1, first.at, first.len);
	begin(&b, GENL_ID_CTRL, CTRL_CMD_NEWFAMILY);
	attribute(&b, CTRL_ATTR_MCAST_GROUPS | NLA_F_NESTED, groups.at, groups.len);
	assert_int_equal(ethtool_notice_parse_group(b.at, b.len, "monitor", &group), 0);
	assert_int_equal(group, 5);
	assert_int_equal(
		ethtool_notice_parse_group(b.at, b.len, "other", &group), -ENOENT);
}

/* ------------------------------------------------------------------------------- */

/* On the running kernel: opening is no event, and nothing waits. */
static void listening_is_silent(void **state)
{
	struct irqkit_events *events;
	int r = irqkit_events_new(&events);
	struct pollfd poll_fd = { .events = POLLIN };

	(void)state;
	/* emulators of other architectures, and sandboxes, have no such sockets */
	if (r == -EPROTONOSUPPORT || r == -EAFNOSUPPORT || r == -EPERM ||
		r == -EOPNOTSUPP || r == -EPROTO)
		skip();
	assert_int_equal(r, 0);
	poll_fd.fd = irqkit_events_get_fd(events);
	assert_true(poll_fd.fd >= 0);
	assert_true(poll(&poll_fd, 1, 0) >= 0);
	assert_true(irqkit_events_read(events, NULL, NULL) >= 0);
	irqkit_events_free(events);
	irqkit_events_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uevents_are_read),
		cmocka_unit_test(xen_reconnects),
		cmocka_unit_test(links_come_and_go),
		cmocka_unit_test(odd_links_are_refused),
		cmocka_unit_test(ethtool_announces),
		cmocka_unit_test(group_is_found),
		cmocka_unit_test(listening_is_silent),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
