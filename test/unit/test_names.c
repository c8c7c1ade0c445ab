/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What drivers call their interrupts: names of each, and what is near one. */
#include "unit.h"

#include <irqkit.h>
#include <string.h>

#include "base/macros.h"
#include "base/number.h"
#include "interrupts/handler_names.h"

#define NO NO_NUMBER

/* The device that the rows below are about, where they don't say otherwise. */
static const struct name_keys device = {
	.netdev = "eth0",
	.virtio = "virtio1",
	.vif = "vif1.0",
	.pci = "0000:03:00.0",
	.bus = "1e100000.ethernet",
};

enum role {
	QUEUE = IRQKIT_ROLE_QUEUE,
	CONFIG = IRQKIT_ROLE_CONFIG,
	LINK = IRQKIT_ROLE_LINK,
	ADMIN = IRQKIT_ROLE_ADMIN,
	ERROR = IRQKIT_ROLE_ERROR,
	OTHER = IRQKIT_ROLE_OTHER,
	FOREIGN = -1, /* not the device's at all */
};

struct row {
	const char *driver; /* NULL: not known */
	const char *name;
	int role;
	unsigned int serves;
	uint32_t number;
};

enum { none = SERVES_NONE, rx = SERVES_RX, tx = SERVES_TX, both = SERVES_BOTH };

