/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The affinity of a thread, which is a knob without a file. */
#ifndef IRQKIT_THREAD_KNOB_H
#define IRQKIT_THREAD_KNOB_H

#include <irqkit.h>

/* Its name and its start time; "": a saved root does not have them. -ENOENT: it has ended. */
int thread_read_identity(
	struct irqkit_ctx *ctx, unsigned int pid, char **ret_name, char **ret_start);
/* 1: it is; 0: it has ended, or its number belongs to another process. */
int thread_is_same(
	struct irqkit_ctx *ctx, unsigned int pid, const char *name, const char *start);
int thread_write_cpus(unsigned int pid, const struct irqkit_cpuset *cpus);

#endif
