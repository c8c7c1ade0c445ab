/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine: opened, and looked at again. */
#include "machine/machine.h"
#include "base/array.h"
#include "base/macros.h"
#include "devices/device.h"
#include "interrupts/snapshot.h"
#include "kernel/ctx.h"
#include "machine/cpu_use.h"
#include "set/set.h"
#include "topology/topology.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void free_snapshot(struct irqkit_snapshot **snapshot)
{
	irqkit_snapshot_free(*snapshot);
}

static void free_others(struct irqkit_machine *machine)
{
	for (size_t i = 0; i < machine->n_others; i++) {
		irq_clear(&machine->others[i]->irq);
		free(machine->others[i]);
	}
	machine->n_others = 0;
}

static void forget_irqbalance(struct irqkit_machine *machine)
{
	irqkit_irqbalance_free(TAKE(machine->irqbalance));
	machine->has_asked_irqbalance = false;
}

/* Everything but the rows of before. */
static void forget_all(struct irqkit_machine *machine)
{
	machine_drop_use(machine);
	machine->has_judged_irqs = false;
	for (size_t i = 0; machine->irqs && i < machine->snapshot->n_rows; i++)
		irq_clear(&machine->irqs[i]);
	free(machine->irqs);
	free_others(machine);
	machine_forget_all_files(machine);
	forget_irqbalance(machine);
	irqkit_devices_free(machine->devices);
	irqkit_topology_free(machine->topology);
}

EXPORT void irqkit_machine_free(struct irqkit_machine *machine)
{
	if (!machine)
		return;
	forget_all(machine);
	irqkit_cpuset_free(machine->avoided);
	irqkit_cpuset_free(machine->named_avoided);
	free(machine->others);
	free(machine->names);
	if (machine->last != machine->earlier)
		irqkit_snapshot_free(machine->last);
	irqkit_snapshot_free(machine->earlier);
	irqkit_snapshot_free(machine->snapshot);
	free(machine);
}

static int new_irqs(struct irqkit_machine *machine,
	const struct irqkit_snapshot *snapshot, struct irqkit_irq **ret_irqs)
{
	struct irqkit_irq *irqs = calloc(snapshot->n_rows + 1, sizeof(*irqs));

	if (!irqs)
		return -ENOMEM;
	for (size_t i = 0; i < snapshot->n_rows; i++) {
		irqs[i].machine = machine;
		irqs[i].row = &snapshot->rows[i];
	}
	*ret_irqs = irqs;
	return 0;
}

/* It does not read again what was read with the snapshot. */
static int new_topology(struct irqkit_ctx *ctx, const struct irqkit_snapshot *snapshot,
	struct irqkit_topology **ret_topology)
{
	struct irqkit_topology *topology;
	int r = irqkit_topology_new(ctx, &topology);

	if (r < 0)
		return r;
	r = topology_set_cpus(topology, IRQKIT_CPUS_ONLINE, snapshot->cpus);
	if (r == 0 && snapshot->possible)
		r = topology_set_cpus(topology, IRQKIT_CPUS_POSSIBLE, snapshot->possible);
	if (r < 0)
		irqkit_topology_free(topology);
	else
		*ret_topology = topology;
	return r;
}

/* Takes the snapshot over on success. Everything else is new. */
static int start_anew(struct irqkit_machine *machine, struct irqkit_snapshot *snapshot)
{
	struct irqkit_topology *topology = NULL;
	struct irqkit_devices *devices = NULL;
	struct irqkit_irq *irqs = NULL;
	int r = new_irqs(machine, snapshot, &irqs);

	if (r == 0)
		r = new_topology(machine->ctx, snapshot, &topology);
	if (r == 0)
		r = irqkit_devices_new(machine->ctx, snapshot, &devices);
	if (r < 0) {
		irqkit_topology_free(topology);
		free(irqs);
		return r;
	}
	forget_all(machine);
	if (machine->last != machine->earlier)
		irqkit_snapshot_free(machine->last);
	irqkit_snapshot_free(machine->earlier);
	machine->earlier = NULL;
	machine->last = machine->snapshot;
	machine->snapshot = snapshot;
	machine->irqs = irqs;
	machine->topology = topology;
	machine->devices = devices;
	return 0;
}

