/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The figures of `irqkit metrics`, before they are written. */
#ifndef CMD_COLLECT_H
#define CMD_COLLECT_H

#include "compare/comparison.h"
#include "metrics/metrics_state.h"

/* A device that raises interrupts. */
struct device_figures {
	struct irqkit_device *device;
	char *name; /* owned; UTF-8 */
	int node; /* -1: not known */
	struct irqkit_cpuset *used; /* owned; CPUs that handle its queues, or all of it */
	struct irqkit_cpuset *usable; /* owned; housekeeping CPUs of its node */
	bool serves_queues; /* one of its interrupts does */
	const struct queue_setting *queues; /* RPS and XPS; in the state */
	size_t n_queues;
	const struct pair *pairs; /* of its interrupts, the first of a chain; or NULL */
	/* by enum irqkit_weigh; -1: not known, or there was too little to tell */
	double imbalance[IRQKIT_WEIGH_TIME + 1];
};

/* Sums of this kind have the names of handlers. */
#define SUM_SPURIOUS "spurious"

struct collected {
	struct irqkit_machine *machine;
	const struct state *now;
	const struct state *last; /* of the run before; NULL: since boot */
	struct comparison pairs; /* only the pairs are of use */
	struct irqkit_load *load; /* not owned; between the two; NULL: not known */
	struct irqkit_vectors *vectors; /* owned; NULL: not known */
	struct kept_state kept; /* with the sums of the run before */
	struct sums unhandled; /* of the run before */
	struct device_figures *devices; /* owned; in the order of their interrupts */
	struct device_figures **by_device; /* owned; the same by address of the device */
	struct device_figures *
		*figures_of; /* owned; by index of `now`; NULL: no device */
	const struct pair **next_pair; /* owned; by index of pairs: of the same device */
	size_t n_devices;
	size_t *placed; /* owned; by CPU: interrupts that it handles now */
	size_t n_cpus; /* the highest CPU number, plus 1 */
	size_t n_pending;
	size_t n_without_file; /* interrupts of which it is not known who answers */
};

/*
 * Fills the figures; `machine`, `now`, `last` and the sums of the run before are set. False:
 * no memory.
 */
bool collect(struct collected *collected);
void collected_clear(struct collected *collected);

/* collect_devices.c: the devices of all interrupts. False: no memory. */
bool collect_devices(struct collected *collected);
/* collect_imbalance.c: how even the load of each device is. False: no memory. */
bool collect_imbalances(struct collected *collected);

/* Was the machine booted since the run before, as far as is known? */
bool collected_has_booted(const struct collected *collected);

/* How often an interrupt fired on a CPU since the run before. */
uint64_t collect_count(
	const struct collected *collected, const struct pair *pair, size_t index);

#endif
