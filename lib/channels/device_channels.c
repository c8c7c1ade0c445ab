/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a device says about its RSS table, and why its number of queues cannot be set. */
#include "base/macros.h"
#include "channels/counts.h"
#include "channels/rss.h"
#include "channels/xenstore.h"
#include "devices/device.h"
#include "kernel/ctx.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

EXPORT int irqkit_device_read_rss(struct irqkit_device *device, size_t *ret_entries,
	size_t *ret_queues, char **ret_table)
{
	_cleanup_rss_ struct rss_table table = { 0 };
	int r = device->kind == IRQKIT_DEVICE_NET
		? rss_read(device->devices->ctx, device->name, &table)
		: -EOPNOTSUPP;

	if (r == 0)
		r = rss_format(&table, ret_table);
	if (r == -ENOMEM || r == -EOPNOTSUPP)
		return r;
	if (r < 0)
		return -ENODATA;
	*ret_entries = table.n;
	*ret_queues = rss_count_queues(&table);
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Drivers that have no call for it                                                */

/* 0: not known */
static unsigned int read_max_queues(struct irqkit_ctx *ctx, const char *module)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	uint32_t number;
	int r = knob_readf_line(
		ctx, &text, &len, "sys/module/%s/parameters/max_queues", module);

	return r == 0 && parse_u32(text, len, &number) == 0 ? number : 0;
}

/*
 * "the guest asked for 1 queue (multi-queue-num-queues in xenstore) of 4 that the backend
 * offers"; what is not known is left out. NULL: nothing is known, or no memory.
 */
static char *format_xenstore(const struct irqkit_device *device)
{
	struct xen_queues queues;
	char *text = NULL;
	int r = xen_queues_read(device, &queues);

	if (r < 0)
		return NULL;
	if (queues.asked && queues.offered)
		r = asprintf(&text,
			": in xenstore, the guest asked for %u queue%s "
			"(multi-queue-num-queues) and the backend offers %u "
			"(multi-queue-max-queues)",
			queues.asked, queues.asked == 1 ? "" : "s", queues.offered);
	else if (queues.asked)
		r = asprintf(&text,
			": in xenstore, the guest asked for %u queue%s "
			"(multi-queue-num-queues)",
			queues.asked, queues.asked == 1 ? "" : "s");
	else
		r = asprintf(&text,
			": in xenstore, the backend offers %u queue%s "
			"(multi-queue-max-queues), and the guest asked for none",
			queues.offered, queues.offered == 1 ? "" : "s");
	return r < 0 ? NULL : text;
}

/*
 * Both ends agree when they connect: drivers/net/xen-netfront.c, talk_to_netback(), and
 * drivers/net/xen-netback/xenbus.c, connect().
 */
static int explain_xen(const struct irqkit_device *device, const char *module,
	unsigned int wanted, char **ret_text)
{
	bool is_front = strcmp(module, "xen_netfront") == 0;
	const char *other = is_front ? "xen_netback" : "xen_netfront";
	_cleanup_free_ char *xenstore = format_xenstore(device);
	unsigned int most = read_max_queues(device->devices->ctx, module);
	char now[64] = "";
	int r;

	if (most)
		snprintf(now, sizeof(now), "%s here %s.max_queues is %u",
			xenstore ? ";" : ", and", module, most);
	r = asprintf(ret_text,
		"the two ends of a Xen interface agree on the number when they "
		"connect%s%s. For %u queues, write %u to "
		"/sys/module/%s/parameters/max_queues here and to "
		"/sys/module/%s/parameters/max_queues %s, then detach and attach the "
		"interface (xl network-detach, xl network-attach)",
		xenstore ? xenstore : "", now, wanted, wanted, module, other,
		is_front ? "in the domain of the backend" : "in the guest");
	return r < 0 ? -ENOMEM : 0;
}

static int explain_driver(const struct irqkit_device *device, char **ret_text)
{
	const char *driver = irqkit_device_get_driver(device);

	return asprintf(ret_text,
		       "fixed: %s%s has no call that sets the number of queues",
		       driver ? "driver " : "its driver", driver ? driver : "") < 0
		? -ENOMEM
		: 0;
}

/* Does the driver have nothing to choose from? */
static bool is_fixed(const struct channels *channels)
{
	return channels->max[IRQKIT_CHANNEL_RX] <= 1 &&
		channels->max[IRQKIT_CHANNEL_TX] <= 1 &&
		channels->max[IRQKIT_CHANNEL_COMBINED] <= 1;
}

EXPORT int irqkit_device_explain_fixed_channels(
	struct irqkit_device *device, unsigned int wanted, char **ret_text)
{
	const char *module = xen_find_module(device);
	unsigned int now, max;
	int r = irqkit_device_read_channels(device, IRQKIT_CHANNEL_RX, &now, &max);

	*ret_text = NULL;
	if (r == -ENOMEM)
		return r;
	if (module && r < 0)
		return explain_xen(device, module, wanted, ret_text);
	if (r == -EOPNOTSUPP)
		return explain_driver(device, ret_text);
	if (r < 0 || !is_fixed(&device->channels))
		return r == 0 ? -ENOENT : -ENODATA;
	return asprintf(ret_text, "fixed: its driver allows only one queue") < 0 ? -ENOMEM
										 : 0;
}
