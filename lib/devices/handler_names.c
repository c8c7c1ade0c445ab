/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What drivers call their interrupts, and which queue such a name means.
 *
 *	eth0-TxRx-3                    ixgbe     %n-TxRx-%d
 *	virtio2-input.0                virtio    %v-input.%d
 *	vif1.0-q2-tx                   Xen       %x-q%d-tx
 *	mlx5_comp5@pci:0000:08:00.0    mlx5      mlx5_comp%d@pci:%p
 *
 * A pattern means the whole name. In it %n is the network device's name, %v the virtio
 * device's, %x the name that Xen's drivers give it, %p the PCI address, %b what the device
 * is called on its bus, %d a number and %* anything; all else stands for itself, in either case of letters. What a device is
 * called is known, so nothing is split at dashes that a name may hold itself.
 *
 * To add a driver: its lines, and a row for each in test/unit/test_names.c.
 */
#include "base/macros.h"
#include "base/number.h"
#include "devices/handler_names.h"

#include <ctype.h>
#include <string.h>

struct line {
	const char *drivers; /* "a,b"; "*": for all, tried after their own lines */
	const char *pattern;
	unsigned int serves;
	enum irqkit_role role;
	enum numbering numbering;
	bool needs_driver; /* ambiguous: only where the driver is known to be this one */
};

#define RX(drivers, pattern, numbering)                                                  \
	{                                                                                \
		drivers, pattern, SERVES_RX, IRQKIT_ROLE_QUEUE, numbering, false         \
	}
#define TX(drivers, pattern, numbering)                                                  \
	{                                                                                \
		drivers, pattern, SERVES_TX, IRQKIT_ROLE_QUEUE, numbering, false         \
	}
#define BOTH(drivers, pattern, numbering)                                                \
	{                                                                                \
		drivers, pattern, SERVES_BOTH, IRQKIT_ROLE_QUEUE, numbering, false       \
	}
#define IO(drivers, pattern)                                                             \
	{                                                                                \
		drivers, pattern, SERVES_NONE, IRQKIT_ROLE_QUEUE, NUMBER_IS_QUEUE, false \
	}
#define ROLE(role, drivers, pattern)                                                     \
	{                                                                                \
		drivers, pattern, SERVES_NONE, IRQKIT_ROLE_##role, NUMBER_IS_QUEUE,      \
			false                                                            \
	}

#define INTEL_1G "igb,igbvf,igc,e1000e,e1000"

