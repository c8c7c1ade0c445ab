/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The load of each CPU, as it is and as it will be. */
#ifndef IRQKIT_SPREAD_COUNT_H
#define IRQKIT_SPREAD_COUNT_H

#include "spread/spread.h"

void spread_count_before(struct irqkit_spread *spread);
void spread_count_after(struct irqkit_spread *spread);

#endif
