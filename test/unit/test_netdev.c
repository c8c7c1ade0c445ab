/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices: each queue has its own interrupt, and no other device's. */
#include "numbered.h"

#include <errno.h>
#include <irqkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "kernel/ctx.h"

static void append(char *text, size_t room, const char *format, ...)
{
	size_t len = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + len, room - len, format, args);
	va_end(args);
}

/* "rx-0:31 rx-1:33 tx-0:- " */
static void write_queues(const struct irqkit_device *device, char *text, size_t room)
{
	*text = '\0';
	for (size_t i = 0; i < irqkit_device_count_queues(device); i++) {
		const struct irqkit_queue *q = irqkit_device_get_queue(device, i);
		bool is_tx = irqkit_queue_get_direction(q) == IRQKIT_TX;

		append(text, room, "%s%s-%u:", i ? " " : "", is_tx ? "tx" : "rx",
			irqkit_queue_get_number(q));
		if (irqkit_queue_get_irq(q) < 0)
			append(text, room, "-");
		else
			append(text, room, "%d", irqkit_queue_get_irq(q));
	}
}

/* "30c 31q 32q": number and the first letter of its role */
static void write_irqs(const struct irqkit_device *device, char *text, size_t room)
{
	static const char letters[] = "qclaehou?";

	*text = '\0';
	for (size_t i = 0; i < irqkit_device_count_irqs(device); i++) {
		const struct irqkit_device_irq *irq = irqkit_device_get_irq(device, i);

		append(text, room, "%s%u%c", i ? " " : "",
			irqkit_device_irq_get_number(irq),
			letters[irqkit_device_irq_get_role(irq)]);
	}
}

struct expectation {
	const char *root, *device, *driver, *bus;
	int node; /* -1: none */
	const char *irqs, *queues;
};

#define ETH0_16CPU "rx-0:31 rx-1:33 rx-2:35 rx-3:37 tx-0:32 tx-1:34 tx-2:36 tx-3:38"
#define ETH1_16CPU "rx-0:40 rx-1:42 tx-0:41 tx-1:43"
#define ETH3_16CPU                                                                       \
	"rx-0:59 rx-1:60 rx-2:61 rx-3:62 rx-4:63 rx-5:64 rx-6:65 rx-7:66 "               \
	"tx-0:59 tx-1:60 tx-2:61 tx-3:62 tx-4:63 tx-5:64 tx-6:65 tx-7:66"
/* `vif1.0-q0-tx`, 66, is raised when the guest has sent: dom0 receives */
#define VIF1_DOM0 "rx-0:66 rx-1:68 rx-2:70 rx-3:72 tx-0:67 tx-1:69 tx-2:71 tx-3:73"
#define ETH0_DOMU "rx-0:27 rx-1:29 rx-2:31 rx-3:33 tx-0:26 tx-1:28 tx-2:30 tx-3:32"
#define MLX5_4 "rx-0:25 rx-1:26 rx-2:27 rx-3:28 tx-0:25 tx-1:26 tx-2:27 tx-3:28"
#define BOND_4(a, b, c, d)                                                               \
	"rx-0:" a " rx-1:" b " rx-2:" c " rx-3:" d " "                                   \
	"tx-0:" a " tx-1:" b " tx-2:" c " tx-3:" d

