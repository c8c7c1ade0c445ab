/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by load: several interrupts at once. */
#ifndef IRQKIT_SPREAD_REPACK_H
#define IRQKIT_SPREAD_REPACK_H

#include "spread/spread_search.h"

/*
 * Once search_improve() finds nothing: exchanges listed items of the worst CPU for those of
 * another one, several at once. False: that does not help either, or @goal is reached.
 */
bool search_repack(struct search *s, struct trial *p, uint64_t goal);

#endif
