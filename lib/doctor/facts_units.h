/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The units of a machine: made with the facts, and freed with them. */
#ifndef IRQKIT_FACTS_UNITS_H
#define IRQKIT_FACTS_UNITS_H

#include "doctor/facts.h"

int facts_find_units(struct facts *facts);
void facts_free_units(struct facts *facts);

/*
 * Makes the facts of a device as if the unit of its controller were its own.
 * facts_free_behind() accepts NULL.
 */
int facts_new_behind(struct facts *facts, struct irqkit_device *device, struct unit *unit,
	struct fact_device **ret_behind);
void facts_free_behind(struct fact_device *behind);

#endif