static const struct expectation expectations[] = {
	{ "linux-6.1-16cpu", "eth0", NULL, "virtio1", -1,
		"30c 31q 32q 33q 34q 35q 36q 37q 38q", ETH0_16CPU },
	{ "linux-6.1-16cpu", "eth1", NULL, "virtio2", 1, "39c 40q 41q 42q 43q",
		ETH1_16CPU },
	{ "linux-6.1-16cpu", "eth2", NULL, "0000:41:00.0", 0, "56q 57q 58l",
		"rx-0:56 tx-0:57" },
	{ "linux-6.1-16cpu", "eth3", NULL, "0000:82:00.0", 1,
		"59q 60q 61q 62q 63q 64q 65q 66q 67l", ETH3_16CPU },
	{ "linux-6.12-16cpu", "eth0", NULL, "virtio1", -1,
		"30c 31q 32q 33q 34q 35q 36q 37q 38q", ETH0_16CPU },
	{ "linux-6.12-16cpu", "eth1", NULL, "virtio2", 1, "39c 40q 41q 42q 43q",
		ETH1_16CPU },
	{ "linux-6.12-16cpu", "eth3", NULL, "0000:82:00.0", 1,
		"59q 60q 61q 62q 63q 64q 65q 66q 67l", ETH3_16CPU },
	{ "linux-6.1-16cpu", "0000:00:05.0", NULL, "0000:00:05.0", -1,
		"77? 78? 79? 80? 81? 82? 83? 84? 85? 86? 87? 88? 89? 90? 91? 92?", "" },
	{ "linux-6.1-16cpu", "41:00.0", NULL, "0000:41:00.0", 0, "56q 57q 58?", "" },
	{ "xen-6.1-dom0", "vif1.0", "xen_netback", "vif-1-0", -1,
		"66q 67q 68q 69q 70q 71q 72q 73q", VIF1_DOM0 },
	{ "xen-6.1-dom0", "eth0", NULL, "0000:00:03.0", -1, "54q 55q 56l",
		"rx-0:54 tx-0:55" },
	{ "xen-6.12-dom0", "vif1.0", "xen_netback", "vif-1-0", -1,
		"66q 67q 68q 69q 70q 71q 72q 73q", VIF1_DOM0 },
	{ "xen-6.1-domu", "eth0", "xen_netfront", "vif-0", -1,
		"26q 27q 28q 29q 30q 31q 32q 33q", ETH0_DOMU },
	{ "xen-6.12-domu", "eth0", "xen_netfront", "vif-0", -1,
		"26q 27q 28q 29q 30q 31q 32q 33q", ETH0_DOMU },
	{ "xen-4.9-domu-8cpu", "eth1", "xen_netfront", "vif-1", -1, "283q",
		"rx-0:283 tx-0:283" },
	/* no /sys: only the names */
	{ "xenserver-4.19-dom0-4cpu", "vif13.0", NULL, NULL, -1,
		"1204q 1205q 1206q 1207q", "rx-0:1204 rx-1:1206 tx-0:1205 tx-1:1207" },
	{ "linux-4.4-4cpu", "eth0", NULL, NULL, -1, "28q 29q",
		"rx-0:28 rx-1:29 tx-0:28 tx-1:29" },
	{ "interrupts-only", "eth10", NULL, NULL, -1, "26q", "rx-0:26" },

	{ "bond-bridge-6.1", "eth0", "igb", "0000:00:01.0", -1, "24l 25q 26q 27q 28q",
		BOND_4("25", "26", "27", "28") },
	{ "bond-bridge-6.1", "eth1", "igb", "0000:00:02.0", -1, "29l 30q 31q 32q 33q",
		BOND_4("30", "31", "32", "33") },
	{ "bond-bridge-6.1", "eth10", "ixgbe", "0000:00:03.0", -1, "34l 35q 36q 37q 38q",
		BOND_4("35", "36", "37", "38") },
	{ "bond-bridge-6.1", "eth1-tx", "ixgbe", "0000:00:04.0", -1, "39l 40q 41q",
		"rx-0:40 rx-1:41 tx-0:40 tx-1:41" },
	/* was eth5 when it was opened */
	{ "bond-bridge-6.1", "wan", "igb", "0000:00:05.0", -1, "42? 43q 44q",
		"rx-0:43 rx-1:44 tx-0:43 tx-1:44" },
	{ "bond-bridge-6.1", "bond0", NULL, NULL, -1, "", "rx-0:- tx-0:-" },

	{ "virtio-intx-mmio-6.1", "eth0", "virtio_net", "virtio1", -1, "11q",
		"rx-0:11 tx-0:11" },
	{ "virtio-intx-mmio-6.1", "eth1", "virtio_net", "virtio10", -1, "11q",
		"rx-0:11 tx-0:11" },
	{ "virtio-intx-mmio-6.1", "eth2", "virtio_net", "virtio2", -1, "12q",
		"rx-0:12 tx-0:12" },
	{ "virtio-intx-mmio-6.1", "eth3", "virtio_net", "virtio3", -1, "40c 41q",
		"rx-0:41 rx-1:41 tx-0:41 tx-1:41" },
	{ "virtio-intx-mmio-6.1", "eth4", NULL, "virtio20", -1, "30q",
		"rx-0:30 tx-0:30" },
	{ "virtio-intx-mmio-6.1", "eth5", NULL, "virtio21", -1, "31q",
		"rx-0:31 tx-0:31" },

	{ "hyperv-6.1-netvsc", "eth0", "hv_netvsc",
		"00155d01-0203-0015-5d01-020300155d01", -1, "",
		"rx-0:- rx-1:- rx-2:- rx-3:- tx-0:- tx-1:- tx-2:- tx-3:-" },
	{ "hyperv-6.1-netvsc", "enP33025s1", "mlx5_core", "8101:00:02.0", 0,
		"24a 25q 26q 27q 28q", MLX5_4 },
	{ "mlx5-6.6-64queues", "enp59s0f1np1", "mlx5_core", "0000:3b:00.1", 0,
		"190a 191q 192q 193u 194u 195u", "rx-0:191 rx-1:192 tx-0:191 tx-1:192" },

	{ "disks-6.1", "nvme0n1", "nvme", "0000:00:10.0", 0, "24a 25q 26q 27q 28q", "" },
	{ "disks-6.1", "nvme0n1p1", "nvme", "0000:00:10.0", 0, "24a 25q 26q 27q 28q",
		"" },
	{ "disks-6.1", "sda", "megaraid_sas", "0000:00:11.0", 1, "30q 31q", "" },
	{ "disks-6.1", "vda", "virtio_blk", "virtio0", -1, "40c 41q 42q", "" },
	{ "disks-6.1", "xvda", "xen_blkfront", "vbd-51712", -1, "50q", "" },
	{ "disks-6.1", "sdc", "ehci-pci", "0000:00:1d.0", -1, "16h", "" },
};

static void assert_text(
	const char *device, const char *what, const char *is, const char *should_be)
{
	if (strcmp(is ? is : "none", should_be ? should_be : "none") != 0)
		fail_msg("%s: %s '%s', not '%s'", device, what, is ? is : "none",
			should_be ? should_be : "none");
}

static void check(struct machine *m, const struct expectation *e)
{
	struct irqkit_device *device = NULL, *again = NULL;
	char text[4096];
	int node = -1;

	if (irqkit_devices_find(m->devices, e->device, &device) < 0)
		fail_msg("%s: no %s", e->root, e->device);
	irqkit_device_read_node(device, &node);
	assert_int_equal(node, e->node);
	assert_text(
		e->device, "bus device", irqkit_device_get_bus_device(device), e->bus);
	/* Not every root shows the driver. */
	if (e->driver)
		assert_text(
			e->device, "driver", irqkit_device_get_driver(device), e->driver);
	write_irqs(device, text, sizeof(text));
	assert_text(e->device, "interrupts", text, e->irqs);
	write_queues(device, text, sizeof(text));
	assert_text(e->device, "queues", text, e->queues);
	assert_int_equal(irqkit_devices_find(m->devices, e->device, &again), 0);
	assert_ptr_equal(device, again);
}

