/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What can interrupt CPUs, and why:
 *
 *	interrupts    those that only the kernel places, where it places them; those that
 *	              can be moved, where they are allowed or still handled
 *	rows          LOC, RES, CAL: those with a name, on the CPUs that counted any
 *	threads       those bound to one CPU, by what they do: ksoftirqd/2, ksoftirqd/3
 */
#include "base/array.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/device.h"
#include "interrupts/snapshot.h"
#include "kernel/ctx.h"
#include "machine/machine.h"
#include "plan/plan.h"
#include "plan/thread_steps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct irqkit_disturbance {
	enum irqkit_disturbance_kind kind;
	const struct irqkit_interrupt *row; /* the machine's; NULL: a thread */
	char *name; /* owned */
	struct irqkit_cpuset *cpus; /* owned; of those that were asked about */
	const char *why;
	bool is_movable;
};

struct irqkit_disturbances {
	struct irqkit_machine *machine; /* not owned */
	const struct irqkit_cpuset *cpus; /* not owned; while they are looked for */
	const struct irqkit_plan *plan; /* not owned, or NULL */
	struct thread_steps thread_steps; /* of the plan; while they are looked for */
	unsigned int flags;
	struct irqkit_disturbance *all; /* owned */
	size_t n, room;
};

EXPORT void irqkit_disturbances_free(struct irqkit_disturbances *found)
{
	if (!found)
		return;
	for (size_t i = 0; i < found->n; i++) {
		free(found->all[i].name);
		irqkit_cpuset_free(found->all[i].cpus);
	}
	free(found->all);
	free(found);
}

/* Takes @name over. @where: the CPUs, some of which were asked about. */
static int add(struct irqkit_disturbances *found, enum irqkit_disturbance_kind kind,
	char *name, const struct irqkit_cpuset *where, const char *why, bool is_movable)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	_cleanup_free_ char *taken = name;

	if (!name || irqkit_cpuset_copy(where, &cpus) < 0 ||
		!GROW(found->all, found->n, found->room))
		return -ENOMEM;
	irqkit_cpuset_keep_set(cpus, found->cpus);
	found->all[found->n++] = (struct irqkit_disturbance){
		.kind = kind,
		.name = TAKE(taken),
		.cpus = TAKE(cpus),
		.why = why,
		.is_movable = is_movable,
	};
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Interrupts and rows                                                             */

static int add_row(struct irqkit_disturbances *found, const struct irqkit_interrupt *row,
	const struct irqkit_cpuset *where, const char *why, bool is_movable)
{
	char *name = row->irq < 0 ? strdup(row->label) : interrupt_join_actions(row);
	int r = add(found,
		row->irq < 0 ? IRQKIT_DISTURBED_BY_ROW : IRQKIT_DISTURBED_BY_INTERRUPT,
		name, where, why, is_movable);

	if (r == 0)
		found->all[found->n - 1].row = row;
	return r;
}

/* The CPUs that were asked about and have counted the interrupt. */
static int copy_counted(const struct irqkit_disturbances *found,
	const struct irqkit_interrupt *row, struct irqkit_cpuset **ret_cpus)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	int r = irqkit_cpuset_new(&cpus);

	irqkit_cpuset_foreach (cpu, found->cpus)
		if (r == 0 && irqkit_interrupt_get_count(row, cpu) > 0)
			r = irqkit_cpuset_add(cpus, cpu);
	if (r == 0)
		*ret_cpus = TAKE(cpus);
	return r;
}

/* A row whose files, if it has any, do not say which CPUs it interrupts. */
static int add_counted(struct irqkit_disturbances *found,
	const struct irqkit_interrupt *row, const char *why)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	int r = copy_counted(found, row, &cpus);

	return r < 0 || irqkit_cpuset_is_empty(cpus)
		? r
		: add_row(found, row, cpus, why, false);
}

/* Why the plan leaves something where it is; NULL: it does not. */
static const char *find_skip(const struct irqkit_step *step)
{
	return step && step->result == IRQKIT_SKIPPED ? step->why : NULL;
}

/* Will the plan move it? */
static bool will_move(
	const struct irqkit_disturbances *found, const struct irqkit_step *step)
{
	return found->flags & IRQKIT_DISTURBANCES_PLANNED && step &&
		step->result == IRQKIT_PLANNED;
}

/* The CPUs where an interrupt is allowed: after the plan, or now. */
static int get_allowed(const struct irqkit_disturbances *found, struct irqkit_irq *irq,
	const struct irqkit_cpuset **ret_cpus)
{
	return found->flags & IRQKIT_DISTURBANCES_PLANNED
		? irqkit_irq_get_planned(irq, ret_cpus)
		: irqkit_irq_get_affinity(irq, ret_cpus);
}

