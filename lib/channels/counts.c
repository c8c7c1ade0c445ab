/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The numbers of channels: text, and what sets them. By the generic netlink family
 * "ethtool" (CHANNELS_SET, Linux 5.6), which explains a refusal, or by
 * ioctl(ETHTOOL_SCHANNELS).
 */
#include "channels/counts.h"
#include "base/buffer.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/ethtool.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <string.h>

#define MOST_CHANNELS 65535u

/* Those of a text, in its order. */
static const enum irqkit_channel_kind kinds[] = { IRQKIT_CHANNEL_RX, IRQKIT_CHANNEL_TX,
	IRQKIT_CHANNEL_COMBINED };

int counts_format(const struct channels *channels, char **ret_text)
{
	struct buffer text = { 0 };

	for (size_t i = 0; i < LENGTH(kinds); i++)
		if (channels->max[kinds[i]])
			buffer_add(&text, "%s%s %u", text.len ? " " : "",
				channel_word(kinds[i]), channels->now[kinds[i]]);
	return text.len || text.has_failed ? buffer_take(&text, ret_text) : -EOPNOTSUPP;
}

/* "combined 4", and the space after it; false: it is not that. */
static bool take_count(const char **text, struct channels *channels)
{
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		const char *word = channel_word(kinds[i]), *number;
		size_t len = strlen(word);
		uint32_t count;

		if (strncmp(*text, word, len) != 0 || (*text)[len] != ' ')
			continue;
		number = *text + len + 1;
		len = strspn(number, "0123456789");
		if (parse_u32(number, len, &count) < 0 || count > MOST_CHANNELS)
			return false;
		channels->now[kinds[i]] = count;
		*text = number + len;
		if (**text == ' ' && (*text)[1])
			++*text;
		else if (**text)
			return false;
		return true;
	}
	return false;
}

int counts_parse(const char *text, struct channels *channels)
{
	if (!*text)
		return -EBADMSG;
	while (*text)
		if (!take_count(&text, channels))
			return -EBADMSG;
	return 0;
}

int counts_read(struct irqkit_ctx *ctx, const char *name, char **ret_text)
{
	struct channels channels;
	int r = channels_read(ctx, name, &channels);

	return r < 0 ? r : counts_format(&channels, ret_text);
}

/* ------------------------------------------------------------------------------- */

static const uint16_t attributes[N_CHANNEL_KINDS] = {
	[IRQKIT_CHANNEL_RX] = ETHTOOL_A_CHANNELS_RX_COUNT,
	[IRQKIT_CHANNEL_TX] = ETHTOOL_A_CHANNELS_TX_COUNT,
	[IRQKIT_CHANNEL_COMBINED] = ETHTOOL_A_CHANNELS_COMBINED_COUNT,
};

/* Only what changes: a driver may refuse a kind that it does not have. */
static int set(struct ethtool *ethtool, const struct channels *now,
	const struct channels *wanted, char **ret_text)
{
	struct nlmsghdr *message;
	ssize_t n;

	if (!ethtool->family)
		return -ENOENT;
	message = ethtool_put_request(ethtool, ETHTOOL_MSG_CHANNELS_SET, NLM_F_ACK);
	for (size_t i = 0; i < LENGTH(kinds); i++)
		if (wanted->now[kinds[i]] != now->now[kinds[i]])
			mnl_attr_put_u32(
				message, attributes[kinds[i]], wanted->now[kinds[i]]);
	n = ethtool_ask(ethtool, message);
	return n < 0 ? (int)n
		     : ethtool_parse_ack(ethtool->packet.bytes, (size_t)n, ret_text);
}

static int set_by_ioctl(struct ethtool *ethtool, const struct channels *wanted)
{
	struct ethtool_channels c = { .cmd = ETHTOOL_GCHANNELS };
	int r = ethtool_ioctl(ethtool, &c);

	if (r < 0)
		return r;
	c.cmd = ETHTOOL_SCHANNELS;
	c.rx_count = wanted->now[IRQKIT_CHANNEL_RX];
	c.tx_count = wanted->now[IRQKIT_CHANNEL_TX];
	c.combined_count = wanted->now[IRQKIT_CHANNEL_COMBINED];
	return ethtool_ioctl(ethtool, &c);
}

static int write_kernel(const char *name, const struct channels *now,
	const struct channels *wanted, char **ret_text)
{
	_cleanup_ethtool_ struct ethtool ethtool = { 0 };
	int r = ethtool_open(&ethtool, name);

	if (r < 0)
		return r;
	r = set(&ethtool, now, wanted, ret_text);
	if (r == 0 || !ethtool_needs_ioctl(r))
		return r;
	free(TAKE(*ret_text));
	return set_by_ioctl(&ethtool, wanted);
}

/* A line for each kind, as the file of a saved root has them. */
static int write_saved(
	struct irqkit_ctx *ctx, const char *name, const struct channels *wanted)
{
	_cleanup_free_ char *lines = NULL;
	struct buffer text = { 0 };
	char path[PATH_MAX];
	bool is_refused;
	int r = format_path(path, "sys/class/net/%s/channels", name);

	for (size_t i = 0; i < N_CHANNEL_KINDS; i++)
		if (wanted->max[i])
			buffer_add(&text, "%s%s %u %u", text.len ? "\n" : "",
				channel_word((enum irqkit_channel_kind)i), wanted->now[i],
				wanted->max[i]);
	if (r == 0)
		r = buffer_take(&text, &lines);
	return r < 0 ? r : knob_write(ctx, path, lines, &is_refused);
}

int counts_write(struct irqkit_ctx *ctx, const char *name, const char *text,
	char **ret_text, bool *ret_is_answer)
{
	struct channels now, wanted;
	int r = channels_read(ctx, name, &now);

	*ret_text = NULL;
	*ret_is_answer = false;
	if (r < 0)
		return r;
	wanted = now;
	r = counts_parse(text, &wanted);
	if (r < 0)
		return r;
	*ret_is_answer = ctx->is_live;
	return ctx->is_live ? write_kernel(name, &now, &wanted, ret_text)
			    : write_saved(ctx, name, &wanted);
}
