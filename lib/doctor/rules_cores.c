/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interrupts that are handled on the wrong cores, or on CPUs that share no cache. */
#include "base/macros.h"
#include "doctor/facts_kernel.h"
#include "doctor/facts_net.h"
#include "doctor/placing.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"

#include <errno.h>

/* ------------------------------------------------------------------------------- */
/* Cores                                                                           */

static bool is_short_of_time(const struct facts *facts, unsigned int cpu, int percent)
{
	double busy = facts_busy(facts, cpu);

	return busy < 0 || busy * 100 >= percent;
}

/* Two active units on threads of one core, which is busy. */
static bool share_core(const struct facts *facts, const struct fact_device *device)
{
	for (size_t i = 0; i < device->n_units; i++) {
		const struct unit *a = device->units[i];
		const struct irqkit_cpuset *siblings = a->cpu < 0
			? NULL
			: irqkit_topology_get_siblings(
				  facts->topology, (unsigned int)a->cpu);

		if (!siblings || !a->count || !a->is_movable ||
			!is_short_of_time(
				facts, (unsigned int)a->cpu, SHARED_CORE_PERCENT))
			continue;
		for (size_t j = 0; j < i; j++) {
			const struct unit *b = device->units[j];

			if (b->count && b->cpu >= 0 && b->cpu != a->cpu &&
				irqkit_cpuset_has(siblings, (unsigned int)b->cpu))
				return true;
		}
	}
	return false;
}

static int report_shared_core(struct look *look, struct fact_device *device)
{
	struct irqkit_finding *finding;
	struct plan_gain gain;
	int r = placing_plan_device(look->facts, device, NULL, &gain);

	if (r < 0 || gain.n_cores[1] <= gain.n_cores[0] || gain.is_worse)
		return r;
	finding = finding_add(look, device->device, NULL);
	finding_say(finding,
		"its queues use %zu CPUs of %zu cores; %zu cores could handle them",
		gain.n_cpus[0], gain.n_cores[0], gain.n_cores[1]);
	placing_add_places(finding, device);
	placing_weigh(finding, look->facts, -1, device->count,
		1 - placing_share(gain.n_cores[0], gain.n_cores[1]));
	finding_fix(finding, "spread", device->name, NULL);
	return 0;
}

/* Only then is it worth reading what every CPU shares with others. */
static bool has_busy_queues(const struct facts *facts)
{
	for (size_t i = 0; i < facts->n_owners; i++)
		if (facts->owners[i].is_net && facts->owners[i].n_units >= 2 &&
			facts_is_busy(facts, &facts->owners[i]))
			return true;
	return false;
}

/* Have the cores of the queues several threads? */
static bool have_threads(const struct facts *facts)
{
	for (size_t i = 0; i < facts->n_owners; i++) {
		const struct fact_device *device = &facts->owners[i];

		for (size_t j = 0; j < device->n_units && device->is_net; j++) {
			int cpu = device->units[j]->cpu;
			const struct irqkit_cpuset *siblings = cpu < 0
				? NULL
				: irqkit_topology_get_siblings(
					  facts->topology, (unsigned int)cpu);

			if (siblings && irqkit_cpuset_count(siblings) > 1)
				return true;
		}
	}
	return false;
}

static int look_siblings_share_core(struct look *look)
{
	struct facts *facts = look->facts;
	int r = 0;

	if (facts_is_guest(facts))
		return look_lacks(look, "the cores of a guest may not be real");
	if (!has_busy_queues(facts))
		return 0;
	if (!have_threads(facts))
		return look_lacks(look, "one thread in each core");
	for (size_t i = 0; i < facts->n_owners && r == 0; i++) {
		struct fact_device *device = &facts->owners[i];

		if (device->is_net && facts_is_busy(facts, device) &&
			device->n_units <= facts_count_cores(facts, device->usable) &&
			share_core(facts, device))
			r = report_shared_core(look, device);
	}
	return r;
}

static size_t count_on_slow(struct facts *facts, const struct fact_device *device,
	const struct irqkit_cpuset *slow)
{
	size_t n = 0;

	for (size_t i = 0; i < device->n_units; i++) {
		const struct unit *unit = device->units[i];

		n += unit->cpu >= 0 && unit->is_movable &&
			irqkit_cpuset_has(slow, (unsigned int)unit->cpu) &&
			placing_matters(device, unit) &&
			is_short_of_time(
				facts, (unsigned int)unit->cpu, SLOW_CORE_PERCENT) &&
			!facts_is_placed(facts, unit);
	}
	return n;
}

