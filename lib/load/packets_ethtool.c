/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The packets of queues from a driver's own statistics, those of `ethtool -S`. The kernel
 * has no netlink message for them (net/ethtool/stats.c has only the standard ones), so it
 * is asked by ioctl: for their number, their names and their values.
 */
#include "base/macros.h"
#include "base/number.h"
#include "devices/ethtool.h"
#include "load/packets.h"

#include <ctype.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <stdlib.h>
#include <string.h>

/*
 * A driver may have more statistics when it is asked the second time, and the kernel writes
 * as many as it then has (net/ethtool/ioctl.c, ethtool_get_stats()).
 */
#define ROOM_FOR(n) (2 * (size_t)(n) + 1024)
#define STATISTICS_MAX 100000u

/* # is the number of the queue. */
static const struct {
	const char *format;
	bool is_tx;
} formats[] = {
	/*
	 * igb_get_strings(), ixgbe_get_strings(), ice's __ice_get_strings(), netvsc's
	 * netvsc_get_strings(), virtio_net's virtnet_get_strings() up to Linux 6.4
	 */
	{ "rx_queue_#_packets", false },
	{ "tx_queue_#_packets", true },
	/* virtnet_get_strings() from Linux 6.5 on; mlx5's MLX5E_DECLARE_RX_STAT() */
	{ "rx#_packets", false },
	{ "tx#_packets", true },
	/* i40e_gstrings_queue_stats[], iavf_gstrings_queue_stats[] */
	{ "rx-#.packets", false },
	{ "tx-#.packets", true },
	/* ena_queue_strings() with ena_stats_rx_strings[] */
	{ "queue_#_rx_cnt", false },
	{ "queue_#_tx_cnt", true },
};

static bool match(const char *format, const char *name, size_t len, uint32_t *ret_queue)
{
	size_t before = strcspn(format, "#"), digits = 0, after;

	if (len < before || memcmp(name, format, before) != 0)
		return false;
	while (before + digits < len && isdigit((unsigned char)name[before + digits]))
		digits++;
	after = strlen(format + before + 1);
	return digits > 0 && len == before + digits + after &&
		memcmp(name + before + digits, format + before + 1, after) == 0 &&
		parse_u32(name + before, digits, ret_queue) == 0;
}

bool packets_parse_name(
	const char *name, size_t len, bool *ret_is_tx, uint32_t *ret_queue)
{
	for (size_t i = 0; i < LENGTH(formats); i++) {
		if (!match(formats[i].format, name, len, ret_queue))
			continue;
		*ret_is_tx = formats[i].is_tx;
		return *ret_queue != WHOLE_DEVICE;
	}
	return false;
}

/* ------------------------------------------------------------------------------- */

static int ask_number(struct ethtool *ethtool, uint32_t *ret_number)
{
	/* with room for the number of one set */
	union {
		struct ethtool_sset_info info;
		char bytes[sizeof(struct ethtool_sset_info) + sizeof(uint32_t)];
	} question = { .info = { .cmd = ETHTOOL_GSSET_INFO,
			       .sset_mask = 1u << ETH_SS_STATS } };
	uint32_t number;
	int r = ethtool_ioctl(ethtool, &question);

	if (r < 0)
		return r;
	memcpy(&number, question.bytes + sizeof(question.info), sizeof(number));
	if (!question.info.sset_mask || number > STATISTICS_MAX)
		return -EOPNOTSUPP;
	*ret_number = number;
	return 0;
}

static int ask_names(
	struct ethtool *ethtool, uint32_t number, struct ethtool_gstrings **ret_names)
{
	struct ethtool_gstrings *names = calloc(
		1, sizeof(*names) + ROOM_FOR(number) * ETH_GSTRING_LEN);
	int r;

	if (!names)
		return -ENOMEM;
	names->cmd = ETHTOOL_GSTRINGS;
	names->string_set = ETH_SS_STATS;
	names->len = number;
	r = ethtool_ioctl(ethtool, names);
	if (r < 0)
		free(names);
	else
		*ret_names = names;
	return r;
}

static int ask_values(
	struct ethtool *ethtool, uint32_t number, struct ethtool_stats **ret_values)
{
	struct ethtool_stats *values = calloc(
		1, sizeof(*values) + ROOM_FOR(number) * sizeof(uint64_t));
	int r;

	if (!values)
		return -ENOMEM;
	values->cmd = ETHTOOL_GSTATS;
	values->n_stats = number;
	r = ethtool_ioctl(ethtool, values);
	if (r < 0)
		free(values);
	else
		*ret_values = values;
	return r;
}

/* A text that fills its room has no NUL. */
static int add_all(struct packets *packets, const struct packets_device *device,
	const struct ethtool_gstrings *names, const struct ethtool_stats *values)
{
	for (uint32_t i = 0; i < names->len; i++) {
		const char *name = (const char *)names->data +
			(size_t)i * ETH_GSTRING_LEN;
		struct queue_packets queue = { .source = IRQKIT_PACKETS_ETHTOOL,
			.packets = values->data[i] };

		if (!packets_parse_name(name, strnlen(name, ETH_GSTRING_LEN),
			    &queue.is_tx, &queue.queue))
			continue;
		memcpy(queue.device, device->name, sizeof(queue.device));
		if (packets_add(packets, &queue) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int ask_device(struct ethtool *ethtool, struct packets *packets,
	const struct packets_device *device)
{
	_cleanup_free_ struct ethtool_gstrings *names = NULL;
	_cleanup_free_ struct ethtool_stats *values = NULL;
	uint32_t number = 0;
	int r;

	ethtool->name = device->name;
	r = ask_number(ethtool, &number);
	if (r == 0 && number > 0)
		r = ask_names(ethtool, number, &names);
	if (r < 0 || number == 0)
		return r;
	r = ask_values(ethtool, number, &values);
	/* other ones were added or taken away meanwhile: their names are not known */
	if (r == 0 && (values->n_stats != number || names->len != number))
		return -EAGAIN;
	return r == 0 ? add_all(packets, device, names, values) : r;
}

/* If a driver does not answer, the packets of its devices are not known. */
int packets_ask_ethtool(struct packets *packets, const struct packets_devices *devices)
{
	_cleanup_ethtool_ struct ethtool ethtool = { 0 };
	int r = 0;

	for (size_t i = 0; i < devices->n && r != -ENOMEM; i++) {
		const struct packets_device *device = &devices->devices[i];

		if (device->has_answered)
			continue;
		if (!ethtool.socket && ethtool_open(&ethtool, device->name) < 0)
			return 0;
		r = ask_device(&ethtool, packets, device);
	}
	return r == -ENOMEM ? r : 0;
}
