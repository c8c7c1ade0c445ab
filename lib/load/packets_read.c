/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The packets of queues, from all sources:
 *
 *	running system   netlink, then the statistics of drivers
 *	saved root       proc/net/queue_packets, a file that no kernel has:
 *	                 "eth0 qstats rx 0 12345", a line for each queue
 *	both             /proc/net/dev, for interfaces that have one queue:
 *	                 "  eth0: 1209 12 0 0 0 0 0 0 2311 14 0 0 0 0 0 0"
 */
#include "base/array.h"
#include "base/macros.h"
#include "base/number.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"
#include "load/load_text.h"
#include "load/packets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const source_words[] = {
	[IRQKIT_PACKETS_NOT_COUNTED] = "",
	[IRQKIT_PACKETS_QSTATS] = "qstats",
	[IRQKIT_PACKETS_ETHTOOL] = "ethtool",
	[IRQKIT_PACKETS_DEVICE] = "device",
};

static bool copy_name(char name[static DEVICE_NAME_SIZE], const char *word, size_t len)
{
	if (len == 0 || len >= DEVICE_NAME_SIZE)
		return false;
	memset(name, 0, DEVICE_NAME_SIZE);
	memcpy(name, word, len);
	return true;
}

static bool is_word(const char *word, size_t len, const char *expected)
{
	return len == strlen(expected) && memcmp(word, expected, len) == 0;
}

/* ------------------------------------------------------------------------------- */
/* A saved root                                                                    */

static bool parse_line(struct text *line, struct queue_packets *queue)
{
	const char *word;
	size_t len = text_next_word(line, &word);

	if (!copy_name(queue->device, word, len))
		return false;
	len = text_next_word(line, &word);
	queue->source = is_word(word, len, "qstats") ? IRQKIT_PACKETS_QSTATS
						     : IRQKIT_PACKETS_ETHTOOL;
	if (!is_word(word, len, source_words[queue->source]))
		return false;
	len = text_next_word(line, &word);
	queue->is_tx = is_word(word, len, "tx");
	if (!queue->is_tx && !is_word(word, len, "rx"))
		return false;
	len = text_next_word(line, &word);
	return parse_u32(word, len, &queue->queue) == 0 && queue->queue != WHOLE_DEVICE &&
		text_next_number(line, &queue->packets);
}

int packets_parse_saved(struct packets *packets, const char *bytes, size_t len)
{
	struct text text = { bytes, bytes + len }, line;

	while (text_next_line(&text, &line)) {
		struct queue_packets queue = { 0 };

		if (parse_line(&line, &queue) && packets_add(packets, &queue) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* /proc/net/dev                                                                   */

/* Received: bytes, packets, and six more; then the same of what was sent. */
static int add_device(struct packets *packets, struct text *line)
{
	struct queue_packets queue = { .queue = WHOLE_DEVICE,
		.source = IRQKIT_PACKETS_DEVICE };
	const char *colon = memchr(line->at, ':', (size_t)(line->end - line->at));
	uint64_t column[10];

	while (line->at < line->end && *line->at == ' ')
		line->at++;
	if (!colon || !copy_name(queue.device, line->at, (size_t)(colon - line->at)))
		return 0;
	line->at = colon + 1;
	for (size_t i = 0; i < LENGTH(column); i++)
		if (!text_next_number(line, &column[i]))
			return 0;
	queue.packets = column[1];
	if (packets_add(packets, &queue) < 0)
		return -ENOMEM;
	queue.is_tx = true;
	queue.packets = column[9];
	return packets_add(packets, &queue);
}

int packets_parse_net_dev(struct packets *packets, const char *bytes, size_t len)
{
	struct text text = { bytes, bytes + len }, line;
	int r = 0;

	while (r == 0 && text_next_line(&text, &line))
		r = add_device(packets, &line);
	return r;
}

/* ------------------------------------------------------------------------------- */

static int compare_devices(const void *a, const void *b)
{
	uint32_t x = ((const struct packets_device *)a)->ifindex;
	uint32_t y = ((const struct packets_device *)b)->ifindex;

	return (x > y) - (x < y);
}

/* Interfaces that are not hardware have no queues of their own that interrupts serve. */
static int list_devices(struct irqkit_ctx *ctx, struct packets_devices *devices)
{
	_cleanup_free_ char **names = NULL;
	size_t n = 0;
	int r = knob_list_names(ctx, "sys/class/net", "", &names, &n);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < n; i++) {
		struct packets_device device = { 0 };
		char path[PATH_MAX];
		uint64_t ifindex;
		mode_t mode;

		if (!copy_name(device.name, names[i], strlen(names[i])) ||
			knob_readf_mode(ctx, &mode, "sys/class/net/%s/device", names[i]) <
				0 ||
			format_path(path, "sys/class/net/%s/ifindex", names[i]) < 0 ||
			knob_read_u64(ctx, path, &ifindex) < 0 || ifindex > UINT32_MAX)
			continue;
		device.ifindex = (uint32_t)ifindex;
		if (!GROW(devices->devices, devices->n, devices->room))
			return -ENOMEM;
		devices->devices[devices->n++] = device;
	}
	if (devices->n)
		qsort(devices->devices, devices->n, sizeof(*devices->devices),
			compare_devices);
	return 0;
}

static int ask_kernel(struct irqkit_ctx *ctx, struct packets *packets)
{
	struct packets_devices devices = { 0 };
	int r = list_devices(ctx, &devices);

	if (r == 0 && devices.n)
		r = packets_ask_qstats(packets, &devices);
	if (r == 0)
		r = packets_ask_ethtool(packets, &devices);
	free(devices.devices);
	return r;
}

static int read_text(struct irqkit_ctx *ctx, const char *proc, const char *name,
	int (*parse)(struct packets *packets, const char *text, size_t len),
	struct packets *packets)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = knob_readf(ctx, &text, &len, "%s/net/%s", proc, name);

	if (r < 0)
		return r == -ENOMEM || is_failure(r) ? r : 0;
	return parse(packets, text, len);
}

int packets_read(struct irqkit_ctx *ctx, const char *proc, struct packets *packets)
{
	int r = ctx->is_live
		? ask_kernel(ctx, packets)
		: read_text(ctx, proc, "queue_packets", packets_parse_saved, packets);

	if (r == 0)
		r = read_text(ctx, proc, "dev", packets_parse_net_dev, packets);
	if (r == 0)
		packets_sort(packets);
	return r;
}