/* Either way of opening: by openat2(), and where there is none. */
static void roots(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * LENGTH(expectations); i++) {
		const struct expectation *e = &expectations[i / 2];
		char root[128];
		struct machine m;

		snprintf(root, sizeof(root), ROOTS "%s", e->root);
		m = open_machine(root);
		if (i % 2)
			m.ctx->resolves_in_root = false;
		check(&m, e);
		close_machine(&m);
	}
}

static void sixty_four_queues(void **state)
{
	struct machine m = open_machine(ROOTS "mlx5-6.6-64queues");
	struct irqkit_device *device;
	size_t n;

	(void)state;
	assert_int_equal(irqkit_devices_find_net(m.devices, "enp59s0f0np0", &device), 0);
	assert_int_equal(irqkit_device_count_queues(device), 128);
	for (unsigned int q = 0; q < 64; q++) {
		const struct irqkit_queue *rx_queue = irqkit_device_find_queue(
			device, IRQKIT_RX, q);
		const struct irqkit_queue *tx_queue = irqkit_device_find_queue(
			device, IRQKIT_TX, q);

		assert_int_equal(irqkit_queue_get_irq(rx_queue), 121 + q);
		assert_int_equal(irqkit_queue_get_irq(tx_queue), 121 + q);
		assert_int_equal(irqkit_queue_get_source(rx_queue), IRQKIT_SOURCE_NAME);
	}
	assert_null(irqkit_device_find_queue(device, IRQKIT_RX, 64));
	/* the card's own, not the representor beside it */
	assert_int_equal(irqkit_devices_count_owners(m.devices, 121, &n), 0);
	assert_int_equal(n, 1);
	assert_ptr_equal(irqkit_devices_get_owner(m.devices, 121, 0), device);
	close_machine(&m);
}

static void sources(void **state)
{
	struct machine m = open_machine(ROOTS "linux-6.12-16cpu");
	struct irqkit_device *device;
	const struct irqkit_device_irq *irq;

	(void)state;
	assert_int_equal(irqkit_devices_find_net(m.devices, "eth0", &device), 0);
	irq = irqkit_device_find_irq(device, 31);
	assert_int_equal(irqkit_device_irq_get_source(irq), IRQKIT_SOURCE_SYSFS);
	assert_true(irqkit_device_irq_has_source(irq, IRQKIT_SOURCE_NAME));
	assert_false(irqkit_device_irq_has_source(irq, IRQKIT_SOURCE_NETLINK));
	assert_null(irqkit_device_find_irq(device, 40));
	close_machine(&m);

	m = open_machine(ROOTS "xen-6.1-domu");
	assert_int_equal(irqkit_devices_find_net(m.devices, "eth0", &device), 0);
	irq = irqkit_device_find_irq(device, 26);
	assert_int_equal(irqkit_device_irq_get_source(irq), IRQKIT_SOURCE_NAME);
	assert_false(irqkit_device_serves_guest(device));
	close_machine(&m);

	m = open_machine(ROOTS "xen-6.1-dom0");
	assert_int_equal(irqkit_devices_find_net(m.devices, "vif1.0", &device), 0);
	assert_true(irqkit_device_serves_guest(device));
	close_machine(&m);
}

/* ------------------------------------------------------------------------------- */

static void names_that_are_none(void **state)
{
	static const struct {
		const char *name;
		int error;
	} names[] = {
		{ "", -EINVAL },
		{ ".", -EINVAL },
		{ "..", -EINVAL },
		{ "../net/eth0", -EINVAL },
		{ "eth0/device", -EINVAL },
		{ "/", -EINVAL },
		{ "eth", -ENODEV },
		{ "eth00", -ENODEV },
		{ "bonding_masters", -ENODEV },
		{ "$(reboot)", -ENODEV },
		{ "a\nb\033[2J", -ENODEV },
		{ "0000:00:01", -ENODEV },
		{ "0000:00:1f.9", -ENODEV },
	};
	struct machine m = open_machine(ROOTS "bond-bridge-6.1");
	struct irqkit_device *device = NULL;

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++)
		assert_int_equal(irqkit_devices_find(m.devices, names[i].name, &device),
			names[i].error);
	assert_int_equal(irqkit_devices_find_net(m.devices, "a/b", &device), -EINVAL);
	assert_int_equal(irqkit_devices_find_block(m.devices, "..", &device), -EINVAL);
	assert_int_equal(
		irqkit_devices_find_pci(m.devices, "../0000:00:01.0", &device), -EINVAL);
	assert_null(device);
	close_machine(&m);

	/* without /sys/class/net, a handler that is not of a queue makes no device */
	m = open_machine(ROOTS "xenserver-4.19-dom0-4cpu");
	assert_int_equal(irqkit_devices_find(m.devices, "i8042", &device), -ENODEV);
	assert_int_equal(irqkit_devices_find(m.devices, "vif13", &device), -ENODEV);
	assert_int_equal(irqkit_devices_find(m.devices, "vif1", &device), -ENODEV);
	close_machine(&m);
}

