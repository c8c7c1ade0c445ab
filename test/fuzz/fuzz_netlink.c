/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers of the kernel by netlink. Whatever the bytes: an end, more to come, or an
 * error; what was taken is found again.
 */
#include <string.h>

#include "devices/channels.h"
#include "devices/netlink.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct netlink_answers answers = { 0 };
	void *bytes = malloc(len + 1); /* aligned, as a message is */
	struct netlink_link link = { 0 };
	struct channels channels;
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
	netlink_free(&answers);
	free(bytes);
	return 0;
}
