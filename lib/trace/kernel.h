/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel changes itself, and why. */
#ifndef IRQKIT_KERNEL_H
#define IRQKIT_KERNEL_H

#include "trace/watch.h"

/* Starts the sources that the flags of the watch ask for. Probes may be missing. */
int kernel_open(struct irqkit_watch *watch);
void kernel_close(struct irqkit_watch *watch);

/* Reads what has arrived, and decides when it is to be explained. */
int kernel_read(struct irqkit_watch *watch);

/* Explains what is due: adds changes to the list of the watch. */
int kernel_settle(struct irqkit_watch *watch);

/* Now, in microseconds of CLOCK_MONOTONIC. */
int64_t kernel_now(void);

#endif
