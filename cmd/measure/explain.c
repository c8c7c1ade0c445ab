/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sentences of the library about the interrupts of a device; NULL: there is nothing to say. */
#include "measure/explain.h"

#include <stddef.h>

char *explain_shared(const struct irqkit_device *device)
{
	char *text = NULL;

	irqkit_device_explain_shared(device, &text);
	return text;
}

char *explain_unknown_queues(const struct irqkit_device *device, unsigned int *ret_first)
{
	char *text = NULL;

	irqkit_device_explain_unknown_queues(device, &text, ret_first);
	return text;
}
