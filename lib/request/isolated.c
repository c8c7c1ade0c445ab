/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The CPUs that are isolated now, with those that have no tick. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "machine/machine.h"
#include "topology/topology.h"

EXPORT int irqkit_machine_read_isolated(
	struct irqkit_machine *machine, struct irqkit_cpuset **ret_cpus)
{
	static const enum irqkit_cpus kinds[] = { IRQKIT_CPUS_ISOLATED,
		IRQKIT_CPUS_NOHZ_FULL };
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	int r = irqkit_cpuset_new(&cpus);

	for (size_t i = 0; i < LENGTH(kinds) && r == 0; i++) {
		const struct irqkit_cpuset *set = irqkit_topology_get_cpus(
			machine->topology, kinds[i]);

		r = set ? irqkit_cpuset_add_set(cpus, set) : 0;
	}
	if (r == 0)
		r = topology_get_error(machine->topology);
	if (r == 0)
		*ret_cpus = TAKE(cpus);
	return r;
}
