/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement by queue: why an interrupt goes to its CPU. */
#ifndef IRQKIT_SPREAD_REASON_H
#define IRQKIT_SPREAD_REASON_H

#include "spread/spread.h"

/*
 * "rx-3, next CPU of node 1"
 *
 * @is_apart:   it keeps away from the first queues of other devices
 * @is_crowded: its node has a CPU for each queue of the device, but they have others
 */
int spread_explain_next(struct spread_item *item, bool is_apart, bool is_crowded);
/* "tx-3, same CPU as rx-3" */
int spread_explain_with(struct spread_item *item, const struct spread_item *leader);
/* "rx-3, stays on its CPU" */
int spread_explain_stay(struct spread_item *item);

#endif
