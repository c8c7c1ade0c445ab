/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One knob of a plan. */
#ifndef IRQKIT_STEP_H
#define IRQKIT_STEP_H

#include "devices/device.h"
#include "plan/knob_value.h"

struct irqkit_step {
	enum irqkit_knob knob;
	char *path; /* owned; with its leading slash */
	int irq; /* -1: none */
	unsigned int pid; /* of a thread */
	struct irqkit_queue *queue; /* whose setting it is, if that is known; or NULL */
	enum queue_file file; /* of the queue */
	char *target; /* owned */
	/* What the number or name belonged to: chip, ifindex, start of a process. */
	char *identity; /* owned, or NULL */
	char *why; /* owned */
	char *kernel_text; /* owned; what the kernel says about the error, or NULL */
	char *queue_name; /* owned; of an interrupt, if a barrier needs it; or NULL */
	struct knob_value old_value;
	struct knob_value new_value;
	/* owned, or NULL: the CPUs that handle an interrupt, or that the kernel kept */
	struct irqkit_cpuset *effective;
	enum irqkit_result result;
	int error; /* positive */
	bool is_optional;
	bool is_written;
	bool is_refused; /* the kernel never moves this interrupt */
	bool is_changed_since; /* of an undo: it no longer has the value of the change */
	bool is_passed; /* the machine was read again since it was written */
	bool has_lost_cpus; /* it failed: CPUs of the new value went offline */
};

/* Must the machine be read again after it? See barrier.h. */
static inline bool step_is_barrier(const struct irqkit_step *step)
{
	return step->knob == IRQKIT_KNOB_CHANNELS;
}

#endif