static const struct row rows[] = {
	{ "virtio_net", "virtio1-config", CONFIG, none, NO },
	{ "virtio_net", "virtio1-control", ADMIN, none, NO },
	{ "virtio_net", "virtio1-input.0", QUEUE, rx, 0 },
	{ "virtio_net", "virtio1-output.15", QUEUE, tx, 15 },
	{ "virtio_net", "virtio1-input", QUEUE, rx, NO },
	{ "virtio_net", "virtio1-output", QUEUE, tx, NO },
	{ "virtio_net", "virtio1-virtqueues", QUEUE, both, NO },
	{ "virtio_net", "virtio1", QUEUE, both, NO },
	{ "virtio_net", "virtio10-input.0", FOREIGN, 0, 0 },
	{ "virtio_net", "virtio10", FOREIGN, 0, 0 },
	{ "virtio_net", "virtio1-input.0x", FOREIGN, 0, 0 },
	{ "virtio_net", "virtio1-input.", FOREIGN, 0, 0 },
	{ "virtio_net", "xvirtio1-input.0", FOREIGN, 0, 0 },
	{ "virtio_net", "virtio1-input.99999999999", FOREIGN, 0, 0 },
	{ "virtio_blk", "virtio1-req.3", QUEUE, none, 3 },
	{ "virtio_blk", "virtio1-requests", QUEUE, none, NO },
	{ "virtio_scsi", "virtio1-request", QUEUE, none, NO },
	{ "virtio_scsi", "virtio1-request.2", FOREIGN, 0, 0 },
	{ "virtio_scsi", "virtio1-event", ADMIN, none, NO },

	{ "xen_netback", "vif1.0-q2-tx", QUEUE, rx, 2 },
	{ "xen_netback", "vif1.0-q2-rx", QUEUE, tx, 2 },
	{ "xen_netback", "vif1.0-q2", QUEUE, both, 2 },
	{ "xen_netback", "vif1.0-rx", QUEUE, tx, NO },
	{ "xen_netback", "vif1.0-tx", QUEUE, rx, NO },
	{ "xen_netback", "vif1.0", QUEUE, both, NO },
	{ "xen_netback", "eth0-q1-rx", QUEUE, tx, 1 }, /* renamed by a hotplug script */
	{ "xen_netback", "eth0-q1-tx", QUEUE, rx, 1 },
	{ "xen_netback", "eth0-q1", QUEUE, both, 1 },
	{ "xen_netback", "vif11.0-q2-tx", FOREIGN, 0, 0 },
	{ "xen_netback", "vif1.01-q2-tx", FOREIGN, 0, 0 },
	{ "xen_netfront", "eth0-q0-tx", QUEUE, tx, 0 },
	{ "xen_netfront", "eth0", QUEUE, both, NO },
	{ "xen_blkfront", "blkif", QUEUE, none, NO },

	{ "tg3", "eth0-txrx-1", QUEUE, both, 1 },
	{ "tg3", "eth0-rx-1", QUEUE, rx, 1 },
	{ "tg3", "eth0-tx-0", QUEUE, tx, 0 },
	{ "tg3", "eth0-0", LINK, none, 0 },
	{ "bnxt_en", "eth0-TxRx-7", QUEUE, both, 7 },
	{ "bnxt_en", "eth0-rx-1", QUEUE, rx, 1 },
	{ "bnxt_en", "eth0-tx-9", QUEUE, tx, 9 },
	{ "vmxnet3", "eth0-rxtx-3", QUEUE, both, 3 },
	{ "vmxnet3", "eth0-rx-3", QUEUE, rx, 3 },
	{ "vmxnet3", "eth0-tx-3", QUEUE, tx, 3 },
	{ "vmxnet3", "eth0-event-8", LINK, none, 8 },
	{ "bnx2x", "eth0-fp-2", QUEUE, both, 2 },
	{ "qede", "eth0-fp-2", QUEUE, both, 2 },
	{ "qede", "sp-0-03:00.0", ADMIN, none, 0 },
	{ "i40e", "i40e-eth0-TxRx-12", QUEUE, both, 12 },
	{ "i40e", "i40e-eth0-rx-1", QUEUE, rx, 1 },
	{ "i40e", "i40e-eth0-tx-1", QUEUE, tx, 1 },
	{ "i40e", "i40e-0000:03:00.0:misc", ADMIN, none, NO },
	{ "i40e", "i40e-0000:03:00.0:fdir-TxRx-0", ADMIN, none, NO },
	{ "i40e", "i40e-eth01-TxRx-12", FOREIGN, 0, 0 },
	{ "i40e", "i40e-0000:03:00.1:misc", FOREIGN, 0, 0 },
	{ "ice", "ice-eth0-TxRx-4", QUEUE, both, 4 },
	{ "ice", "ice-eth0-rx-4", QUEUE, rx, 4 },
	{ "ice", "ice-eth0-tx-4", QUEUE, tx, 4 },
	{ "ice", "ice-0000:03:00.0:misc", ADMIN, none, NO },
	{ "iavf", "iavf-eth0-TxRx-4", QUEUE, both, 4 },
	{ "iavf", "iavf-eth0-rx-4", QUEUE, rx, 4 },
	{ "iavf", "iavf-eth0-tx-4", QUEUE, tx, 4 },
	{ "iavf", "iavf-0000:03:00.0:mbx", ADMIN, none, NO },
	{ "i40evf", "i40evf-eth0-TxRx-4", QUEUE, both, 4 },
	{ "i40evf", "i40evf-0000:03:00.0:mbx", ADMIN, none, NO },
	{ "idpf", "idpf-eth0-TxRx-4", QUEUE, both, 4 },
	{ "idpf", "idpf-eth0-Rx-4", QUEUE, rx, 4 },
	{ "idpf", "idpf-eth0-Tx-4", QUEUE, tx, 4 },
	{ "idpf", "idpf-Mailbox-0", ADMIN, none, 0 },
	{ "ixgbe", "eth0-TxRx-63", QUEUE, both, 63 },
	{ "igb", "eth0-rx-1", QUEUE, rx, 1 },
	{ "igc", "eth0-tx-1", QUEUE, tx, 1 },
	{ "igc", "eth0:ptp", FOREIGN, 0, 0 },
	{ "fm10k", "eth0-TxRx-2", QUEUE, both, 2 },
	{ "e1000e", "eth0-rx-0", QUEUE, rx, 0 },
	{ "e1000e", "eth0-tx-0", QUEUE, tx, 0 },
	{ "e1000e", "eth0", QUEUE, both, NO },
	{ "e1000e", "eth01", FOREIGN, 0, 0 },
	{ "e1000e", "eth", FOREIGN, 0, 0 },
	{ "igb", "eth0-TxRx-", FOREIGN, 0, 0 },
	{ "igb", "eth0-TxRx-1-2", FOREIGN, 0, 0 },
	{ "mlx5_core", "mlx5_comp5@pci:0000:03:00.0", QUEUE, both, 5 },
	{ "mlx5_core", "mlx5_comp5@pci:0000:03:00.1", FOREIGN, 0, 0 },
	{ "mlx5_core", "mlx5_combined1@pci:0000:03:00.0", QUEUE, both, 1 },
	{ "mlx5_core", "mlx5_async0@pci:0000:03:00.0", ADMIN, none, 0 },
	{ "mlx5_core", "mlx5_async@pci:0000:03:00.0", ADMIN, none, NO },
	{ "mlx5_core", "mlx5_pages_eq@pci:0000:03:00.0", ADMIN, none, NO },
	{ "mlx5_core.sf", "mlx5_sf_comp2@pci:0000:03:00.0", QUEUE, both, 2 },
	{ "mlx5_core.sf", "mlx5_comp2@pci:0000:03:00.0", FOREIGN, 0, 0 },
	{ "mlx4_core", "mlx4-3@0000:03:00.0", QUEUE, both, 3 },
	{ "mlx4_core", "mlx4-async@pci:0000:03:00.0", ADMIN, none, NO },
	{ "mlx4_core", "mlx4-3@0000:04:00.0", FOREIGN, 0, 0 },
	{ "ena", "eth0-Tx-Rx-3", QUEUE, both, 3 },
	{ "ena", "ena-mgmnt@pci:0000:03:00.0", ADMIN, none, NO },
	{ "gve", "gve-ntfy-blk9@pci:0000:03:00.0", QUEUE, both, 9 },
	{ "gvnic", "eth0-ntfy-block.9", QUEUE, both, 9 },
	{ "gve", "gve-mgmnt@pci:0000:03:00.0", ADMIN, none, NO },
	{ "gvnic", "eth%d-mgmnt", ADMIN, none, NO },
	{ "mana", "mana_q7@pci:0000:03:00.0", QUEUE, both, 7 },
	{ "mana", "mana_msi8@pci:0000:03:00.0", QUEUE, both, 8 },
	{ "mana", "mana_hwc@pci:0000:03:00.0", ADMIN, none, NO },
	{ "sfc", "eth0-3", QUEUE, both, 3 },
	{ "sfc", "eth0-rx-3", QUEUE, rx, 3 },
	{ "sfc", "eth0-tx-3", QUEUE, tx, 3 },
	{ "sfc", "eth0-xdp-3", OTHER, none, 3 },
	{ "sfc", "eth0-ptp", ADMIN, none, NO },
	{ "sfc", "eth0-mae", ADMIN, none, NO },
	{ "atlantic", "eth0-3", FOREIGN, 0, 0 },
	{ "cxgb4", "eth0-Rx3", QUEUE, rx, 3 },
	{ "cxgb4vf", "0000:03:00.0-FWeventq", ADMIN, none, NO },
	{ "cxgb4vf", "eth0-3", QUEUE, rx, 3 },
	{ "be2net", "eth0-q3", QUEUE, both, 3 },
	{ "enic", "eth0-rx-3", QUEUE, rx, 3 },
	{ "enic", "eth0-err", ERROR, none, NO },
	{ "enic", "eth0-notify", LINK, none, NO },
	{ "nfp", "eth0-rxtx-3", QUEUE, both, 3 },
	{ "nfp", "eth0-lsc", LINK, none, NO },
	{ "nfp", "eth0-exn", ERROR, none, NO },
	{ "nicvf", "eth0-rxtx-3", QUEUE, both, 3 },
	{ "nicvf", "eth0-sq-3", OTHER, none, 3 },
	{ "nicvf", "eth0-rbdr-0", OTHER, none, 0 },
	{ "nicvf", "eth0-qset-err-0", ERROR, none, 0 },
	{ "rvu_nicpf", "eth0-rxtx-3", QUEUE, both, 3 }, /* octeontx2 */
	{ "hns3", "hns3-0000:03:00.0-TxRx-3", QUEUE, both, 3 },
	{ "hns3", "hns3-0000:03:00.0-Rx-3", QUEUE, rx, 3 },
	{ "hns3", "hns3-0000:03:00.0-Tx-3", QUEUE, tx, 3 },
	{ "hns3", "hclge-misc-0000:03:00.0", ADMIN, none, NO },
	{ "hinic", "eth0_rxq3", QUEUE, rx, 3 },
	{ "hinic", "eth0_txq3", QUEUE, tx, 3 },
	{ "hinic", "hinic_ceq0@pci:0000:03:00.0", ADMIN, none, 0 },
	{ "ionic", "ionic-eth0-L0-rx3", QUEUE, both, 3 },
	{ "ionic", "ionic-eth0-L0-tx3", QUEUE, tx, 3 },
	{ "ionic", "ionic-0000:03:00.0-L0-admin", ADMIN, none, 0 },
	{ "intel-eth-pci", "eth0:rx-1", QUEUE, rx, 1 },
	{ NULL, "eth0:tx-1", QUEUE, tx, 1 },
	{ "fsl_enetc", "eth0-rxtx1", QUEUE, both, 1 },

	{ "nvme", "nvme0q0", ADMIN, none, 0 },
	{ "nvme", "nvme0q12", QUEUE, none, 12 },
	{ "megaraid_sas", "megasas0-msix3", QUEUE, none, 3 },
	{ "megaraid_sas", "megasas0", QUEUE, none, 0 },
	{ "mpt3sas", "mpt3sas0-msix3", QUEUE, none, 3 },
	{ "hpsa", "hpsa0-msix3", QUEUE, none, 3 },
	{ "smartpqi", "smartpqi", QUEUE, none, NO },
	{ "smartpqi", "smartpqi0", FOREIGN, 0, 0 },
	{ "aacraid", "aacraid", QUEUE, none, NO },
	{ "qla2xxx", "qla2xxx14_qpair3", QUEUE, none, 3 },
	{ "qla2xxx", "qla2xxx14_default", ADMIN, none, NO },
	{ "lpfc", "lpfc:3", QUEUE, none, 3 },
	{ "ahci", "ahci[0000:03:00.0]", QUEUE, none, NO },

	{ "r8169", "eth0", QUEUE, both, NO },
	{ "mtk_soc_eth", "1e100000.ethernet", QUEUE, both, NO },
	{ "forcedeth", "eth0-rx", QUEUE, rx, NO },
	{ "forcedeth", "eth0-tx", QUEUE, tx, NO },

	/* a saved root that does not show the driver */
	{ NULL, "virtio1-input.2", QUEUE, rx, 2 },
	{ NULL, "i40e-eth0-TxRx-2", QUEUE, both, 2 },
	{ NULL, "eth0-TxRx-2", QUEUE, both, 2 },
	{ NULL, "mlx5_comp2@pci:0000:03:00.0", QUEUE, both, 2 },
	{ NULL, "i8042", FOREIGN, 0, 0 },
	{ NULL, "", FOREIGN, 0, 0 },
	{ NULL, "$(reboot)", FOREIGN, 0, 0 },
	/* a driver without rows of its own: what many drivers do, and nothing else */
	{ "outoftree", "eth0-Tx-Rx-3", QUEUE, both, 3 },
	{ "outoftree", "eth0-txrx-3", QUEUE, both, 3 },
	{ "outoftree", "eth0-3", FOREIGN, 0, 0 },
	{ "outoftree", "eth0_qp3", FOREIGN, 0, 0 },
	{ "outoftree", "mlx5_comp3@pci:0000:03:00.0", FOREIGN, 0, 0 },
	/* another's rows don't count, nor where the driver is not known such as this */
	{ "tg3", "eth0-fp-1", FOREIGN, 0, 0 },
	{ NULL, "eth0-1", FOREIGN, 0, 0 },
	{ NULL, "eth0-fp-1", QUEUE, both, 1 },
};

