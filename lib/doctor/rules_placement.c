/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where interrupts are handled: on too few CPUs, or on the wrong ones. */
#include "base/cpuset.h"
#include "base/join.h"
#include "base/macros.h"
#include "doctor/facts_kernel.h"
#include "doctor/facts_net.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"
#include "topology/topology.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static double share_of(uint64_t part, uint64_t all)
{
	return all ? (double)part / (double)all : 0;
}

/* Of the time of the CPU, if that is known; else of all interrupts. */
static void weigh(struct irqkit_finding *finding, const struct facts *facts, int cpu,
	uint64_t count, double gain)
{
	double busy = cpu < 0 ? -1 : facts_busy(facts, (unsigned int)cpu);

	if (busy >= 0)
		finding_weigh(finding, busy, gain, true);
	else
		finding_weigh(finding, share_of(count, facts->count), gain, false);
}

/* Where the interrupts of a unit are, as the kernel says it. */
static void add_place(
	struct irqkit_finding *finding, struct facts *facts, const struct unit *unit)
{
	for (size_t i = 0; i < unit->n_irqs; i++) {
		int irq = irqkit_irq_get_number(unit->irqs[i]);

		finding_fact_read(finding, facts, "proc/irq/%d/smp_affinity_list", irq);
		finding_fact_read(
			finding, facts, "proc/irq/%d/effective_affinity_list", irq);
	}
}

static void add_places(struct irqkit_finding *finding, struct facts *facts,
	const struct fact_device *device)
{
	for (size_t i = 0; i < device->n_units; i++)
		add_place(finding, facts, device->units[i]);
}

static int plan_device(struct facts *facts, const struct fact_device *device,
	const char *cpus, struct plan_gain *ret_gain)
{
	const struct spread_words words = { .targets = &device->name,
		.n_targets = 1,
		.policy = IRQKIT_POLICY_QUEUE,
		.cpus = cpus };

	return facts_plan_spread(facts, &words, ret_gain);
}

static bool gains(const struct plan_gain *gain)
{
	return gain->gain * 100 >= GAIN_PERCENT;
}

/* Where several devices crowd a CPU, none of them relieves it by itself. */
static bool gains_itself(const struct plan_gain *gain)
{
	return gain->own_gain * 100 >= GAIN_PERCENT && gain->gain >= 0;
}

/* What is placed badly and idle costs nothing now. */
static void lower_if_idle(struct irqkit_finding *finding, const struct facts *facts,
	const struct fact_device *device)
{
	if (!facts_is_busy(facts, device))
		finding_set_class(finding,
			facts_rate(facts, device->count) >= 0 ? IRQKIT_CLASS_INFO
							      : IRQKIT_CLASS_LOW);
}

/* "3 of 4 queues are" */
static char *format_part(size_t n, size_t all)
{
	char *text;

	if (all == 1)
		return strdup("its interrupt is");
	return asprintf(&text, "%zu of %zu queues %s", n, all, n == 1 ? "is" : "are") < 0
		? NULL
		: text;
}

/* ------------------------------------------------------------------------------- */
/* Devices whose queues are on few CPUs                                            */

struct device_state {
	size_t n_active; /* units that have fired, are not placed by a policy, and can move */
	struct irqkit_cpuset *cpus; /* owned; where they are */
};

static void device_state_free(struct device_state *state)
{
	irqkit_cpuset_free(state->cpus);
}

static int read_state(
	struct facts *facts, const struct fact_device *device, struct device_state *state)
{
	int r = irqkit_cpuset_new(&state->cpus);

	for (size_t i = 0; i < device->n_units && r == 0; i++) {
		const struct unit *unit = device->units[i];

		if (!unit->is_movable || !unit->count || unit->cpu < 0 ||
			facts_is_placed(facts, unit))
			continue;
		state->n_active++;
		r = irqkit_cpuset_add(state->cpus, (unsigned int)unit->cpu);
	}
	return r;
}

static int report_few_cpus(
	struct look *look, struct fact_device *device, const struct device_state *state)
{
	unsigned int n = irqkit_cpuset_count(state->cpus);
	unsigned int others = irqkit_cpuset_count(device->usable);
	_cleanup_free_ char *cpus = facts_format_cpus(state->cpus);
	struct irqkit_finding *finding;
	struct plan_gain gain;
	int r = plan_device(look->facts, device, NULL, &gain);

