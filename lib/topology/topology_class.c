/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The online CPUs by class of their cores: fast and slow. */
#include "base/macros.h"
#include "topology/topology_record.h"

/* Cores of one class differ by a few percent, by the clock of each. */
#define SAME_CLASS_PERCENT 125

/* The slowness up to which a CPU is fast; false: all are alike, or it is not known. */
static bool find_limit(
	struct irqkit_topology *t, const struct irqkit_cpuset *online, int *ret_limit)
{
	int least = INT_MAX, most = INT_MIN;

	irqkit_cpuset_foreach (cpu, online) {
		int slowness = topology_get_slowness(t, cpu);

		least = slowness < least ? slowness : least;
		most = slowness > most ? slowness : most;
	}
	/* x86 lists the fast cores: 0 is fast, 1 is slow */
	*ret_limit = 0;
	if (t->fast.set || most >= 0)
		return t->fast.set;
	/* arm: the capacity of a CPU is -slowness */
	*ret_limit = -(int)((int64_t)-most * SAME_CLASS_PERCENT / 100) - 1;
	return least <= *ret_limit;
}

static int sort_cores(struct irqkit_topology *t, const struct irqkit_cpuset *online)
{
	int limit, r;

	if (!find_limit(t, online, &limit))
		return 0;
	r = irqkit_cpuset_new(&t->fast_cores.set);
	if (r == 0)
		r = irqkit_cpuset_new(&t->slow_cores.set);
	irqkit_cpuset_foreach (cpu, online) {
		bool is_fast = topology_get_slowness(t, cpu) <= limit;

		if (r == 0)
			r = irqkit_cpuset_add(
				is_fast ? t->fast_cores.set : t->slow_cores.set, cpu);
	}
	return r;
}

static void read_cores(struct irqkit_topology *t)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		t, IRQKIT_CPUS_ONLINE);

	if (t->fast_cores.has_read || !online)
		return;
	t->fast_cores.has_read = true;
	if (topology_note(t, sort_cores(t, online)) < 0) {
		irqkit_cpuset_free(TAKE(t->fast_cores.set));
		irqkit_cpuset_free(TAKE(t->slow_cores.set));
	}
}

EXPORT const struct irqkit_cpuset *irqkit_topology_get_fast_cores(
	struct irqkit_topology *t)
{
	read_cores(t);
	return t->fast_cores.set;
}

EXPORT const struct irqkit_cpuset *irqkit_topology_get_slow_cores(
	struct irqkit_topology *t)
{
	read_cores(t);
	return t->slow_cores.set;
}
