/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record of one interrupt: each file is read when it is first needed, and once. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "interrupts/handler_names.h"
#include "interrupts/irq.h"
#include "interrupts/snapshot.h"
#include "kernel/ctx.h"
#include "machine/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void cpus_clear(struct irq_cpus *cpus)
{
	irqkit_cpuset_free(cpus->set);
	*cpus = (struct irq_cpus){ 0 };
}

/* Keeps the answer of a reader; without memory, nothing is known. */
static int cpus_keep(struct irq_cpus *cpus, int error)
{
	cpus->error = error;
	cpus->has_read = true;
	return error;
}

static void hint_clear(struct irqkit_irq *irq)
{
	cpus_clear(&irq->hint);
	free(TAKE(irq->hint_text));
}

static void affinity_clear(struct irq_affinity *affinity)
{
	irqkit_cpuset_free(affinity->set);
	free(affinity->text);
	*affinity = (struct irq_affinity){ 0 };
}

void irq_forget_affinity(struct irqkit_irq *irq)
{
	affinity_clear(&irq->affinity);
	irq->has_read_affinity = false;
	irq_changed(irq);
}

void irq_forget_effective(struct irqkit_irq *irq)
{
	cpus_clear(&irq->effective);
	irq_changed(irq);
}

void irq_clear(struct irqkit_irq *irq)
{
	irq_forget_affinity(irq);
	irq_forget_effective(irq);
	hint_clear(irq);
	irqkit_cpuset_free(TAKE(irq->planned));
	if (irq->read) {
		affinity_clear(&irq->read->affinity);
		cpus_clear(&irq->read->effective);
	}
	free(TAKE(irq->read));
}

/* Sets aside what was read, unless that was done before. */
static int set_aside(struct irqkit_irq *irq)
{
	struct irqkit_cpuset *effective = NULL;

	if (irq->read)
		return 0;
	if (irq->effective.set && irqkit_cpuset_copy(irq->effective.set, &effective) < 0)
		return -ENOMEM;
	irq->read = malloc(sizeof(*irq->read));
	if (!irq->read) {
		irqkit_cpuset_free(effective);
		return -ENOMEM;
	}
	*irq->read = (struct irq_read){
		.affinity = irq->affinity,
		.affinity_error = irq->affinity_error,
		.has_read_affinity = irq->has_read_affinity,
		.effective = irq->effective,
	};
	irq->affinity.set = NULL;
	irq->affinity.text = NULL;
	irq->effective.set = effective;
	return 0;
}

int irq_pretend(struct irqkit_irq *irq, const char *text,
	const struct irqkit_cpuset *affinity, const struct irqkit_cpuset *effective)
{
	_cleanup_cpuset_ struct irqkit_cpuset *set = NULL, *handled = NULL;
	_cleanup_free_ char *copy = strdup(text);
	int r = copy ? irqkit_cpuset_copy(affinity, &set) : -ENOMEM;

	if (r == 0 && effective)
		r = irqkit_cpuset_copy(effective, &handled);
	if (r == 0)
		r = set_aside(irq);
	if (r < 0)
		return r;
	irqkit_cpuset_free(irq->affinity.set);
	free(irq->affinity.text);
	irq->affinity.set = TAKE(set);
	irq->affinity.text = TAKE(copy);
	irq->affinity_error = 0;
	irq->has_read_affinity = true;
	irq_changed(irq);
	if (!handled)
		return 0;
	cpus_clear(&irq->effective);
	irq->effective = (struct irq_cpus){ .set = TAKE(handled), .has_read = true };
	return 0;
}

void irq_end_pretending(struct irqkit_irq *irq)
{
	if (!irq->read)
		return;
	affinity_clear(&irq->affinity);
	cpus_clear(&irq->effective);
	irq->affinity = irq->read->affinity;
	irq->affinity_error = irq->read->affinity_error;
	irq->has_read_affinity = irq->read->has_read_affinity;
	irq->effective = irq->read->effective;
	free(TAKE(irq->read));
	irq_changed(irq);
}

