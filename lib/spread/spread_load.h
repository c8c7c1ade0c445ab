/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The policy by load. */
#ifndef IRQKIT_SPREAD_LOAD_H
#define IRQKIT_SPREAD_LOAD_H

#include "spread/spread.h"

int spread_by_load(struct irqkit_spread *spread);

/* What irqkit_spread_get_bound() returns. */
int spread_find_bound(struct irqkit_spread *spread);

#endif
