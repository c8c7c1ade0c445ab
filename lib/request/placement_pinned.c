/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Queues that a placement does not place, and that are pinned to one CPU: it is taken. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "machine/cpu_use.h"
#include "request/placement.h"
#include "spread/spread.h"

#include <errno.h>
#include <stdlib.h>

static int tell(struct irqkit_placement *p, const struct pinned_cpu *cpus, size_t n)
{
	int r = 0;

	irqkit_cpuset_foreach (cpu, p->cpus)
		if (r == 0 && cpu < n)
			r = spread_add_pinned(p->spread, cpu,
				&(struct spread_pinned){
					.queues = cpus[cpu].queues,
					.first_queues = cpus[cpu].first_queues,
					.tx = cpus[cpu].tx,
					.serves_rx = cpus[cpu].serves_rx,
					.serves_tx = cpus[cpu].serves_tx,
				});
	return r;
}

int placement_tell_pinned(struct irqkit_placement *p)
{
	_cleanup_free_ struct pinned_cpu *cpus = NULL;
	size_t n;
	int r;

	/* the other policies do not count queues */
	if (p->request->policy != IRQKIT_POLICY_QUEUE &&
		p->request->policy != IRQKIT_POLICY_HINT)
		return 0;
	r = machine_count_pinned(p->machine, p->irqs, p->n, &cpus, &n);
	return r == 0 ? tell(p, cpus, n) : r;
}