	if (r < 0 || !gains_itself(&gain) || gain.n_cpus[1] <= gain.n_cpus[0])
		return r;
	finding = finding_add(look, device->device, NULL);
	if (n == 1)
		finding_say(finding,
			"cpu%s handles all %zu queues; the device could use %u CPUs",
			cpus ? cpus : "?", state->n_active, others);
	else
		finding_say(finding,
			"only CPUs %s handle its %zu queues; it could use %u CPUs",
			cpus ? cpus : "?", state->n_active, others);
	add_places(finding, look->facts, device);
	weigh(finding, look->facts, n == 1 ? irqkit_cpuset_next(state->cpus, -1) : -1,
		device->count, gain.own_gain);
	finding_add_cpus(finding, state->cpus);
	finding_fix(finding, "spread", device->name, NULL);
	lower_if_idle(finding, look->facts, device);
	return 0;
}

static bool is_on_few(
	const struct fact_device *device, const struct device_state *state, bool is_one)
{
	size_t n = irqkit_cpuset_count(state->cpus);
	size_t usable = irqkit_cpuset_count(device->usable);
	size_t most = state->n_active < usable ? state->n_active : usable;

	if (state->n_active < 2 || usable < 2 || is_one != (n == 1))
		return false;
	return is_one || (device->is_net && n * 100 <= most * FEW_CPUS_PERCENT);
}

static int look_few_cpus(struct look *look, bool is_one)
{
	struct facts *facts = look->facts;
	int r = 0;

	for (size_t i = 0; i < facts->n_owners && r == 0; i++) {
		struct device_state state CLEANUP(device_state_free) = { 0 };
		struct fact_device *device = &facts->owners[i];

		if (device->count < FEW_INTERRUPTS)
			continue;
		r = read_state(facts, device, &state);
		if (r == 0 && is_on_few(device, &state, is_one))
			r = report_few_cpus(look, device, &state);
	}
	return r;
}

static int look_queues_on_one_cpu(struct look *look)
{
	return look_few_cpus(look, true);
}

static int look_cpus_fewer_than_queues(struct look *look)
{
	return look_few_cpus(look, false);
}

/* ------------------------------------------------------------------------------- */
/* CPUs with too much                                                              */

/* What the placement puts on a CPU. */
struct cpu_sum {
	uint64_t count;
	const struct unit *hottest;
	size_t n_hot; /* units with a part of all interrupts that matters */
};

/* By number of the CPU; the caller frees it. NULL: no memory. */
static struct cpu_sum *sum_cpus(const struct facts *facts, size_t *ret_n)
{
	struct cpu_sum *sums;
	int last = -1;

	for (size_t i = 0; i < facts->n_units; i++)
		last = facts->units[i].cpu > last ? facts->units[i].cpu : last;
	sums = calloc((size_t)(last + 2), sizeof(*sums));
	for (size_t i = 0; i < facts->n_units && sums; i++) {
		const struct unit *unit = &facts->units[i];
		struct cpu_sum *sum = &sums[unit->cpu < 0 ? last + 1 : unit->cpu];

		sum->count += unit->count;
		sum->n_hot += unit->is_movable &&
			unit->count * 100 >= facts->count * HOT_PERCENT;
		if (!sum->hottest || unit->count > sum->hottest->count)
			sum->hottest = unit;
	}
	*ret_n = (size_t)(last + 1);
	return sums;
}

/* Too few interrupts say nothing: it is chance where they come. */
static bool is_busy_machine(const struct facts *facts)
{
	double rate = facts_rate(facts, facts->count);

	return rate >= 0 ? rate >= BUSY_PER_SECOND : facts->count >= BUSY_TOTAL;
}

static int report_serves_all(
	struct look *look, unsigned int cpu, const struct cpu_sum *sum)
{
	static const char *const all[] = { "all" };
	const struct spread_words words = {
		.targets = all, .n_targets = 1, .policy = IRQKIT_POLICY_LOAD
	};
	const struct facts *facts = look->facts;
	struct irqkit_finding *finding;
	double percent = 100 * share_of(sum->count, facts->count);
	struct plan_gain gain;
	int r = facts_plan_spread(look->facts, &words, &gain);

