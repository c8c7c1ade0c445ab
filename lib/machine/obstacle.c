/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why an interrupt cannot be moved, for a sentence. */
#include "base/macros.h"
#include "machine/machine.h"

EXPORT const char *irqkit_describe_movable(enum irqkit_movable movable)
{
	static const char *const phrases[] = {
		[IRQKIT_MANAGED] = "managed by the kernel",
		[IRQKIT_PER_CPU] = "per-CPU",
		[IRQKIT_READ_ONLY] = "read-only",
		[IRQKIT_SEEMS_MANAGED] = "probably managed by the kernel",
	};

	return (size_t)movable < LENGTH(phrases) ? phrases[movable] : NULL;
}

EXPORT const char *irqkit_irq_find_obstacle(struct irqkit_irq *irq, bool is_named)
{
	enum irqkit_movable movable;

	if (irqkit_irq_get_number(irq) < 0)
		return "not a numbered interrupt";
	if (irqkit_irq_get_movable(irq, &movable) < 0)
		return NULL;
	return is_named && movable == IRQKIT_SEEMS_MANAGED
		? NULL
		: irqkit_describe_movable(movable);
}