/* With the rows of the driver found before, each name means what it means without. */
static void check_with_rows(struct name_keys keys, const char *name)
{
	struct name_meaning found = { 0 }, with_rows = { 0 };
	struct name_rows *own = name_rows_new(&keys);
	bool is_own = name_parse(&keys, name, &found);

	assert_non_null(own);
	keys.rows = own;
	assert_int_equal(name_parse(&keys, name, &with_rows), is_own);
	assert_int_equal(with_rows.row, found.row);
	assert_int_equal(with_rows.number, found.number);
	assert_int_equal(with_rows.is_cut, found.is_cut);
	free(own);
}

static void check_row(const struct name_keys *device_keys, const struct row *row)
{
	struct name_keys keys = *device_keys;
	struct name_meaning m = { 0 };
	bool is_own;

	keys.driver = row->driver;
	check_with_rows(keys, row->name);
	is_own = name_parse(&keys, row->name, &m);
	if (is_own != (row->role != FOREIGN) ||
		(is_own &&
			((int)m.role != row->role || m.serves != row->serves ||
				m.number != row->number)))
		fail_msg("%s of %s: role %d serves %u number %u", row->name,
			row->driver ? row->driver : "-", is_own ? (int)m.role : FOREIGN,
			m.serves, m.number);
}

