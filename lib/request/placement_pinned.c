/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Queues that a placement does not place, and that are pinned to one CPU: their CPUs are
 * taken. What only the kernel places is not pinned: its CPU follows from the CPU that uses
 * the queue.
 */
#include "base/array.h"
#include "base/macros.h"
#include "request/placement.h"

#include <errno.h>
#include <stdlib.h>

struct pin {
	const struct irqkit_device *device;
	int queue; /* -1 - number of the interrupt, if that is not known */
	unsigned int cpu;
	enum irqkit_serves serves;
	bool is_first; /* it has the first rx queue */
	bool is_tx; /* of a device that has no other queue: it need not go with rx */
};

struct pins {
	struct pin *pins; /* owned */
	size_t n, room;
};

static void pins_free(struct pins *pins)
{
	free(pins->pins);
}

/* The one CPU that may handle it, or -1. */
static int find_cpu(struct irqkit_irq *irq)
{
	const struct irqkit_cpuset *affinity;
	enum irqkit_movable movable;

	if (irqkit_irq_get_affinity(irq, &affinity) < 0 ||
		irqkit_cpuset_count(affinity) != 1 ||
		irqkit_irq_get_movable(irq, &movable) < 0 || movable != IRQKIT_MOVABLE)
		return -1;
	return irqkit_cpuset_next(affinity, -1);
}

/* Files are read only of interrupts that carry traffic of a device. */
static int note(
	struct pins *pins, const struct irqkit_placement *p, struct irqkit_irq *irq)
{
	int number = irqkit_irq_get_number(irq), cpu, queue;
	struct irqkit_device *device = placement_find_device(p, number);
	enum irqkit_serves serves;
	bool is_follower;

	if (!device)
		return 0;
	queue = placement_find_queue(device, number, &serves, &is_follower);
	cpu = is_follower ? -1 : find_cpu(irq);
	if (cpu < 0 || !irqkit_cpuset_has(p->cpus, (unsigned int)cpu))
		return 0;
	if (!GROW(pins->pins, pins->n, pins->room))
		return -ENOMEM;
	pins->pins[pins->n++] = (struct pin){ .device = device,
		.queue = queue < 0 ? -1 - number : queue,
		.cpu = (unsigned int)cpu,
		.serves = serves,
		.is_first = queue == 0 && serves != IRQKIT_SERVES_TX,
		.is_tx = serves == IRQKIT_SERVES_TX && placement_has_only_queue(device) };
	return 0;
}

static int compare_places(const struct pin *x, const struct pin *y)
{
	if (x->device != y->device)
		return (uintptr_t)x->device < (uintptr_t)y->device ? -1 : 1;
	if (x->queue != y->queue)
		return x->queue < y->queue ? -1 : 1;
	return (x->cpu > y->cpu) - (x->cpu < y->cpu);
}

/* Of rx and tx of a queue on one CPU, rx comes first. */
static int compare_pins(const void *a, const void *b)
{
	const struct pin *x = a, *y = b;
	int order = compare_places(x, y);

	if (order)
		return order;
	return y->is_first - x->is_first;
}

/* rx and tx of a queue count once on a CPU. */
static int tell(struct pins *pins, const struct irqkit_placement *p)
{
	int r = 0;

	if (pins->n > 0)
		qsort(pins->pins, pins->n, sizeof(*pins->pins), compare_pins);
	for (size_t i = 0; i < pins->n && r == 0; i++) {
		const struct pin *pin = &pins->pins[i];

		r = irqkit_spread_add_direction(p->spread, pin->cpu, pin->serves);
		if (r < 0)
			break;
		if (i > 0 && compare_places(pin, pin - 1) == 0)
			continue;
		r = pin->is_tx
			? irqkit_spread_add_tx(p->spread, pin->cpu)
			: irqkit_spread_add_queue(p->spread, pin->cpu, pin->is_first);
	}
	return r;
}

int placement_tell_pinned(struct irqkit_placement *p)
{
	struct pins pins CLEANUP(pins_free) = { 0 };
	size_t n = irqkit_machine_count_irqs(p->machine);
	int r = 0;

	/* the other policies do not count queues */
	if (p->request->policy != IRQKIT_POLICY_QUEUE &&
		p->request->policy != IRQKIT_POLICY_HINT)
		return 0;
	for (size_t i = 0; i < n && r == 0; i++) {
		struct irqkit_irq *irq = irqkit_machine_get_irq(p->machine, i);

		if (irqkit_irq_get_number(irq) >= 0 && p->place[i] == 0)
			r = note(&pins, p, irq);
	}
	return r == 0 ? tell(&pins, p) : r;
}
