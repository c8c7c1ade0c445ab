/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * XPS and RPS settings that contradict the plan: XPS maps a queue to CPUs far from its
 * interrupt, or RPS hands packets to the CPU that has them already.
 */
#include "spread/spread_steering.h"
#include "base/basics.h"
#include "measure/queue.h"

#include <stdio.h>

/* A queue whose interrupt is placed, and whose CPUs are set for RPS or XPS. */
struct steered {
	struct irqkit_queue *queue;
	const struct irqkit_cpuset *place;
	struct irqkit_cpuset *cpus; /* owned; rps_cpus or xps_cpus, not empty */
};

struct steered_device {
	struct spread *spread;
	struct placed_device *owner;
	struct steered *queues; /* owned */
	size_t n_queues;
	struct irqkit_cpuset *
		served; /* owned; CPUs that transmit on a queue whose interrupt they handle */
};

static void device_free(struct steered_device *device)
{
	for (size_t i = 0; i < device->n_queues; i++)
		irqkit_cpuset_free(device->queues[i].cpus);
	free(device->queues);
	irqkit_cpuset_free(device->served);
}

static bool is_rx(const struct irqkit_queue *queue)
{
	return irqkit_queue_get_direction(queue) == IRQKIT_RX;
}

static int read_cpus(struct irqkit_queue *queue, struct irqkit_cpuset **ret_cpus)
{
	return is_rx(queue) ? irqkit_queue_read_rps_cpus(queue, ret_cpus)
			    : irqkit_queue_read_xps_cpus(queue, ret_cpus);
}

/* XPS that the driver ignores contradicts nothing. */
static bool is_in_vain(struct irqkit_device *device, const struct irqkit_queue *queue)
{
	bool is_ignored = false;

	return !is_rx(queue) &&
		irqkit_device_read_ignores_xps(device, &is_ignored) == 0 && is_ignored;
}

static void read_queue(struct steered_device *device, struct irqkit_queue *queue)
{
	const struct placed *p = &device->spread->placed;
	int irq = irqkit_queue_get_irq(queue);
	long index = irq >= 0 ? placed_find(p, irq) : -1;
	struct steered steered = { .queue = queue };

	if (index >= 0)
		steered.place = irqkit_spread_get_cpus(p->spread, (size_t)index);
	if (!steered.place || is_in_vain(device->owner->device, queue) ||
		read_cpus(queue, &steered.cpus) < 0)
		return;
	if (irqkit_cpuset_is_empty(steered.cpus)) {
		irqkit_cpuset_free(steered.cpus);
		return;
	}
	device->owner->has_rps |= is_rx(queue) && irqkit_cpuset_count(steered.cpus) > 1;
	device->queues[device->n_queues++] = steered;
}

