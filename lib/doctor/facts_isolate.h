/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What 'irqkit isolate' would change, for the CPUs that are isolated already. */
#ifndef IRQKIT_FACTS_ISOLATE_H
#define IRQKIT_FACTS_ISOLATE_H

#include "doctor/facts.h"

/* A setting that still has isolated CPUs. */
struct isolate_step {
	enum irqkit_knob knob;
	struct irqkit_irq *irq; /* of IRQKIT_KNOB_AFFINITY; or NULL */
	char *path; /* owned */
	char *target; /* owned; whose setting it is */
	char *old; /* owned; what it is now */
};

/* The settings, once they were planned: 0, or the error of the plan. */
int facts_plan_isolate(struct facts *facts);
void facts_free_isolate(struct facts *facts);

#endif
