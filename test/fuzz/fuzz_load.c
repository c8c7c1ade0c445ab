/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The files that show what CPUs do, and packets of queues. Whatever the bytes: tables, of
 * which each line is found again, or an error.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "load/load_text.h"
#include "load/packets.h"

static void check_tables(const char *text, size_t len)
{
	struct irqkit_cpuset *online;
	struct times times = { 0 };
	struct softirqs softirqs = { 0 };
	struct softnet softnet = { 0 };

	HOLDS(irqkit_cpuset_parse_list("0-1,4", 5, &online, NULL) == 0);
	if (times_parse(&times, text, len) == 0)
		for (size_t i = 0; i < times.n; i++)
			HOLDS(times_find(&times, times.cpus[i].cpu));
	if (softnet_parse(&softnet, text, len, online) == 0)
		for (size_t i = 0; i < softnet.n; i++)
			HOLDS(softnet_find(&softnet, softnet.cpus[i].cpu));
	if (softirqs_parse(&softirqs, text, len) == 0) {
		HOLDS(softirqs.n_counts == softirqs.n_kinds * softirqs.n_cpus);
		for (size_t i = 0; i < softirqs.n_kinds; i++)
			HOLDS(softirqs_find_kind(&softirqs, softirqs.kinds[i]) >= 0);
	}
	times_free(&times);
	softirqs_free(&softirqs);
	softnet_free(&softnet);
	irqkit_cpuset_free(online);
}

static void check_packets(const char *text, size_t len)
{
	struct packets packets = { 0 };
	bool is_tx;
	uint32_t queue = 0;

	HOLDS(packets_parse_saved(&packets, text, len) == 0);
	HOLDS(packets_parse_net_dev(&packets, text, len) == 0);
	packets_sort(&packets);
	for (size_t i = 0; i < packets.n; i++) {
		const struct queue_packets *q = &packets.queues[i];

		HOLDS(packets_find(&packets, q->device, q->is_tx, q->queue));
	}
	packets_free(&packets);
	if (packets_parse_name(text, len, &is_tx, &queue))
		HOLDS(queue != WHOLE_DEVICE);
}

static void check_sample(const char *text, size_t len)
{
	struct irqkit_sample *sample, *again;
	char *written;

	if (irqkit_sample_parse(text, len, &sample) < 0)
		return;
	HOLDS(irqkit_sample_format(sample, &written) == 0);
	HOLDS(irqkit_sample_parse(written, strlen(written), &again) == 0);
	irqkit_sample_free(again);
	irqkit_sample_free(sample);
	free(written);
}

static void check_netlink(const void *bytes, size_t len)
{
	struct packets_device device = { .ifindex = 2, .name = "eth0" };
	struct packets_devices devices = { .devices = &device, .n = 1 };
	struct packets packets = { 0 };
	const struct packets_question question = { &packets, &devices };

	HOLDS(packets_parse_qstats(&question, bytes, len) <= 1);
	HOLDS(device.has_answered == (packets.n > 0));
	packets_free(&packets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1); /* aligned, as a message is */

	if (!text)
		return 0;
	if (len)
		memcpy(text, data, len);
	text[len] = '\0';
	check_tables(text, len);
	check_packets(text, len);
	check_netlink(text, len);
	check_sample(text, len);
	free(text);
	return 0;
}