static int add_movable(struct irqkit_disturbances *found, struct irqkit_irq *irq)
{
	const struct irqkit_step *step = found->plan
		? plan_find_irq_step(found->plan, irq)
		: NULL;
	const struct irqkit_cpuset *allowed, *effective;
	const char *skip = find_skip(step);
	int r = get_allowed(found, irq, &allowed);

	if (r < 0)
		return is_failure(r) ? r : 0;
	if (will_move(found, step))
		return 0;
	if (irqkit_cpuset_has_common(allowed, found->cpus))
		return add_row(
			found, irq->row, allowed, skip ? skip : "can be moved", !skip);
	r = irqkit_irq_get_effective(irq, &effective);
	if (is_failure(r))
		return r;
	if (r == 0 && irqkit_cpuset_has_common(effective, found->cpus))
		return add_row(
			found, irq->row, effective, "leaves when it next fires", false);
	return found->flags & IRQKIT_DISTURBANCES_COUNTED
		? add_counted(found, irq->row, "before it was moved")
		: 0;
}

/* Where the kernel places it: where it is handled; if it is silent, where it may be. */
static int add_fixed(
	struct irqkit_disturbances *found, struct irqkit_irq *irq, const char *why)
{
	const struct irqkit_cpuset *cpus;
	int r = irqkit_irq_get_effective(irq, &cpus);

	if (r == 0 && irqkit_cpuset_is_empty(cpus)) /* its CPUs are offline */
		return 0;
	if (r < 0 && !is_failure(r))
		r = irqkit_irq_get_affinity(irq, &cpus);
	if (r < 0)
		return is_failure(r) ? r : 0;
	return irqkit_cpuset_has_common(cpus, found->cpus)
		? add_row(found, irq->row, cpus, why, false)
		: 0;
}

static int add_interrupt(struct irqkit_disturbances *found, struct irqkit_irq *irq)
{
	enum irqkit_movable movable = IRQKIT_MOVABLE;
	const char *description = irq->row->description;
	int r;

	if (irq->row->irq < 0)
		return add_counted(
			found, irq->row, description ? description : "per-CPU interrupt");
	r = irqkit_irq_get_movable(irq, &movable);
	if (r < 0)
		return is_failure(r) ? r : 0;
	switch (movable) {
	case IRQKIT_MOVABLE:
		return add_movable(found, irq);
	case IRQKIT_PER_CPU:
		return add_counted(found, irq->row, "per-CPU interrupt");
	default:
		return add_fixed(found, irq, irqkit_describe_movable(movable));
	}
}

/* ------------------------------------------------------------------------------- */
/* Threads                                                                         */

/* What the threads of all CPUs have in common: kworker/N for kworker/2:1H; NULL: memory. */
static char *name_group(const struct irqkit_thread *thread)
{
	const char *slash = strchr(thread->name, '/');
	char *name;

	if (!slash || slash[1] < '0' || slash[1] > '9')
		return strdup(thread->name);
	return asprintf(&name, "%.*s/N", (int)(slash - thread->name), thread->name) < 0
		? NULL
		: name;
}

static struct irqkit_disturbance *find_group(
	struct irqkit_disturbances *found, const char *name, const char *why)
{
	for (size_t i = found->n; i-- > 0;)
		if (found->all[i].kind == IRQKIT_DISTURBED_BY_THREAD &&
			found->all[i].why == why && strcmp(found->all[i].name, name) == 0)
			return &found->all[i];
	return NULL;
}

static int add_bound(struct irqkit_disturbances *found,
	const struct irqkit_thread *thread, const struct irqkit_cpuset *cpus)
{
	static const char why[] = "per-CPU kernel thread";
	_cleanup_free_ char *name = name_group(thread);
	struct irqkit_disturbance *group = name ? find_group(found, name, why) : NULL;

	if (!name)
		return -ENOMEM;
	return group
		? irqkit_cpuset_add_set(group->cpus, cpus)
		: add(found, IRQKIT_DISTURBED_BY_THREAD, TAKE(name), cpus, why, false);
}

/* The thread of an interrupt is taken to where the interrupt is handled. */
static bool goes_with_irq(
	const struct irqkit_disturbances *found, const struct irqkit_thread *thread)
{
	const struct irqkit_cpuset *allowed;
	struct irqkit_irq *irq;
	unsigned int number;

	if (sscanf(thread->name, "irq/%u-", &number) != 1)
		return false;
	irq = irqkit_machine_find_irq(found->machine, number);
	return irq && get_allowed(found, irq, &allowed) == 0 &&
		!irqkit_cpuset_has_common(allowed, found->cpus);
}

