/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel knows of interrupts that it may run short of, or that nobody answers:
 *
 *	/proc/irq/16/spurious                    count 42, unhandled 0, last_unhandled 0 ms
 *	/sys/kernel/debug/irq/domains/VECTOR     a line for each online CPU (x86)
 */
#include "base/array.h"
#include "base/macros.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"
#include "machine/machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* kernel/irq/proc.c, irq_spurious_proc_show() */
static int read_spurious(struct irqkit_irq *irq)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = irq->row->irq < 0 ? -ENOENT
				  : knob_readf(irq->machine->ctx, &text, &len,
					    "proc/irq/%d/spurious", irq->row->irq);
	unsigned long long count, unhandled;

	if (r < 0)
		return r;
	if (sscanf(text, "count %llu unhandled %llu", &count, &unhandled) != 2)
		return -EBADMSG;
	irq->spurious_count = count;
	irq->spurious_unhandled = unhandled;
	return 0;
}

EXPORT int irqkit_irq_get_unhandled(
	struct irqkit_irq *irq, uint64_t *ret_count, uint64_t *ret_unhandled)
{
	if (!irq->has_read_spurious)
		irq->spurious_error = read_spurious(irq);
	irq->has_read_spurious = true;
	if (irq->spurious_error == 0) {
		*ret_count = irq->spurious_count;
		*ret_unhandled = irq->spurious_unhandled;
	}
	return irq->spurious_error;
}

/* ------------------------------------------------------------------------------- */
/* Vectors                                                                         */

struct cpu_vectors {
	unsigned int cpu;
	unsigned int available, allocated;
};

struct irqkit_vectors {
	struct cpu_vectors *cpus; /* owned */
	size_t n, room;
};

EXPORT void irqkit_vectors_free(struct irqkit_vectors *vectors)
{
	if (!vectors)
		return;
	free(vectors->cpus);
	free(vectors);
}

static void free_vectors(struct irqkit_vectors **vectors)
{
	irqkit_vectors_free(*vectors);
}

/* "    0   190     1     1   12  33-44": kernel/irq/matrix.c, irq_matrix_debug_show() */
static bool parse_vectors(const char *line, struct cpu_vectors *ret_vectors)
{
	unsigned int cpu, available, allocated;

	if (sscanf(line, "%u %u %*u %*u %u", &cpu, &available, &allocated) != 3)
		return false;
	*ret_vectors = (struct cpu_vectors){ cpu, available, allocated };
	return true;
}

EXPORT int irqkit_vectors_new(
	struct irqkit_machine *machine, struct irqkit_vectors **ret_vectors)
{
	struct irqkit_vectors *vectors CLEANUP(free_vectors) = NULL;
	const char *text, *line;
	int r = machine_get_file(machine, MACHINE_VECTORS, &text, NULL);

	if (r < 0)
		return r;
	line = strstr(text, "| CPU |");
	vectors = calloc(1, sizeof(*vectors));
	if (!vectors)
		return -ENOMEM;
	while (line && (line = strchr(line, '\n'))) {
		struct cpu_vectors next;

		if (!parse_vectors(++line, &next))
			continue;
		if (!GROW(vectors->cpus, vectors->n, vectors->room))
			return -ENOMEM;
		vectors->cpus[vectors->n++] = next;
	}
	if (vectors->n == 0)
		return -EBADMSG;
	*ret_vectors = TAKE(vectors);
	return 0;
}

EXPORT size_t irqkit_vectors_count(const struct irqkit_vectors *vectors)
{
	return vectors->n;
}

EXPORT unsigned int irqkit_vectors_get(const struct irqkit_vectors *vectors, size_t index,
	unsigned int *ret_available, unsigned int *ret_allocated)
{
	*ret_available = vectors->cpus[index].available;
	*ret_allocated = vectors->cpus[index].allocated;
	return vectors->cpus[index].cpu;
}
