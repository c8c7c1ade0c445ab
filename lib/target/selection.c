/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interrupts that some TARGETs mean, and what kind of words these were. */
#include "target/selection.h"
#include "base/macros.h"

EXPORT void irqkit_selection_free(struct irqkit_selection *selection)
{
	if (!selection)
		return;
	free(selection->irqs);
	free(selection->is_named);
	free(selection->named_queue);
	free(selection->warning);
	unique_clear(&selection->devices);
	free(selection);
}

EXPORT size_t irqkit_selection_count(const struct irqkit_selection *selection)
{
	return selection->n_irqs;
}

EXPORT struct irqkit_irq *irqkit_selection_get(
	const struct irqkit_selection *selection, size_t index)
{
	return selection->irqs[index];
}

EXPORT bool irqkit_selection_is_named(
	const struct irqkit_selection *selection, size_t index)
{
	return selection->is_named[index];
}

EXPORT size_t irqkit_selection_count_devices(const struct irqkit_selection *selection)
{
	return selection->devices.n;
}

EXPORT struct irqkit_device *irqkit_selection_get_device(
	const struct irqkit_selection *selection, size_t index)
{
	return selection->devices.things[index];
}

EXPORT bool irqkit_selection_is_of_devices(const struct irqkit_selection *selection)
{
	return selection->is_of_devices;
}

EXPORT bool irqkit_selection_is_of_numbers(const struct irqkit_selection *selection)
{
	return selection->is_of_numbers;
}

EXPORT struct irqkit_device *irqkit_selection_get_named_device(
	const struct irqkit_selection *selection)
{
	return selection->named;
}

EXPORT const char *irqkit_selection_get_named_queue(
	const struct irqkit_selection *selection)
{
	return selection->named_queue;
}

EXPORT bool irqkit_selection_has_queues(const struct irqkit_selection *selection)
{
	return selection->has_queues;
}

EXPORT const char *irqkit_selection_get_warning(const struct irqkit_selection *selection)
{
	return selection->warning;
}
