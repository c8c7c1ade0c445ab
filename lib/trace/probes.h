/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kprobe events in an instance of tracefs of their own. */
#ifndef IRQKIT_PROBES_H
#define IRQKIT_PROBES_H

#include <irqkit.h>
#include <sys/types.h>

struct probes {
	struct irqkit_ctx *ctx; /* not owned */
	const char *folder; /* "sys/kernel/tracing"; NULL: nothing is to be removed */
	char name[64]; /* of the instance, and of the group of events */
	int pipe_fd; /* owned, or -1; lines of trace_pipe */
};

/*
 * Removes what a killed run has left, and starts the probes. Never touches those of
 * others.
 *
 * -ENOENT: tracefs is not mounted.
 * -EOPNOTSUPP: the kernel has no kprobe events, or not these functions.
 * -EPERM, -EACCES: not root, a container, or lockdown=confidentiality.
 * Other errors: a probe is refused.
 */
int probes_open(struct irqkit_ctx *ctx, struct probes *ret_probes);
/* Removes all of it. */
void probes_close(struct probes *probes);

#endif