static const struct line lines[] = {
	/* virtio: one vector a queue, or two for all, or one of the bus (and virtio-mmio) */
	RX("virtio_net", "%v-input.%d", NUMBER_IS_QUEUE),
	TX("virtio_net", "%v-output.%d", NUMBER_IS_QUEUE),
	RX("virtio_net", "%v-input", NUMBER_IS_QUEUE),
	TX("virtio_net", "%v-output", NUMBER_IS_QUEUE),
	IO("virtio_blk", "%v-req.%d"),
	IO("virtio_blk", "%v-requests"),
	IO("virtio_scsi", "%v-request"),
	IO("virtio_scsi", "%v-request.%d"),
	ROLE(CONFIG, "*", "%v-config"),
	ROLE(ADMIN, "*", "%v-control"),
	ROLE(ADMIN, "virtio_scsi", "%v-event"),
	BOTH("*", "%v-virtqueues", ALL_QUEUES),
	BOTH("*", "%v", ALL_QUEUES),

	/*
	 * Xen. netback names what the guest calls rx and tx: an interrupt that ends in -tx
	 * serves what the guest sends, which dom0 receives. Without split event channels
	 * there is one for both; netfront's then is called as the interface, each.
	 */
	RX("xen_netback,xen_netfront", "%x-q%d-rx", NUMBER_IS_QUEUE),
	TX("xen_netback,xen_netfront", "%x-q%d-tx", NUMBER_IS_QUEUE),
	BOTH("xen_netback", "%x-q%d", NUMBER_IS_QUEUE),
	RX("xen_netback", "%x-rx", NUMBER_IS_QUEUE),
	TX("xen_netback", "%x-tx", NUMBER_IS_QUEUE),
	BOTH("xen_netback", "%x", ALL_IF_ALONE),
	RX("xen_netback,xen_netfront", "%n-q%d-rx", NUMBER_IS_QUEUE),
	TX("xen_netback,xen_netfront", "%n-q%d-tx", NUMBER_IS_QUEUE),
	BOTH("xen_netback", "%n-q%d", NUMBER_IS_QUEUE),
	IO("xen_blkfront", "blkif"),

	/* Broadcom's tg3 counts its vectors: 0 is the link's, unless it sends with it */
	BOTH("tg3", "%n-txrx-%d", NUMBER_FROM_FIRST),
	RX("tg3", "%n-rx-%d", NUMBER_FROM_FIRST),
	TX("tg3", "%n-tx-%d", NUMBER_FROM_FIRST),
	{ "tg3", "%n-%d", SERVES_NONE, IRQKIT_ROLE_LINK, NUMBER_IS_QUEUE, true },
	/* bnxt counts rings, tx after rx */
	RX("bnxt_en,bnge", "%n-rx-%d", NUMBER_FROM_FIRST),
	TX("bnxt_en,bnge", "%n-tx-%d", NUMBER_FROM_FIRST),
	/* vmxnet3 counts vectors, rx after tx */
	RX("vmxnet3", "%n-rx-%d", NUMBER_FROM_FIRST),
	TX("vmxnet3", "%n-tx-%d", NUMBER_FROM_FIRST),
	ROLE(LINK, "vmxnet3", "%n-event-%d"),
	BOTH("bnx2x,qede", "%n-fp-%d", NUMBER_IS_QUEUE),
	ROLE(ADMIN, "qede", "sp-%*"),

	/* Intel, from 40 Gbit/s on: the driver's name in front */
	BOTH("i40e", "i40e-%n-TxRx-%d", NUMBER_IS_QUEUE),
	RX("i40e", "i40e-%n-rx-%d", NUMBER_IS_QUEUE),
	TX("i40e", "i40e-%n-tx-%d", NUMBER_IS_QUEUE),
	ROLE(ADMIN, "i40e", "i40e-%p:%*"),
	BOTH("ice", "ice-%n-TxRx-%d", NUMBER_IS_QUEUE),
	RX("ice", "ice-%n-rx-%d", NUMBER_IS_QUEUE),
	TX("ice", "ice-%n-tx-%d", NUMBER_IS_QUEUE),
	ROLE(ADMIN, "ice", "ice-%p:%*"),
	BOTH("iavf", "iavf-%n-TxRx-%d", NUMBER_IS_QUEUE),
	RX("iavf", "iavf-%n-rx-%d", NUMBER_IS_QUEUE),
	TX("iavf", "iavf-%n-tx-%d", NUMBER_IS_QUEUE),
	BOTH("i40evf,iavf", "i40evf-%n-TxRx-%d", NUMBER_IS_QUEUE),
	ROLE(ADMIN, "iavf", "iavf-%p:%*"),
	ROLE(ADMIN, "i40evf,iavf", "i40evf-%p:%*"),
	BOTH("idpf", "idpf-%n-TxRx-%d", NUMBER_IS_QUEUE),
	RX("idpf", "idpf-%n-Rx-%d", NUMBER_IS_QUEUE),
	TX("idpf", "idpf-%n-Tx-%d", NUMBER_IS_QUEUE),
	ROLE(ADMIN, "idpf", "idpf-%*-Mailbox-%d"),
	/* up to 10 Gbit/s, and who named theirs alike: the last lines of this table */
	ROLE(LINK, INTEL_1G ",ixgbe,ixgbevf,fm10k", "%n:%*"),

	/* Mellanox: not named after the interface */
	BOTH("mlx5_core", "mlx5_comp%d@pci:%p", NUMBER_IS_QUEUE),
	BOTH("mlx5_core", "mlx5_comp%d", NUMBER_IS_QUEUE),
	BOTH("mlx5_core", "mlx5_combined%d@pci:%p", NUMBER_IS_QUEUE),
	BOTH("mlx5_core.sf", "mlx5_sf_comp%d@pci:%p", NUMBER_IS_QUEUE),
	BOTH("mlx5_core.sf", "mlx5_sf_comp%d", NUMBER_IS_QUEUE),
	ROLE(ADMIN, "mlx5_core", "mlx5_async%d@pci:%p"),
	ROLE(ADMIN, "mlx5_core", "mlx5_async@pci:%p"),
	ROLE(ADMIN, "mlx5_core", "mlx5_%*"),
	BOTH("mlx4_en,mlx4_core", "mlx4-%d@pci:%p", NUMBER_FROM_FIRST),
	BOTH("mlx4_en,mlx4_core", "mlx4-%d@%p", NUMBER_FROM_FIRST),
	ROLE(ADMIN, "mlx4_en,mlx4_core", "mlx4-async@%*"),

	/* clouds */
	BOTH("ena", "%n-Tx-Rx-%d", NUMBER_IS_QUEUE),
	ROLE(ADMIN, "ena", "ena-mgmnt@pci:%p"),
	BOTH("gve", "gve-ntfy-blk%d@pci:%p", NUMBER_TX_THEN_RX),
	BOTH("gve", "%n-ntfy-block.%d", NUMBER_TX_THEN_RX),
	ROLE(ADMIN, "gve", "gve-mgmnt@pci:%p"),
	ROLE(ADMIN, "gve", "%n-mgmnt"),
	BOTH("mana", "mana_q%d@pci:%p", NUMBER_IS_QUEUE),
	BOTH("mana", "mana_msi%d@pci:%p", NUMBER_FROM_FIRST), /* 0 is mana_hwc */
	ROLE(ADMIN, "mana", "mana_hwc@pci:%p"),
	/* hv_netvsc has none of its own: its channels share one vector, the row HYP */

	/* others */
	BOTH("sfc,sfc_ef100,sfc_siena,sfc_falcon,atlantic", "%n-%d", NUMBER_IS_QUEUE),
	ROLE(OTHER, "sfc,sfc_siena", "%n-xdp-%d"),
	ROLE(OTHER, "sfc,sfc_siena", "%n-ptp"),
	ROLE(OTHER, "sfc", "%n-mae"),
	RX("cxgb4,cxgb4vf", "%n-Rx%d", NUMBER_IS_QUEUE),
	{ "cxgb4vf", "%n-%d", SERVES_RX, IRQKIT_ROLE_QUEUE, NUMBER_IS_QUEUE, true },
	ROLE(ADMIN, "cxgb4", "%p-FWeventq"),
	BOTH("be2net", "%n-q%d", NUMBER_IS_QUEUE),
	ROLE(ERROR, "enic", "%n-err"),
	ROLE(LINK, "enic", "%n-notify"),
	ROLE(LINK, "nfp", "%n-lsc"),
	ROLE(ERROR, "nfp", "%n-exn"),
	TX("nicvf", "%n-sq-%d", NUMBER_IS_QUEUE),
	ROLE(OTHER, "nicvf", "%n-rbdr-%d"),
	ROLE(ERROR, "nicvf", "%n-qset-err-%d"),
	BOTH("hns3", "hns3-%p-TxRx-%d", NUMBER_IS_QUEUE),
	RX("hns3", "hns3-%p-Rx-%d", NUMBER_IS_QUEUE),
	TX("hns3", "hns3-%p-Tx-%d", NUMBER_IS_QUEUE),
	ROLE(ADMIN, "hns3", "hclge%*"),
	RX("hinic", "%n_rxq%d", NUMBER_IS_QUEUE),
	TX("hinic", "%n_txq%d", NUMBER_IS_QUEUE),
	RX("hinic", "hinic_rxq%d@pci:%p", NUMBER_IS_QUEUE),
	TX("hinic", "hinic_txq%d@pci:%p", NUMBER_IS_QUEUE),
	ROLE(ADMIN, "hinic", "hinic_%*"),
	RX("ionic", "ionic-%n-rx%d", NUMBER_IS_QUEUE),
	TX("ionic", "ionic-%n-tx%d", NUMBER_IS_QUEUE),
	ROLE(ADMIN, "ionic", "ionic-%*"),
	RX("stmmac,dwmac-generic", "%n:rx-%d", NUMBER_IS_QUEUE),
	TX("stmmac,dwmac-generic", "%n:tx-%d", NUMBER_IS_QUEUE),
	BOTH("fsl_enetc,fsl_enetc_vf", "%n-rxtx%d", NUMBER_IS_QUEUE),

	/* disks */
	ROLE(ADMIN, "nvme", "nvme%dq0"),
	IO("nvme", "nvme%dq%d"),
	IO("megaraid_sas", "megasas%d-msix%d"),
	IO("megaraid_sas", "megasas"),
	IO("mpt3sas", "mpt%dsas%d-msix%d"),
	IO("hpsa", "hpsa%d-msix%d"),
	IO("smartpqi", "smartpqi%*"),
	IO("aacraid", "aacraid%*"),
	IO("qla2xxx", "qla2xxx%*_qpair%*"),
	ROLE(ADMIN, "qla2xxx", "qla2xxx%*"),
	IO("lpfc", "lpfc:%*"),
	IO("ahci", "ahci%*"),

	/* Intel's older form, which most others follow: vectors by queue */
	BOTH("*", "%n-TxRx-%d", NUMBER_IS_QUEUE),
	BOTH("*", "%n-rxtx-%d", NUMBER_IS_QUEUE),
	RX("*", "%n-rx-%d", NUMBER_IS_QUEUE),
	TX("*", "%n-tx-%d", NUMBER_IS_QUEUE),
	RX("*", "%n-rx", NUMBER_IS_QUEUE),
	TX("*", "%n-tx", NUMBER_IS_QUEUE),
	BOTH("*", "%n", ALL_IF_ALONE),
	BOTH("*", "%b", ALL_IF_ALONE),
};

