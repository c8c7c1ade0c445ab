/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network interface on the command line: its queues, its node, what is below it. */
#include "queues/net.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void net_close(struct net *net)
{
	free(net->targets);
	irqkit_devices_free(net->devices);
	irqkit_topology_free(net->topology);
}

/* The names of all interfaces: "eth0, eth1, lo". */
static char *join_names(struct irqkit_devices *devices)
{
	char *joined = strdup("");
	size_t n = 0;

	if (irqkit_devices_count_net(devices, &n) < 0)
		n = 0;
	for (size_t i = 0; joined && i < n; i++) {
		const struct irqkit_device *device = irqkit_devices_get_net(devices, i);
		_cleanup_free_ char *before = joined;

		if (asprintf(&joined, "%s%s%s", before, i ? ", " : "",
			    irqkit_device_get_name(device)) < 0)
			joined = NULL;
	}
	return joined;
}

/* eth0:rx-0, where there is an eth0? */
static bool is_queue(struct net *net, const char *word)
{
	const char *colon = strchr(word, ':');
	_cleanup_free_ char *name = colon ? strndup(word, (size_t)(colon - word)) : NULL;
	struct irqkit_device *device;

	return name && irqkit_devices_find_net(net->devices, name, &device) == 0;
}

static enum status say_not_found(struct net *net, const char *name, int error)
{
	_cleanup_free_ char *names = NULL;

	if (error == -ENOMEM)
		return say_no_memory();
	if (error != -ENODEV && error != -EINVAL) {
		say_error("cannot read the interface '%s': %s", name, strerror(-error));
		return STATUS_REFUSED;
	}
	if (is_queue(net, name)) {
		say_error("'%s' is a queue: name the interface alone", name);
		return STATUS_MISUSE;
	}
	if (machine_say_no_sys(net->devices))
		return STATUS_NO_MATCH;
	names = join_names(net->devices);
	say_error("there is no network interface '%s'%s%s", name,
		names && *names ? "; there are: " : "", names ? names : "");
	return STATUS_NO_MATCH;
}

static enum status choose_targets(struct net *net, bool is_lower)
{
	size_t n = 1;
	int r = is_lower ? irqkit_device_count_lower(net->named, &n) : 0;

	if (r < 0)
		return say_no_memory();
	if (n == 0) {
		say_error("%s is made of no other interfaces: leave --lower out",
			irqkit_device_get_name(net->named));
		return STATUS_NO_MATCH;
	}
	net->targets = calloc(n, sizeof(struct irqkit_device *));
	if (!net->targets)
		return say_no_memory();
	for (size_t i = 0; i < n; i++)
		net->targets[i] = is_lower ? irqkit_device_get_lower(net->named, i)
					   : net->named;
	net->n_targets = n;
	return STATUS_DONE;
}

enum status net_open(
	struct net *net, const struct change *change, const char *name, bool is_lower)
{
	enum status status;
	int r;

	net_close(net);
	*net = (struct net){ .change = change };
	status = machine_topology(change->ctx, change->snapshot, &net->topology);
	if (status != STATUS_DONE)
		return status;
	if (irqkit_devices_new(change->ctx, change->snapshot, &net->devices) < 0)
		return say_no_memory();
	r = irqkit_devices_find_net(net->devices, name, &net->named);
	return r < 0 ? say_not_found(net, name, r) : choose_targets(net, is_lower);
}

/* ------------------------------------------------------------------------------- */

int net_get_node(const struct irqkit_device *device)
{
	int node;

	return irqkit_device_read_node(device, &node) == 0 ? node : -1;
}

static const struct irqkit_cpuset *get_local(
	const struct net *net, const struct irqkit_device *device)
{
	int node = net_get_node(device);

	/* near to a device of no node are all */
	return node >= 0
		? irqkit_topology_get_node_cpus(net->topology, (unsigned int)node)
		: irqkit_topology_get_cpus(net->topology, IRQKIT_CPUS_ONLINE);
}

