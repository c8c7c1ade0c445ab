/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What /proc/PID/status says. */
#ifndef IRQKIT_PROCESS_H
#define IRQKIT_PROCESS_H

struct irqkit_ctx;

/*
 * Reads the list of CPUs on which a process or thread may run; the caller frees it.
 *
 * @name: what the process must be called, or NULL: any name
 *
 * -ENOENT: there is no such process, or it has another name; -EBADMSG: there is no list
 */
int process_read_cpus(
	struct irqkit_ctx *ctx, unsigned int pid, const char *name, char **ret_list);

#endif
