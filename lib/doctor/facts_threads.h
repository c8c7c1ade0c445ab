/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What threads do on a CPU: their time, how long they waited, real-time priority. */
#ifndef IRQKIT_FACTS_THREADS_H
#define IRQKIT_FACTS_THREADS_H

#include "doctor/facts.h"

/* Each since boot, in seconds. False: it is not known. */
bool facts_read_thread_time(
	struct facts *facts, const struct irqkit_thread *thread, double *ret_seconds);
bool facts_read_thread_wait(
	struct facts *facts, const struct irqkit_thread *thread, double *ret_seconds);

struct realtime {
	char *name; /* owned */
	unsigned int pid; /* 0: there is none */
};
void realtime_clear(struct realtime *realtime);

/*
 * The first thread of a program, not of the kernel, that has real-time priority and ran on
 * the CPU last. 0, or -ENOMEM.
 */
int facts_find_realtime(
	struct facts *facts, unsigned int cpu, struct realtime *ret_realtime);

#endif
