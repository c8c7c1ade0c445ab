/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers of the kernel by netlink. Whatever the bytes: an end, more to come, or an
 * error; what was taken is found again.
 */
#include <string.h>

#include "channels/rss.h"
#include "devices/channels.h"
#include "devices/ethtool.h"
#include "devices/netlink.h"
#include "events/ethtool_notice.h"
#include "events/links.h"
#include "events/uevent.h"
#include "fuzz.h"

static void check_napis(const void *bytes, size_t len)
{
	struct netlink_answers answers = { 0 };

	HOLDS(netlink_parse_napis(&answers, bytes, len) <= 1);
	netlink_sort(&answers);
	for (size_t i = 0; i < answers.n_napis; i++)
		HOLDS(netlink_find_napi(
			&answers, answers.napis[i].ifindex, answers.napis[i].id));
	HOLDS(answers.n_queues == 0);
	netlink_free(&answers);
}

static void check_event(void *data, const struct irqkit_event *event)
{
	char *text;

	(void)data;
	HOLDS(event->name &&
		(event->kind != IRQKIT_EVENT_DEVICE_RENAMED || event->former));
	HOLDS(irqkit_event_describe(event, &text) == 0);
	free(text);
}

static void check_events(void *bytes, size_t len)
{
	struct irqkit_event event;
	struct links links = { 0 };
	uint32_t group = 0;

	if (links_take(&links, bytes, len, check_event, NULL) >= 0)
		links_take(&links, bytes, len, check_event, NULL);
	for (size_t i = 1; i < links.n; i++)
		HOLDS(links.links[i - 1].index < links.links[i].index);
	links_free(&links);
	HOLDS(ethtool_notice_take(bytes, len, check_event, NULL) <= 1);
	HOLDS(ethtool_notice_parse_group(bytes, len, "monitor", &group) < 0 || group);
	/* last: this writes into the bytes */
	((char *)bytes)[len] = '\0';
	if (uevent_parse(bytes, len, &event))
		check_event(NULL, &event);
}

/* A table that is read is the same after its text was. */
static void check_rss(const void *bytes, size_t len)
{
	struct rss_table table = { 0 }, again = { 0 };
	char *text = NULL;

	if (rss_parse_netlink(bytes, len, &table) < 0)
		return;
	HOLDS(table.n > 0 && rss_format(&table, &text) == 0);
	if (rss_parse(text, table.n, &again) == 0)
		HOLDS(memcmp(table.queues, again.queues,
			      table.n * sizeof(*table.queues)) == 0);
	free(text);
	rss_table_clear(&table);
	rss_table_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct netlink_answers answers = { 0 };
	void *bytes = malloc(len + 1); /* aligned, as a message is */
	struct netlink_link link = { 0 };
	struct channels channels;
	char *text = NULL;
	uint16_t family = 0;

	if (!bytes)
		return 0;
	if (len)
		memcpy(bytes, data, len);
	check_napis(bytes, len);
	HOLDS(netlink_parse_queues(&answers, bytes, len) <= 1);
	HOLDS(netlink_parse_family(bytes, len, &family) < 0 || family != 0);
	if (netlink_parse_link(bytes, len, &link) == 0)
		HOLDS(link.ifindex && link.name[0] &&
			memchr(link.name, 0, sizeof(link.name)));
	HOLDS(channels_parse_netlink(bytes, len, &channels) <= 0);
	channels_parse_text(bytes, len, &channels);
	check_rss(bytes, len);
	HOLDS(ethtool_parse_ack(bytes, len, &text) <= 0);
	free(text);
	check_events(bytes, len);
	netlink_free(&answers);
	free(bytes);
	return 0;
}
