/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The CPUs that are isolated now: by the kernel (isolcpus=, nohz_full=, a cpuset), or by
 * settings, where neither new interrupts nor unbound work may use them:
 *
 *	default_smp_affinity   ff without 0c \
 *	workqueue/cpumask      ff without 0c  > CPUs 2-3 are isolated
 */
#include "base/cpuset.h"
#include "base/macros.h"
#include "kernel/ctx.h"
#include "machine/machine.h"

#include <errno.h>

/* Keeps the CPUs that the mask does not have; none, if there is no such file. */
static int keep_missing(struct irqkit_machine *machine, enum machine_file file,
	struct irqkit_cpuset *cpus)
{
	_cleanup_cpuset_ struct irqkit_cpuset *mask = NULL;
	int r = machine_read_mask(machine, file, &mask);

	if (is_failure(r))
		return r;
	if (r < 0)
		r = irqkit_cpuset_copy(cpus, &mask);
	if (r == 0)
		irqkit_cpuset_remove_set(cpus, mask);
	return r;
}

EXPORT int irqkit_machine_read_isolated(
	struct irqkit_machine *machine, struct irqkit_cpuset **ret_cpus)
{
	static const enum irqkit_cpus booted[] = { IRQKIT_CPUS_ISOLATED,
		IRQKIT_CPUS_NOHZ_FULL };
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		machine->topology, IRQKIT_CPUS_ONLINE);
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	int r = online ? irqkit_cpuset_copy(online, &cpus) : irqkit_cpuset_new(&cpus);

	if (r == 0)
		r = keep_missing(machine, MACHINE_DEFAULT_AFFINITY, cpus);
	if (r == 0)
		r = keep_missing(machine, MACHINE_WORKQUEUE, cpus);
	for (size_t i = 0; i < LENGTH(booted) && r == 0; i++) {
		const struct irqkit_cpuset *set = irqkit_topology_get_cpus(
			machine->topology, booted[i]);

		r = set ? irqkit_cpuset_add_set(cpus, set) : 0;
	}
	if (r == 0)
		*ret_cpus = TAKE(cpus);
	return r;
}
