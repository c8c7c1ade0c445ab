/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The RSS table of a network device, from and to the kernel. By the generic netlink family
 * "ethtool": RSS_GET (Linux 6.2), RSS_SET (Linux 6.17); before that, and where a driver has
 * only that, by ioctl(ETHTOOL_GRXFHINDIR, ETHTOOL_SRXFHINDIR).
 *
 * A table without entries is a request for the kernel's own table, and for no longer
 * taking it for the user's: net/ethtool/ioctl.c, ethtool_set_rxfh_indir().
 *
 * A saved root has a file sys/class/net/DEV/rss: the number of entries, and the table:
 *
 *	128 equal 4
 */
#include "base/macros.h"
#include "base/number.h"
#include "channels/rss.h"
#include "devices/channels.h"
#include "devices/ethtool.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* include/uapi/linux/ethtool_netlink.h, which is older on many a build machine */
enum {
	MESSAGE_RSS_GET = 38,
	MESSAGE_RSS_SET = 48,
	RSS_INDIR = 4,
};

/* ------------------------------------------------------------------------------- */
/* From bytes                                                                      */

static int read_attribute(const struct nlattr *attribute, void *data)
{
	struct rss_table *table = data;
	size_t len = mnl_attr_get_payload_len(attribute);

	if (mnl_attr_get_type(attribute) != RSS_INDIR)
		return MNL_CB_OK;
	if (table->queues || len < sizeof(*table->queues) ||
		len % sizeof(*table->queues) != 0)
		return netlink_fail(EBADMSG);
	table->queues = malloc(len);
	if (!table->queues)
		return netlink_fail(ENOMEM);
	memcpy(table->queues, mnl_attr_get_payload(attribute), len);
	table->n = len / sizeof(*table->queues);
	return MNL_CB_OK;
}

static int read_message(const struct nlmsghdr *message, void *data)
{
	if (mnl_nlmsg_get_payload_len(message) < sizeof(struct genlmsghdr))
		return netlink_fail(EBADMSG);
	return mnl_attr_parse(message, sizeof(struct genlmsghdr), read_attribute, data);
}