int machine_new_from(struct irqkit_ctx *ctx, struct irqkit_snapshot *snapshot,
	struct irqkit_machine **ret_machine)
{
	struct irqkit_machine *machine = calloc(1, sizeof(*machine));
	int r;

	if (!machine)
		return -ENOMEM;
	machine->ctx = ctx;
	r = start_anew(machine, snapshot);
	if (r < 0)
		free(machine);
	else
		*ret_machine = machine;
	return r;
}

static int read_machine(struct irqkit_ctx *ctx, enum snapshot_counts keep,
	struct irqkit_machine **ret_machine, size_t *reterr_line,
	const char **reterr_reason)
{
	struct irqkit_snapshot *snapshot CLEANUP(free_snapshot) = NULL;
	int r = snapshot_read(ctx, keep, &snapshot, reterr_line, reterr_reason);

	if (r == 0)
		r = machine_new_from(ctx, snapshot, ret_machine);
	if (r < 0)
		return r;
	TAKE(snapshot);
	(*ret_machine)->keep = keep;
	return 0;
}

EXPORT int irqkit_machine_new(struct irqkit_ctx *ctx, struct irqkit_machine **ret_machine,
	size_t *reterr_line, const char **reterr_reason)
{
	return read_machine(
		ctx, SNAPSHOT_PER_CPU, ret_machine, reterr_line, reterr_reason);
}

EXPORT int irqkit_machine_new_totals(struct irqkit_ctx *ctx,
	struct irqkit_machine **ret_machine, size_t *reterr_line,
	const char **reterr_reason)
{
	return read_machine(
		ctx, SNAPSHOT_TOTALS, ret_machine, reterr_line, reterr_reason);
}

/* ------------------------------------------------------------------------------- */
/* Looking again                                                                   */

/* Do both have the same interrupts, with the same handlers, on the same CPUs? */
static bool is_same_system(
	const struct irqkit_snapshot *a, const struct irqkit_snapshot *b)
{
	if (a->n_rows != b->n_rows || !irqkit_cpuset_is_equal(a->cpus, b->cpus))
		return false;
	for (size_t i = 0; i < a->n_rows; i++)
		if (!interrupt_is_same(&a->rows[i], &b->rows[i]))
			return false;
	return true;
}

/*
 * The devices keep the texts of the rows that they were read with, so these stay as well.
 */
static void take_counts(struct irqkit_machine *machine, struct irqkit_snapshot *snapshot)
{
	machine_drop_use(machine);
	if (machine->last != machine->earlier)
		irqkit_snapshot_free(machine->last);
	machine->last = machine->snapshot;
	if (!machine->earlier)
		machine->earlier = machine->snapshot;
	machine->snapshot = snapshot;
	for (size_t i = 0; i < snapshot->n_rows; i++)
		machine->irqs[i].row = &snapshot->rows[i];
}

/* Has it fired on a CPU where, by what was read last, it is not handled? */
static bool has_moved(const struct irqkit_irq *irq, const struct irqkit_interrupt *now)
{
	const struct irqkit_cpuset *known = irq->effective.set;

	for (size_t i = 0; known && i < now->n_served; i++) {
		unsigned int cpu = now->served_cpu[i];

		if (!irqkit_cpuset_has(known, cpu) &&
			interrupt_served(now, i) >
				irqkit_interrupt_get_count(irq->row, cpu))
			return true;
	}
	return false;
}

