/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A barrier is a step after which the machine has to be read again before more can be
 * planned: new channels of a network device. It may reset settings of queues that no step
 * names, so their values are saved with it.
 */
#ifndef IRQKIT_BARRIER_H
#define IRQKIT_BARRIER_H

#include "plan/plan.h"

/*
 * Saves what the last step, a barrier of @device, may reset: the affinity of the device's
 * interrupts, the settings of its queues, and its RSS table.
 */
int barrier_save(struct irqkit_plan *plan, struct irqkit_device *device);

/* The machine is read again; what pointed into it no longer does. */
int barrier_pass(struct irqkit_plan *plan);

/* After the old number of channels was restored: restores what was saved with it. */
int barrier_restore(struct irqkit_plan *plan, const struct irqkit_step *barrier);

#endif