/* ------------------------------------------------------------------------------- */

struct match {
	const struct name_keys *keys;
	uint32_t number; /* the last one in the name */
};

static bool match(struct match *m, const char *pattern, const char *text);

static bool match_rest_after(struct match *m, const char *pattern, const char *text,
	const char *key, size_t len)
{
	return strncmp(text, key, len) == 0 && match(m, pattern, text + len);
}

static bool match_key(
	struct match *m, const char *pattern, const char *text, const char *key)
{
	return key && match_rest_after(m, pattern, text, key, strlen(key));
}

static bool match_anything(struct match *m, const char *pattern, const char *text)
{
	for (size_t len = strlen(text); len > 0; len--)
		if (match(m, pattern, text + len))
			return true;
	return false;
}

static bool match_netdev(struct match *m, const char *pattern, const char *text)
{
	const char *netdev = m->keys->netdev;

	/* some name, with what the driver puts around it: a name alone could be anyone's */
	if (m->keys->is_any_netdev)
		return *pattern && match_anything(m, pattern, text);
	if (match_key(m, pattern, text, netdev))
		return true;
	/* e1000e has room for 14 characters of a name that can have 15 */
	return netdev && strlen(netdev) == 15 &&
		match_rest_after(m, pattern, text, netdev, 14);
}

