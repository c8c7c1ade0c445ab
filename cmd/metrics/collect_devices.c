/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The devices that raise interrupts, with the CPUs that they use and may use. */
#include "base/basics.h"
#include "metrics/collect.h"

#include <string.h>

static int add_housekeeping(
	const struct collected *collected, struct device_figures *figures)
{
	struct irqkit_topology *topology = irqkit_machine_get_topology(
		collected->machine);
	const struct irqkit_cpuset *cpus = irqkit_topology_get_cpus(
		topology, IRQKIT_CPUS_HOUSEKEEPING);
	const struct irqkit_cpuset *near = figures->node < 0
		? NULL
		: irqkit_topology_get_node_cpus(topology, (unsigned int)figures->node);
	int r = irqkit_cpuset_copy(cpus ? cpus : collected->now->cpus, &figures->usable);

	if (r == 0 && near && irqkit_cpuset_has_common(figures->usable, near))
		irqkit_cpuset_keep_set(figures->usable, near);
	return r;
}

/* The place of the device in by_device. */
static size_t find_place(
	const struct collected *collected, const struct irqkit_device *device)
{
	size_t low = 0, high = collected->n_devices;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if ((uintptr_t)collected->by_device[middle]->device < (uintptr_t)device)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct device_figures *find_device(
	const struct collected *collected, const struct irqkit_device *device)
{
	size_t place = find_place(collected, device);

	return place < collected->n_devices &&
			collected->by_device[place]->device == device
		? collected->by_device[place]
		: NULL;
}

static struct device_figures *add_device(
	struct collected *collected, struct irqkit_device *device)
{
	struct device_figures *figures = &collected->devices[collected->n_devices];
	struct device_figures **place =
		&collected->by_device[find_place(collected, device)];

	memmove(place + 1, place,
		(size_t)(&collected->by_device[collected->n_devices++] - place) *
			sizeof(*place));
	*place = figures;
	*figures = (struct device_figures){ .device = device, .node = -1 };
	for (size_t i = 0; i < LENGTH(figures->imbalance); i++)
		figures->imbalance[i] = -1;
	return figures;
}

/* The device of an interrupt; it is added if it is new. *ret_device is NULL: none is known. */
static bool need_device(struct collected *collected, const struct state_irq *irq,
	struct device_figures **ret_device)
{
	struct irqkit_devices *devices = irqkit_machine_get_devices(collected->machine);
	struct device_figures *figures;
	struct irqkit_device *device;
	size_t n = 0;

	*ret_device = NULL;
	if (!irq->device || irqkit_devices_count_owners(devices, irq->number, &n) < 0 ||
		n == 0)
		return true;
	device = irqkit_devices_get_owner(devices, irq->number, 0);
	*ret_device = find_device(collected, device);
	if (*ret_device)
		return true;
	figures = add_device(collected, device);
	figures->name = strdup(irq->device);
	irqkit_machine_find_node(collected->machine, device, -1, &figures->node);
	*ret_device = figures;
	return figures->name && irqkit_cpuset_new(&figures->used) == 0 &&
		add_housekeeping(collected, figures) == 0;
}

/* False: no memory. */
static bool add_devices(struct collected *collected)
{
	for (size_t i = 0; i < collected->now->n_irqs; i++) {
		const struct state_irq *irq = &collected->now->irqs[i];

		if (!irq->is_background &&
			!need_device(collected, irq, &collected->figures_of[i]))
			return false;
	}
	return true;
}

/* An interrupt that serves queues may belong to several devices. */
static void note_queues(struct collected *collected)
{
	struct irqkit_devices *devices = irqkit_machine_get_devices(collected->machine);

	for (size_t i = 0; i < collected->now->n_irqs; i++) {
		const struct state_irq *irq = &collected->now->irqs[i];
		size_t n = 0;

		if (!irq->queues ||
			irqkit_devices_count_owners(devices, irq->number, &n) < 0)
			continue;
		for (size_t k = 0; k < n; k++) {
			struct device_figures *figures = find_device(collected,
				irqkit_devices_get_owner(devices, irq->number, k));

			if (figures)
				figures->serves_queues = true;
		}
	}
}

static bool add_used(struct collected *collected)
{
	if (!add_devices(collected))
		return false;
	note_queues(collected);
	for (size_t i = 0; i < collected->now->n_irqs; i++) {
		const struct state_irq *irq = &collected->now->irqs[i];
		const struct irqkit_cpuset *place = state_irq_place(collected->now, irq);
		struct device_figures *figures = collected->figures_of[i];

		if (!figures || !place || (!irq->queues && figures->serves_queues))
			continue;
		if (irqkit_cpuset_add_set(figures->used, place) < 0)
			return false;
	}
	return true;
}

/* The queues of an interface follow each other. */
static void note_steering(struct collected *collected)
{
	struct irqkit_devices *devices = irqkit_machine_get_devices(collected->machine);
	const struct settings *settings = &collected->now->settings;
	size_t next;

	for (size_t i = 0; i < settings->n_queues; i = next) {
		const char *name = settings->queues[i].device;
		struct device_figures *figures;
		struct irqkit_device *device;

		for (next = i + 1; next < settings->n_queues &&
			strcmp(settings->queues[next].device, name) == 0;)
			next++;
		figures = irqkit_devices_find(devices, name, &device) == 0
			? find_device(collected, device)
			: NULL;
		if (!figures)
			continue;
		figures->queues = &settings->queues[i];
		figures->n_queues = next - i;
	}
}

/* Chains the pairs of each device, in their order. */
static bool chain_pairs(struct collected *collected)
{
	const struct comparison *pairs = &collected->pairs;

	collected->next_pair = calloc(pairs->n_pairs + 1, sizeof(*collected->next_pair));
	for (size_t i = pairs->n_pairs; collected->next_pair && i-- > 0;) {
		const struct pair *pair = &pairs->pairs[i];
		struct device_figures *figures = pair->after
			? collected->figures_of[pair->after - collected->now->irqs]
			: NULL;

		if (!figures)
			continue;
		collected->next_pair[i] = figures->pairs;
		figures->pairs = pair;
	}
	return collected->next_pair;
}

bool collect_devices(struct collected *collected)
{
	collected->devices = calloc(
		collected->now->n_irqs + 1, sizeof(*collected->devices));
	collected->by_device = calloc(
		collected->now->n_irqs + 1, sizeof(*collected->by_device));
	collected->figures_of = calloc(
		collected->now->n_irqs + 1, sizeof(*collected->figures_of));
	if (!collected->devices || !collected->by_device || !collected->figures_of ||
		!add_used(collected))
		return false;
	note_steering(collected);
	return chain_pairs(collected);
}
