/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ring sizes of a network device, by the generic netlink family "ethtool" (RINGS_GET,
 * Linux 5.6; net/ethtool/rings.c) or by ioctl(ETHTOOL_GRINGPARAM). A saved root has a file
 * sys/class/net/DEV/rings, which holds the text; the kernel has no such file.
 */
#include "channels/rings.h"
#include "base/buffer.h"
#include "base/macros.h"
#include "devices/ethtool.h"
#include "devices/netlink_message.h"
#include "kernel/ctx.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <linux/ethtool.h>

/* include/uapi/linux/ethtool_netlink.h */
enum {
	MESSAGE_RINGS_GET = 15,
	RINGS_RX = 6,
	RINGS_RX_MINI = 7,
	RINGS_RX_JUMBO = 8,
	RINGS_TX = 9,
};

static uint32_t *find_place(void *into, uint16_t attribute)
{
	struct rings *rings = into;

	switch (attribute) {
	case RINGS_RX:
		return &rings->size[RING_RX];
	case RINGS_RX_MINI:
		return &rings->size[RING_RX_MINI];
	case RINGS_RX_JUMBO:
		return &rings->size[RING_RX_JUMBO];
	case RINGS_TX:
		return &rings->size[RING_TX];
	default:
		return NULL;
	}
}

int rings_parse_netlink(const void *bytes, size_t len, struct rings *ret_rings)
{
	struct rings rings = { 0 };
	int r = netlink_parse_numbers(bytes, len, find_place, &rings);

	if (r < 0)
		return r;
	*ret_rings = rings;
	return 0;
}

static int ask(struct ethtool *ethtool, struct rings *ret_rings)
{
	ssize_t n = ethtool_get(ethtool, MESSAGE_RINGS_GET);

	return n < 0 ? (int)n
		     : rings_parse_netlink(ethtool->packet.bytes, (size_t)n, ret_rings);
}

static int ask_by_ioctl(struct ethtool *ethtool, struct rings *ret_rings)
{
	struct ethtool_ringparam p = { .cmd = ETHTOOL_GRINGPARAM };
	int r = ethtool_ioctl(ethtool, &p);

	if (r == 0)
		*ret_rings = (struct rings){
			.size = { [RING_RX] = p.rx_pending,
				[RING_RX_MINI] = p.rx_mini_pending,
				[RING_RX_JUMBO] = p.rx_jumbo_pending,
				[RING_TX] = p.tx_pending },
		};
	return r;
}

/* "rx 512 tx 512": as `ethtool -G` takes it */
static int format(const struct rings *rings, char **ret_text)
{
	static const char *const words[N_RINGS] = {
		[RING_RX] = "rx",
		[RING_RX_MINI] = "rx-mini",
		[RING_RX_JUMBO] = "rx-jumbo",
		[RING_TX] = "tx",
	};
	struct buffer text = { 0 };

	for (size_t i = 0; i < N_RINGS; i++)
		if (rings->size[i])
			buffer_add(&text, "%s%s %u", text.len ? " " : "", words[i],
				rings->size[i]);
	return buffer_take(&text, ret_text);
}

static int read_live(const char *name, char **ret_text)
{
	_cleanup_ethtool_ struct ethtool ethtool = { 0 };
	struct rings rings = { 0 };
	int r = ethtool_open(&ethtool, name);

	if (r == 0)
		r = ask(&ethtool, &rings);
	if (r < 0 && ethtool_needs_ioctl(r) && ethtool.socket)
		r = ask_by_ioctl(&ethtool, &rings);
	return r < 0 ? r : format(&rings, ret_text);
}

int rings_read(struct irqkit_ctx *ctx, const char *name, char **ret_text)
{
	size_t len;

	return ctx->is_live
		? read_live(name, ret_text)
		: knob_readf_line(ctx, ret_text, &len, "sys/class/net/%s/rings", name);
}