	if (r < 0 || !gains(&gain))
		return r;
	finding = finding_add(look, NULL, "cpu%u", cpu);
	finding_does(finding,
		"handles %.0f%% of the interrupts of all devices; the other %u CPUs "
		"%s",
		percent, irqkit_cpuset_count(facts->online) - 1,
		percent >= 99.5 ? "handle hardly any" : "share the rest");
	for (size_t i = 0; i < facts->n_units; i++)
		if (facts->units[i].cpu == (int)cpu &&
			facts->units[i].count * 100 >= sum->count * QUEUE_PERCENT)
			add_place(finding, look->facts, &facts->units[i]);
	weigh(finding, facts, (int)cpu, sum->count, gain.gain);
	finding_add_cpu(finding, cpu);
	finding_fix(finding, "spread", "all",
		facts_confidence(facts) == IRQKIT_CONFIDENCE_MEASURED ? "--by=load=10"
								      : "--by=total",
		NULL);
	return 0;
}

static int look_one_cpu_serves_all(struct look *look)
{
	const struct facts *facts = look->facts;
	size_t n;
	_cleanup_free_ struct cpu_sum *sums = sum_cpus(facts, &n);
	int r = sums ? 0 : -ENOMEM;

	if (irqkit_cpuset_count(facts->housekeeping) < 4 || !is_busy_machine(facts))
		return r;
	for (size_t cpu = 0; cpu < n && r == 0; cpu++) {
		const struct cpu_sum *sum = &sums[cpu];

		if (sum->count * 100 >= facts->count * ONE_CPU_PERCENT &&
			(sum->count - sum->hottest->count) * 100 >=
				sum->count * ONE_CPU_REST_PERCENT)
			r = report_serves_all(look, (unsigned int)cpu, sum);
	}
	return r;
}

static bool is_hot_on(struct facts *facts, const struct unit *unit, unsigned int cpu)
{
	return unit->cpu == (int)cpu && unit->is_movable &&
		unit->count * 100 >= facts->count * HOT_PERCENT &&
		!facts_is_placed(facts, unit);
}

static int list_hot(struct facts *facts, unsigned int cpu, struct target_words *words)
{
	int r = 0;

	for (size_t i = 0; i < facts->n_units && r == 0; i++)
		if (is_hot_on(facts, &facts->units[i], cpu))
			r = unit_add_targets(&facts->units[i], words);
	return r;
}

static void say_hot(struct irqkit_finding *finding, struct facts *facts, unsigned int cpu)
{
	const struct unit *hot[2] = { NULL };
	uint64_t count = 0;

	for (size_t i = 0; i < facts->n_units; i++) {
		const struct unit *unit = &facts->units[i];

		if (!is_hot_on(facts, unit, cpu))
			continue;
		count += unit->count;
		hot[1] = hot[0] && !hot[1] ? unit : hot[1];
		hot[0] = hot[0] ? hot[0] : unit;
		add_place(finding, facts, unit);
	}
	finding_does(finding,
		"handles %s and %s, which raise %.0f%% of all interrupts, while other "
		"CPUs are free",
		hot[0]->name, hot[1]->name, 100 * share_of(count, facts->count));
}

/*
 * Can the busiest CPU be relieved enough by moving what is on @cpu? The others keep what
 * they have, and each interrupt stays whole.
 */
static bool may_relieve(
	const struct facts *facts, const struct cpu_sum *sums, size_t n, unsigned int cpu)
{
	uint64_t before = sums[cpu].count, after = 0;

	for (size_t i = 0; i < n; i++)
		if (i != cpu && sums[i].count > after)
			after = sums[i].count;
	for (size_t i = 0; i < sums[cpu].hottest->n_irqs; i++) {
		uint64_t count = facts_count(facts, sums[cpu].hottest->irqs[i]);

		after = count > after ? count : after;
	}
	return before > after && (before - after) * 100 >= before * GAIN_PERCENT;
}

static int report_collision(
	struct look *look, unsigned int cpu, const struct cpu_sum *sum)
{
	struct target_words hot CLEANUP(target_words_free) = { 0 };
	struct irqkit_finding *finding;
	struct plan_gain gain;
	int r = list_hot(look->facts, cpu, &hot);
	struct spread_words words = { .policy = IRQKIT_POLICY_LOAD };