enum status net_read_cpus(const struct net *net, const char *option, const char *word,
	const struct irqkit_device *device, struct irqkit_cpuset **ret_set)
{
	return machine_read_cpus(
		option, word, net->topology, get_local(net, device), ret_set);
}

size_t net_count_queues(
	const struct irqkit_device *device, enum irqkit_direction direction)
{
	size_t n = 0;

	for (size_t i = 0; i < irqkit_device_count_queues(device); i++)
		n += irqkit_queue_get_direction(irqkit_device_get_queue(device, i)) ==
			direction;
	return n;
}

static const char *name_of(enum irqkit_direction direction)
{
	return direction == IRQKIT_RX ? "rx" : "tx";
}

static enum status read_queue_numbers(const struct irqkit_device *device,
	enum irqkit_direction direction, const char *word,
	struct irqkit_cpuset **ret_numbers)
{
	if (irqkit_cpuset_parse_list(word, strlen(word), ret_numbers, NULL) < 0 ||
		irqkit_cpuset_is_empty(*ret_numbers)) {
		say_error("--queues takes numbers of queues, as in 0,2 or 0-3, not '%s'",
			word);
		return STATUS_MISUSE;
	}
	irqkit_cpuset_foreach (number, *ret_numbers) {
		if (irqkit_device_find_queue(device, direction, (unsigned int)number))
			continue;
		say_error("%s has no queue %s-%d: it has %zu",
			irqkit_device_get_name(device), name_of(direction), number,
			net_count_queues(device, direction));
		return STATUS_NO_MATCH;
	}
	return STATUS_DONE;
}

enum status net_choose_queues(struct irqkit_device *device,
	enum irqkit_direction direction, const char *word,
	struct irqkit_queue ***ret_queues, size_t *ret_count)
{
	size_t n = irqkit_device_count_queues(device), chosen = 0;
	_cleanup_cpuset_ struct irqkit_cpuset *numbers = NULL;
	enum status status = word ? read_queue_numbers(device, direction, word, &numbers)
				  : STATUS_DONE;
	struct irqkit_queue **queues;

	if (status != STATUS_DONE)
		return status;
	queues = calloc(n + 1, sizeof(struct irqkit_queue *));
	if (!queues)
		return say_no_memory();
	for (size_t i = 0; i < n; i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(device, i);

		if (irqkit_queue_get_direction(queue) == direction &&
			(!numbers ||
				irqkit_cpuset_has(
					numbers, irqkit_queue_get_number(queue))))
			queues[chosen++] = queue;
	}
	if (chosen == 0) {
		say_error("%s has no %s queues", irqkit_device_get_name(device),
			name_of(direction));
		free(queues);
		return STATUS_IMMOVABLE;
	}
	*ret_queues = queues;
	*ret_count = chosen;
	return STATUS_DONE;
}

/* ------------------------------------------------------------------------------- */

const struct irqkit_queue *net_get_served_queue(const struct irqkit_queue *queue)
{
	const struct irqkit_device *device = irqkit_queue_get_device(queue);
	enum irqkit_direction other = irqkit_queue_get_direction(queue) == IRQKIT_RX
		? IRQKIT_TX
		: IRQKIT_RX;
	const struct irqkit_queue *served = queue;

	if (irqkit_device_is_guest_view(device))
		served = irqkit_device_find_queue(
			device, other, irqkit_queue_get_number(queue));
	return served ? served : queue;
}

int net_get_irq(const struct irqkit_queue *queue)
{
	return irqkit_queue_get_irq(net_get_served_queue(queue));
}

struct irqkit_cpuset *net_read_serving(
	const struct net *net, const struct irqkit_queue *queue)
{
	struct irqkit_ctx *ctx = net->change->ctx;
	struct irqkit_cpuset *set = NULL;
	int irq = net_get_irq(queue);

	if (irq < 0)
		return NULL;
	if (irqkit_irq_read_effective(ctx, (unsigned int)irq, &set) == 0 &&
		!irqkit_cpuset_is_empty(set))
		return set;
	irqkit_cpuset_free(set);
	set = NULL;
	irqkit_irq_read_affinity(ctx, (unsigned int)irq, &set);
	return set;
}