void irq_forget_failures(struct irqkit_irq *irq)
{
	if (is_failure(irq->affinity_error))
		irq_forget_affinity(irq);
	if (is_failure(irq->effective.error))
		irq_forget_effective(irq);
	if (is_failure(irq->hint.error))
		hint_clear(irq);
	if (is_failure(irq->movable_error)) {
		irq->has_judged = false;
		irq_changed(irq);
	}
	if (is_failure(irq->node_error))
		irq->has_read_node = false;
}

int irq_set_planned(struct irqkit_irq *irq, const struct irqkit_cpuset *cpus)
{
	struct irqkit_cpuset *copy = NULL;
	int r = cpus ? irqkit_cpuset_copy(cpus, &copy) : 0;

	if (r < 0)
		return r;
	irqkit_cpuset_free(irq->planned);
	irq->planned = copy;
	return 0;
}

/* ------------------------------------------------------------------------------- */

EXPORT const struct irqkit_interrupt *irqkit_irq_get_row(const struct irqkit_irq *irq)
{
	return irq->row;
}

EXPORT size_t irqkit_irq_get_index(const struct irqkit_irq *irq)
{
	return (size_t)(irq - irq->machine->irqs);
}

EXPORT int irqkit_irq_get_number(const struct irqkit_irq *irq)
{
	return irq->row->irq;
}

static int read_affinity(struct irqkit_irq *irq)
{
	if (!irq->has_read_affinity)
		irq->affinity_error = irq->row->irq < 0
			? -ENOENT
			: irq_read_affinity(irq->machine->ctx,
				  (unsigned int)irq->row->irq, &irq->affinity);
	irq->has_read_affinity = true;
	return irq->affinity_error;
}

int irq_get_affinity_text(struct irqkit_irq *irq, const char **ret_text)
{
	int r = read_affinity(irq);

	if (is_failure(r) || (r < 0 && !irq->affinity.text))
		return r;
	if (irq->affinity.is_from_list) /* it cannot be written */
		return -ENOENT;
	*ret_text = irq->affinity.text;
	return 0;
}

EXPORT int irqkit_irq_get_affinity(
	struct irqkit_irq *irq, const struct irqkit_cpuset **ret_set)
{
	int r = read_affinity(irq);

	if (r == 0)
		*ret_set = irq->affinity.set;
	return r;
}

EXPORT int irqkit_irq_get_effective(
	struct irqkit_irq *irq, const struct irqkit_cpuset **ret_set)
{
	if (!irq->effective.has_read)
		cpus_keep(&irq->effective,
			irq->row->irq < 0 ? -ENOENT
					  : irq_read_effective(irq->machine->ctx,
						    (unsigned int)irq->row->irq,
						    &irq->effective.set));
	if (irq->effective.error == 0)
		*ret_set = irq->effective.set;
	return irq->effective.error;
}

/* The CPU that handled it most often; -1: it never fired. */
static int find_busiest(const struct irqkit_interrupt *interrupt)
{
	uint64_t most = 0;
	int busiest = -1;

	for (size_t i = 0; i < interrupt->n_served; i++) {
		uint64_t count = interrupt_served(interrupt, i);

		if (count > most) {
			most = count;
			busiest = (int)interrupt->served_cpu[i];
		}
	}
	return busiest;
}

EXPORT int irqkit_irq_find_cpu(struct irqkit_irq *irq)
{
	const struct irqkit_cpuset *affinity = NULL, *effective = NULL;

	irqkit_irq_get_affinity(irq, &affinity);
	if (affinity && irqkit_cpuset_count(affinity) == 1)
		return irqkit_cpuset_next(affinity, -1);
	if (irqkit_irq_get_effective(irq, &effective) < 0 ||
		irqkit_cpuset_is_empty(effective))
		return find_busiest(irq->row);
	if (affinity && !irqkit_cpuset_is_empty(affinity) &&
		!irqkit_cpuset_is_subset(effective, affinity))
		return irqkit_cpuset_next(affinity, -1);
	return irqkit_cpuset_next(effective, -1);
}

