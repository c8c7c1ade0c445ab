/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A network interface on the command line: its queues, its node, and the interfaces below
 * it.
 */
#include "queues/net.h"
#include "base/say.h"
#include "base/text.h"
#include "measure/open_machine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void net_close(struct net *net)
{
	free(net->targets);
}

/* The names of all interfaces: "eth0, eth1, lo". */
static char *join_names(struct irqkit_devices *devices)
{
	char *joined = NULL;
	size_t n = 0;

	if (irqkit_devices_count_net(devices, &n) < 0)
		n = 0;
	for (size_t i = 0; i < n; i++)
		if (!text_join(&joined, ", ",
			    irqkit_device_get_name(irqkit_devices_get_net(devices, i))))
			break;
	return joined;
}

static struct irqkit_devices *get_devices(const struct net *net)
{
	return irqkit_machine_get_devices(net->change->machine);
}

/* Is it a queue such as eth0:rx-0, and is there an eth0? */
static bool is_queue(struct net *net, const char *word)
{
	const char *colon = strchr(word, ':');
	_cleanup_free_ char *name = colon ? strndup(word, (size_t)(colon - word)) : NULL;
	struct irqkit_device *device;

	return name && irqkit_devices_find_net(get_devices(net), name, &device) == 0;
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
		say_error("'%s' is a queue; name only the interface", name);
		return STATUS_MISUSE;
	}
	if (machine_say_no_sys(get_devices(net)))
		return STATUS_NO_MATCH;
	names = join_names(get_devices(net));
	say_error("no network interface '%s'%s%s", name,
		names ? "; the interfaces are " : "", names ? names : "");
	return STATUS_NO_MATCH;
}

static enum status choose_targets(struct net *net, bool is_lower)
{
	size_t n = 1;
	int r = is_lower ? irqkit_device_count_lower(net->named, &n) : 0;

	if (r < 0) {
		say_error("cannot list the lower interfaces of %s: %s",
			irqkit_device_get_name(net->named), strerror(-r));
		return STATUS_REFUSED;
	}
	if (n == 0) {
		say_error("%s has no lower interfaces; leave out --lower",
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
	int r;

	net_close(net);
	*net = (struct net){
		.change = change,
		.topology = irqkit_machine_get_topology(change->machine),
	};
	r = irqkit_devices_find_net(get_devices(net), name, &net->named);
	return r < 0 ? say_not_found(net, name, r) : choose_targets(net, is_lower);
}

/* ------------------------------------------------------------------------------- */

int net_get_node(const struct net *net, struct irqkit_device *device)
{
	int node;

	return irqkit_machine_find_node(net->change->machine, device, -1, &node) < 0
		? -1
		: node;
}

static const struct irqkit_cpuset *get_local(
	const struct net *net, struct irqkit_device *device)
{
	int node = net_get_node(net, device);

	/* for a device without a node, every CPU is local */
	return node >= 0
		? irqkit_topology_get_node_cpus(net->topology, (unsigned int)node)
		: irqkit_topology_get_cpus(net->topology, IRQKIT_CPUS_ONLINE);
}

enum status net_read_cpus(const struct net *net, const char *option, const char *word,
	struct irqkit_device *device, struct irqkit_cpuset **ret_set)
{
	return machine_read_cpus(
		net->change->machine, option, word, get_local(net, device), ret_set);
}

char *net_remark_lower(const struct net *net)
{
	_cleanup_free_ char *names = NULL;
	const char *name = irqkit_device_get_name(net->named);
	char *remark;
	size_t n = 0;

	if (net->targets[0] != net->named || irqkit_device_get_bus_device(net->named) ||
		irqkit_device_count_lower(net->named, &n) < 0 || n == 0)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (!text_join(&names, ", ",
			    irqkit_device_get_name(
				    irqkit_device_get_lower(net->named, i))))
			return NULL;
	if (asprintf(&remark, "%s is built on %s; use --lower to act on %s.", name, names,
		    n == 1 ? "it" : "them") < 0)
		return NULL;
	return remark;
}
