/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One handle on all that is read of a system:
 *
 *	irqkit_machine ---+--- snapshot    the rows of /proc/interrupts
 *	                  +--- irqs        a record for each row: what /proc/irq/N says
 *	                  +--- files       system-wide files: the default affinity, ...
 *	                  +--- topology
 *	                  +--- devices
 */
#ifndef IRQKIT_MACHINE_H
#define IRQKIT_MACHINE_H

#include "interrupts/irq.h"
#include "interrupts/snapshot.h"
#include "machine/machine_files.h"
#include "set/set.h"

#include <irqkit.h>

/* A set of CPUs that a file holds. */
struct irq_cpus {
	struct irqkit_cpuset *set; /* owned; NULL: not read, or it failed */
	int error; /* negative, or 0 */
	bool has_read;
};

/*
 * The values that were read for an interrupt, while its record holds the values that a
 * plan will write.
 */
struct irq_read {
	struct irq_affinity affinity; /* owned */
	int affinity_error;
	bool has_read_affinity;
	struct irq_cpus effective; /* owned */
};

struct irqkit_irq {
	struct irqkit_machine *machine;
	const struct irqkit_interrupt *row; /* of the machine's snapshot */

	struct irq_affinity affinity;
	int affinity_error;
	bool has_read_affinity;
	struct irq_cpus effective;
	struct irq_cpus hint;
	char *hint_text; /* owned; as the kernel wrote it, or NULL */
	struct irqkit_cpuset *planned; /* owned, or NULL: no plan changes it */
	struct irq_read *read; /* owned; NULL: nothing is pretended */
	size_t step; /* the first of its steps in a plan, from 1; 0: there is none */
	/* what cpu_use.h has counted for this interrupt */
	int counted_cpu; /* -1: none */
	bool is_counted;
	size_t pinned_place; /* of its device, from 1; 0: there is none */

	mode_t mode; /* of smp_affinity; 0: not read yet */
	enum irqkit_movable movable;
	int movable_error;
	bool has_judged; /* whether it is movable */
	int node;
	int node_error;
	bool has_read_node;
	uint64_t spurious_count, spurious_unhandled;
	int spurious_error;
	bool has_read_spurious;
};

/* An interrupt that no driver has requested: /proc/interrupts has no row of it. */
struct other_irq {
	struct irqkit_irq irq;
	struct irqkit_interrupt row;
	char label[12];
};

struct cpu_use;

struct irqkit_machine {
	struct irqkit_ctx *ctx; /* not owned */
	struct irqkit_snapshot *snapshot; /* owned */
	/* owned; the rows that the devices know, if the snapshot is newer than these */
	struct irqkit_snapshot *earlier;
	struct irqkit_snapshot *last; /* owned, unless it is `earlier`; or NULL */
	struct irqkit_topology *topology; /* owned */
	struct irqkit_devices *devices; /* owned */
	struct irqkit_irq *irqs; /* owned; in the order of the rows */
	struct other_irq **others; /* owned, and each; without a row, by number */
	size_t n_others, others_room;
	enum snapshot_counts keep; /* of each snapshot */
	struct machine_text files[N_MACHINE_FILES];
	/* of a plan of several requests: what earlier ones make of this table; or 0 */
	uint64_t planned_flow_entries;
	/* owned, or NULL: CPUs that only their numbers put into a SET, and that did so */
	struct irqkit_cpuset *avoided, *named_avoided;
	struct irqkit_irqbalance *irqbalance; /* owned; NULL: not asked for, or none */
	int irqbalance_error;
	bool has_asked_irqbalance;
	struct cpu_use *use; /* owned; NULL: not needed yet */
	struct name_index *names; /* owned; NULL: not needed yet */
	int names_tell; /* see irq_names_tell() */
	bool has_asked_names;
	bool has_no_irqs; /* /proc/irq has no interrupts */
	bool has_judged_irqs; /* has_no_irqs is known */
};

/* A machine whose rows have been read; takes @snapshot over if it succeeds. */
int machine_new_from(struct irqkit_ctx *ctx, struct irqkit_snapshot *snapshot,
	struct irqkit_machine **ret_machine);

/*
 * irqkit_machine_parse_set(), where @scope says what `local` and `current` mean.
 *
 * @order: gets the order of the CPUs, unless it is NULL
 */
int machine_parse_set(struct irqkit_machine *machine, const char *text, size_t len,
	const struct set_scope *scope, struct set_order *order,
	struct irqkit_cpuset **ret_set, size_t *reterr_at, char **reterr_message);

/*
 * The running irqbalance; its socket was not asked. It is owned by the machine. -ESRCH:
 * irqbalance is not running.
 */
int machine_get_irqbalance(
	struct irqkit_machine *machine, const struct irqkit_irqbalance **ret_irqbalance);

/*
 * SETs that are read from now on leave out the CPUs of @cpus, but not a CPU that is named
 * by a single number or by `isolated`. NULL: no CPU is left out.
 */
int machine_avoid(struct irqkit_machine *machine, const struct irqkit_cpuset *cpus);

void irq_clear(struct irqkit_irq *irq);
/* The counts by CPU (cpu_use.h) of this interrupt are renewed before they are used again. */
void irq_changed(struct irqkit_irq *irq);
/*
 * Why /proc/irq has no folder of an interrupt that /proc/interrupts lists, as a phrase.
 * _absence: NULL if it has others
 */
const char *machine_explain_absence(struct irqkit_machine *machine);
const char *machine_explain_gone(struct irqkit_machine *machine);

/* The affinity as the kernel wrote it; it belongs to the record. */
int irq_get_affinity_text(struct irqkit_irq *irq, const char **ret_text);
int irq_get_hint_text(struct irqkit_irq *irq, const char **ret_text);
/* What a write, or the kernel itself, can have changed is read again when it is needed. */
void irq_forget_affinity(struct irqkit_irq *irq);
void irq_forget_effective(struct irqkit_irq *irq);
/* What could not be read is read again. */
void irq_forget_failures(struct irqkit_irq *irq);
/*
 * Holds these values as if they had been read, until irq_end_pretending(). @text: as the
 * kernel would write @affinity. @effective: NULL: it stays.
 */
int irq_pretend(struct irqkit_irq *irq, const char *text,
	const struct irqkit_cpuset *affinity, const struct irqkit_cpuset *effective);
void irq_end_pretending(struct irqkit_irq *irq);
/* What a plan will set; NULL: none does. */
int irq_set_planned(struct irqkit_irq *irq, const struct irqkit_cpuset *cpus);

#endif