static void below(void **state)
{
	static const struct {
		const char *root, *upper, *lower;
	} rows[] = {
		{ "bond-bridge-6.1", "bond0", "eth0 eth1 " },
		{ "bond-bridge-6.1", "bond0.5", "eth0 eth1 " },
		{ "bond-bridge-6.1", "br0", "eth0 eth1 " },
		{ "bond-bridge-6.1", "mv0", "eth10 " },
		{ "bond-bridge-6.1", "circle0", "wan " },
		{ "bond-bridge-6.1", "circle1", "wan " },
		{ "bond-bridge-6.1", "eth0", "" },
		{ "hyperv-6.1-netvsc", "eth0", "enP33025s1 " },
		{ "disks-6.1", "dm-0", "sda " },
		{ "linux-4.4-4cpu", "eth0", "" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char root[128], text[256] = "";
		struct irqkit_device *device;
		struct machine m;
		size_t n;

		snprintf(root, sizeof(root), ROOTS "%s", rows[i].root);
		m = open_machine(root);
		assert_int_equal(
			irqkit_devices_find(m.devices, rows[i].upper, &device), 0);
		assert_int_equal(irqkit_device_count_lower(device, &n), 0);
		for (size_t k = 0; k < n; k++)
			append(text, sizeof(text), "%s ",
				irqkit_device_get_name(
					irqkit_device_get_lower(device, k)));
		assert_string_equal(text, rows[i].lower);
		close_machine(&m);
	}
}

static void owners(void **state)
{
	static const struct {
		const char *root;
		unsigned int irq;
		const char *owners;
	} rows[] = {
		{ "linux-6.1-16cpu", 0, "" },
		{ "linux-6.1-16cpu", 24, "0000:00:03.0 " },
		{ "linux-6.1-16cpu", 30, "eth0 " },
		{ "linux-6.1-16cpu", 38, "eth0 " },
		{ "linux-6.1-16cpu", 39, "eth1 " },
		{ "linux-6.1-16cpu", 58, "eth2 " },
		{ "linux-6.1-16cpu", 77, "0000:00:05.0 " },
		{ "linux-6.1-16cpu", 4000000000u, "" },
		{ "xen-6.1-dom0", 66, "vif1.0 " },
		{ "xen-6.1-domu", 33, "eth0 " },
		{ "virtio-intx-mmio-6.1", 11, "eth0 eth1 " },
		{ "virtio-intx-mmio-6.1", 30, "eth4 " },
		{ "hyperv-6.1-netvsc", 25, "enP33025s1 " },
		{ "disks-6.1", 24, "nvme0n1 " },
		{ "disks-6.1", 30, "0000:00:11.0 " }, /* sda's and sdb's */
		{ "disks-6.1", 41, "vda " },
		{ "disks-6.1", 50, "xvda " },
		{ "disks-6.1", 16, "0000:00:1d.0 " }, /* the controller, not its disk */
		{ "xenserver-4.19-dom0-4cpu", 1204, "" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char root[128], text[256] = "";
		struct machine m;
		size_t n = 77;

		snprintf(root, sizeof(root), ROOTS "%s", rows[i].root);
		m = open_machine(root);
		assert_int_equal(
			irqkit_devices_count_owners(m.devices, rows[i].irq, &n), 0);
		for (size_t k = 0; k < n; k++)
			append(text, sizeof(text), "%s ",
				irqkit_device_get_name(irqkit_devices_get_owner(
					m.devices, rows[i].irq, k)));
		assert_text(rows[i].root, "owners", text, rows[i].owners);
		close_machine(&m);
	}
}

static void list(void **state)
{
	struct machine m = open_machine(ROOTS "linux-6.1-16cpu");
	size_t n = 0;

	(void)state;
	assert_int_equal(irqkit_devices_count_net(m.devices, &n), 0);
	assert_int_equal(n, 5);
	assert_string_equal(
		irqkit_device_get_name(irqkit_devices_get_net(m.devices, 4)), "lo");
	close_machine(&m);
	/* without /sys/class/net, names show them, or nothing does */
	m = open_machine(ROOTS "linux-4.4-4cpu");
	assert_int_equal(irqkit_devices_count_net(m.devices, &n), 0);
	assert_int_equal(n, 1);
	close_machine(&m);
	m = open_machine(ROOTS "mips-6.1-2cpu");
	assert_int_equal(irqkit_devices_count_net(m.devices, &n), -ENOENT);
	close_machine(&m);
}

static void knobs(void **state)
{
	struct machine m = open_machine(ROOTS "linux-6.1-16cpu");
	struct irqkit_device *device;
	struct irqkit_queue *queue;
	struct irqkit_cpuset *set = NULL;
	uint64_t flows = 77;
	char *text;

	(void)state;
	assert_int_equal(irqkit_devices_find_net(m.devices, "eth0", &device), 0);
	queue = irqkit_device_find_queue(device, IRQKIT_TX, 1);
	assert_ptr_equal(irqkit_queue_get_device(queue), device);
	assert_int_equal(irqkit_queue_read_xps_cpus(queue, &set), 0);
	assert_int_equal(irqkit_cpuset_format_list(set, &text), 0);
	assert_string_equal(text, "4-7");
	free(text);
	irqkit_cpuset_free(set);
	set = NULL;
	assert_int_equal(irqkit_queue_read_rps_cpus(queue, &set), -EINVAL);
	assert_int_equal(irqkit_queue_format_path(queue, &text), 0);
	assert_string_equal(text, "/sys/class/net/eth0/queues/tx-1");
	free(text);

	queue = irqkit_device_find_queue(device, IRQKIT_RX, 1);
	assert_int_equal(irqkit_queue_read_rps_cpus(queue, &set), 0);
	assert_true(irqkit_cpuset_is_empty(set));
	irqkit_cpuset_free(set);
	set = NULL;
	assert_int_equal(irqkit_queue_read_rps_flow_cnt(queue, &flows), -ENOENT);
	assert_int_equal(irqkit_queue_read_xps_cpus(queue, &set), -EINVAL);

	assert_int_equal(irqkit_devices_find_net(m.devices, "eth2", &device), 0);
	queue = irqkit_device_find_queue(device, IRQKIT_TX, 0);
	assert_int_equal(irqkit_queue_read_xps_cpus(queue, &set), -ENOENT);
	assert_null(set);
	assert_int_equal(flows, 77);
	close_machine(&m);

	m = open_machine(ROOTS "bond-bridge-6.1");
	assert_int_equal(irqkit_devices_find_net(m.devices, "eth0", &device), 0);
	queue = irqkit_device_find_queue(device, IRQKIT_RX, 0);
	assert_int_equal(irqkit_queue_read_rps_flow_cnt(queue, &flows), 0);
	assert_int_equal(flows, 0);
	close_machine(&m);
}

/* ------------------------------------------------------------------------------- */

/* What names become: the driver, its interrupts from 10 on, the queues. */
static void numbering(void **state)
{
	static const struct {
		const char *driver, *names, *queues;
		unsigned int n_rx, n_tx;
		const char *irqs; /* and their roles; NULL: not looked at */
		const char *netdev;
	} rows[] = {
		{ .driver = "tg3",
			.names = "eth0-0 eth0-txrx-1 eth0-txrx-2",
			.queues = "rx-0:11 rx-1:12 tx-0:11 tx-1:12" },
		{ .driver = "tg3",
			.names = "eth0-tx-0 eth0-rx-1 eth0-rx-2",
			.queues = "rx-0:11 rx-1:12 tx-0:10" },
		{ .driver = "bnxt_en",
			.names = "eth0-rx-0 eth0-rx-1 eth0-tx-2 eth0-tx-3",
			.queues = "rx-0:10 rx-1:11 tx-0:12 tx-1:13" },
		{ .driver = "vmxnet3",
			.names = "eth0-tx-0 eth0-rx-1 eth0-rx-2 eth0-event-3",
			.queues = "rx-0:11 rx-1:12 tx-0:10" },
		{ .driver = "gvnic",
			.names = "eth0-ntfy-block.0 eth0-ntfy-block.1 eth0-ntfy-block.2 "
				 "eth0-ntfy-block.3 eth0-mgmnt",
			.queues = "rx-0:12 rx-1:13 tx-0:10 tx-1:11" },
		{ .driver = "mana",
			.names = "mana_hwc@pci:0000:03:00.0 mana_msi1@pci:0000:03:00.0 "
				 "mana_msi2@pci:0000:03:00.0",
			.queues = "rx-0:11 rx-1:12 tx-0:11 tx-1:12" },
		{ .driver = "mlx4_core",
			.names = "mlx4-async@pci:0000:03:00.0 mlx4-1@0000:03:00.0 "
				 "mlx4-2@0000:03:00.0",
			.queues = "rx-0:11 rx-1:12 tx-0:11 tx-1:12" },
		{ .driver = "igb",
			.names = "eth0 eth0-rx-1 eth0-tx-0",
			.queues = "rx-1:11 tx-0:12" },
		{ .driver = "e1000e", .names = "eth0", .queues = "rx-0:10 tx-0:10" },
		{ .driver = "bnx2x",
			.names = "eth0 eth0-fp-0 eth0-fp-1",
			.queues = "rx-0:11 rx-1:12 tx-0:11 tx-1:12" },
		{ .driver = "xen_netfront",
			.names = "eth0 eth0",
			.queues = "rx-0:10 rx-1:11 tx-0:10 tx-1:11" },
		{ .driver = "ena",
			.names = "ena-mgmnt@pci:0000:03:00.0 eth0-Tx-Rx-0 eth0-Tx-Rx-1",
			.queues = "rx-0:11 rx-1:12 tx-0:11 tx-1:12" },
		{ .driver = "mlx5_core",
			.names =
				"mlx5_async@pci:0000:03:00.0 mlx5_comp0@pci:0000:03:00.0 "
				"mlx5_comp0@pci:0000:03:00.1 mlx5_comp1@pci:0000:03:00.0",
			.queues = "rx-0:11 rx-1:13 tx-0:11 tx-1:13" },
		/* whose numbers these are is not known: they are taken as they are */
		{ .driver = NULL,
			.names = "eth0-txrx-1 eth0-txrx-2",
			.queues = "rx-1:10 rx-2:11 tx-1:10 tx-2:11" },
		{ .driver = NULL,
			.names = "eth0-rx-0 eth0-rx-1 eth0-tx-2 eth0-tx-3",
			.queues = "rx-0:10 rx-1:11 tx-2:12 tx-3:13" },
		{ .driver = "alx",
			.names = "eth0 eth0-TxRx-0 eth0-tx-1 eth0-tx-2",
			.queues = "rx-0:11 tx-0:11 tx-1:12 tx-2:13" },
		{ .driver = "tg3",
			.names = "eth0-0 eth0-txrx-1 eth0-txrx-2 eth0-rx-3 eth0-rx-4",
			.queues = "rx-0:11 rx-1:12 rx-2:13 rx-3:14 tx-0:11 tx-1:12" },
		{ .driver = "hns3",
			.names = "hns3-0000:03:00.0-TxRx-0 hns3-0000:03:00.0-TxRx-2 "
				 "hns3-0000:03:00.0-TxRx-4",
			.queues = "rx-0:10 rx-1:11 rx-2:12 tx-0:10 tx-1:11 tx-2:12" },
		{ .driver = "ravb",
			.names = "eth0:ch0:rx_be eth0:ch1:rx_nc eth0:ch18:tx_be "
				 "eth0:ch19:tx_nc",
			.queues = "rx-0:10 rx-1:11 tx-0:12 tx-1:13" },
		{ .driver = "qlcnic",
			.names = "eth0-rx-0 eth0-tx-0-rx-1",
			.queues = "rx-0:10 rx-1:11 tx-0:11" },
		{ .driver = "igb", .names = "eth00-rx-0 xeth0-rx-0", .queues = "" },
		/* numbers that are counted on count only where all are there */
		{ .driver = "vmxnet3",
			.names = "eth0-tx-0 eth0-rx-1 eth0-rx-2 eth0-rx-3 eth0-rx-4",
			.queues = "rx-0:11 rx-1:12 rx-2:13 rx-3:14 tx-0:10 tx-1:10 "
				  "tx-2:10 tx-3:10",
			.n_rx = 4,
			.n_tx = 4 },
		{ .driver = "bnxt_en",
			.names = "eth0-rx-0 eth0-rx-1 eth0-tx-2",
			.queues = "rx-0:10 rx-1:11 tx-0:- tx-1:-",
			.n_rx = 2,
			.n_tx = 2,
			.irqs = "10q 11q 12q" },
		{ .driver = "mlx4_core",
			.names = "mlx4-1@0000:03:00.0 mlx4-2@0000:03:00.0 "
				 "mlx4-5@0000:03:00.0",
			.queues = "rx-0:10 rx-1:11 rx-2:12 tx-0:10 tx-1:11 tx-2:12",
			.n_rx = 3,
			.n_tx = 3 },
		{ .driver = "mlx4_core",
			.names = "mlx4-1@0000:03:00.0 mlx4-2@0000:03:00.0 "
				 "mlx4-3@0000:03:00.0",
			.queues = "rx-0:- rx-1:- tx-0:- tx-1:-",
			.n_rx = 2,
			.n_tx = 2 },
		/* an unknown driver may count from 1: which they are, nothing tells */
		{ .driver = NULL,
			.names = "eth0-rx-1 eth0-rx-2 eth0-tx-0",
			.queues = "rx-0:- rx-1:- rx-2:- tx-0:12 tx-1:-",
			.n_rx = 3,
			.n_tx = 2,
			.irqs = "10q 11q 12q" },
		{ .driver = "out_of_tree",
			.names = "eth0-txrx-1 eth0-txrx-2 eth0-txrx-3",
			.queues = "rx-0:10 rx-1:11 rx-2:12 tx-0:10 tx-1:11 tx-2:12",
			.n_rx = 3,
			.n_tx = 3 },
		/* and one that is known does not */
		{ .driver = "ixgbe",
			.names = "eth0-TxRx-1 eth0-TxRx-2",
			.queues = "rx-0:- rx-1:10 rx-2:11 tx-0:- tx-1:10 tx-2:11",
			.n_rx = 3,
			.n_tx = 3 },
		/* different names of one queue */
		{ .driver = NULL,
			.names = "eth0-rx-0 eth0-TxRx-0 eth0-TxRx-1",
			.queues = "rx-0:- rx-1:12 tx-0:11 tx-1:12",
			.n_rx = 2,
			.n_tx = 2 },
		{ .driver = "r8125",
			.names = "eth0-0 eth0-1 eth0-16 eth0-17 eth0-18",
			.queues = "rx-0:10 rx-1:11 tx-0:12 tx-1:-",
			.n_rx = 2,
			.n_tx = 2,
			.irqs = "10q 11q 12q 13q 14q" },
		/* names that the driver had no room for */
		{ .driver = "bnxt_en",
			.names = "eno12399np0-TxRx- eno12399np0-TxRx- eno12399np0-TxRx-",
			.queues = "rx-0:10 rx-1:11 rx-2:12 tx-0:10 tx-1:11 tx-2:12",
			.n_rx = 3,
			.n_tx = 3,
			.netdev = "eno12399np0" },
		{ .driver = "bnxt_en",
			.names = "eno12399np0-TxRx- eno12399np0-TxRx-",
			.queues = "rx-0:- rx-1:- rx-2:- tx-0:- tx-1:- tx-2:-",
			.n_rx = 3,
			.n_tx = 3,
			.irqs = "10q 11q",
			.netdev = "eno12399np0" },
		{ .driver = "bnxt_en",
			.names = "ens10f0np0-TxRx-0 ens10f0np0-TxRx-1 ens10f0np0-TxRx-2 "
				 "ens10f0np0-TxRx-3 ens10f0np0-TxRx-4 ens10f0np0-TxRx-5 "
				 "ens10f0np0-TxRx-6 ens10f0np0-TxRx-7 ens10f0np0-TxRx-8 "
				 "ens10f0np0-TxRx-9 ens10f0np0-TxRx-1 ens10f0np0-TxRx-1",
			.queues = "rx-0:10 rx-1:11 rx-2:12 rx-3:13 rx-4:14 rx-5:15 "
				  "rx-6:16 rx-7:17 "
				  "rx-8:18 rx-9:19 rx-10:20 rx-11:21 tx-0:10",
			.n_rx = 12,
			.n_tx = 1,
			.netdev = "ens10f0np0" },
		{ .driver = "bnxt_en",
			.names = "ens10f0np0-TxRx-1 ens10f0np0-TxRx-1 ens10f0np0-TxRx-2",
			.queues = "rx-0:- rx-1:- rx-2:12 rx-3:- tx-0:-",
			.n_rx = 4,
			.n_tx = 1,
			.netdev = "ens10f0np0" },
		{ .driver = "tg3",
			.names = "enp65s0f0-0 enp65s0f0-txrx- enp65s0f0-txrx- "
				 "enp65s0f0-txrx- "
				 "enp65s0f0-txrx-",
			.queues = "rx-0:11 rx-1:12 rx-2:13 rx-3:14 tx-0:11 tx-1:12 "
				  "tx-2:13 tx-3:14",
			.n_rx = 4,
			.n_tx = 4,
			.netdev = "enp65s0f0" },
		{ .driver = "enic",
			.names = "enp130s0f0n-rx-0 enp130s0f0n-rx-1 enp130s0f0n-tx-0",
			.queues = "rx-0:10 rx-1:11 tx-0:12",
			.n_rx = 2,
			.n_tx = 1,
			.netdev = "enp130s0f0np0" },
		{ .driver = "e1000e",
			.names = "enp130s0f0n enp130s0f0n enp130s0f0n",
			.queues = "rx-0:10 tx-0:11",
			.n_rx = 1,
			.n_tx = 1,
			.irqs = "10q 11q 12l",
			.netdev = "enp130s0f0n" },
		/* plain names */
		{ .driver = NULL,
			.names = "eth0 eth0",
			.queues = "rx-0:10 rx-1:11 tx-0:10 tx-1:11",
			.n_rx = 2,
			.n_tx = 2 },
		{ .driver = NULL,
			.names = "eth0 eth0 eth0",
			.queues = "rx-0:- rx-1:- tx-0:- tx-1:-",
			.n_rx = 2,
			.n_tx = 2,
			.irqs = "10? 11? 12?" },
		{ .driver = NULL,
			.names = "eth0 eth0",
			.queues = "rx-0:- tx-0:-",
			.n_rx = 1,
			.n_tx = 1,
			.irqs = "10? 11?" },
		{ .driver = "stmmaceth",
			.names = "eth0 eth0 eth0",
			.queues = "rx-0:- rx-1:- rx-2:- tx-0:- tx-1:- tx-2:-",
			.n_rx = 3,
			.n_tx = 3,
			.irqs = "10? 11? 12?" },
		{ .driver = "stmmaceth",
			.names = "eth0",
			.queues = "rx-0:10 tx-0:10",
			.n_rx = 1,
			.n_tx = 1 },
		{ .driver = "mtk_soc_eth",
			.names = "1e100000.ethernet 1e100000.ethernet",
			.queues = "rx-0:11 tx-0:10 tx-1:10",
			.n_rx = 1,
			.n_tx = 2 },
		{ .driver = "xilinx_axienet",
			.names = "eth0 eth0 eth0",
			.queues = "rx-0:11 tx-0:10",
			.n_rx = 1,
			.n_tx = 1,
			.irqs = "10q 11q 12l" },
		{ .driver = "bcmgenet",
			.names = "eth0 eth0",
			.queues = "rx-0:- tx-0:- tx-1:-",
			.n_rx = 1,
			.n_tx = 2,
			.irqs = "10? 11?" },
		{ .driver = "atlantic",
			.names = "eth0 eth0 eth0",
			.queues = "rx-0:10 rx-1:11 tx-0:10 tx-1:11",
			.n_rx = 2,
			.n_tx = 2,
			.irqs = "10q 11q 12l" },
		{ .driver = "atlantic",
			.names = "eth0 eth0 eth0 eth0 eth0",
			.queues = "rx-0:- rx-1:- tx-0:- tx-1:-",
			.n_rx = 2,
			.n_tx = 2,
			.irqs = "10? 11? 12? 13? 14?" },
		{ .driver = "macb",
			.names = "eth0 eth0",
			.queues = "rx-0:10 rx-1:11 tx-0:10 tx-1:11",
			.n_rx = 2,
			.n_tx = 2 },
		{ .driver = "cxgb4",
			.names = "eth0 eth0-FWeventq eth0-Rx0 eth0-Rx1 eth0-ofld0",
			.queues = "rx-0:12 rx-1:13",
			.n_rx = 2,
			.irqs = "10e 11a 12q 13q 14o" },
		/* vectors that the device has more than it has queues */
		{ .driver = "mlx5_core",
			.names =
				"mlx5_async0@pci:0000:03:00.0 "
				"mlx5_comp0@pci:0000:03:00.0 "
				"mlx5_comp1@pci:0000:03:00.0 mlx5_comp2@pci:0000:03:00.0",
			.queues = "rx-0:11 rx-1:12 tx-0:11 tx-1:12",
			.n_rx = 2,
			.n_tx = 2,
			.irqs = "10a 11q 12q 13?" },
		/* fewer, which take turns */
		{ .driver = "hns3",
			.names = "hns3-0000:03:00.0-TxRx-0 hns3-0000:03:00.0-TxRx-2",
			.queues = "rx-0:10 rx-1:11 rx-2:10 rx-3:11 rx-4:10 tx-0:10 "
				  "tx-1:11 tx-2:10",
			.n_rx = 5,
			.n_tx = 3 },
		{ .driver = "ionic",
			.names = "ionic-eth0-L0-rx0 ionic-eth0-L0-rx1",
			.queues = "rx-0:10 rx-1:11 tx-0:10 tx-1:11",
			.n_rx = 2,
			.n_tx = 2 },
		{ .driver = "ionic",
			.names = "ionic-eth0-L0-rx0 ionic-eth0-L0-tx0",
			.queues = "rx-0:10 tx-0:11",
			.n_rx = 1,
			.n_tx = 1 },
		{ .driver = "tg3",
			.names = "eth0-0 eth0-txrx-1 eth0-txrx-2 eth0-rx-3 eth0-rx-4",
			.queues = "rx-0:11 rx-1:12 rx-2:13 rx-3:14 tx-0:11 tx-1:12",
			.n_rx = 4,
			.n_tx = 2 },
		/* the driver is not known, and all are there */
		{ .driver = NULL,
			.names = "eth0-txrx-1 eth0-txrx-2",
			.queues = "rx-0:10 rx-1:11 tx-0:10 tx-1:11",
			.n_rx = 2,
			.n_tx = 2 },
		{ .driver = NULL,
			.names = "eth0-rx-0 eth0-rx-1 eth0-tx-2 eth0-tx-3",
			.queues = "rx-0:10 rx-1:11 tx-0:12 tx-1:13",
			.n_rx = 2,
			.n_tx = 2 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *netdev = rows[i].netdev ? rows[i].netdev : "eth0";
		char text[2048] = "           CPU0\n", *names = strdup(rows[i].names),
		     *rest;
		struct numbered numbered;
		int irq = 10;

		for (char *name = strtok_r(names, " ", &rest); name;
			name = strtok_r(NULL, " ", &rest), irq++)
			append(text, sizeof(text), "%4d: %10d  PCI-MSI %d-edge      %s\n",
				irq, 0, irq, name);
		free(names);
		open_numbered(&numbered, rows[i].driver, netdev, text, rows[i].n_rx,
			rows[i].n_tx);
		write_queues(&numbered.device, text, sizeof(text));
		assert_text(rows[i].names, "queues", text, rows[i].queues);
		write_irqs(&numbered.device, text, sizeof(text));
		if (rows[i].irqs)
			assert_text(rows[i].names, "interrupts", text, rows[i].irqs);
		close_numbered(&numbered);
	}
}

/* Of a PCI function the MSI index counts, not the number that the kernel happened to give. */
static void order_of_vectors(void **state)
{
	static const char interrupts[] =
		"           CPU0\n"
		"  10:          0  PCI-MSI 1572867-edge      eno12399np0-TxRx-\n"
		"  11:          0  PCI-MSI 1572865-edge      eno12399np0-TxRx-\n"
		"  12:          0  PCI-MSI 1572866-edge      eno12399np0-TxRx-\n";
	struct numbered numbered;
	const struct irqkit_queue *queue;
	char text[256];

	(void)state;
	open_numbered(&numbered, "bnxt_en", "eno12399np0", interrupts, 3, 3);
	write_queues(&numbered.device, text, sizeof(text));
	assert_string_equal(text, "rx-0:11 rx-1:12 rx-2:10 tx-0:11 tx-1:12 tx-2:10");
	queue = irqkit_device_find_queue(&numbered.device, IRQKIT_RX, 1);
	assert_int_equal(irqkit_queue_get_source(queue), IRQKIT_SOURCE_ORDER);
	close_numbered(&numbered);
}

static void link_to(const char *top, const char *path, const char *target)
{
	char full[256];

	snprintf(full, sizeof(full), "%s/%s", top, path);
	assert_int_equal(symlink(target, full), 0);
}

/* A disk that nvme makes of two paths, whose functions have no MSI: the line of each. */
static void lines_of_paths(void **state)
{
	char top[] = "/tmp/irqkit-netdev-XXXXXX", text[64];
	struct irqkit_device *device;
	struct machine m;

	(void)state;
	assert_non_null(mkdtemp(top));
	put_file(top, "proc/interrupts",
		"           CPU0\n"
		"  11:          5  IO-APIC  11-fasteoi  nvme0q0, nvme0q1\n"
		"  12:          6  IO-APIC  12-fasteoi  nvme1q0, nvme1q1\n");
	put_file(top, "sys/devices/pci0000:00/0000:00:05.0/irq", "11\n");
	put_file(top, "sys/devices/pci0000:00/0000:00:06.0/irq", "12\n");
	put_file(top, "sys/devices/pci0000:00/0000:00:05.0/nvme/nvme0/model", "x\n");
	put_file(top, "sys/devices/pci0000:00/0000:00:06.0/nvme/nvme1/model", "x\n");
	put_file(top, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1/size",
		"1\n");
	put_file(top, "sys/class/block/x", "");
	for (int i = 0; i < 2; i++) {
		char path[64];

		snprintf(path, sizeof(path),
			"sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme%d", i);
		snprintf(text, sizeof(text),
			"../../../pci0000:00/0000:00:0%d.0/nvme/nvme%d", 5 + i, i);
		link_to(top, path, text);
	}
	link_to(top, "sys/class/block/nvme0n1",
		"../../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1");
	m = open_machine(top);
	assert_int_equal(irqkit_devices_find_block(m.devices, "nvme0n1", &device), 0);
	write_irqs(device, text, sizeof(text));
	assert_string_equal(text, "11a 12a"); /* by the first name */
	close_machine(&m);
	remove_tree(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots),
		cmocka_unit_test(sixty_four_queues),
		cmocka_unit_test(sources),
		cmocka_unit_test(names_that_are_none),
		cmocka_unit_test(below),
		cmocka_unit_test(owners),
		cmocka_unit_test(list),
		cmocka_unit_test(knobs),
		cmocka_unit_test(numbering),
		cmocka_unit_test(order_of_vectors),
		cmocka_unit_test(lines_of_paths),
	};

	return cmocka_run_group_tests_name("netdev", tests, NULL, NULL);
}
