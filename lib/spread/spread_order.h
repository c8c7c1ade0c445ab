/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The policies that know no load. */
#ifndef IRQKIT_SPREAD_ORDER_H
#define IRQKIT_SPREAD_ORDER_H

#include "spread/spread.h"

int spread_by_irq(struct irqkit_spread *spread);
int spread_by_hint(struct irqkit_spread *spread);

#endif