static void every_driver(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		check_row(&device, &rows[i]);
}

/* Each name as one of each other driver, of no driver, and of an interface renamed since. */
static void every_name_of_every_driver(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		for (size_t k = 0; k < LENGTH(rows); k++) {
			struct name_keys keys = device;

			keys.driver = rows[k].driver;
			check_with_rows(keys, rows[i].name);
			keys.is_any_netdev = true;
			check_with_rows(keys, rows[i].name);
		}
	}
}

/* Names that look like parts of the patterns themselves. */
static void awkward_names(void **state)
{
	static const struct {
		const char *netdev, *name;
		unsigned int serves;
		uint32_t number;
	} awkward[] = {
		{ "eth1-tx", "eth1-tx-TxRx-0", both, 0 },
		{ "eth1-tx", "eth1-tx-rx-3", rx, 3 }, { "rx-0", "rx-0-tx-1", tx, 1 },
		{ "tx", "tx-tx-tx-1", none, 1 }, { "eth0.5", "eth0.5-TxRx-1", both, 1 },
		{ "p1-0", "p1-0-rx-12", rx, 12 }, { "TxRx", "TxRx-TxRx-1", both, 1 },
		{ "%n", "%n-rx-1", rx, 1 }, { "$(reboot)", "$(reboot)-rx-1", rx, 1 },
		{ "a\033[2J", "a\033[2J-rx-1", rx, 1 },
		{ "enp130s0f0np123", "enp130s0f0np12-rx-0", none, 0 }, /* e1000e alone */
		{ "enp130s0f0np12", "enp130s0f0np1-rx-0", none, 0 },
		{ "eth0", "ETH0-rx-0", none, 0 }, /* names have their case */
		{ "eth0", "eth0-TXRX-0", both, 0 }, /* words haven't */
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(awkward); i++) {
		struct name_keys keys = { .netdev = awkward[i].netdev };
		struct name_meaning m = { 0 };
		bool is_own = name_parse(&keys, awkward[i].name, &m);

		assert_int_equal(is_own, awkward[i].serves != none);
		if (is_own) {
			assert_int_equal(m.serves, awkward[i].serves);
			assert_int_equal(m.number, awkward[i].number);
		}
	}
}