static bool match_number(struct match *m, const char *pattern, const char *text)
{
	size_t len = strspn(text, "0123456789");
	uint32_t number;

	if (len == 0 || parse_u32(text, len, &number) < 0 || number == NO_NUMBER ||
		!match(m, pattern, text + len))
		return false;
	/* the rest is matched first, so the last number of all stays */
	if (m->number == NO_NUMBER)
		m->number = number;
	return true;
}

static bool match(struct match *m, const char *pattern, const char *text)
{
	for (; *pattern && *pattern != '%'; pattern++, text++)
		if (tolower((unsigned char)*pattern) != tolower((unsigned char)*text))
			return false;
	if (!*pattern)
		return !*text;

	switch (pattern[1]) {
	case 'n':
		return match_netdev(m, pattern + 2, text);
	case 'v':
		return match_key(m, pattern + 2, text, m->keys->virtio);
	case 'x':
		return match_key(m, pattern + 2, text, m->keys->vif);
	case 'b':
		return match_key(m, pattern + 2, text, m->keys->bus);
	case 'p':
		return match_key(m, pattern + 2, text, m->keys->pci);
	case 'd':
		return match_number(m, pattern + 2, text);
	default:
		return match_anything(m, pattern + 2, text);
	}
}

static bool is_listed(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at++)
		if ((at == list || at[-1] == ',') && (at[len] == ',' || !at[len]))
			return true;
	return false;
}

/* In which round a line is tried: 0, 1, or in none. */
static int round_of(
	const struct line *line, const char *driver, const struct name_keys *keys)
{
	if (driver && is_listed(line->drivers, driver))
		return 0;
	if (line->drivers[0] == '*')
		return 1;
	if (driver || line->needs_driver)
		return -1;
	/* any interface of any driver: too much would match */
	return keys->is_any_netdev && strstr(line->pattern, "%n") ? -1 : 0;
}

/* A driver that has lines is held to them; of another, any line may be meant. */
static const char *known_driver(const char *driver)
{
	if (driver)
		for (size_t i = 0; i < LENGTH(lines); i++)
			if (is_listed(lines[i].drivers, driver))
				return driver;
	return NULL;
}

bool name_parse(
	const struct name_keys *keys, const char *name, struct name_meaning *ret_meaning)
{
	const char *driver = known_driver(keys->driver);

	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < LENGTH(lines); i++) {
			struct match m = { .keys = keys, .number = NO_NUMBER };

			if (round_of(&lines[i], driver, keys) != round ||
				!match(&m, lines[i].pattern, name))
				continue;
			*ret_meaning = (struct name_meaning){
				.role = lines[i].role,
				.serves = lines[i].serves,
				.numbering = lines[i].numbering,
				.number = m.number,
				.line = i,
			};
			return true;
		}
	return false;
}

bool name_begins_with_word(const char *name, const char *word)
{
	size_t len = strlen(word);

	return strncmp(name, word, len) == 0 && !isalnum((unsigned char)name[len]);
}
