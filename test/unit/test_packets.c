/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets of queues: from netlink, from drivers' statistics, and from saved files. */
#include "netlink_bytes.h"
#define TOP "/tmp/irqkit-packets-XXXXXX"
#include "loads.h"

#include "load/packets.h"

#include <errno.h>

static uint64_t packets_of(
	const struct packets *packets, const char *device, bool is_tx, uint32_t queue)
{
	const struct queue_packets *found = packets_find(packets, device, is_tx, queue);

	return found ? found->packets : UINT64_MAX;
}

/* As `ethtool -S` prints them: igb, virtio_net 6.1 and 6.12, i40e, ena. */
static void test_names(void **state)
{
	static const struct {
		const char *name;
		bool is_packets, is_tx;
		uint32_t queue;
	} names[] = {
		{ "rx_queue_0_packets", true, false, 0 },
		{ "tx_queue_15_packets", true, true, 15 },
		{ "rx3_packets", true, false, 3 },
		{ "tx0_packets", true, true, 0 },
		{ "rx-2.packets", true, false, 2 },
		{ "tx-10.packets", true, true, 10 },
		{ "queue_1_rx_cnt", true, false, 1 },
		{ "queue_7_tx_cnt", true, true, 7 },
		{ "rx_queue_0_bytes", false, false, 0 },
		{ "rx_packets", false, false, 0 },
		{ "rx_queue__packets", false, false, 0 },
		{ "rx0_xdp_packets", false, false, 0 },
		{ "rx0_packets_phy", false, false, 0 },
		{ "queue_1_rx_cnt_total", false, false, 0 },
		{ "rx4294967295_packets", false, false, 0 },
		{ "rx99999999999_packets", false, false, 0 },
		{ "", false, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		bool is_tx = false;
		uint32_t queue = 0;

		assert_int_equal(packets_parse_name(names[i].name, strlen(names[i].name),
					 &is_tx, &queue),
			names[i].is_packets);
		if (!names[i].is_packets)
			continue;
		assert_int_equal(is_tx, names[i].is_tx);
		assert_int_equal(queue, names[i].queue);
	}
}

static void put_queue(struct bytes *b, uint32_t ifindex, uint32_t type, uint32_t id)
{
	begin(b, 30, 12);
	attribute_u32(b, 1, ifindex);
	attribute_u32(b, 2, type);
	attribute_u32(b, 3, id);
}

/* Numbers have four bytes, or eight; there are counters that nobody knows. */
static void test_qstats(void **state)
{
	struct packets_device both[] = { { .ifindex = 2, .name = "eth0" },
		{ .ifindex = 5, .name = "eth1" } };
	struct packets_devices devices = { .devices = both, .n = 2 };
	const uint64_t large = UINT64_C(5000000000);
	struct packets packets = { 0 };
	const struct packets_question question = { &packets, &devices };
	struct bytes b = { .len = 0 };

	(void)state;
	put_queue(&b, 2, 0, 0);
	attribute_u32(&b, 8, 77);
	attribute(&b, 9, &large, sizeof(large));
	put_queue(&b, 2, 0, 1);
	attribute(&b, 8, &large, sizeof(large));
	put_queue(&b, 2, 1, 0);
	attribute_u32(&b, 10, 3);
	attribute_u32(&b, 33, 9);
	/* no counter of packets; and a device that is not asked about */
	put_queue(&b, 2, 1, 1);
	attribute_u32(&b, 11, 3);
	put_queue(&b, 9, 0, 0);
	attribute_u32(&b, 8, 1);
	assert_int_equal(packets_parse_qstats(&question, b.at, b.len), 1);
	packets_sort(&packets);
	assert_int_equal(packets.n, 3);
	assert_int_equal(packets_of(&packets, "eth0", false, 0), 77);
	assert_true(packets_of(&packets, "eth0", false, 1) == large);
	assert_int_equal(packets_of(&packets, "eth0", true, 0), 3);
	assert_null(packets_find(&packets, "eth0", true, 1));
	assert_true(both[0].has_answered);
	assert_false(both[1].has_answered);
	packets_free(&packets);
	assert_int_equal(packets_parse_qstats(&question, "12345", 5), -EBADMSG);
}

static void test_texts(void **state)
{
	static const char saved[] = "eth0 qstats rx 1 12\neth0 ethtool tx 0 9\n"
				    "eth0 other rx 2 1\neth0 qstats up 2 1\nx\n\n"
				    "eth0 qstats rx 3\nnamethatistoolong qstats rx 0 1\n";
	static const char dev[] =
		"Inter-|   Receive                        |  Transmit\n"
		" face |bytes    packets errs drop fifo frame compressed "
		"multicast|bytes\n"
		"    lo:     100       7    0    0    0     0          0         0 "
		"100 7 0 0 0 0 0 0\n"
		"eth0.5:1209 12 0 0 0 0 0 0 2311 14 0 0 0 0 0 0\n"
		"  eth1: 1 2\n";
	struct packets packets = { 0 };

	(void)state;
	assert_int_equal(packets_parse_saved(&packets, saved, strlen(saved)), 0);
	assert_int_equal(packets_parse_net_dev(&packets, dev, strlen(dev)), 0);
	packets_sort(&packets);
	assert_int_equal(packets.n, 6);
	assert_int_equal(packets_of(&packets, "eth0", false, 1), 12);
	assert_int_equal(packets_of(&packets, "eth0", true, 0), 9);
	assert_int_equal(packets_of(&packets, "lo", false, WHOLE_DEVICE), 7);
	assert_int_equal(packets_of(&packets, "eth0.5", false, WHOLE_DEVICE), 12);
	assert_int_equal(packets_of(&packets, "eth0.5", true, WHOLE_DEVICE), 14);
	packets_free(&packets);
}

/* ------------------------------------------------------------------------------- */

#define TWO "           CPU0       CPU1\n"

static void put_text(const char *path, const char *text)
{
	put_file(top, path, text);
}

static void put_machine(void)
{
	remove_tree(top);
	assert_int_equal(mkdir(top, 0700), 0);
	put_text("proc/interrupts",
		TWO " 24: 0 0 PCI-MSI 1-edge eth0-rx-0\n"
		    " 25: 0 0 PCI-MSI 2-edge eth0-rx-1\n"
		    " 26: 0 0 PCI-MSI 3-edge eth0-tx-0\n"
		    " 27: 0 0 PCI-MSI 4-edge disk\n");
	put_text("proc.1/interrupts",
		TWO " 24: 100 0 PCI-MSI 1-edge eth0-rx-0\n"
		    " 25: 0 100 PCI-MSI 2-edge eth0-rx-1\n"
		    " 26: 10 0 PCI-MSI 3-edge eth0-tx-0\n"
		    " 27: 50 50 PCI-MSI 4-edge disk\n");
	put_text("proc/uptime", "10.00 1.00\n");
	put_text("proc.1/uptime", "12.00 1.00\n");
	put_text("sys/class/net/eth0/queues/rx-0/rps_cpus", "0\n");
	put_text("sys/class/net/eth0/queues/rx-1/rps_cpus", "0\n");
	put_text("sys/class/net/eth0/queues/tx-0/xps_cpus", "0\n");
	put_text("proc/net/queue_packets",
		"eth0 qstats rx 0 5000\neth0 qstats rx 1 10\neth0 qstats tx 0 0\n");
	put_text("proc.1/net/queue_packets",
		"eth0 qstats rx 0 6000\neth0 qstats rx 1 60\neth0 qstats tx 0 9000\n");
}

/* Row by row: 10 packets per interrupt, half a packet, 900 sent packets, no packets. */
static void test_weights(void **state)
{
	struct irqkit_load *load;
	struct machine m;
	double rate;

	(void)state;
	put_machine();
	load = read_two(&m);
	assert_int_equal(irqkit_load_get_weigh(load), IRQKIT_WEIGH_PACKETS);
	assert_non_null(irqkit_load_explain_weigh(load));
	assert_int_equal(irqkit_load_get_packets(load, 0, &rate), 0);
	near(rate, 500);
	assert_int_equal(irqkit_load_get_packets(load, 2, &rate), 0);
	near(rate, 4500);
	assert_int_equal(irqkit_load_get_packets(load, 3, &rate), -ENODATA);
	assert_int_equal(irqkit_load_get_packets_source(load, 0), IRQKIT_PACKETS_QSTATS);
	assert_int_equal(
		irqkit_load_get_packets_source(load, 3), IRQKIT_PACKETS_NOT_COUNTED);
	assert_int_equal(irqkit_load_get_weight(load, 0), 1000);
	assert_int_equal(irqkit_load_get_weight(load, 1), 50);
	assert_int_equal(irqkit_load_get_weight(load, 2), 562);
	assert_int_equal(irqkit_load_get_weight(load, 3), 100);
	/* half of the disk is on each */
	assert_int_equal(irqkit_load_cpu_get_weight(irqkit_load_find_cpu(load, 0)), 1612);
	assert_int_equal(irqkit_load_cpu_get_weight(irqkit_load_find_cpu(load, 1)), 100);
	irqkit_load_weigh(load, IRQKIT_WEIGH_INTERRUPTS);
	assert_int_equal(irqkit_load_get_weight(load, 0), 100);
	assert_int_equal(irqkit_load_cpu_get_weight(irqkit_load_find_cpu(load, 0)), 160);
	irqkit_load_free(load);
	close_machine(&m);
}

/* 0.5 of CPU 0 for 1612 events there: 1000, 9000 / 16 and 50. */
static void test_time_by_packets(void **state)
{
	struct irqkit_load *load;
	struct machine m;
	double share;

	(void)state;
	put_machine();
	put_text("proc/stat", "cpu0 0 0 0 0 0 1 1 0\ncpu1 0 0 0 0 0 1 1 0\n");
	put_text("proc.1/stat", "cpu0 0 0 0 100 0 51 51 0\ncpu1 0 0 0 194 0 2 6 0\n");
	load = read_two(&m);
	assert_int_equal(irqkit_load_get_weigh(load), IRQKIT_WEIGH_TIME);
	assert_int_equal(irqkit_load_get_cost(load, 0, &share), 0);
	near(share, 0.5 * 1000 / 1612);
	assert_int_equal(irqkit_load_get_cost(load, 2, &share), 0);
	near(share, 0.5 * 562 / 1612);
	/* the disk: on CPU 1 as well, with 6 of 200 ticks for 100 events */
	assert_int_equal(irqkit_load_get_cost(load, 3, &share), 0);
	near(share, 0.5 * 50 / 1612 + 0.03 * 50 / 100);
	irqkit_load_free(load);
	close_machine(&m);
}

/* The packets of a device are those of its queue only where it has one. */
static void test_device(void **state)
{
	struct irqkit_load *load;
	struct machine m;
	double rate;

	(void)state;
	put_machine();
	put_text("proc/net/queue_packets", "");
	put_text("proc.1/net/queue_packets", "");
	put_text("proc/net/dev", " eth0: 0 100 0 0 0 0 0 0 0 50 0 0 0 0 0 0\n");
	put_text("proc.1/net/dev", " eth0: 0 900 0 0 0 0 0 0 0 70 0 0 0 0 0 0\n");
	load = read_two(&m);
	/* it has two rx queues and one tx queue */
	assert_int_equal(irqkit_load_get_packets(load, 0, &rate), -ENODATA);
	assert_int_equal(irqkit_load_get_packets(load, 2, &rate), 0);
	near(rate, 10);
	assert_int_equal(irqkit_load_get_packets_source(load, 2), IRQKIT_PACKETS_DEVICE);
	irqkit_load_free(load);
	close_machine(&m);
}

/* A queue that is new has a count, but none that is known to be of the period. */
static void test_new_queue(void **state)
{
	struct irqkit_load *load;
	struct machine m;
	double rate;

	(void)state;
	put_machine();
	put_text("proc/net/queue_packets", "eth0 qstats rx 0 7000\n");
	load = read_two(&m);
	/* began again with 6,000 */
	assert_int_equal(irqkit_load_get_packets(load, 0, &rate), 0);
	near(rate, 3000);
	assert_int_equal(irqkit_load_get_packets(load, 1, &rate), -ENODATA);
	irqkit_load_free(load);
	close_machine(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_qstats),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_time_by_packets),
		cmocka_unit_test(test_device),
		cmocka_unit_test(test_new_queue),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}
