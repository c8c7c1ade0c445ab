/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The CPUs that irqbalance does not use, as a knob. */
#ifndef IRQKIT_BANNED_CPUS_KNOB_H
#define IRQKIT_BANNED_CPUS_KNOB_H

#include "plan/step.h"

/* -ENOENT: this irqbalance has ended. */
int banned_cpus_write(struct irqkit_ctx *ctx, const struct irqkit_step *step,
	const struct irqkit_cpuset *cpus);

/* Has the irqbalance of the step not ended since then? */
int banned_cpus_is_same(struct irqkit_ctx *ctx, const struct irqkit_step *step);

#endif