int rss_parse_netlink(const void *bytes, size_t len, struct rss_table *ret_table)
{
	_cleanup_rss_ struct rss_table table = { 0 };
	int r = netlink_parse(bytes, len, read_message, &table);

	if (r < 0)
		return r;
	if (table.n == 0)
		return -EOPNOTSUPP;
	*ret_table = table;
	table.queues = NULL;
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Reading                                                                         */

static int ask(struct ethtool *ethtool, struct rss_table *ret_table)
{
	ssize_t n = ethtool_get(ethtool, MESSAGE_RSS_GET);

	return n < 0 ? (int)n
		     : rss_parse_netlink(ethtool->packet.bytes, (size_t)n, ret_table);
}

/* The kernel first says how many entries there are. */
static int ask_by_ioctl(struct ethtool *ethtool, struct rss_table *ret_table)
{
	struct ethtool_rxfh_indir size = { .cmd = ETHTOOL_GRXFHINDIR };
	_cleanup_free_ struct ethtool_rxfh_indir *indir = NULL;
	int r = ethtool_ioctl(ethtool, &size);
	size_t len = size.size * sizeof(size.ring_index[0]);

	if (r < 0)
		return r;
	if (size.size == 0)
		return -EOPNOTSUPP;
	indir = calloc(1, sizeof(*indir) + len);
	if (!indir)
		return -ENOMEM;
	indir->cmd = ETHTOOL_GRXFHINDIR;
	indir->size = size.size;
	r = ethtool_ioctl(ethtool, indir);
	if (r < 0)
		return r;
	ret_table->queues = malloc(len);
	if (!ret_table->queues)
		return -ENOMEM;
	memcpy(ret_table->queues, indir->ring_index, len);
	ret_table->n = size.size;
	return 0;
}

static int ask_kernel(struct ethtool *ethtool, struct rss_table *ret_table)
{
	int r = ask(ethtool, ret_table);

	return r < 0 && ethtool_needs_ioctl(r) ? ask_by_ioctl(ethtool, ret_table) : r;
}

static int read_saved(
	struct irqkit_ctx *ctx, const char *name, struct rss_table *ret_table)
{
	_cleanup_free_ char *text = NULL;
	size_t text_len, len;
	uint32_t n;
	int r = knob_readf_line(ctx, &text, &text_len, "sys/class/net/%s/rss", name);

	if (r < 0)
		return r;
	len = strspn(text, "0123456789");
	if (text[len] != ' ' || parse_u32(text, len, &n) < 0)
		return -EBADMSG;
	return rss_parse(text + len + 1, n, ret_table);
}

int rss_read(struct irqkit_ctx *ctx, const char *name, struct rss_table *ret_table)
{
	_cleanup_ethtool_ struct ethtool ethtool = { 0 };
	int r;

	*ret_table = (struct rss_table){ 0 };
	if (!ctx->is_live)
		return read_saved(ctx, name, ret_table);
	r = ethtool_open(&ethtool, name);
	return r < 0 ? r : ask_kernel(&ethtool, ret_table);
}

/* ------------------------------------------------------------------------------- */
/* Writing                                                                         */

/* -EOPNOTSUPP: not by netlink */
static int set(struct ethtool *ethtool, const struct rss_table *table, char **ret_text)
{
	size_t len = table->n * sizeof(*table->queues);
	struct nlmsghdr *message;
	ssize_t n;

	if (!ethtool->family || len > sizeof(ethtool->packet) / 2)
		return -EOPNOTSUPP;
	message = ethtool_put_request(ethtool, MESSAGE_RSS_SET, NLM_F_ACK);
	mnl_attr_put(message, RSS_INDIR, len, table->queues);
	n = ethtool_ask(ethtool, message);
	return n < 0 ? (int)n
		     : ethtool_parse_ack(ethtool->packet.bytes, (size_t)n, ret_text);
}

static int set_by_ioctl(struct ethtool *ethtool, const struct rss_table *table)
{
	size_t len = table->n * sizeof(*table->queues);
	_cleanup_free_ struct ethtool_rxfh_indir *indir = calloc(1, sizeof(*indir) + len);

	if (!indir)
		return -ENOMEM;
	indir->cmd = ETHTOOL_SRXFHINDIR;
	indir->size = (uint32_t)table->n;
	if (len)
		memcpy(indir->ring_index, table->queues, len);
	return ethtool_ioctl(ethtool, indir);
}

static int set_kernel(
	struct ethtool *ethtool, const struct rss_table *table, char **ret_text)
{
	int r = set(ethtool, table, ret_text);

	if (r == 0 || !ethtool_needs_ioctl(r))
		return r;
	free(TAKE(*ret_text));
	return set_by_ioctl(ethtool, table);
}

/* The rx queues in use; 0: not known. */
static uint32_t count_queues(struct irqkit_ctx *ctx, const char *name)
{
	struct channels channels;

	if (channels_read(ctx, name, &channels) < 0)
		return 0;
	return channels.now[IRQKIT_CHANNEL_RX] + channels.now[IRQKIT_CHANNEL_COMBINED];
}

static int write_kernel(struct irqkit_ctx *ctx, const char *name, const char *text,
	const struct rss_table *table, char **ret_text)
{
	static const struct rss_table none = { 0 };
	_cleanup_ethtool_ struct ethtool ethtool = { 0 };
	uint32_t equal = rss_parse_equal(text);
	bool is_default = equal && equal == count_queues(ctx, name);
	int r = ethtool_open(&ethtool, name);

	if (r < 0)
		return r;
	/* a driver that knows no default still takes the table */
	r = is_default ? set_kernel(&ethtool, &none, ret_text) : -EINVAL;
	if (r == 0)
		return 0;
	free(TAKE(*ret_text));
	return set_kernel(&ethtool, table, ret_text);
}

static int write_saved(struct irqkit_ctx *ctx, const char *name, const char *text,
	const struct rss_table *table)
{
	char path[PATH_MAX], line[4096];
	bool is_refused;
	int r = format_path(path, "sys/class/net/%s/rss", name);

	if (r < 0)
		return r;
	if (snprintf(line, sizeof(line), "%zu %s", table->n, text) >= (int)sizeof(line))
		return -E2BIG;
	return knob_write(ctx, path, line, &is_refused);
}

int rss_write(struct irqkit_ctx *ctx, const char *name, const char *text, char **ret_text)
{
	_cleanup_rss_ struct rss_table now = { 0 }, table = { 0 };
	int r = rss_read(ctx, name, &now);

	*ret_text = NULL;
	if (r == 0)
		r = rss_parse(text, now.n, &table);
	if (r < 0)
		return r;
	return ctx->is_live ? write_kernel(ctx, name, text, &table, ret_text)
			    : write_saved(ctx, name, text, &table);
}