static void forget_settings(struct irqkit_machine *machine,
	const struct irqkit_snapshot *now, bool only_moved)
{
	for (size_t i = 0; i < now->n_rows; i++) {
		struct irqkit_irq *irq = &machine->irqs[i];

		irq_forget_failures(irq);
		irq->has_read_spurious = false; /* a count, which grows */
		if (only_moved && irq->effective.set && !has_moved(irq, &now->rows[i]))
			continue;
		irq_forget_affinity(irq);
		irq_forget_effective(irq);
	}
	free_others(machine);
	machine->has_judged_irqs = false;
	machine_forget_setting_files(machine);
	if (!only_moved) {
		forget_irqbalance(machine);
		devices_forget_settings(machine->devices);
	}
}

EXPORT void irqkit_machine_forget_settings(struct irqkit_machine *machine)
{
	forget_settings(machine, machine->snapshot, false);
}

/* @failed: something could not be read before, and that may be anything now. */
static int look_again(struct irqkit_machine *machine, unsigned int flags, bool failed,
	size_t *reterr_line, const char **reterr_reason)
{
	struct irqkit_snapshot *snapshot CLEANUP(free_snapshot) = NULL;
	int r = snapshot_read(
		machine->ctx, machine->keep, &snapshot, reterr_line, reterr_reason);

	if (r < 0)
		return r;
	if (failed || !is_same_system(snapshot, machine->snapshot)) {
		r = start_anew(machine, snapshot);
		if (r == 0)
			TAKE(snapshot);
		return r;
	}
	forget_settings(machine, snapshot, flags & IRQKIT_REFRESH_MOVED);
	machine_forget_counter_files(machine);
	topology_forget_set_apart(machine->topology);
	take_counts(machine, TAKE(snapshot));
	return 0;
}

EXPORT int irqkit_machine_refresh(struct irqkit_machine *machine, unsigned int flags,
	size_t *reterr_line, const char **reterr_reason)
{
	struct irqkit_ctx *ctx = machine->ctx;
	int error = ctx->error, r;

	irqkit_ctx_clear_error(ctx);
	r = look_again(machine, flags, error < 0 || flags & IRQKIT_REFRESH_ALL,
		reterr_line, reterr_reason);
	/* the machine still lacks what could not be read: the next refresh must know */
	if (r < 0)
		ctx_keep(ctx, error);
	return r;
}

/* ------------------------------------------------------------------------------- */

EXPORT struct irqkit_ctx *irqkit_machine_get_ctx(const struct irqkit_machine *machine)
{
	return machine->ctx;
}

EXPORT const struct irqkit_snapshot *irqkit_machine_get_snapshot(
	const struct irqkit_machine *machine)
{
	return machine->snapshot;
}

EXPORT struct irqkit_topology *irqkit_machine_get_topology(
	const struct irqkit_machine *machine)
{
	return machine->topology;
}

EXPORT struct irqkit_devices *irqkit_machine_get_devices(
	const struct irqkit_machine *machine)
{
	return machine->devices;
}

EXPORT size_t irqkit_machine_count_irqs(const struct irqkit_machine *machine)
{
	return machine->snapshot->n_rows;
}

EXPORT struct irqkit_irq *irqkit_machine_get_irq(
	const struct irqkit_machine *machine, size_t index)
{
	return &machine->irqs[index];
}

EXPORT struct irqkit_irq *irqkit_machine_find_irq(
	const struct irqkit_machine *machine, unsigned int number)
{
	const struct irqkit_interrupt *row = irqkit_snapshot_find_irq(
		machine->snapshot, number);

	return row ? &machine->irqs[row - machine->snapshot->rows] : NULL;
}

EXPORT const struct irqkit_snapshot *irqkit_machine_get_last_snapshot(
	const struct irqkit_machine *machine)
{
	return machine->last;
}

static int compare_other(const void *member, const void *key)
{
	int number = (*(struct other_irq *const *)member)->row.irq;

	return (number > *(const int *)key) - (number < *(const int *)key);
}