	if (r < 0 || hot.n < 2)
		return r;
	words.targets = (const char *const *)hot.words;
	words.n_targets = hot.n;
	r = facts_plan_spread(look->facts, &words, &gain);
	if (r < 0 || !gains(&gain))
		return r;
	finding = finding_add(look, NULL, "cpu%u", cpu);
	say_hot(finding, look->facts, cpu);
	weigh(finding, look->facts, (int)cpu, sum->count, gain.gain);
	finding_add_cpu(finding, cpu);
	finding_fix(finding, "spread", NULL);
	for (size_t i = 0; i < hot.n; i++)
		finding_fix_word(finding, "%s", hot.words[i]);
	finding_fix_word(finding, "--by=total");
	return 0;
}

static int look_hot_units_collide(struct look *look)
{
	const struct facts *facts = look->facts;
	size_t n;
	_cleanup_free_ struct cpu_sum *sums = sum_cpus(facts, &n);
	int r = sums ? 0 : -ENOMEM;

	if (!is_busy_machine(facts))
		return r;
	for (size_t cpu = 0; cpu < n && r == 0; cpu++)
		if (sums[cpu].n_hot >= 2 &&
			may_relieve(facts, sums, n, (unsigned int)cpu))
			r = report_collision(look, (unsigned int)cpu, &sums[cpu]);
	return r;
}

/* ------------------------------------------------------------------------------- */
/* Uneven time                                                                     */

struct time_state {
	int busiest;
	double most, mean, steal;
};

/* False: the time of no CPU is known. */
static bool read_times(const struct facts *facts, struct time_state *state)
{
	size_t n = 0;

	*state = (struct time_state){ .busiest = -1 };
	irqkit_cpuset_foreach (cpu, facts->housekeeping) {
		double busy = facts_busy(facts, cpu), steal = facts_steal(facts, cpu);

		if (busy < 0)
			continue;
		n++;
		state->mean += busy;
		state->steal = steal > state->steal ? steal : state->steal;
		if (state->busiest < 0 || busy > state->most) {
			state->busiest = (int)cpu;
			state->most = busy;
		}
	}
	state->mean = n ? state->mean / (double)n : 0;
	return n > 0;
}

