/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The policy by queue. */
#ifndef IRQKIT_SPREAD_KEEP_H
#define IRQKIT_SPREAD_KEEP_H

#include "spread/spread.h"

int spread_by_queue(struct irqkit_spread *spread);

#endif
