/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How many channels a network device has, and how many its driver allows.
 *
 * On the running system by the generic netlink family "ethtool" (Linux 5.6):
 *
 *	CHANNELS_GET   device -> ..._MAX and ..._COUNT of each kind that its driver has
 *
 * (net/ethtool/channels.c, channels_fill_reply()), and before that by
 * ioctl(ETHTOOL_GCHANNELS). A saved root has a file
 * sys/class/net/DEV/channels, which test/capture.sh writes; the kernel has no such file:
 *
 *	combined 4 8        kind, now, maximum
 *	other 1 1
 */
#include "devices/channels.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/device.h"
#include "devices/ethtool.h"
#include "devices/netlink_message.h"
#include "kernel/ctx.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

/* ------------------------------------------------------------------------------- */
/* From bytes                                                                      */

static uint32_t *find_place(void *into, uint16_t attribute)
{
	struct channels *channels = into;

	switch (attribute) {
	case ETHTOOL_A_CHANNELS_RX_MAX:
		return &channels->max[IRQKIT_CHANNEL_RX];
	case ETHTOOL_A_CHANNELS_TX_MAX:
		return &channels->max[IRQKIT_CHANNEL_TX];
	case ETHTOOL_A_CHANNELS_OTHER_MAX:
		return &channels->max[IRQKIT_CHANNEL_OTHER];
	case ETHTOOL_A_CHANNELS_COMBINED_MAX:
		return &channels->max[IRQKIT_CHANNEL_COMBINED];
	case ETHTOOL_A_CHANNELS_RX_COUNT:
		return &channels->now[IRQKIT_CHANNEL_RX];
	case ETHTOOL_A_CHANNELS_TX_COUNT:
		return &channels->now[IRQKIT_CHANNEL_TX];
	case ETHTOOL_A_CHANNELS_OTHER_COUNT:
		return &channels->now[IRQKIT_CHANNEL_OTHER];
	case ETHTOOL_A_CHANNELS_COMBINED_COUNT:
		return &channels->now[IRQKIT_CHANNEL_COMBINED];
	default:
		return NULL; /* the header; and what newer kernels add */
	}
}

int channels_parse_netlink(const void *bytes, size_t len, struct channels *ret_channels)
{
	struct channels channels = { 0 };
	int r = netlink_parse_numbers(bytes, len, find_place, &channels);

	if (r < 0)
		return r;
	*ret_channels = channels;
	return 0;
}

/* The next word of a line, which it is cut off from. */
static size_t take_word(const char **line, size_t *len, const char **ret_word)
{
	size_t n = 0;

	while (*len && **line == ' ') {
		++*line;
		--*len;
	}
	*ret_word = *line;
	while (n < *len && (*line)[n] != ' ')
		n++;
	*line += n;
	*len -= n;
	return n;
}

const char *channel_word(enum irqkit_channel_kind kind)
{
	static const char *const words[N_CHANNEL_KINDS] = {
		[IRQKIT_CHANNEL_RX] = "rx",
		[IRQKIT_CHANNEL_TX] = "tx",
		[IRQKIT_CHANNEL_OTHER] = "other",
		[IRQKIT_CHANNEL_COMBINED] = "combined",
	};

	return words[kind];
}

static void parse_line(const char *line, size_t len, struct channels *channels)
{
	const char *kind, *now, *max;
	size_t kind_len = take_word(&line, &len, &kind);
	size_t now_len = take_word(&line, &len, &now);
	size_t max_len = take_word(&line, &len, &max);
	uint32_t now_number, max_number;

	if (parse_u32(now, now_len, &now_number) < 0 ||
		parse_u32(max, max_len, &max_number) < 0)
		return;
	for (size_t i = 0; i < N_CHANNEL_KINDS; i++) {
		const char *word = channel_word((enum irqkit_channel_kind)i);

		if (strlen(word) != kind_len || memcmp(word, kind, kind_len) != 0)
			continue;
		channels->now[i] = now_number;
		channels->max[i] = max_number;
	}
}

void channels_parse_text(const char *text, size_t len, struct channels *ret_channels)
{
	struct channels channels = { 0 };

	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		parse_line(text, n, &channels);
		n += end != NULL;
		text += n;
		len -= n;
	}
	*ret_channels = channels;
}

/* ------------------------------------------------------------------------------- */
/* From the kernel, or a saved root                                                */

static int ask(struct ethtool *ethtool, struct channels *ret_channels)
{
	ssize_t n = ethtool_get(ethtool, ETHTOOL_MSG_CHANNELS_GET);

	return n < 0
		? (int)n
		: channels_parse_netlink(ethtool->packet.bytes, (size_t)n, ret_channels);
}

static int ask_by_ioctl(struct ethtool *ethtool, struct channels *ret_channels)
{
	struct ethtool_channels c = { .cmd = ETHTOOL_GCHANNELS };
	int r = ethtool_ioctl(ethtool, &c);

	if (r == 0)
		*ret_channels = (struct channels){
			.now = { [IRQKIT_CHANNEL_RX] = c.rx_count,
				[IRQKIT_CHANNEL_TX] = c.tx_count,
				[IRQKIT_CHANNEL_OTHER] = c.other_count,
				[IRQKIT_CHANNEL_COMBINED] = c.combined_count },
			.max = { [IRQKIT_CHANNEL_RX] = c.max_rx,
				[IRQKIT_CHANNEL_TX] = c.max_tx,
				[IRQKIT_CHANNEL_OTHER] = c.max_other,
				[IRQKIT_CHANNEL_COMBINED] = c.max_combined },
		};
	return r;
}

static int ask_kernel(const char *name, struct channels *ret_channels)
{
	_cleanup_ethtool_ struct ethtool ethtool;
	int r = ethtool_open(&ethtool, name);

	if (r == 0)
		r = ask(&ethtool, ret_channels);
	return r < 0 && ethtool_needs_ioctl(r) && ethtool.socket
		? ask_by_ioctl(&ethtool, ret_channels)
		: r;
}

static int read_saved(
	struct irqkit_ctx *ctx, const char *name, struct channels *ret_channels)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = knob_readf(ctx, &text, &len, "sys/class/net/%s/channels", name);

	if (r == 0)
		channels_parse_text(text, len, ret_channels);
	return r;
}

int channels_read(struct irqkit_ctx *ctx, const char *name, struct channels *ret_channels)
{
	return ctx->is_live ? ask_kernel(name, ret_channels)
			    : read_saved(ctx, name, ret_channels);
}

/* A driver without channels is an answer; all else is not known, and does no harm. */
static int read_channels(struct irqkit_device *device)
{
	struct irqkit_ctx *ctx = device->devices->ctx;
	int r;

	if (device->kind != IRQKIT_DEVICE_NET || !device->path)
		return -ENODATA;
	r = channels_read(ctx, device->name, &device->channels);
	if (r == 0 || r == -ENOMEM || r == -EOPNOTSUPP)
		return r;
	ctx_log(ctx, LOG_DEBUG, "the channels of %s are not known: %s", device->name,
		strerror(-r));
	return -ENODATA;
}

EXPORT int irqkit_device_read_channels(struct irqkit_device *device,
	enum irqkit_channel_kind kind, unsigned int *ret_now, unsigned int *ret_max)
{
	if (!device->has_read_channels)
		device->channels_error = read_channels(device);
	device->has_read_channels = true;
	if (device->channels_error < 0)
		return device->channels_error;
	*ret_now = device->channels.now[kind];
	*ret_max = device->channels.max[kind];
	return 0;
}
