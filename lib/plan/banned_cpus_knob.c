/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The CPUs that irqbalance does not use, as a knob: read and written over its socket. It
 * belongs to one process: another irqbalance may get its number.
 */
#include "plan/banned_cpus_knob.h"
#include "base/macros.h"
#include "irqbalance/irqbalance.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int banned_cpus_is_same(struct irqkit_ctx *ctx, const struct irqkit_step *step)
{
	_cleanup_free_ char *start = NULL;
	int r = irqbalance_read_start(ctx, step->pid, &start);

	if (r < 0)
		return r == -ESRCH ? 0 : r;
	return strcmp(start, step->identity) == 0;
}

int banned_cpus_write(struct irqkit_ctx *ctx, const struct irqkit_step *step,
	const struct irqkit_cpuset *cpus)
{
	int r = banned_cpus_is_same(ctx, step);

	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	return irqbalance_write_banned_cpus(ctx, step->pid, cpus);
}
