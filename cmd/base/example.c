/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names for the examples in messages: they exist on this system. */
#include "base/example.h"
#include "base/basics.h"
#include "base/suggest.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HIGHEST_CPU 3u /* a low number is easy to read */

struct system {
	struct irqkit_ctx *ctx;
	struct irqkit_machine *machine; /* NULL: it cannot be read */
};

static void system_close(struct system *system)
{
	irqkit_machine_free(system->machine);
	irqkit_ctx_free(system->ctx);
}

/* Reports nothing if the system cannot be read: the message is about another mistake. */
static void system_open(const struct call *call, struct system *system)
{
	const char *root = call->common.root ? call->common.root : suggest_get_root();

	if (irqkit_ctx_new(root, &system->ctx) == 0)
		irqkit_machine_new(system->ctx, &system->machine, NULL, NULL);
}

/* How good an example the device is: 1 + its queues. 0: it has no hardware. */
static size_t count_queues(struct irqkit_device *device)
{
	return irqkit_device_get_bus_device(device)
		? 1 + irqkit_device_count_direction(device, IRQKIT_RX) +
			irqkit_device_count_direction(device, IRQKIT_TX)
		: 0;
}

/* Is it any interface but loopback? A saved system may lack the links to hardware. */
static size_t count_any(struct irqkit_device *device)
{
	enum irqkit_net_kind kind;

	return irqkit_device_read_net_kind(device, &kind) == 0 &&
		kind != IRQKIT_NET_LOOPBACK;
}

static size_t count_channels(struct irqkit_device *device)
{
	_cleanup_free_ char *why = NULL;

	return irqkit_device_explain_fixed_channels(device, 1, &why) == -ENOENT
		? count_queues(device)
		: 0;
}

static size_t count_lower(struct irqkit_device *device)
{
	size_t n = 0;

	return irqkit_device_count_lower(device, &n) == 0 &&
			!irqkit_device_get_bus_device(device)
		? n
		: 0;
}

/* The interface that has most of what @count counts, as a word of a shell. */
static char *find_net(const struct call *call, const char *without,
	size_t (*count)(struct irqkit_device *device))
{
	struct system system CLEANUP(system_close) = { 0 };
	struct irqkit_devices *devices;
	const char *found = NULL;
	size_t n = 0, most = 0;

	system_open(call, &system);
	if (!system.machine)
		return strdup(without);
	devices = irqkit_machine_get_devices(system.machine);
	if (irqkit_devices_count_net(devices, &n) < 0)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		struct irqkit_device *device = irqkit_devices_get_net(devices, i);

		if (count(device) <= most)
			continue;
		most = count(device);
		found = irqkit_device_get_name(device);
	}
	return found ? text_quote(found) : strdup(without);
}

char *example_find_net(const struct call *call, const char *without)
{
	char *net = find_net(call, "", count_queues);

	if (!net || *net)
		return net;
	free(net);
	return find_net(call, without, count_any);
}

char *example_find_upper(const struct call *call, const char *without)
{
	return find_net(call, without, count_lower);
}

char *example_find_channels(const struct call *call, const char *without)
{
	char *net = find_net(call, "", count_channels);

	if (net && *net)
		return net;
	free(net);
	return example_find_net(call, without);
}

/* The first interrupt that can be moved. */
static char *find_irq(const struct call *call, const char *without)
{
	struct system system CLEANUP(system_close) = { 0 };
	const struct irqkit_snapshot *rows;
	char number[16];

	system_open(call, &system);
	if (!system.machine)
		return strdup(without);
	rows = irqkit_machine_get_snapshot(system.machine);
	for (size_t i = 0; i < irqkit_snapshot_count(rows); i++) {
		int irq = irqkit_interrupt_get_irq(irqkit_snapshot_get(rows, i));
		enum irqkit_movable movable;

		if (irq < 0 ||
			irqkit_irq_get_movable(irqkit_machine_get_irq(system.machine, i),
				&movable) < 0 ||
			movable != IRQKIT_MOVABLE)
			continue;
		snprintf(number, sizeof(number), "%d", irq);
		return strdup(number);
	}
	return strdup(without);
}

/* Would set move this TARGET? */
static bool can_be_set(const struct call *call, const char *word)
{
	struct system system CLEANUP(system_close) = { 0 };
	struct irqkit_request *request = NULL;
	struct irqkit_plan *plan = NULL;
	bool can;

	system_open(call, &system);
	can = system.machine && irqkit_request_new_set(&request) == 0 &&
		irqkit_request_add_target(request, word) == 0 &&
		irqkit_request_set_cpus(request, "all", "--cpus") == 0 &&
		irqkit_plan_new(system.machine, &plan) == 0 &&
		irqkit_request_plan(request, system.machine, plan) == 0;
	irqkit_plan_free(plan);
	irqkit_request_free(request);
	return can;
}

char *example_find_target(const struct call *call, const char *without)
{
	bool is_own = call->n_words > 0 && can_be_set(call, call->words[0]);
	char *net = is_own ? text_quote(call->words[0]) : example_find_net(call, "");

	if (!net || *net)
		return net;
	free(net);
	return find_irq(call, without);
}

unsigned int example_find_cpu(const struct call *call)
{
	struct system system CLEANUP(system_close) = { 0 };
	const struct irqkit_cpuset *online = NULL;
	unsigned int found = 0;

	system_open(call, &system);
	if (system.machine)
		online = irqkit_topology_get_cpus(
			irqkit_machine_get_topology(system.machine), IRQKIT_CPUS_ONLINE);
	if (!online)
		return found;
	irqkit_cpuset_foreach (cpu, online)
		if (cpu <= HIGHEST_CPU)
			found = cpu;
	return found;
}
