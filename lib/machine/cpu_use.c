/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What interrupts use of each CPU: made, kept up to date, and dropped. */
#include "machine/cpu_use.h"
#include "base/array.h"
#include "base/macros.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int machine_need_use(struct irqkit_machine *machine, struct cpu_use **ret_use)
{
	if (!machine->use)
		machine->use = calloc(1, sizeof(*machine->use));
	if (!machine->use)
		return -ENOMEM;
	*ret_use = machine->use;
	return 0;
}

void pinned_clear(struct cpu_use *use)
{
	free(TAKE(use->pinned));
	free(TAKE(use->devices));
	free(TAKE(use->members));
	free(TAKE(use->pins));
	free(TAKE(use->some));
	free(TAKE(use->stale));
	use->n_pinned = use->n_devices = use->n_stale = 0;
}

void machine_drop_use(struct irqkit_machine *machine)
{
	struct cpu_use *use = machine->use;

	if (!use)
		return;
	for (size_t i = 0; machine->irqs && i < machine->snapshot->n_rows; i++) {
		machine->irqs[i].is_counted = false;
		machine->irqs[i].pinned_place = 0;
	}
	free(use->fired);
	free(use->handled);
	free(use->uncounted);
	pinned_clear(use);
	free(use);
	machine->use = NULL;
}

/* The list has room for the interrupt, which left the list when it was counted. */
static void handled_forget(struct cpu_use *use, struct irqkit_irq *irq)
{
	if (!irq->is_counted)
		return;
	if (irq->counted_cpu >= 0)
		use->handled[irq->counted_cpu]--;
	irq->is_counted = false;
	use->uncounted[use->n_uncounted++] = irq;
}

static void pinned_forget(struct cpu_use *use, struct irqkit_irq *irq)
{
	struct pinned_device *device;

	if (!irq->pinned_place)
		return;
	device = &use->devices[irq->pinned_place - 1];
	if (!device->is_stale)
		use->stale[use->n_stale++] = irq->pinned_place - 1;
	device->is_stale = true;
}

void irq_changed(struct irqkit_irq *irq)
{
	struct cpu_use *use = irq->machine->use;

	if (!use)
		return;
	handled_forget(use, irq);
	pinned_forget(use, irq);
}

/* ------------------------------------------------------------------------------- */

int use_grow(void **array, size_t *n, size_t cpu, size_t size)
{
	size_t wanted = cpu + 1 > *n * 2 ? cpu + 1 : *n * 2;
	char *more = reallocarray(*array, wanted, size);

	if (!more)
		return -ENOMEM;
	memset(more + *n * size, 0, (wanted - *n) * size);
	*array = more;
	*n = wanted;
	return 0;
}

void *use_copy(const void *array, size_t n, size_t size)
{
	void *copy = calloc(n + 1, size);

	if (copy && n > 0)
		memcpy(copy, array, n * size);
	return copy;
}

static int compare_record(const void *member, const void *key)
{
	const struct irqkit_irq *irq = *(struct irqkit_irq *const *)member;

	return (irq > (const struct irqkit_irq *)key) -
		(irq < (const struct irqkit_irq *)key);
}

size_t use_find(struct irqkit_irq *const *own, size_t n_own, const struct irqkit_irq *irq)
{
	size_t at = array_lower_bound(own, n_own, sizeof(*own), irq, compare_record);

	return at < n_own && own[at] == irq ? at : n_own;
}

bool use_is_own(struct irqkit_irq *const *own, size_t n_own, const struct irqkit_irq *irq)
{
	return use_find(own, n_own, irq) < n_own;
}