static int look_load_uneven(struct look *look)
{
	const struct spread_words words = { .policy = IRQKIT_POLICY_LOAD };
	struct irqkit_finding *finding;
	struct time_state state;
	struct plan_gain gain;
	int r;

	if (!read_times(look->facts, &state))
		return look_lacks(look, "no CPU time of interrupts");
	if (state.most * 100 < UNEVEN_CPU_PERCENT ||
		state.most < state.mean * UNEVEN_TIMES ||
		state.steal * 100 >= STEAL_PERCENT)
		return 0;
	r = facts_plan_spread(look->facts, &words, &gain);
	if (r < 0 || !gains(&gain))
		return r;
	finding = finding_add(look, NULL, "cpu%d", state.busiest);
	finding_does(finding,
		"spends %.0f%% of its time in interrupts; the mean of all CPUs is %.0f%%",
		100 * state.most, 100 * state.mean);
	finding_fact(finding, "/proc/stat", "cpu%d: %.0f%% irq and softirq",
		state.busiest, 100 * state.most);
	finding_weigh(finding, state.most, gain.gain, true);
	finding_add_cpu(finding, (unsigned int)state.busiest);
	finding_fix(
		finding, "spread", "--by=load=10", "--verify", "--revert-if-worse", NULL);
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Nodes                                                                           */

static size_t count_nodes(const struct facts *facts)
{
	const struct irqkit_cpuset *nodes = irqkit_topology_get_nodes(facts->topology);
	size_t n = 0;

	if (!nodes)
		return 0;
	irqkit_cpuset_foreach (node, nodes) {
		const struct irqkit_cpuset *cpus = irqkit_topology_get_node_cpus(
			facts->topology, node);

		n += cpus && !irqkit_cpuset_is_empty(cpus);
	}
	return n;
}

static bool is_remote(const struct facts *facts, const struct fact_device *device,
	const struct unit *unit)
{
	int node = unit->cpu < 0
		? -1
		: irqkit_topology_get_node(facts->topology, (unsigned int)unit->cpu);
	int local, distance;

	if (node < 0 || node == device->node || !unit->is_movable ||
		unit->count * 100 < device->count * QUEUE_PERCENT || !unit->count)
		return false;
	/* all nodes are alike if the firmware says so */
	local = irqkit_topology_get_distance(
		facts->topology, (unsigned int)device->node, (unsigned int)device->node);
	distance = irqkit_topology_get_distance(
		facts->topology, (unsigned int)device->node, (unsigned int)node);
	return distance < 0 || local < 0 || distance > local;
}

static int report_remote(
	struct look *look, struct fact_device *device, size_t n, uint64_t count)
{
	_cleanup_free_ char *part = format_part(n, device->n_units);
	struct irqkit_finding *finding;
	struct plan_gain gain;
	int r = plan_device(look->facts, device, NULL, &gain);

	if (r < 0 || gain.n_remote[1] >= gain.n_remote[0])
		return r;
	finding = finding_add(look, device->device, NULL);
	finding_say(finding,
		"%s handled on another NUMA node than node %d, where the device is",
		part ? part : "?", device->node);
	for (size_t i = 0; i < device->n_units; i++)
		if (is_remote(look->facts, device, device->units[i]))
			add_place(finding, look->facts, device->units[i]);
	finding_weigh(finding, share_of(count, look->facts->count),
		1 - share_of(gain.n_remote[1], gain.n_remote[0]), false);
	finding_fix(finding, "spread", device->name, NULL);
	lower_if_idle(finding, look->facts, device);
	return 0;
}

/* Firmware may name a node that the kernel does not have. */
static bool may_use_its_node(const struct facts *facts, const struct fact_device *device)
{
	const struct irqkit_cpuset *cpus = device->node < 0
		? NULL
		: irqkit_topology_get_node_cpus(
			  facts->topology, (unsigned int)device->node);

	return cpus && irqkit_cpuset_has_common(device->usable, cpus);
}

static int look_queue_on_remote_node(struct look *look)
{
	struct facts *facts = look->facts;
	int r = 0;

	if (count_nodes(facts) < 2)
		return look_lacks(look, "one NUMA node");
	if (facts_is_guest(facts))
		return look_lacks(look, "the nodes of a guest may not be real");
	for (size_t i = 0; i < facts->n_owners && r == 0; i++) {
		struct fact_device *device = &facts->owners[i];
		uint64_t count = 0;
		size_t n = 0;

		if (!may_use_its_node(facts, device))
			continue;
		for (size_t j = 0; j < device->n_units; j++)
			if (is_remote(facts, device, device->units[j]) &&
				!facts_is_placed(facts, device->units[j])) {
				n++;
				count += device->units[j]->count;
			}
		if (n)
			r = report_remote(look, device, n, count);
	}
	return r;
}

static bool has_unknown_node(const struct fact_device *device)
{
	int node;

	return irqkit_device_get_pci_address(device->device) && device->is_net &&
		device->n_units &&
		irqkit_device_read_node(device->device, &node) == -ENODATA;
}

static int look_node_unknown(struct look *look)
{
	struct facts *facts = look->facts;
	_cleanup_free_ char *names = NULL;
	struct irqkit_finding *finding;
	size_t n = 0;

	if (count_nodes(facts) < 2)
		return look_lacks(look, "one NUMA node");
	if (facts_is_guest(facts))
		return look_lacks(look, "the nodes of a guest may not be real");
	for (size_t i = 0; i < facts->n_owners; i++) {
		const struct fact_device *device = &facts->owners[i];

		if (!has_unknown_node(device))
			continue;
		if (join_text(&names, device->name) < 0)
			return -ENOMEM;
		n++;
	}
	if (!n)
		return 0;
	finding = finding_add(look, NULL, "%s", names);
	finding_say(finding, "the firmware does not say on which NUMA node %s",
		n == 1 ? "it is" : "they are");
	for (size_t i = 0; i < facts->n_owners; i++)
		if (facts->owners[i].is_net)
			finding_fact_read(finding, facts,
				"sys/class/net/%s/device/numa_node",
				facts->owners[i].name);
	finding_by_hand(finding, IRQKIT_NEEDS_REBOOT,
		"look for NUMA of PCI devices in the firmware setup; until then, 'irqkit "
		"spread DEV --node=N' keeps its interrupts on the node that you know");
	return 0;
}

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
	int r = plan_device(look->facts, device, NULL, &gain);

	if (r < 0 || gain.n_cores[1] <= gain.n_cores[0])
		return r;
	finding = finding_add(look, device->device, NULL);
	finding_say(finding,
		"its queues use %zu CPUs of %zu cores; %zu cores could handle them",
		gain.n_cpus[0], gain.n_cores[0], gain.n_cores[1]);
	add_places(finding, look->facts, device);
	weigh(finding, look->facts, -1, device->count,
		1 - share_of(gain.n_cores[0], gain.n_cores[1]));
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

		n += unit->cpu >= 0 && unit->count && unit->is_movable &&
			irqkit_cpuset_has(slow, (unsigned int)unit->cpu) &&
			unit->count * 100 >= device->count * QUEUE_PERCENT &&
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
	_cleanup_free_ char *part = format_part(n, device->n_units);
	struct irqkit_finding *finding;
	struct plan_gain gain;
	int r = plan_device(look->facts, device, "fast", &gain);

	if (r < 0 || gain.n_slow[1] >= gain.n_slow[0])
		return r;
	finding = finding_add(look, device->device, NULL);
	finding_say(finding, "%s handled on slow cores (CPUs %s)", part ? part : "?",
		cpus ? cpus : "?");
	add_places(finding, look->facts, device);
	weigh(finding, look->facts, -1, device->count,
		1 - share_of(gain.n_slow[1], gain.n_slow[0]));
	finding_fix(finding, "spread", device->name, "--cpus=fast", NULL);
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
	finding_weigh(finding, share_of(device->count, look->facts->count),
		share_of(n, device->n_units), false);
	finding_fix(finding, "pin-queue", device->name, NULL);
	for (size_t i = 0; i < device->n_units; i++) {
		const struct unit *unit = device->units[i];

		if (!is_apart(look->facts, unit))
			continue;
		add_place(finding, look->facts, unit);
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

static int look_disk_one_vector(struct look *look)
{
	struct facts *facts = look->facts;

	for (size_t i = 0; i < facts->n_owners; i++) {
		const struct fact_device *device = &facts->owners[i];
		double rate = facts_rate(facts, device->count);
		struct irqkit_finding *finding;
		uint64_t affinity;

		if (irqkit_device_get_kind(device->device) != IRQKIT_DEVICE_BLOCK ||
			device->n_units != 1 || rate < DISK_PER_SECOND ||
			!facts_read_number(facts, &affinity,
				"sys/block/%s/queue/rq_affinity", device->name) ||
			affinity != 1)
			continue;
		finding = finding_add(look, device->device, NULL);
		finding_say(finding,
			"one interrupt completes %.0f requests per second, all on CPUs "
			"near its own (rq_affinity is 1)",
			rate);
		finding_fact_read(
			finding, facts, "sys/block/%s/queue/rq_affinity", device->name);
		weigh(finding, facts, device->units[0]->cpu, device->count, 0.5);
		finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
			"echo 2 >/sys/block/%s/queue/rq_affinity completes each request "
			"on the CPU that made it; measure before and after",
			device->name);
	}
	return 0;
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
	{
		.id = "queues-on-one-cpu",
		.class = IRQKIT_CLASS_HIGH,
		.title = "one CPU handles all queues of a device",
		.why = "All queues wait for one CPU while other CPUs are idle, so "
		       "several queues are no better than one.",
		.explain = "Reported for a device with two or more queues that can "
			   "be moved, if 'irqkit spread' lowers the load of the busiest "
			   "CPU by a quarter or more. Not reported if a policy places "
			   "them so, or if the device may use only one CPU. If the "
			   "device is idle, the class is info, or low where no rate is "
			   "known.",
		.hides = (const char *const[]){ "one-cpu-serves-all", "hot-units-collide",
			"load-uneven", "cpu-full-of-softirq", "softnet-squeezed",
			"softnet-dropped", "xps-against-irq", "rps-on-irq-cpu",
			"hint-ignored", "widened-by-hotplug", NULL },
		.look = look_queues_on_one_cpu,
	},
	{
		.id = "cpus-fewer-than-queues",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "some CPUs handle several queues of a device, others none",
		.why = "Some CPUs do the work of two queues, and others do nothing.",
		.explain = "Reported for a network device whose queues are on at most "
			   "three quarters of the CPUs that they could use, if 'irqkit "
			   "spread' lowers the load of the busiest CPU by a quarter or "
			   "more. Queues that have never fired do not count.",
		.hides = (const char *const[]){ "one-cpu-serves-all", "hot-units-collide",
			"load-uneven", "hint-ignored", "xps-against-irq",
			"siblings-share-core", "widened-by-hotplug", NULL },
		.look = look_cpus_fewer_than_queues,
	},
	{
		.id = "one-cpu-serves-all",
		.class = IRQKIT_CLASS_HIGH,
		.title = "one CPU handles the interrupts of all devices",
		.why = "Programs on that CPU are slow, and everything that interrupts it "
		       "waits. Sending all interrupts to CPU 0 does not lower latency: "
		       "timers, old devices and kernel threads are there too.",
		.explain = "Reported on a busy machine with four or more housekeeping "
			   "CPUs, if one CPU handles 80% of the interrupts of devices, "
			   "if its busiest queue has at most four fifths of that, and if "
			   "'irqkit spread all' lowers its load by a quarter or more. A "
			   "device "
			   "with one queue is left to single-queue-no-rps.",
		.hides = (const char *const[]){ "hot-units-collide", "load-uneven",
			"cpu-full-of-softirq", NULL },
		.look = look_one_cpu_serves_all,
	},
	{
		.id = "hot-units-collide",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "two busy queues share a CPU while others are free",
		.why = "Two busy interrupts wait for each other although another CPU is "
		       "free.",
		.explain = "Reported if a CPU handles two or more queues or devices with "
			   "a tenth of all interrupts each, and moving them lowers the "
			   "load of the busiest CPU by a quarter or more. The rx and tx "
			   "interrupts of one queue belong together.",
		.hides = (const char *const[]){ "load-uneven", NULL },
		.look = look_hot_units_collide,
	},
	{
		.id = "load-uneven",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "one CPU spends far more time in interrupts than the others",
		.why = "Equal numbers of interrupts can be unequal work: one interrupt "
		       "may "
		       "stand for 1 packet or for 64.",
		.explain =
			"Reported if a CPU spends half of its time in interrupts, three "
			"times as much as the mean, and a placement by load would "
			"lower that by a quarter or more. Needs a kernel that "
			"accounts the time of interrupts. Not reported where the "
			"host takes 5% of a CPU's time.",
		.look = look_load_uneven,
	},
	{
		.id = "queue-on-remote-node",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "queues are handled on another NUMA node than the device",
		.why = "Each packet crosses the link between the nodes twice, which can "
		       "halve the throughput of a stream. Placing queue N on CPU N often "
		       "causes it.",
		.explain =
			"Reported for queues with 5% or more of the interrupts of their "
			"device, if the node of the device has housekeeping CPUs and "
			"'irqkit spread' brings them there. Not reported in a guest, "
			"whose nodes may not be real, or if all nodes are equally far.",
		.look = look_queue_on_remote_node,
	},
	{
		.id = "node-unknown",
		.class = IRQKIT_CLASS_INFO,
		.title = "the NUMA node of a device is not known",
		.why = "Without the node, no tool can keep the interrupts near the "
		       "device.",
		.explain = "Reported for PCI network devices with numa_node -1 on a "
			   "machine with two or more nodes that have CPUs.",
		.look = look_node_unknown,
	},
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
	{
		.id = "disk-one-vector",
		.class = IRQKIT_CLASS_LOW,
		.title = "one interrupt completes all requests of a fast disk",
		.why = "All completions run on the CPUs that are near one CPU.",
		.explain =
			"Reported for a disk with one interrupt, 5,000 or more of them "
			"per second, and rq_affinity 1. Not reported if each CPU has "
			"its own queue.",
		.look = look_disk_one_vector,
	},
};

const struct irqkit_rule *rules_placement(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