EXPORT int irqkit_irq_get_hint(
	struct irqkit_irq *irq, const struct irqkit_cpuset **ret_set)
{
	if (!irq->hint.has_read)
		cpus_keep(&irq->hint,
			irq->row->irq < 0 ? -ENOENT
					  : irq_read_hint(irq->machine->ctx,
						    (unsigned int)irq->row->irq,
						    &irq->hint_text, &irq->hint.set));
	if (irq->hint.error == 0)
		*ret_set = irq->hint.set;
	return irq->hint.error;
}

int irq_get_hint_text(struct irqkit_irq *irq, const char **ret_text)
{
	const struct irqkit_cpuset *set;
	int r = irqkit_irq_get_hint(irq, &set);

	if (r == 0)
		*ret_text = irq->hint_text;
	return r;
}

EXPORT int irqkit_irq_get_planned(
	struct irqkit_irq *irq, const struct irqkit_cpuset **ret_set)
{
	if (!irq->planned)
		return irqkit_irq_get_affinity(irq, ret_set);
	*ret_set = irq->planned;
	return 0;
}

EXPORT int irqkit_irq_get_node(struct irqkit_irq *irq, int *ret_node)
{
	if (!irq->has_read_node)
		irq->node_error = irq->row->irq < 0
			? -ENOENT
			: irq_read_node(irq->machine->ctx, (unsigned int)irq->row->irq,
				  &irq->node);
	irq->has_read_node = true;
	if (irq->node_error == 0)
		*ret_node = irq->node;
	return irq->node_error;
}

/* ------------------------------------------------------------------------------- */
/* Movable?                                                                        */

/* That of the affinity that was read; if it cannot be read, its mode may be known. */
static int read_mode(struct irqkit_irq *irq)
{
	int r = irq->mode ? 0 : read_affinity(irq);

	if (irq->affinity.mode)
		irq->mode = irq->affinity.mode;
	if (irq->mode)
		return 0;
	if (is_failure(r) || r == -ENOENT)
		return r;
	return irq_read_mode(irq->machine->ctx, (unsigned int)irq->row->irq, &irq->mode);
}

static int find_names_tell(struct irqkit_machine *machine)
{
	const char *release = NULL;
	int r = machine_get_file(machine, MACHINE_RELEASE, &release, NULL);

	return is_failure(r) ? r : irq_names_tell(release);
}

static int do_names_tell(struct irqkit_machine *machine)
{
	if (!machine->has_asked_names)
		machine->names_tell = find_names_tell(machine);
	/* what could not be read is read again */
	machine->has_asked_names = machine->names_tell >= 0;
	return machine->names_tell;
}

/* Is it known by now that names do not matter? */
static bool names_tell_nothing(const struct irqkit_machine *machine)
{
	return machine->has_asked_names && machine->names_tell == 0;
}

static int judge(struct irqkit_irq *irq)
{
	int r;

	if (irq->row->irq < 0)
		return -EINVAL;
	irq->movable = IRQKIT_PER_CPU;
	if (irq_is_per_cpu(irq->row))
		return 0;
	r = read_mode(irq);
	if (r < 0)
		return r;
	irq->movable = irq_judge_mode(irq->row, irq->mode);
	if (irq->movable != IRQKIT_MOVABLE || names_tell_nothing(irq->machine))
		return 0;
	if (!irq->machine->names && !(irq->machine->names = name_index_new()))
		return -ENOMEM;
	if (!irq_has_managed_name(irq->row, irq->machine->names))
		return 0;
	r = do_names_tell(irq->machine);
	if (r > 0)
		irq->movable = IRQKIT_SEEMS_MANAGED;
	return r < 0 ? r : 0;
}

EXPORT int irqkit_irq_get_movable(
	struct irqkit_irq *irq, enum irqkit_movable *ret_movable)
{
	if (!irq->has_judged)
		irq->movable_error = judge(irq);
	irq->has_judged = true;
	if (irq->movable_error == 0)
		*ret_movable = irq->movable;
	return irq->movable_error;
}
