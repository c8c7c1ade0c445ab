/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What interrupts use of each CPU. It is counted once for all interrupts. The answer to a
 * request leaves out the interrupts that the request places itself:
 *
 *	rows of the snapshot    load, and interrupts that have ever fired there   fired.c
 *	effective affinities    interrupts that are handled there                 handled.c
 *	affinities, devices     queues that are pinned there                      pinned.c
 *
 * If a record changes, only its interrupt is counted again, because a policy file may have
 * a line for each of many devices. Each call takes the request's records, @own, in the order
 * of the rows, and returns an array by number of CPU that its caller frees.
 */
#ifndef IRQKIT_CPU_USE_H
#define IRQKIT_CPU_USE_H

#include "machine/machine.h"

/*
 * The load of each CPU by the counts of the snapshot, without background. -EOVERFLOW: a sum
 * overflowed, so nothing can be subtracted from it.
 */
int machine_sum_others(struct irqkit_machine *machine, struct irqkit_irq *const *own,
	size_t n_own, uint64_t **ret_cpus, size_t *ret_n);

/* *@ret_n_never: how many have never fired on any CPU. */
int machine_count_fired(struct irqkit_machine *machine, struct irqkit_irq *const *own,
	size_t n_own, unsigned int **ret_cpus, size_t *ret_n, unsigned int *ret_n_never);

/* Are there interrupts of the local APICs of x86? These have few vectors. */
bool machine_has_apic(struct irqkit_machine *machine);

/* An interrupt that waits to move counts for the CPU that handles it now. */
int machine_count_handled(struct irqkit_machine *machine, struct irqkit_irq *const *own,
	size_t n_own, unsigned int **ret_cpus, size_t *ret_n);

/*
 * The queues that are pinned to one CPU. A queue that only the kernel places is not pinned: its
 * CPU follows from the CPU that uses the queue.
 */
struct pinned_cpu {
	uint32_t queues; /* rx and tx of a queue count once */
	uint32_t first_queues;
	uint32_t tx; /* of devices that have no other queue: they need not go with rx */
	uint32_t serves_rx, serves_tx; /* interrupts that serve only this direction */
};

int machine_count_pinned(struct irqkit_machine *machine, struct irqkit_irq *const *own,
	size_t n_own, struct pinned_cpu **ret_cpus, size_t *ret_n);

/* ------------------------------------------------------------------------------- */

/* An interrupt of a device that is pinned, or carries traffic and is elsewhere. */
struct pin {
	int queue; /* -1 - number of the interrupt, if that is not known */
	unsigned int cpu;
	enum irqkit_serves serves;
	bool is_first; /* it has the first rx queue */
	bool is_tx; /* of a device that has no other queue */
};

struct pinned_device {
	struct irqkit_device *device;
	size_t first, n_irqs; /* its records in cpu_use.members[], its pins in .pins[] */
	size_t n_pins; /* that are counted */
	bool is_stale; /* it is counted again before it is used */
	size_t asked; /* the last request that has asked for it */
};

/* The counts of one CPU. */
struct fired_cpu {
	uint64_t load;
	unsigned int n_irqs;
};

struct cpu_use {
	struct fired_cpu *fired; /* owned */
	size_t n_fired;
	unsigned int n_never;
	bool has_fired, is_overflow;
	bool has_apic, has_asked_apic;

	unsigned int *handled; /* owned */
	size_t n_handled;
	struct irqkit_irq **uncounted; /* owned array; NULL: not needed yet */
	size_t n_uncounted;

	struct pinned_cpu *pinned; /* owned */
	size_t n_pinned;
	struct pinned_device *devices; /* owned; NULL: not needed yet */
	size_t n_devices;
	struct irqkit_irq **members; /* owned array; device by device */
	struct pin *pins; /* owned; as members */
	struct pin *some; /* owned; of one device, without those of a request */
	size_t *stale; /* owned; indexes of devices */
	size_t n_stale;
	size_t n_asked;
};

int machine_need_use(struct irqkit_machine *machine, struct cpu_use **ret_use);
void machine_drop_use(struct irqkit_machine *machine);

/* Makes the array @array of *@n members long enough for @cpu. New members are 0. */
#define NEED_CPU(array, n, cpu)                                                          \
	((cpu) < (n) || use_grow((void **)&(array), &(n), (cpu), sizeof(*(array))) == 0)
int use_grow(void **array, size_t *n, size_t cpu, size_t size);
/* A copy; also of no members it is not NULL. */
void *use_copy(const void *array, size_t n, size_t size);

/* The index of @irq in @own, or @n_own. */
size_t use_find(
	struct irqkit_irq *const *own, size_t n_own, const struct irqkit_irq *irq);
bool use_is_own(
	struct irqkit_irq *const *own, size_t n_own, const struct irqkit_irq *irq);

/* Frees what pinned.c has counted. */
void pinned_clear(struct cpu_use *use);

#endif