/* Renamed since it was opened: what the driver puts around the name still tells. */
static void any_name(void **state)
{
	struct name_keys keys = {
		.netdev = "wan", .driver = "i40e", .is_any_netdev = true
	};
	struct name_meaning m;

	(void)state;
	assert_true(name_parse(&keys, "i40e-eth0-TxRx-3", &m));
	assert_int_equal(m.number, 3);
	assert_true(name_parse(&keys, "eth0-TxRx-3", &m));
	assert_false(name_parse(&keys, "eth0", &m));
	assert_false(name_parse(&keys, "i40e--TxRx-", &m));
	keys.driver = NULL; /* then only what most drivers do */
	assert_false(name_parse(&keys, "eth0-3", &m));
	assert_true(name_parse(&keys, "eth0-rx-3", &m));
}

static void words(void **state)
{
	(void)state;
	assert_true(name_begins_with_word("virtio1", "virtio1"));
	assert_true(name_begins_with_word("virtio1-stats", "virtio1"));
	assert_false(name_begins_with_word("virtio10-stats", "virtio1"));
	assert_false(name_begins_with_word("virtio", "virtio1"));
	assert_false(name_begins_with_word("", "virtio1"));
}

/* The interface in a name, where nothing else is known. */
static void netdev_in_name(void **state)
{
	static const struct {
		const char *name, *netdev; /* NULL: none */
	} names[] = {
		{ "eth0-rx-0", "eth0" },
		{ "eth0-tx-0-rx-1", "eth0" },
		{ "enp0s8f0:tx-3", "enp0s8f0" },
		{ "ice-ens1f0-TxRx-12", "ens1f0" },
		{ "a-rx-0-rx-1", "a-rx-0" },
		{ "eth0-fp-7", "eth0" },
		/* a name alone, or without the number of a queue, may be anything's */
		{ "eth0", NULL },
		{ "eth0-rx", NULL },
		{ "eth0-3", NULL },
		{ "-rx-0", NULL },
		/* not named after the interface */
		{ "vif1.0-q0-tx", NULL },
		{ "virtio0-input.0", NULL },
		{ "nvme0q1", NULL },
		{ "mlx5_comp3@pci:0000:03:00.0", NULL },
		{ "hns3-0000:03:00.0-TxRx-6", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++) {
		const char *at = NULL;
		size_t len = 0;
		bool is_found = name_find_netdev(names[i].name, &at, &len);

		if (is_found != (names[i].netdev != NULL) ||
			(is_found &&
				(len != strlen(names[i].netdev) ||
					strncmp(at, names[i].netdev, len) != 0)))
			fail_msg("'%s': '%.*s', not %s", names[i].name, (int)len, at,
				names[i].netdev ? names[i].netdev : "none");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_driver),
		cmocka_unit_test(every_name_of_every_driver),
		cmocka_unit_test(awkward_names),
		cmocka_unit_test(any_name),
		cmocka_unit_test(words),
		cmocka_unit_test(netdev_in_name),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
