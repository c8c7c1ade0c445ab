/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One knob of a plan. */
#ifndef IRQKIT_STEP_H
#define IRQKIT_STEP_H

#include "plan/knob_value.h"

struct irqkit_step {
	enum irqkit_knob knob;
	char *path; /* owned; with its leading slash */
	int irq; /* -1: none */
	unsigned int pid; /* of a thread */
	char *target; /* owned */
	/* What the number or name belonged to: chip, ifindex, start of a process. */
	char *identity; /* owned, or NULL */
	char *why; /* owned */
	struct knob_value old_value;
	struct knob_value new_value;
	/* owned, or NULL: the CPUs that handle an interrupt, or that the kernel kept */
	struct irqkit_cpuset *effective;
	enum irqkit_result result;
	int error; /* positive */
	bool is_optional;
	bool is_written;
	bool is_refused; /* the kernel never moves this interrupt */
};

/* Reads what the knob holds now. */
int step_read_old(struct irqkit_ctx *ctx, struct irqkit_step *step);
/* Reads the old value and sets the new one; result unchanged if they are the same. */
int step_set_cpus(struct irqkit_ctx *ctx, struct irqkit_step *step,
	const struct irqkit_cpuset *cpus);
int step_set_number(struct irqkit_ctx *ctx, struct irqkit_step *step, uint64_t number);
/* Reads which CPU handles the interrupt: is the move in effect, or pending? */
void step_read_effective(struct irqkit_ctx *ctx, struct irqkit_step *step);
int step_set_why(struct irqkit_step *step, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
