/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Queues that are pinned to one CPU, device by device. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/irq_queue.h"
#include "machine/cpu_use.h"

#include <errno.h>
#include <stdlib.h>

/* The only CPU that may handle the interrupt, or -1. */
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

/* Reads files only of interrupts that carry traffic of a device. */
static bool find_pin(
	const struct irqkit_device *device, struct irqkit_irq *irq, struct pin *ret_pin)
{
	int number = irqkit_irq_get_number(irq), cpu, queue;
	enum irqkit_serves serves;
	bool is_follower;

	queue = device_find_irq_queue(device, number, &serves, &is_follower);
	cpu = is_follower ? -1 : find_cpu(irq);
	if (cpu < 0)
		return false;
	*ret_pin = (struct pin){ .queue = queue < 0 ? -1 - number : queue,
		.cpu = (unsigned int)cpu,
		.serves = serves,
		.is_first = queue == 0 && serves != IRQKIT_SERVES_TX,
		.is_tx = serves == IRQKIT_SERVES_TX && device_has_only_queue(device) };
	return true;
}

static int compare_places(const struct pin *x, const struct pin *y)
{
	if (x->queue != y->queue)
		return x->queue < y->queue ? -1 : 1;
	return (x->cpu > y->cpu) - (x->cpu < y->cpu);
}

/* If rx and tx of a queue are on one CPU, rx comes first. */
static int compare_pins(const void *a, const void *b)
{
	const struct pin *x = a, *y = b;
	int order = compare_places(x, y);

	return order ? order : y->is_first - x->is_first;
}

/* Lists the pins of a device; returns their number. */
static size_t find_pins(const struct cpu_use *use, const struct pinned_device *device,
	struct irqkit_irq *const *own, size_t n_own, struct pin *pins)
{
	size_t n = 0;

	for (size_t i = 0; i < device->n_irqs; i++) {
		struct irqkit_irq *irq = use->members[device->first + i];

		if (!use_is_own(own, n_own, irq))
			n += find_pin(device->device, irq, &pins[n]);
	}
	if (n > 0)
		qsort(pins, n, sizeof(*pins), compare_pins);
	return n;
}

/* Adds what the pins use, or subtracts it if @sign is -1. All CPUs have room. */
static void add_pins(
	struct pinned_cpu *cpus, const struct pin *pins, size_t n, uint32_t sign)
{
	for (size_t i = 0; i < n; i++) {
		const struct pin *pin = &pins[i];
		struct pinned_cpu *cpu = &cpus[pin->cpu];

		if (pin->serves == IRQKIT_SERVES_RX)
			cpu->serves_rx += sign;
		if (pin->serves == IRQKIT_SERVES_TX)
			cpu->serves_tx += sign;
		/* rx and tx of a queue count once on a CPU */
		if (i > 0 && compare_places(pin, pin - 1) == 0)
			continue;
		if (pin->is_tx) {
			cpu->tx += sign;
			continue;
		}
		cpu->queues += sign;
		if (pin->is_first)
			cpu->first_queues += sign;
	}
}

/* ------------------------------------------------------------------------------- */

static int refresh_one(struct cpu_use *use, struct pinned_device *device)
{
	struct pin *pins = &use->pins[device->first];

	add_pins(use->pinned, pins, device->n_pins, (uint32_t)-1);
	device->n_pins = find_pins(use, device, NULL, 0, pins);
	for (size_t i = 0; i < device->n_pins; i++)
		if (!NEED_CPU(use->pinned, use->n_pinned, pins[i].cpu)) {
			device->n_pins = 0;
			return -ENOMEM;
		}
	add_pins(use->pinned, pins, device->n_pins, 1);
	return 0;
}

static int refresh(struct cpu_use *use)
{
	int r = 0;

	while (use->n_stale > 0 && r == 0) {
		struct pinned_device *device =
			&use->devices[use->stale[use->n_stale - 1]];

		r = refresh_one(use, device);
		if (r < 0)
			break;
		device->is_stale = false;
		use->n_stale--;
	}
	return r;
}

/* Adds the interrupt to its first device; device->pinned_place is the index of the device. */
static void add_member(struct cpu_use *use, struct irqkit_irq *irq)
{
	struct irqkit_device *device = devices_find_first_owner(
		irq->machine->devices, irqkit_irq_get_number(irq));
	size_t place;

	if (!device)
		return;
	place = device->pinned_place;
	if (place >= use->n_devices || use->devices[place].device != device) {
		place = device->pinned_place = use->n_devices++;
		use->devices[place] = (struct pinned_device){ .device = device,
			.is_stale = true };
		use->stale[use->n_stale++] = place;
	}
	use->devices[place].n_irqs++;
	irq->pinned_place = place + 1;
}

static void list_members(struct irqkit_machine *machine, struct cpu_use *use)
{
	size_t n = machine->snapshot->n_rows, first = 0;

	for (size_t i = 0; i < n; i++)
		if (machine->irqs[i].row->irq >= 0)
			add_member(use, &machine->irqs[i]);
	for (size_t d = 0; d < use->n_devices; d++) {
		use->devices[d].first = first;
		first += use->devices[d].n_irqs;
		use->devices[d].n_irqs = 0;
	}
	for (size_t i = 0; i < n; i++) {
		struct irqkit_irq *irq = &machine->irqs[i];
		struct pinned_device *device;

		if (!irq->pinned_place)
			continue;
		device = &use->devices[irq->pinned_place - 1];
		use->members[device->first + device->n_irqs++] = irq;
	}
}

static int list_devices(struct irqkit_machine *machine, struct cpu_use *use)
{
	size_t n = machine->snapshot->n_rows + 1;

	if (use->devices)
		return 0;
	use->devices = calloc(n, sizeof(*use->devices));
	use->members = calloc(n, sizeof(struct irqkit_irq *));
	use->pins = calloc(n, sizeof(*use->pins));
	use->some = calloc(n, sizeof(*use->some));
	use->stale = calloc(n, sizeof(*use->stale));
	if (!use->devices || !use->members || !use->pins || !use->some || !use->stale) {
		pinned_clear(use);
		return -ENOMEM;
	}
	list_members(machine, use);
	return 0;
}

/* Counts the device of one interrupt of the request without all interrupts of the request. */
static void leave_out(struct cpu_use *use, struct pinned_device *device,
	struct irqkit_irq *const *own, size_t n_own, struct pinned_cpu *cpus)
{
	if (device->asked == use->n_asked)
		return;
	device->asked = use->n_asked;
	add_pins(cpus, &use->pins[device->first], device->n_pins, (uint32_t)-1);
	add_pins(cpus, use->some, find_pins(use, device, own, n_own, use->some), 1);
}

int machine_count_pinned(struct irqkit_machine *machine, struct irqkit_irq *const *own,
	size_t n_own, struct pinned_cpu **ret_cpus, size_t *ret_n)
{
	struct pinned_cpu *cpus;
	struct cpu_use *use;
	int r = machine_need_use(machine, &use);

	if (r == 0)
		r = list_devices(machine, use);
	if (r == 0)
		r = refresh(use);
	if (r < 0)
		return r;
	cpus = use_copy(use->pinned, use->n_pinned, sizeof(*cpus));
	if (!cpus)
		return -ENOMEM;
	use->n_asked++;
	for (size_t i = 0; i < n_own; i++)
		if (own[i]->pinned_place)
			leave_out(use, &use->devices[own[i]->pinned_place - 1], own,
				n_own, cpus);
	*ret_cpus = cpus;
	*ret_n = use->n_pinned;
	return 0;
}
