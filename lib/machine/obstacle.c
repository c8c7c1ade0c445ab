/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why an interrupt cannot be moved, for a sentence. */
#include "base/macros.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "machine/machine.h"

#include <errno.h>

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

static bool has_no_irqs(struct irqkit_ctx *ctx)
{
	_cleanup_free_ unsigned int *numbers = NULL;
	size_t n = 0;
	int r = knob_list_numbers(ctx, "proc/irq", &numbers, &n);

	return r == -ENOENT || (r == 0 && n == 0);
}

const char *machine_explain_absence(struct irqkit_machine *machine)
{
	if (!machine->has_judged_irqs)
		machine->has_no_irqs = has_no_irqs(machine->ctx);
	machine->has_judged_irqs = true;
	if (!machine->has_no_irqs)
		return NULL;
	return machine->ctx->is_live
		? "/proc/irq has no interrupts (a container may hide them)"
		: "the saved root has no interrupts in /proc/irq";
}

const char *machine_explain_gone(struct irqkit_machine *machine)
{
	const char *absence = machine_explain_absence(machine);

	return absence ? absence : "gone, or not in the saved root";
}