static int add_other(struct irqkit_machine *machine, int number, size_t at)
{
	struct other_irq *other;

	if (!GROW(machine->others, machine->n_others, machine->others_room))
		return -ENOMEM;
	other = calloc(1, sizeof(*other));
	if (!other)
		return -ENOMEM;
	snprintf(other->label, sizeof(other->label), "%d", number);
	other->row.label = other->label;
	other->row.irq = number;
	other->irq.machine = machine;
	other->irq.row = &other->row;
	memmove(&machine->others[at + 1], &machine->others[at],
		(machine->n_others++ - at) * sizeof(struct other_irq *));
	machine->others[at] = other;
	return 0;
}

EXPORT int irqkit_machine_need_irq(
	struct irqkit_machine *machine, unsigned int number, struct irqkit_irq **ret_irq)
{
	struct irqkit_irq *irq = irqkit_machine_find_irq(machine, number);
	int key = (int)number, r = 0;
	size_t at;

	if (irq) {
		*ret_irq = irq;
		return 0;
	}
	if (number > INT32_MAX)
		return -ENOENT;
	at = array_lower_bound(machine->others, machine->n_others,
		sizeof(struct other_irq *), &key, compare_other);
	if (at == machine->n_others || machine->others[at]->row.irq != key)
		r = add_other(machine, key, at);
	if (r == 0)
		*ret_irq = &machine->others[at]->irq;
	return r;
}

int machine_get_irqbalance(
	struct irqkit_machine *machine, const struct irqkit_irqbalance **ret_irqbalance)
{
	if (!machine->has_asked_irqbalance)
		machine->irqbalance_error = irqkit_irqbalance_new(
			machine->devices, &machine->irqbalance);
	machine->has_asked_irqbalance = true;
	if (machine->irqbalance_error == 0)
		*ret_irqbalance = machine->irqbalance;
	return machine->irqbalance_error;
}

/* For `irq:24` in a SET. */
static int copy_affinity(void *data, unsigned int number, struct irqkit_cpuset **ret_set)
{
	const struct irqkit_cpuset *affinity;
	struct irqkit_irq *irq;
	int r = irqkit_machine_need_irq(data, number, &irq);

	if (r < 0)
		return r;
	r = irqkit_irq_get_affinity(irq, &affinity);
	if (r < 0)
		return r;
	return irqkit_cpuset_copy(affinity, ret_set);
}

int machine_avoid(struct irqkit_machine *machine, const struct irqkit_cpuset *cpus)
{
	struct irqkit_cpuset *copy = NULL, *named = NULL;
	int r = cpus ? irqkit_cpuset_copy(cpus, &copy) : 0;

	if (r == 0 && cpus)
		r = irqkit_cpuset_new(&named);
	if (r < 0) {
		irqkit_cpuset_free(copy);
		return r;
	}
	irqkit_cpuset_free(machine->avoided);
	irqkit_cpuset_free(machine->named_avoided);
	machine->avoided = copy;
	machine->named_avoided = named;
	return 0;
}

int machine_parse_set(struct irqkit_machine *machine, const char *text, size_t len,
	const struct set_scope *scope, struct set_order *order,
	struct irqkit_cpuset **ret_set, size_t *reterr_at, char **reterr_message)
{
	struct set_scope all = *scope;

	all.get_affinity = copy_affinity;
	all.data = machine;
	all.avoided = machine->avoided;
	all.named_avoided = machine->named_avoided;
	return set_parse(machine->topology, text, len, &all, order, ret_set, reterr_at,
		reterr_message);
}

EXPORT int irqkit_machine_parse_set(struct irqkit_machine *machine, const char *text,
	size_t len, const struct irqkit_cpuset *local, struct irqkit_cpuset **ret_set,
	size_t *reterr_at, char **reterr_message)
{
	const struct set_scope scope = { .local = local };

	return machine_parse_set(
		machine, text, len, &scope, NULL, ret_set, reterr_at, reterr_message);
}