/* A worker of unbound work goes where the workqueues may run. */
static bool goes_with_work(
	const struct irqkit_disturbances *found, const struct irqkit_thread *thread)
{
	if (strncmp(thread->name, "kworker/u", strlen("kworker/u")) != 0)
		return false;
	for (size_t i = 0; found->plan && i < found->plan->n_steps; i++)
		if (found->plan->steps[i].knob == IRQKIT_KNOB_WORKQUEUE)
			return found->flags & IRQKIT_DISTURBANCES_PLANNED;
	return false;
}

static int add_thread(struct irqkit_disturbances *found, struct irqkit_thread *thread,
	const struct irqkit_cpuset *cpus)
{
	bool is_planned = found->flags & IRQKIT_DISTURBANCES_PLANNED, is_movable = false;
	bool is_fixed = irqkit_thread_is_fixed(thread);
	bool is_irq = strncmp(thread->name, "irq/", 4) == 0;
	const struct irqkit_step *step = thread_steps_get_first(
		&found->thread_steps, thread->pid);
	const char *why = find_skip(step);

	if (is_fixed && !is_irq && irqkit_cpuset_count(cpus) == 1)
		return add_bound(found, thread, cpus);
	if (will_move(found, step) || goes_with_work(found, thread) ||
		(is_planned && goes_with_irq(found, thread)))
		return 0;
	if (is_irq)
		why = goes_with_irq(found, thread)
			? "goes with its interrupt when that next fires"
			: "goes with its interrupt";
	else if (is_fixed)
		why = "placed by the kernel itself";
	else if (!why && !found->machine->ctx->is_live)
		why = "threads of a saved root cannot be moved";
	else if (!why) {
		why = "can be moved";
		is_movable = true;
	}
	return add(found, IRQKIT_DISTURBED_BY_THREAD, strdup(thread->name), cpus, why,
		is_movable);
}

static int add_threads(struct irqkit_disturbances *found)
{
	struct irqkit_devices *devices = found->machine->devices;
	size_t n = 0;
	int r = irqkit_devices_count_kernel_threads(devices, &n);

	if (r < 0)
		return is_failure(r) ? r : 0;
	r = thread_steps_find(found->plan, found->plan ? found->plan->n_steps : 0,
		&found->thread_steps);
	for (size_t i = 0; i < n && r == 0; i++) {
		struct irqkit_thread *thread = irqkit_devices_get_kernel_thread(
			devices, i);
		_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;

		r = irqkit_thread_read_affinity(thread, &cpus);
		if (r == 0 && irqkit_cpuset_has_common(cpus, found->cpus))
			r = add_thread(found, thread, cpus);
		else if (!is_failure(r)) /* it has ended */
			r = 0;
	}
	thread_steps_clear(&found->thread_steps);
	return r;
}

/* ------------------------------------------------------------------------------- */

EXPORT int irqkit_disturbances_new(struct irqkit_machine *machine,
	const struct irqkit_cpuset *cpus, const struct irqkit_plan *plan,
	unsigned int flags, struct irqkit_disturbances **ret_found)
{
	struct irqkit_disturbances *found = calloc(1, sizeof(*found));
	size_t n = irqkit_machine_count_irqs(machine);
	int r = found ? 0 : -ENOMEM;

	if (r < 0)
		return r;
	found->machine = machine;
	found->cpus = cpus;
	found->plan = plan;
	found->flags = flags;
	for (size_t i = 0; i < n && r == 0; i++)
		r = add_interrupt(found, irqkit_machine_get_irq(machine, i));
	if (r == 0)
		r = add_threads(found);
	if (r < 0)
		irqkit_disturbances_free(found);
	else
		*ret_found = found;
	return r;
}

EXPORT size_t irqkit_disturbances_count(const struct irqkit_disturbances *found)
{
	return found->n;
}

EXPORT const struct irqkit_disturbance *irqkit_disturbances_get(
	const struct irqkit_disturbances *found, size_t index)
{
	return &found->all[index];
}

EXPORT enum irqkit_disturbance_kind irqkit_disturbance_get_kind(
	const struct irqkit_disturbance *disturbance)
{
	return disturbance->kind;
}

EXPORT const char *irqkit_disturbance_get_name(
	const struct irqkit_disturbance *disturbance)
{
	return disturbance->name;
}

EXPORT const struct irqkit_interrupt *irqkit_disturbance_get_row(
	const struct irqkit_disturbance *disturbance)
{
	return disturbance->row;
}

EXPORT const struct irqkit_cpuset *irqkit_disturbance_get_cpus(
	const struct irqkit_disturbance *disturbance)
{
	return disturbance->cpus;
}

EXPORT const char *irqkit_disturbance_get_why(
	const struct irqkit_disturbance *disturbance)
{
	return disturbance->why;
}

EXPORT bool irqkit_disturbance_is_movable(const struct irqkit_disturbance *disturbance)
{
	return disturbance->is_movable;
}
