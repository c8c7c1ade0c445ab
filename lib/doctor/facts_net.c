/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Network interfaces:
 *
 *	sys/class/net/eth0/statistics/rx_missed_errors    12
 *	sys/class/net/eth0/threaded                       0
 *	sys/bus/vmbus/devices/GUID/channels/14/cpu        3
 */
#include "doctor/facts_net.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/device.h"
#include "kernel/knob_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

size_t facts_count_net(const struct facts *facts)
{
	return facts->n_net;
}

struct irqkit_device *facts_get_net(struct facts *facts, size_t index)
{
	return irqkit_devices_get_net(facts->devices, index);
}

bool facts_is_down(struct facts *facts, const struct irqkit_device *device)
{
	return device->kind == IRQKIT_DEVICE_NET && device->path &&
		device_state_is_down(
			facts_read(facts, NULL, "%s/operstate", device->path));
}

bool facts_has_driver(const struct irqkit_device *device, const char *driver)
{
	const char *own = irqkit_device_get_driver(device);

	return own && strcmp(own, driver) == 0;
}

bool facts_read_statistic(struct facts *facts, const struct irqkit_device *device,
	const char *name, uint64_t *ret_count)
{
	return device->path &&
		facts_read_number(
			facts, ret_count, "%s/statistics/%s", device->path, name);
}

bool facts_read_net_number(struct facts *facts, const struct irqkit_device *device,
	const char *name, uint64_t *ret_number)
{
	return device->path &&
		facts_read_number(facts, ret_number, "%s/%s", device->path, name);
}

size_t facts_count_queues(
	const struct irqkit_device *device, enum irqkit_direction direction)
{
	return irqkit_device_count_direction(device, direction);
}

int facts_find_queue_cpu(struct facts *facts, const struct irqkit_queue *queue)
{
	int number = irqkit_queue_get_irq(queue);
	struct irqkit_irq *irq;

	if (number < 0 ||
		irqkit_machine_need_irq(facts->machine, (unsigned int)number, &irq) < 0)
		return -1;
	return facts_find_cpu(facts, irq);
}

struct irqkit_queue *facts_next_queue(
	const struct irqkit_device *device, enum irqkit_direction direction, size_t *at)
{
	while (*at < irqkit_device_count_queues(device)) {
		struct irqkit_queue *queue = irqkit_device_get_queue(device, (*at)++);

		if (irqkit_queue_get_direction(queue) == direction)
			return queue;
	}
	return NULL;
}

uint64_t facts_sum_flows(const struct irqkit_device *device)
{
	struct irqkit_queue *queue;
	uint64_t sum = 0;

	for (size_t at = 0; (queue = facts_next_queue(device, IRQKIT_RX, &at));) {
		uint64_t flows = 0;

		if (irqkit_queue_read_rps_flow_cnt(queue, &flows) == 0)
			sum += flows;
	}
	return sum;
}

int facts_find_rps(struct irqkit_device *device, struct irqkit_cpuset **ret_cpus)
{
	_cleanup_cpuset_ struct irqkit_cpuset *all = NULL;
	struct irqkit_queue *queue;
	int r = irqkit_cpuset_new(&all);

	for (size_t at = 0;
		r == 0 && (queue = facts_next_queue(device, IRQKIT_RX, &at));) {
		_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;

		if (irqkit_queue_read_rps_cpus(queue, &cpus) == 0)
			r = irqkit_cpuset_add_set(all, cpus);
	}
	if (r == 0)
		*ret_cpus = TAKE(all);
	return r;
}

static bool is_first_of_core(
	const struct facts *facts, const struct irqkit_cpuset *cpus, unsigned int cpu)
{
	const struct irqkit_cpuset *siblings = irqkit_topology_get_siblings(
		facts->topology, cpu);

	if (siblings)
		irqkit_cpuset_foreach (sibling, siblings)
			if (sibling < cpu && irqkit_cpuset_has(cpus, sibling))
				return false;
	return true;
}

unsigned int facts_count_cores(
	const struct facts *facts, const struct irqkit_cpuset *cpus)
{
	unsigned int n = 0;

	irqkit_cpuset_foreach (cpu, cpus)
		n += is_first_of_core(facts, cpus, cpu);
	return n;
}

int facts_find_channel_cpus(struct facts *facts, const struct irqkit_device *device,
	size_t *ret_channels, struct irqkit_cpuset **ret_cpus)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	_cleanup_free_ unsigned int *numbers = NULL;
	size_t n = 0, n_known = 0;
	int r = irqkit_cpuset_new(&cpus);

	if (r == 0 && device->bus_path &&
		knob_listf_numbers(facts->ctx, &numbers, &n, "%s/channels",
			device->bus_path) == -ENOMEM)
		r = -ENOMEM;
	for (size_t i = 0; i < n && r == 0; i++) {
		const char *text = facts_read(
			facts, NULL, "%s/channels/%u/cpu", device->bus_path, numbers[i]);
		uint64_t cpu;

		if (!text)
			continue;
		if (parse_u64(text, strlen(text), &cpu) < 0 || cpu > IRQKIT_CPU_MAX)
			return -EBADMSG;
		n_known++;
		r = irqkit_cpuset_add(cpus, (unsigned int)cpu);
	}
	if (r < 0)
		return r;
	*ret_channels = n_known;
	*ret_cpus = TAKE(cpus);
	return 0;
}

bool facts_read_channels(struct irqkit_device *device, struct channel_counts *ret_counts)
{
	static const enum irqkit_channel_kind kinds[] = { IRQKIT_CHANNEL_COMBINED,
		IRQKIT_CHANNEL_RX };

	for (size_t i = 0; i < LENGTH(kinds); i++) {
		struct channel_counts counts = { 0 };

		if (irqkit_device_read_channels(
			    device, kinds[i], &counts.now, &counts.max) == 0 &&
			counts.max > 0) {
			*ret_counts = counts;
			return true;
		}
	}
	return false;
}

bool facts_can_set_channels(struct irqkit_device *device)
{
	_cleanup_free_ char *text = NULL;

	return irqkit_device_explain_fixed_channels(device, 1, &text) == -ENOENT;
}
