/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The state of a machine at one time, as far as `irqkit compare` looks at it. It is filled
 * from a machine (state_machine.c) or from the JSON of `irqkit show` (state_json.c), and
 * nothing after that asks which.
 *
 * Names are UTF-8 in both cases, since JSON has no other.
 */
#ifndef CMD_STATE_H
#define CMD_STATE_H

#include "base/command.h"
#include "measure/settings.h"

#include <irqkit.h>
#include <stdint.h>

struct state_count {
	unsigned int cpu;
	uint64_t count;
};

/* One interrupt that has a number. */
struct state_irq {
	char *label; /* owned; "24" */
	char *name; /* owned; the handlers, "a, b"; "" if there are none */
	char *device; /* owned; NULL: not known */
	char *queues; /* owned; "rx-0 tx-0"; NULL: none, or not known */
	unsigned int number;
	bool has_hwirq;
	int64_t hwirq; /* of MSI: in the order of the MSI indexes */
	struct irqkit_cpuset *affinity; /* owned; NULL: not known */
	struct irqkit_cpuset *effective; /* owned; NULL: not known; not empty */
	int node; /* of its device; -1: not known */
	bool is_background; /* see irqkit_interrupt_is_background() */
	uint64_t total;
	struct state_count *counts; /* owned; those that are not 0, by CPU */
	size_t n_counts;
};

/* CPUs that belong together: of a node, whose number this is, or of a core. */
struct state_group {
	unsigned int number;
	struct irqkit_cpuset *cpus; /* owned */
};

struct state_groups {
	struct state_group *groups; /* owned */
	size_t n;
};

struct state {
	const char *source; /* what the user has typed */
	char *time; /* owned; RFC 3339; NULL: not known */
	double uptime; /* seconds; -1: not known */
	char *boot_id; /* owned; NULL: not known */
	struct irqkit_cpuset *cpus; /* owned; online */
	struct irqkit_cpuset *isolated; /* owned; NULL: not known */
	struct state_groups nodes;
	struct state_groups cores;
	struct state_irq *irqs; /* owned; by number */
	size_t n_irqs;
	struct settings settings;
};

/* The states that a word of the command line can mean. */
enum status state_read(const struct call *call, const char *word, struct state *state);
enum status state_read_machine(
	const struct call *call, const char *root, struct state *state);
/* Fills a state from a machine that is open. False: no memory. */
bool state_fill(struct state *state, struct irqkit_machine *machine);
/* @path: "-" is standard input. */
enum status state_read_json(const char *path, struct state *state);
void state_clear(struct state *state);

/* Room for @n more interrupts; each that is used is counted by the caller. NULL: no memory. */
struct state_irq *state_new_irqs(struct state *state, size_t n);
/* By number. */
void state_sort_irqs(struct state *state);
/* Adds a group and takes @cpus over. False: no memory. */
bool state_add_group(
	struct state_groups *groups, unsigned int number, struct irqkit_cpuset *cpus);
/*
 * The CPUs that handle the interrupt as far as its settings tell; NULL: only its counts do.
 * A set of the interrupt.
 */
const struct irqkit_cpuset *state_irq_place(
	const struct state *state, const struct state_irq *irq);
/* The interrupt with this number; NULL: there is none. */
const struct state_irq *state_find_irq(const struct state *state, int number);
/* The node of a CPU, or -1. */
int state_node_of(const struct state *state, unsigned int cpu);

#endif
