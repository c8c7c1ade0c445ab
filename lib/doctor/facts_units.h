/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The units of a machine: made with the facts, and freed with them. */
#ifndef IRQKIT_FACTS_UNITS_H
#define IRQKIT_FACTS_UNITS_H

#include "doctor/facts.h"

int facts_find_units(struct facts *facts);
void facts_free_units(struct facts *facts);

#endif