static int report_slow_core(struct look *look, struct fact_device *device, size_t n,
	const struct irqkit_cpuset *slow)
{
	_cleanup_free_ char *cpus = facts_format_cpus(slow);
	_cleanup_free_ char *part = placing_format_part(n, device->n_units);
	struct irqkit_finding *finding;
	struct plan_gain gain;
	int r = placing_plan_device(
		look->facts, device, facts_get_fast_word(look->facts), &gain);

	if (r < 0 || gain.n_slow[1] >= gain.n_slow[0] || gain.is_worse)
		return r;
	finding = finding_add(look, device->device, NULL);
	finding_say(finding, "%s handled on slow cores (CPUs %s)", part ? part : "?",
		cpus ? cpus : "?");
	placing_add_places(finding, device);
	placing_weigh(finding, look->facts, -1, device->count,
		1 - placing_share(gain.n_slow[1], gain.n_slow[0]));
	finding_fix(finding, "spread", device->name, NULL);
	finding_fix_word(finding, "--cpus=%s", facts_get_fast_word(look->facts));
	return 0;
}

static int look_queue_on_slow_core(struct look *look)
{
	struct facts *facts = look->facts;
	const struct irqkit_cpuset *slow = irqkit_topology_get_slow_cores(
		facts->topology);
	const struct irqkit_cpuset *fast = irqkit_topology_get_fast_cores(
		facts->topology);
	int r = 0;

	if (!slow || irqkit_cpuset_is_empty(slow))
		return look_lacks(look, "no slow cores");
	for (size_t i = 0; i < facts->n_owners && r == 0; i++) {
		struct fact_device *device = &facts->owners[i];
		size_t n = count_on_slow(facts, device, slow);

		if (n && fast && irqkit_cpuset_has_common(fast, device->usable) &&
			facts_is_busy(facts, device))
			r = report_slow_core(look, device, n, slow);
	}
	return r;
}

/* ------------------------------------------------------------------------------- */
/* Queues                                                                          */

/* Interrupts of one unit that do not share a cache. */
static bool is_apart(const struct facts *facts, const struct unit *unit)
{
	const struct irqkit_cpuset *near;

	if (unit->queue < 0 || unit->n_irqs < 2 || unit->cpu < 0 || !unit->count)
		return false;
	near = irqkit_topology_get_llc(facts->topology, (unsigned int)unit->cpu);
	if (!near)
		return false;
	for (size_t i = 1; i < unit->n_irqs; i++) {
		int cpu = facts_find_cpu(facts, unit->irqs[i]);

		if (cpu >= 0 && !irqkit_cpuset_has(near, (unsigned int)cpu))
			return true;
	}
	return false;
}

static int report_apart(struct look *look, struct fact_device *device, size_t n)
{
	struct irqkit_finding *finding = finding_add(look, device->device, NULL);

	finding_say(finding,
		"the rx and the tx interrupt of %zu queue%s are on CPUs that share no "
		"cache",
		n, n == 1 ? "" : "s");
	finding_weigh(finding, placing_share(device->count, look->facts->count),
		placing_share(n, device->n_units), false);
	finding_fix(finding, "pin-queue", device->name, NULL);
	for (size_t i = 0; i < device->n_units; i++) {
		const struct unit *unit = device->units[i];

		if (!is_apart(look->facts, unit))
			continue;
		placing_add_place(finding, unit);
		finding_fix_word(finding, "%d=%d", unit->queue, unit->cpu);
	}
	return 0;
}

static int look_rx_tx_apart(struct look *look)
{
	struct facts *facts = look->facts;
	int r = 0;

	for (size_t i = 0; i < facts->n_owners && r == 0; i++) {
		struct fact_device *device = &facts->owners[i];
		size_t n = 0;

		if (!device->is_net || irqkit_device_serves_guest(device->device))
			continue;
		for (size_t j = 0; j < device->n_units; j++)
			n += is_apart(facts, device->units[j]) &&
				!facts_is_placed(facts, device->units[j]);
		if (n)
			r = report_apart(look, device, n);
	}
	return r;
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
	{
		.id = "siblings-share-core",
		.class = IRQKIT_CLASS_LOW,
		.title = "queues share a core while other cores handle none",
		.why = "Two threads of a core share one execution unit: a second thread "
		       "adds little for interrupts.",
		.explain = "Reported for a busy network device, if two of its queues are "
			   "on threads of one core that spends 30% of its time in "
			   "interrupts, and 'irqkit spread' uses more cores. Not "
			   "reported with more queues than cores, or in a guest.",
		.look = look_siblings_share_core,
	},
	{
		.id = "queue-on-slow-core",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "a busy queue is handled on a slow core",
		.why = "The slow core reaches its limit first, while fast cores are "
		       "idle.",
		.explain = "Reported for a busy device on a machine with fast and slow "
			   "cores, if a slow core that handles its queues spends 30% of "
			   "its time in interrupts, or if that is not known.",
		.look = look_queue_on_slow_core,
	},
	{
		.id = "rx-tx-apart",
		.class = IRQKIT_CLASS_LOW,
		.title = "rx and tx of one queue are on CPUs that share no cache",
		.why = "The data of one connection is moved between two caches all the "
		       "time.",
		.explain =
			"Reported if the rx and the tx interrupt of a queue are handled "
			"on CPUs with different last-level caches. Not reported for "
			"interfaces that serve a Xen guest, whose threads follow the "
			"guest.",
		.look = look_rx_tx_apart,
	},
};

const struct irqkit_rule *rules_cores(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
