/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Counters of packets that the load does not have:
 *
 *	/proc/net/softnet_stat     a line of hexadecimal columns for each CPU
 *	/proc/net/dev              a line for each interface: bytes packets errs drop fifo ...
 *	statistics/ of an interface
 */
#include "doctor/facts_counters.h"
#include "base/macros.h"
#include "doctor/facts_net.h"
#include "load/load_record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* /proc/net/softnet_stat                                                          */

/* net/core/net-procfs.c, softnet_seq_show() */
#define FLOW_LIMIT_COLUMN 10

/* The column of a line; false: it has fewer. */
static bool read_column(const char *line, unsigned int column, uint64_t *ret_number)
{
	const char *end = line + strcspn(line, "\n");

	for (unsigned int i = 0; line < end; i++) {
		char *after;
		unsigned long long number = strtoull(line, &after, 16);

		if (after == line)
			return false;
		if (i == column) {
			*ret_number = number;
			return true;
		}
		line = after + strspn(after, " ");
	}
	return false;
}

int facts_sum_flow_limited(struct facts *facts, uint64_t *ret_sum)
{
	const char *line;
	uint64_t number, sum = 0;

	if (facts->load) {
		*ret_sum = facts->load->flow_limited;
		return facts->load->has_flow_limited ? 0 : -ENODATA;
	}
	if (machine_get_file(facts->machine, MACHINE_SOFTNET, &line, NULL) < 0 || !*line)
		return -ENODATA;
	while (line && *line) {
		if (!read_column(line, FLOW_LIMIT_COLUMN, &number))
			return -ENODATA;
		sum += number;
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	*ret_sum = sum;
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Interfaces                                                                      */

/* Of a line of /proc/net/dev, what is received. */
struct net_line {
	unsigned long long packets, drop, fifo;
};

/* "  eth0: 1 2 3 4 5": drop is rx_dropped and rx_missed_errors together. */
static bool read_net_line(struct facts *facts, const char *path, const char *name,
	struct net_line *ret_line)
{
	const char *text = facts_read(facts, NULL, "%s", path);
	size_t len = strlen(name);

	while (text && *text) {
		const char *line = text + strspn(text, " ");

		if (strncmp(line, name, len) == 0 && line[len] == ':')
			return sscanf(line + len + 1, "%*u %llu %*u %llu %llu",
				       &ret_line->packets, &ret_line->drop,
				       &ret_line->fifo) == 3;
		text = strchr(line, '\n');
		text = text ? text + 1 : NULL;
	}
	return false;
}

/* Is nearly all that was dropped what the card missed? */
static bool drops_are_missed(
	struct facts *facts, const struct irqkit_device *device, uint64_t drop)
{
	uint64_t missed;

	return facts_read_statistic(facts, device, "rx_missed_errors", &missed) &&
		missed > 0 && missed * 10 >= drop * 9;
}

static bool find_measured(struct facts *facts, const struct irqkit_device *device,
	const char *name, struct net_rate *ret_rate)
{
	const char *own = irqkit_device_get_name(device);
	double seconds = facts_seconds(facts);
	struct net_line before, after;
	unsigned long long grown;

	if (seconds <= 0 || !read_net_line(facts, "proc/net/dev", own, &before) ||
		!read_net_line(facts, "proc.1/net/dev", own, &after))
		return false;
	if (strcmp(name, "rx_fifo_errors") == 0)
		grown = after.fifo > before.fifo ? after.fifo - before.fifo : 0;
	else if (strcmp(name, "rx_missed_errors") == 0)
		grown = after.drop > before.drop &&
				drops_are_missed(facts, device, before.drop)
			? after.drop - before.drop
			: 0;
	else
		return false;
	*ret_rate = (struct net_rate){ (double)grown / seconds, true };
	return true;
}

bool facts_find_net_rate(struct facts *facts, const struct irqkit_device *device,
	const char *name, struct net_rate *ret_rate)
{
	double uptime = facts->uptime;
	uint64_t count;

	if (find_measured(facts, device, name, ret_rate))
		return true;
	if (uptime <= 0 || !facts_read_statistic(facts, device, name, &count))
		return false;
	*ret_rate = (struct net_rate){ (double)count / uptime, false };
	return true;
}

/* ------------------------------------------------------------------------------- */

/* By the queues of the interrupts, in the period of the load. */
static bool find_in_load(
	const struct facts *facts, const struct fact_device *device, double *ret_packets)
{
	double packets = 0, interrupts = 0;
	bool is_known = false;

	for (size_t i = 0; facts->load && i < device->n_units; i++)
		for (size_t j = 0; j < device->units[i]->n_irqs; j++) {
			size_t index = irqkit_irq_get_index(device->units[i]->irqs[j]);
			double rate;

			if (irqkit_load_get_packets(facts->load, index, &rate) < 0)
				continue;
			packets += rate;
			interrupts += irqkit_load_get_rate(facts->load, index);
			is_known = true;
		}
	if (!is_known || interrupts <= 0)
		return false;
	*ret_packets = packets / interrupts;
	return true;
}

static uint64_t count_since_boot(const struct fact_device *device)
{
	uint64_t count = 0;

	for (size_t i = 0; i < device->n_units; i++)
		for (size_t j = 0; j < device->units[i]->n_irqs; j++)
			count += irqkit_interrupt_get_total(
				irqkit_irq_get_row(device->units[i]->irqs[j]));
	return count;
}

bool facts_find_packets_per_irq(
	struct facts *facts, const struct fact_device *device, double *ret_packets)
{
	uint64_t received, sent, interrupts = count_since_boot(device);

	if (find_in_load(facts, device, ret_packets))
		return true;
	if (!interrupts ||
		!facts_read_statistic(facts, device->device, "rx_packets", &received) ||
		!facts_read_statistic(facts, device->device, "tx_packets", &sent))
		return false;
	*ret_packets = (double)(received + sent) / (double)interrupts;
	return true;
}