struct irqkit_cpuset *net_read_place(
	const struct net *net, const struct irqkit_queue *queue)
{
	struct irqkit_cpuset *serving = net_read_serving(net, queue), *affinity = NULL;
	int irq = net_get_irq(queue);

	if (serving &&
		irqkit_irq_read_affinity(net->change->ctx, (unsigned int)irq, &affinity) ==
			0 &&
		!irqkit_cpuset_is_subset(serving, affinity)) {
		irqkit_cpuset_free(serving);
		return affinity;
	}
	irqkit_cpuset_free(affinity);
	return serving;
}

char *net_format_queue(const struct irqkit_queue *queue)
{
	char *text;

	if (asprintf(&text, "%s:%s-%u",
		    irqkit_device_get_name(irqkit_queue_get_device(queue)),
		    name_of(irqkit_queue_get_direction(queue)),
		    irqkit_queue_get_number(queue)) < 0)
		return NULL;
	return text;
}

enum status net_add_number(
	const struct irqkit_queue *queue, struct irqkit_cpuset *numbers)
{
	int r = irqkit_cpuset_add(numbers, irqkit_queue_get_number(queue));
	_cleanup_free_ char *name = NULL;

	if (r == 0)
		return STATUS_DONE;
	name = net_format_queue(queue);
	if (r != -ERANGE || !name)
		return say_no_memory();
	say_error("%s: no kernel gives a queue this number", name);
	return STATUS_REFUSED;
}

char *net_remark_lower(const struct net *net)
{
	_cleanup_free_ char *names = strdup("");
	const char *name = irqkit_device_get_name(net->named);
	char *remark;
	size_t n = 0;

	if (net->targets[0] != net->named || irqkit_device_get_bus_device(net->named) ||
		irqkit_device_count_lower(net->named, &n) < 0 || n == 0)
		return NULL;
	for (size_t i = 0; names && i < n; i++) {
		_cleanup_free_ char *before = names;

		if (asprintf(&names, "%s%s%s", before, i ? ", " : "",
			    irqkit_device_get_name(
				    irqkit_device_get_lower(net->named, i))) < 0)
			names = NULL;
	}
	if (!names ||
		asprintf(&remark, "%s is made of %s: --lower acts on %s.", name, names,
			n == 1 ? "it" : "them") < 0)
		return NULL;
	return remark;
}

enum status net_say_unreadable(
	const struct irqkit_queue *queue, const char *file, int error)
{
	const struct irqkit_device *device = irqkit_queue_get_device(queue);
	_cleanup_free_ char *path = NULL;

	irqkit_queue_format_path(queue, &path);
	if (error == -ENOENT && strncmp(file, "xps", 3) == 0 &&
		net_count_queues(device, IRQKIT_TX) == 1) {
		say_error(
			"%s has one tx queue: all CPUs send by it, and the kernel has no "
			"XPS for it",
			irqkit_device_get_name(device));
		return STATUS_IMMOVABLE;
	}
	if (error == -ENOENT) {
		say_error("there is no %s/%s: this kernel is built without %s, or the "
			  "interface is just gone",
			path ? path : "", file,
			strncmp(file, "xps", 3) == 0 ? "XPS" : "RPS");
		return STATUS_IMMOVABLE;
	}
	say_error("cannot read %s/%s: %s", path ? path : "", file, strerror(-error));
	return STATUS_REFUSED;
}

enum status net_clear_rxqs(
	struct change *change, const struct irqkit_queue *queue, const char *why)
{
	_cleanup_cpuset_ struct irqkit_cpuset *rxqs = NULL, *none = NULL;
	int r = irqkit_queue_read_xps_rxqs(queue, &rxqs);

	if (r == -ENOENT || (r == 0 && irqkit_cpuset_is_empty(rxqs)))
		return STATUS_DONE;
	if (r == 0)
		r = irqkit_cpuset_new(&none);
	if (r == 0)
		r = irqkit_plan_add_xps_rxqs(change->plan, queue, none, why);
	return r < 0 ? net_say_unreadable(queue, "xps_rxqs", r) : STATUS_DONE;
}