static bool read_device(struct steered_device *device)
{
	size_t n = irqkit_device_count_queues(device->owner->device);

	device->queues = calloc(n + 1, sizeof(*device->queues));
	if (!device->queues || irqkit_cpuset_new(&device->served) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		read_queue(device, irqkit_device_get_queue(device->owner->device, i));
	for (size_t i = 0; i < device->n_queues; i++) {
		const struct steered *steered = &device->queues[i];

		irqkit_cpuset_foreach (cpu, steered->place)
			if (!is_rx(steered->queue) &&
				irqkit_cpuset_has(steered->cpus, cpu) &&
				irqkit_cpuset_add(device->served, cpu) < 0)
				return false;
	}
	return true;
}

/* ------------------------------------------------------------------------------- */
/* What contradicts the plan                                                       */

/*
 * A CPU handles tx queues, but transmits on none of them; if it handles several, one of
 * them is enough. With xps_rxqs, the kernel ignores xps_cpus.
 */
static bool is_sent_by_far_cpus(
	const struct steered_device *device, const struct steered *steered)
{
	_cleanup_cpuset_ struct irqkit_cpuset *rxqs = NULL;

	if (is_rx(steered->queue) ||
		irqkit_cpuset_has_common(steered->place, device->served))
		return false;
	return irqkit_queue_read_xps_rxqs(steered->queue, &rxqs) < 0 ||
		irqkit_cpuset_is_empty(rxqs);
}

static bool is_handed_to_itself(
	const struct steered_device *device, const struct steered *steered)
{
	(void)device;
	return is_rx(steered->queue) && irqkit_cpuset_count(steered->cpus) == 1 &&
		irqkit_cpuset_is_equal(steered->cpus, steered->place);
}

/* Handled on its device's node, and passed only to CPUs of other nodes. */
static bool is_handed_far_away(
	const struct steered_device *device, const struct steered *steered)
{
	int node = device->owner->node;
	const struct irqkit_cpuset *local = node >= 0
		? irqkit_topology_get_node_cpus(
			  device->spread->placed.topology, (unsigned int)node)
		: NULL;

	return is_rx(steered->queue) && local &&
		irqkit_cpuset_has_common(steered->place, local) &&
		!irqkit_cpuset_has_common(steered->cpus, local);
}

/* ------------------------------------------------------------------------------- */

/* "CPU 3", "CPUs 4-7". NULL: no memory. */
static char *name_cpus(const struct irqkit_cpuset *cpus)
{
	_cleanup_free_ char *list = NULL;
	char *text;

	if (irqkit_cpuset_format_list(cpus, &list) < 0 ||
		asprintf(&text, "CPU%s %s", irqkit_cpuset_count(cpus) == 1 ? "" : "s",
			list) < 0)
		return NULL;
	return text;
}

/* What can contradict the plan, and how to find a queue for which it does. */
static const struct conflict {
	const char *knob;
	const char *command;
	const char *link;
	const char *outcome;
	bool (*has)(const struct steered_device *device, const struct steered *steered);
} conflicts[] = {
	{ "XPS", "xps", "but", "", is_sent_by_far_cpus },
	{ "RPS", "rps", "and", " too, so RPS has no effect", is_handed_to_itself },
	{ "RPS", "rps", "but", " on another NUMA node", is_handed_far_away },
};

/* The first queue, and how many. */
static const struct steered *find_conflict(const struct steered_device *device,
	const struct conflict *conflict, size_t *ret_n)
{
	const struct steered *first = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < device->n_queues; i++) {
		if (!conflict->has(device, &device->queues[i]))
			continue;
		first = first ? first : &device->queues[i];
		++*ret_n;
	}
	return first;
}

static void note_conflict(
	const struct steered_device *device, const struct conflict *conflict)
{
	_cleanup_free_ char *queue = NULL, *cpus = NULL, *place = NULL;
	char more[64] = "";
	size_t n;
	const struct steered *first = find_conflict(device, conflict, &n);

	if (!first)
		return;
	queue = queue_format_full_name(first->queue);
	cpus = name_cpus(first->cpus);
	place = name_cpus(first->place);
	if (n > 1)
		snprintf(more, sizeof(more), " (and %zu more)", n - 1);
	if (queue && cpus && place)
		notes_add(&device->spread->notes,
			"%s%s: %s uses %s, %s the interrupt goes to %s%s; run 'irqkit "
			"%s %s --auto' afterwards to fix this",
			queue, more, conflict->knob, cpus, conflict->link, place,
			conflict->outcome, conflict->command,
			irqkit_device_get_name(device->owner->device));
}

void spread_note_steering(struct spread *spread)
{
	for (size_t i = 0; i < spread->placed.n_owners; i++) {
		struct steered_device device CLEANUP(device_free) = {
			.spread = spread,
			.owner = &spread->placed.owners[i],
		};

		if (!device.owner->device || !read_device(&device))
			continue;
		for (size_t k = 0; k < LENGTH(conflicts); k++)
			note_conflict(&device, &conflicts[k]);
	}
}
