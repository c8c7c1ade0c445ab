/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RPS, RFS and XPS: the steering of packets to CPUs. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "base/number.h"
#include "doctor/facts_kernel.h"
#include "doctor/facts_net.h"
#include "doctor/facts_pressure.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What is known of an interface before a rule judges it. */
struct steered {
	struct irqkit_device *device;
	const struct fact_device *owner; /* or NULL: it raises no interrupt */
	enum irqkit_net_kind kind;
	size_t n_rx, n_tx;
	struct irqkit_cpuset *rps; /* owned; of all rx queues */
	struct irqkit_rps_advice *advice; /* owned; NULL: nothing is known about CPUs */
};

static void steered_clear(struct steered *steered)
{
	irqkit_cpuset_free(steered->rps);
	irqkit_rps_advice_free(steered->advice);
}
#define _cleanup_steered_ CLEANUP(steered_clear)

static int read_steered(
	struct look *look, struct irqkit_device *device, struct steered *ret_steered)
{
	int r = irqkit_device_read_net_kind(device, &ret_steered->kind);

	ret_steered->device = device;
	ret_steered->owner = facts_find_device(look->facts, device);
	ret_steered->n_rx = facts_count_queues(device, IRQKIT_RX);
	ret_steered->n_tx = facts_count_queues(device, IRQKIT_TX);
	if (r == 0)
		r = facts_find_rps(device, &ret_steered->rps);
	if (r == 0 &&
		irqkit_rps_advice_new(
			look->facts->machine, device, &ret_steered->advice) == -ENOMEM)
		r = -ENOMEM;
	return r;
}

/* Judges one interface. */
typedef int judge_fn(struct look *look, struct steered *steered);

/* Asks @judge about each interface that is not down. */
static int for_each_net(struct look *look, judge_fn *judge)
{
	int r = 0;

	for (size_t i = 0; i < facts_count_net(look->facts) && r == 0; i++) {
		_cleanup_steered_ struct steered steered = { 0 };
		struct irqkit_device *device = facts_get_net(look->facts, i);

		if (irqkit_device_is_down(device))
			continue;
		r = read_steered(look, device, &steered);
		if (r == 0)
			r = judge(look, &steered);
	}
	return r;
}

/* Asks @judge about each queue of one direction. Counts those for which it is true. */
typedef bool queue_fn(
	struct look *look, const struct steered *steered, struct irqkit_queue *queue);
static size_t count_queues(struct look *look, const struct steered *steered,
	enum irqkit_direction direction, queue_fn *judge, struct irqkit_queue **ret_first)
{
	size_t n = 0;

	*ret_first = NULL;
	for (size_t i = 0; i < irqkit_device_count_queues(steered->device); i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(steered->device, i);

		if (irqkit_queue_get_direction(queue) != direction ||
			!judge(look, steered, queue))
			continue;
		if (!*ret_first)
			*ret_first = queue;
		n++;
	}
	return n;
}

/* The CPUs that `irqkit rps DEV --auto` would use; empty or NULL: it would use none. */
static const struct irqkit_cpuset *get_advised(const struct steered *steered)
{
	const struct irqkit_cpuset *cpus = steered->advice
		? irqkit_rps_advice_get_cpus(steered->advice)
		: NULL;

	return cpus && !irqkit_cpuset_is_empty(cpus) ? cpus : NULL;
}

/* The CPU that handles the queue, which is not shown to others. */
static int find_first_cpu(struct look *look, const struct steered *steered)
{
	struct irqkit_queue *queue = irqkit_device_find_queue(
		steered->device, IRQKIT_RX, 0);

	return queue ? facts_find_queue_cpu(look->facts, queue) : -1;
}

static void add_file(struct look *look, struct irqkit_finding *finding,
	const struct irqkit_queue *queue, const char *name)
{
	static const char *const directions[] = {
		[IRQKIT_RX] = "rx", [IRQKIT_TX] = "tx"
	};

	finding_fact_read(finding, look->facts, "sys/class/net/%s/queues/%s-%u/%s",
		irqkit_device_get_name(irqkit_queue_get_device(queue)),
		directions[irqkit_queue_get_direction(queue)],
		irqkit_queue_get_number(queue), name);
}

static void add_irq(struct look *look, struct irqkit_finding *finding,
	const struct irqkit_queue *queue)
{
	if (irqkit_queue_get_irq(queue) >= 0)
		finding_fact_read(finding, look->facts,
			"proc/irq/%d/effective_affinity_list",
			irqkit_queue_get_irq(queue));
}

/* ------------------------------------------------------------------------------- */
/* Too little: one CPU processes all                                               */

/* Would RPS take work away from the CPU that handles this interface, and does it not yet? */
static bool lacks_rps(const struct look *look, const struct steered *steered)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	struct irqkit_queue *first = irqkit_device_find_queue(
		steered->device, IRQKIT_RX, 0);

	/* a kernel without RPS has no such file */
	if (!first || irqkit_queue_read_rps_cpus(first, &cpus) < 0)
		return false;
	return steered->owner && steered->kind == IRQKIT_NET_HARDWARE &&
		irqkit_cpuset_is_empty(steered->rps) && get_advised(steered) &&
		irqkit_cpuset_count(look->facts->housekeeping) >= 2;
}

static int judge_single_queue(struct look *look, struct steered *steered)
{
	int cpu = find_first_cpu(look, steered);
	struct irqkit_finding *finding;
	_cleanup_free_ char *text = NULL;
	struct pressure pressure;

	if (steered->n_rx != 1 || cpu < 0 || !lacks_rps(look, steered))
		return 0;
	pressure = facts_find_pressure(look->facts, steered->owner);
	if (pressure.kind == PRESSURE_NONE)
		return 0;
	text = pressure_describe(&pressure);
	if (!text)
		return -ENOMEM;
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding,
		"has one rx queue, so cpu%d processes all packets that it "
		"receives: %s",
		cpu, text);
	add_irq(look, finding, irqkit_device_find_queue(steered->device, IRQKIT_RX, 0));
	add_file(look, finding, irqkit_device_find_queue(steered->device, IRQKIT_RX, 0),
		"rps_cpus");
	pressure_weigh(&pressure, finding, 0.5);
	finding_add_cpu(finding, (unsigned int)cpu);
	finding_fix(
		finding, "rps", irqkit_device_get_name(steered->device), "--auto", NULL);
	return 0;
}

static int look_single_queue(struct look *look)
{
	if (irqkit_cpuset_count(look->facts->online) < 2)
		return look_lacks(look, "one CPU");
	return for_each_net(look, judge_single_queue);
}

/* The only interrupt of all rx queues, or -1. */
static int find_common_irq(const struct steered *steered)
{
	int common = -1;

	for (size_t i = 0; i < irqkit_device_count_queues(steered->device); i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(steered->device, i);
		int irq = irqkit_queue_get_irq(queue);

		if (irqkit_queue_get_direction(queue) != IRQKIT_RX)
			continue;
		if (irq < 0 || (common >= 0 && irq != common))
			return -1;
		common = irq;
	}
	return common;
}

static int judge_one_vector(struct look *look, struct steered *steered)
{
	int irq = find_common_irq(steered), cpu = find_first_cpu(look, steered);
	struct irqkit_finding *finding;
	_cleanup_free_ char *text = NULL;
	struct pressure pressure;

	if (steered->n_rx < 2 || irq < 0 || cpu < 0 || !lacks_rps(look, steered))
		return 0;
	pressure = facts_find_pressure(look->facts, steered->owner);
	if (pressure.kind == PRESSURE_NONE)
		return 0;
	text = pressure_describe(&pressure);
	if (!text)
		return -ENOMEM;
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding,
		"has %zu rx queues, but only interrupt %d for all of them, "
		"so cpu%d processes all packets: %s",
		steered->n_rx, irq, cpu, text);
	add_irq(look, finding, irqkit_device_find_queue(steered->device, IRQKIT_RX, 0));
	pressure_weigh(&pressure, finding, 0.5);
	finding_add_cpu(finding, (unsigned int)cpu);
	finding_fix(
		finding, "rps", irqkit_device_get_name(steered->device), "--auto", NULL);
	if (facts_has_driver(steered->device, "virtio_net"))
		finding_by_hand(finding, IRQKIT_NEEDS_HOST,
			"on the host, give the interface vectors='%zu': two for each "
			"queue and two more",
			2 * steered->n_rx + 2);
	return 0;
}

static int look_one_vector(struct look *look)
{
	return for_each_net(look, judge_one_vector);
}

/* The hottest unit of the device; NULL: none fired. */
static const struct unit *find_hottest(
	const struct fact_device *owner, size_t *ret_active)
{
	const struct unit *hottest = NULL;

	*ret_active = 0;
	for (size_t i = 0; i < owner->n_units; i++) {
		const struct unit *unit = owner->units[i];

		*ret_active += unit->count > 0;
		if (unit->count > 0 && (!hottest || unit->count > hottest->count))
			hottest = unit;
	}
	return hottest;
}

static int judge_one_hot_queue(struct look *look, struct steered *steered)
{
	const struct fact_device *owner = steered->owner;
	const struct unit *hottest;
	struct irqkit_queue *queue;
	struct irqkit_finding *finding;
	_cleanup_cpuset_ struct irqkit_cpuset *rps = NULL;
	struct pressure pressure;
	size_t n_active;
	double share;

	hottest = owner ? find_hottest(owner, &n_active) : NULL;
	if (!hottest || n_active < 4 || hottest->queue < 0 || !owner->count)
		return 0;
	share = (double)hottest->count / (double)owner->count;
	if (share * 100 < ONE_QUEUE_PERCENT ||
		share * (double)owner->n_units <= ONE_QUEUE_TIMES)
		return 0;
	queue = irqkit_device_find_queue(
		steered->device, IRQKIT_RX, (unsigned int)hottest->queue);
	if (!queue || irqkit_queue_read_rps_cpus(queue, &rps) < 0 ||
		!irqkit_cpuset_is_empty(rps) || !get_advised(steered) ||
		!irqkit_rps_advice_helps(steered->advice, queue))
		return 0;
	pressure = facts_find_pressure(look->facts, owner);
	if (pressure.kind == PRESSURE_NONE)
		return 0;
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding,
		"%.0f %% of the interrupts of %zu queues come from queue %d "
		"(cpu%d)",
		share * 100, owner->n_units, hottest->queue, hottest->cpu);
	add_file(look, finding, queue, "rps_cpus");
	pressure_weigh(&pressure, finding, 0.5 * share);
	if (hottest->cpu >= 0)
		finding_add_cpu(finding, (unsigned int)hottest->cpu);
	finding_fix(
		finding, "rps", irqkit_device_get_name(steered->device), "--auto", NULL);
	return 0;
}

static int look_one_hot_queue(struct look *look)
{
	return for_each_net(look, judge_one_hot_queue);
}

/* ------------------------------------------------------------------------------- */
/* RPS that does not help                                                          */

static bool uses_rfs(const struct steered *steered)
{
	for (size_t i = 0; i < irqkit_device_count_queues(steered->device); i++) {
		uint64_t flows = 0;

		if (irqkit_queue_read_rps_flow_cnt(
			    irqkit_device_get_queue(steered->device, i), &flows) == 0 &&
			flows > 0)
			return true;
	}
	return false;
}

static enum irqkit_rps_state judge_queue(
	const struct steered *steered, struct irqkit_queue *queue)
{
	_cleanup_cpuset_ struct irqkit_cpuset *rps = NULL;

	if (!steered->advice || irqkit_queue_read_rps_cpus(queue, &rps) < 0)
		return IRQKIT_RPS_OFF;
	return irqkit_rps_advice_judge(steered->advice, queue, rps);
}

static bool is_redundant(
	struct look *look, const struct steered *steered, struct irqkit_queue *queue)
{
	(void)look;
	return judge_queue(steered, queue) == IRQKIT_RPS_REDUNDANT;
}

/* How much more the busiest of the CPUs does than the mean; 1: not known. */
static double find_unevenness(const struct facts *facts, const struct irqkit_cpuset *cpus)
{
	double most = 0, sum = 0;

	irqkit_cpuset_foreach (cpu, cpus) {
		double busy = facts_busy(facts, cpu);

		if (busy < 0)
			return 1;
		most = busy > most ? busy : most;
		sum += busy;
	}
	return sum > 0 ? most * irqkit_cpuset_count(cpus) / sum : 1;
}

static int judge_redundant(struct look *look, struct steered *steered)
{
	_cleanup_cpuset_ struct irqkit_cpuset *served = NULL;
	struct irqkit_finding *finding;
	struct irqkit_queue *first;
	size_t n = count_queues(look, steered, IRQKIT_RX, is_redundant, &first);
	unsigned int usable;
	int r;

	if (n == 0 || !steered->owner)
		return 0;
	r = facts_find_served(look->facts, steered->owner, &served);
	if (r < 0)
		return r;
	usable = irqkit_cpuset_count(steered->owner->usable);
	if (steered->n_rx < usable ||
		irqkit_cpuset_count(served) * 100 < usable * FEW_CPUS_PERCENT ||
		find_unevenness(look->facts, served) * 100 > UNEVEN_RPS_PERCENT)
		return 0;
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding,
		"RPS is on for %zu of %zu rx queues, although their "
		"interrupts are already handled by %u CPUs",
		n, steered->n_rx, irqkit_cpuset_count(served));
	add_file(look, finding, first, "rps_cpus");
	finding_add_cpus(finding, served);
	if (uses_rfs(steered))
		finding_set_class(finding, IRQKIT_CLASS_INFO);
	finding_fix(
		finding, "rps", irqkit_device_get_name(steered->device), "--off", NULL);
	return 0;
}

static int look_redundant(struct look *look)
{
	return for_each_net(look, judge_redundant);
}

static int judge_on_irq_cpu(struct look *look, struct steered *steered)
{
	int cpu = find_first_cpu(look, steered);
	const struct irqkit_cpuset *advised = get_advised(steered);
	struct irqkit_finding *finding;
	struct pressure pressure;

	if (steered->n_rx != 1 || cpu < 0 || !steered->owner || !advised ||
		irqkit_cpuset_count(steered->rps) < 3 ||
		!irqkit_cpuset_has(steered->rps, (unsigned int)cpu) ||
		irqkit_cpuset_has(advised, (unsigned int)cpu))
		return 0;
	pressure = facts_find_pressure(look->facts, steered->owner);
	if (pressure.kind == PRESSURE_NONE)
		return 0;
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding,
		"cpu%d handles its interrupt and is one of the %u CPUs of "
		"RPS as well",
		cpu, irqkit_cpuset_count(steered->rps));
	add_file(look, finding, irqkit_device_find_queue(steered->device, IRQKIT_RX, 0),
		"rps_cpus");
	add_irq(look, finding, irqkit_device_find_queue(steered->device, IRQKIT_RX, 0));
	pressure_weigh(&pressure, finding, 1.0 / irqkit_cpuset_count(steered->rps));
	finding_add_cpu(finding, (unsigned int)cpu);
	finding_fix(
		finding, "rps", irqkit_device_get_name(steered->device), "--auto", NULL);
	return 0;
}

static int look_on_irq_cpu(struct look *look)
{
	return for_each_net(look, judge_on_irq_cpu);
}

/* Does RPS of the queue use another thread of the core that handles its interrupt? */
static bool is_on_sibling(
	struct look *look, const struct steered *steered, struct irqkit_queue *queue)
{
	int cpu = facts_find_queue_cpu(look->facts, queue);
	_cleanup_cpuset_ struct irqkit_cpuset *rps = NULL;
	const struct irqkit_cpuset *siblings, *advised = get_advised(steered);

	if (cpu < 0 || irqkit_queue_read_rps_cpus(queue, &rps) < 0 || !advised)
		return false;
	siblings = irqkit_topology_get_siblings(look->facts->topology, (unsigned int)cpu);
	irqkit_cpuset_remove(rps, (unsigned int)cpu);
	return siblings && irqkit_cpuset_has_common(rps, siblings) &&
		!irqkit_cpuset_has_common(advised, siblings) &&
		irqkit_rps_advice_helps(steered->advice, queue);
}

static int judge_on_sibling(struct look *look, struct steered *steered)
{
	struct irqkit_finding *finding;
	struct irqkit_queue *first;
	size_t n = count_queues(look, steered, IRQKIT_RX, is_on_sibling, &first);

	if (n == 0)
		return 0;
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding,
		"RPS of %zu of %zu rx queues uses a thread of the core that "
		"handles the interrupt (cpu%d)",
		n, steered->n_rx, facts_find_queue_cpu(look->facts, first));
	add_file(look, finding, first, "rps_cpus");
	add_irq(look, finding, first);
	finding_fix(
		finding, "rps", irqkit_device_get_name(steered->device), "--auto", NULL);
	return 0;
}

static int look_on_sibling(struct look *look)
{
	if (facts_is_guest(look->facts))
		return look_lacks(look, "the cores of a guest may not be real");
	return for_each_net(look, judge_on_sibling);
}

/* Does RPS of the queue leave the node that handles its interrupt? */
static bool is_on_remote_node(
	struct look *look, const struct steered *steered, struct irqkit_queue *queue)
{
	struct irqkit_topology *topology = look->facts->topology;
	int cpu = facts_find_queue_cpu(look->facts, queue), node;
	_cleanup_cpuset_ struct irqkit_cpuset *rps = NULL;
	const struct irqkit_cpuset *near, *advised = get_advised(steered);

	if (cpu < 0 || irqkit_queue_read_rps_cpus(queue, &rps) < 0 || !advised)
		return false;
	node = irqkit_topology_get_node(topology, (unsigned int)cpu);
	near = node < 0 ? NULL
			: irqkit_topology_get_node_cpus(topology, (unsigned int)node);
	return near && !irqkit_cpuset_is_subset(rps, near) &&
		irqkit_cpuset_is_subset(advised, near) &&
		irqkit_rps_advice_helps(steered->advice, queue);
}

static int judge_remote_node(struct look *look, struct steered *steered)
{
	struct irqkit_finding *finding;
	struct irqkit_queue *first;
	size_t n = count_queues(look, steered, IRQKIT_RX, is_on_remote_node, &first);

	if (n == 0 || uses_rfs(steered))
		return 0;
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding,
		"RPS of %zu of %zu rx queues uses CPUs of another NUMA node "
		"than that of the interrupt (cpu%d)",
		n, steered->n_rx, facts_find_queue_cpu(look->facts, first));
	add_file(look, finding, first, "rps_cpus");
	add_irq(look, finding, first);
	finding_fix(
		finding, "rps", irqkit_device_get_name(steered->device), "--auto", NULL);
	return 0;
}

static int look_remote_node(struct look *look)
{
	const struct irqkit_cpuset *nodes = irqkit_topology_get_nodes(
		look->facts->topology);

	if (!nodes || irqkit_cpuset_count(nodes) < 2)
		return look_lacks(look, "one NUMA node");
	return for_each_net(look, judge_remote_node);
}

/* The mask names the CPU that handles the interrupt, or CPUs that are offline. */
static bool has_no_effect(
	struct look *look, const struct steered *steered, struct irqkit_queue *queue)
{
	_cleanup_cpuset_ struct irqkit_cpuset *rps = NULL;
	int cpu = facts_find_queue_cpu(look->facts, queue);

	if (steered->kind == IRQKIT_NET_UPPER ||
		irqkit_queue_read_rps_cpus(queue, &rps) < 0 ||
		irqkit_cpuset_is_empty(rps))
		return false;
	irqkit_cpuset_keep_set(rps, look->facts->online);
	return irqkit_cpuset_is_empty(rps) ||
		(cpu >= 0 && irqkit_cpuset_count(rps) == 1 &&
			irqkit_cpuset_has(rps, (unsigned int)cpu));
}

static int judge_no_effect(struct look *look, struct steered *steered)
{
	struct irqkit_finding *finding;
	struct irqkit_queue *first;
	size_t n = count_queues(look, steered, IRQKIT_RX, has_no_effect, &first);

	if (n == 0)
		return 0;
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding,
		"RPS of %zu of %zu rx queues has no effect: it names only "
		"the CPU that handles the interrupt, or CPUs that are "
		"offline",
		n, steered->n_rx);
	add_file(look, finding, first, "rps_cpus");
	add_irq(look, finding, first);
	finding_fix(finding, "rps", irqkit_device_get_name(steered->device),
		get_advised(steered) && irqkit_rps_advice_helps(steered->advice, first)
			? "--auto"
			: "--off",
		NULL);
	return 0;
}

static int look_no_effect(struct look *look)
{
	return for_each_net(look, judge_no_effect);
}

static int judge_on_upper(struct look *look, struct steered *steered)
{
	struct irqkit_queue *first = irqkit_device_find_queue(
		steered->device, IRQKIT_RX, 0);
	struct irqkit_finding *finding;
	_cleanup_free_ char *cpus = NULL;
	size_t n_below = 0;

	if (steered->kind != IRQKIT_NET_UPPER || irqkit_cpuset_is_empty(steered->rps))
		return 0;
	irqkit_device_count_receiving(steered->device, &n_below);
	cpus = facts_format_cpus(steered->rps);
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding, "RPS is set to CPUs %s, but packets arrive on %s below it",
		cpus ? cpus : "?",
		n_below == 1 ? irqkit_device_get_name(
				       irqkit_device_get_receiving(steered->device, 0))
			     : "interfaces");
	if (first)
		add_file(look, finding, first, "rps_cpus");
	finding_fix(
		finding, "rps", irqkit_device_get_name(steered->device), "--off", NULL);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"if one CPU is short of time: irqkit rps %s --lower --auto",
		irqkit_device_get_name(steered->device));
	return 0;
}

static int look_on_upper(struct look *look)
{
	return for_each_net(look, judge_on_upper);
}

/* Has every rx queue this mask? */
static bool all_have(const struct steered *steered, const struct irqkit_cpuset *mask)
{
	for (size_t i = 0; i < irqkit_device_count_queues(steered->device); i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(steered->device, i);
		_cleanup_cpuset_ struct irqkit_cpuset *rps = NULL;

		if (irqkit_queue_get_direction(queue) == IRQKIT_RX &&
			(irqkit_queue_read_rps_cpus(queue, &rps) < 0 ||
				!irqkit_cpuset_is_equal(rps, mask)))
			return false;
	}
	return true;
}

static int judge_default(struct look *look, struct steered *steered)
{
	_cleanup_cpuset_ struct irqkit_cpuset *mask = facts_read_mask(
		look->facts, "proc/sys/net/core/rps_default_mask");
	_cleanup_free_ char *cpus = NULL;
	struct irqkit_finding *finding;

	if (!mask || irqkit_cpuset_is_empty(mask) || steered->n_rx < 2 ||
		steered->kind != IRQKIT_NET_HARDWARE || !all_have(steered, mask) ||
		(get_advised(steered) &&
			irqkit_cpuset_is_equal(mask, get_advised(steered))))
		return 0;
	cpus = facts_format_cpus(mask);
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding,
		"all %zu rx queues took over RPS on CPUs %s from "
		"net.core.rps_default_mask",
		steered->n_rx, cpus ? cpus : "?");
	finding_fact_read(finding, look->facts, "proc/sys/net/core/rps_default_mask");
	finding_fix(
		finding, "rps", irqkit_device_get_name(steered->device), "--off", NULL);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"set net.core.rps_default_mask to 0 here, and only in the network "
		"namespaces of containers to CPUs");
	return 0;
}

static int look_default(struct look *look)
{
	if (!facts_read(look->facts, NULL, "proc/sys/net/core/rps_default_mask"))
		return look_lacks(look, "no net.core.rps_default_mask");
	return for_each_net(look, judge_default);
}

/* ------------------------------------------------------------------------------- */
/* RFS                                                                             */

/* The flow tables of all queues. */
struct flows {
	uint64_t entries; /* of the table of the system */
	uint64_t sum; /* of all queues */
	struct irqkit_device *device; /* the first that has a table, or NULL */
	uint64_t own; /* sum of its queues */
	size_t n_devices;
};

static uint64_t sum_flows(struct irqkit_device *device)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < irqkit_device_count_queues(device); i++) {
		uint64_t flows = 0;

		if (irqkit_queue_read_rps_flow_cnt(
			    irqkit_device_get_queue(device, i), &flows) == 0)
			sum += flows;
	}
	return sum;
}

static bool read_flows(struct look *look, struct flows *ret_flows)
{
	*ret_flows = (struct flows){ 0 };
	if (!facts_read_net_core(
		    look->facts, "rps_sock_flow_entries", &ret_flows->entries))
		return false;
	for (size_t i = 0; i < facts_count_net(look->facts); i++) {
		struct irqkit_device *device = facts_get_net(look->facts, i);
		uint64_t own = sum_flows(device);

		if (!own)
			continue;
		ret_flows->sum += own;
		ret_flows->n_devices++;
		if (ret_flows->device)
			continue;
		ret_flows->device = device;
		ret_flows->own = own;
	}
	return true;
}

static void say_without_queues(struct irqkit_finding *finding, const struct flows *flows)
{
	finding_say(finding,
		"RFS is half on: net.core.rps_sock_flow_entries is %llu, but "
		"no rx queue has a flow table",
		(unsigned long long)flows->entries);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"turn RFS on for an interface: irqkit rps DEV --flows=%llu; or off: "
		"sysctl -w net.core.rps_sock_flow_entries=0",
		(unsigned long long)flows->entries);
}

static void say_without_entries(struct irqkit_finding *finding, const struct flows *flows)
{
	finding_say(finding,
		"RFS is half on: its rx queues have tables for %llu flows, "
		"but net.core.rps_sock_flow_entries is 0",
		(unsigned long long)flows->own);
	finding_fix(finding, "rps", irqkit_device_get_name(flows->device), NULL);
	finding_fix_word(finding, "--flows=%llu", (unsigned long long)flows->own);
}

static int look_rfs_half_on(struct look *look)
{
	struct irqkit_finding *finding;
	struct flows flows;

	if (!read_flows(look, &flows))
		return look_lacks(look, "no net.core.rps_sock_flow_entries");
	if (!facts_count_net(look->facts))
		return look_lacks(look, "no network interface");
	if ((flows.entries > 0) == (flows.sum > 0))
		return 0;
	finding = finding_add(look, flows.device, NULL);
	if (flows.sum)
		say_without_entries(finding, &flows);
	else
		say_without_queues(finding, &flows);
	finding_fact_read(
		finding, look->facts, "proc/sys/net/core/rps_sock_flow_entries");
	return 0;
}

static int look_rfs_table_small(struct look *look)
{
	struct irqkit_finding *finding;
	struct flows flows;

	if (!read_flows(look, &flows))
		return look_lacks(look, "no net.core.rps_sock_flow_entries");
	if (!flows.entries || flows.sum <= round_up_to_power(flows.entries))
		return 0;
	finding = finding_add(look, flows.n_devices == 1 ? flows.device : NULL, NULL);
	finding_say(finding,
		"rx queues have tables for %llu flows, but "
		"net.core.rps_sock_flow_entries is %llu",
		(unsigned long long)flows.sum, (unsigned long long)flows.entries);
	finding_fact_read(
		finding, look->facts, "proc/sys/net/core/rps_sock_flow_entries");
	if (flows.n_devices == 1) {
		finding_fix(finding, "rps", irqkit_device_get_name(flows.device), NULL);
		finding_fix_word(finding, "--flows=%llu", (unsigned long long)flows.sum);
	} else {
		finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
			"sysctl -w net.core.rps_sock_flow_entries=%llu",
			(unsigned long long)round_up_to_power(flows.sum));
	}
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* XPS                                                                             */

/* Is a queue in a traffic class other than 0? Then CPUs are divided once per class. */
static bool has_classes(const struct steered *steered)
{
	for (size_t i = 0; i < irqkit_device_count_queues(steered->device); i++) {
		unsigned int class = 0;

		if (irqkit_queue_read_traffic_class(
			    irqkit_device_get_queue(steered->device, i), &class) == 0 &&
			class > 0)
			return true;
	}
	return false;
}

static bool has_rxqs(
	struct look *look, const struct steered *steered, struct irqkit_queue *queue)
{
	_cleanup_cpuset_ struct irqkit_cpuset *rxqs = NULL;

	(void)look;
	(void)steered;
	return irqkit_queue_read_xps_rxqs(queue, &rxqs) == 0 &&
		!irqkit_cpuset_is_empty(rxqs);
}

/* Do the few CPUs of the queue lie far from the CPU that handles its interrupt? */
static bool is_sent_far_away(
	struct look *look, const struct steered *steered, struct irqkit_queue *queue)
{
	_cleanup_cpuset_ struct irqkit_cpuset *xps = NULL;
	int cpu = facts_find_queue_cpu(look->facts, queue);
	const struct irqkit_cpuset *near;

	if (cpu < 0 || irqkit_queue_read_xps_cpus(queue, &xps) < 0 ||
		irqkit_cpuset_is_empty(xps) || irqkit_cpuset_count(xps) > 2 ||
		has_rxqs(look, steered, queue))
		return false;
	near = irqkit_topology_get_llc(look->facts->topology, (unsigned int)cpu);
	return near ? !irqkit_cpuset_has_common(xps, near)
		    : !irqkit_cpuset_has(xps, (unsigned int)cpu);
}

static int judge_xps_far(struct look *look, struct steered *steered)
{
	_cleanup_cpuset_ struct irqkit_cpuset *xps = NULL;
	_cleanup_free_ char *cpus = NULL;
	struct irqkit_finding *finding;
	struct irqkit_queue *first;
	size_t n;

	if (steered->n_tx < 2 || has_classes(steered))
		return 0;
	n = count_queues(look, steered, IRQKIT_TX, is_sent_far_away, &first);
	if (n == 0 || irqkit_queue_read_xps_cpus(first, &xps) < 0)
		return 0;
	cpus = facts_format_cpus(xps);
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding,
		"XPS of %zu of %zu tx queues names CPUs far from the "
		"interrupt: tx-%u has CPUs %s, its interrupt is on cpu%d",
		n, steered->n_tx, irqkit_queue_get_number(first), cpus ? cpus : "?",
		facts_find_queue_cpu(look->facts, first));
	add_file(look, finding, first, "xps_cpus");
	add_irq(look, finding, first);
	finding_fix(
		finding, "xps", irqkit_device_get_name(steered->device), "--auto", NULL);
	return 0;
}

static int look_xps_far(struct look *look)
{
	return for_each_net(look, judge_xps_far);
}

/* The CPUs of all tx queues, and how many queues have one CPU or some. */
struct xps {
	struct irqkit_cpuset *cpus; /* owned */
	size_t n_set, n_single;
};

static int read_xps(const struct steered *steered, struct xps *ret_xps)
{
	int r = irqkit_cpuset_new(&ret_xps->cpus);

	for (size_t i = 0; i < irqkit_device_count_queues(steered->device) && r == 0;
		i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(steered->device, i);
		_cleanup_cpuset_ struct irqkit_cpuset *xps = NULL;

		if (irqkit_queue_get_direction(queue) != IRQKIT_TX ||
			irqkit_queue_read_xps_cpus(queue, &xps) < 0 ||
			irqkit_cpuset_is_empty(xps))
			continue;
		ret_xps->n_set++;
		ret_xps->n_single += irqkit_cpuset_count(xps) == 1;
		r = irqkit_cpuset_add_set(ret_xps->cpus, xps);
	}
	return r;
}

static void xps_clear(struct xps *xps)
{
	irqkit_cpuset_free(xps->cpus);
}

/* A driver gives each queue one CPU, and the CPUs beyond its queues none. */
static bool is_default_of_driver(
	const struct look *look, const struct steered *steered, const struct xps *xps)
{
	return xps->n_single == xps->n_set &&
		steered->n_tx < irqkit_cpuset_count(look->facts->online);
}

static int judge_xps_hole(struct look *look, struct steered *steered)
{
	struct xps xps CLEANUP(xps_clear) = { 0 };
	_cleanup_cpuset_ struct irqkit_cpuset *left = NULL;
	_cleanup_free_ char *cpus = NULL;
	struct irqkit_finding *finding;
	struct irqkit_queue *first = irqkit_device_find_queue(
		steered->device, IRQKIT_TX, 0);
	int r;

	if (steered->n_tx < 2 || has_classes(steered))
		return 0;
	r = read_xps(steered, &xps);
	if (r == 0)
		r = irqkit_cpuset_copy(look->facts->housekeeping, &left);
	if (r < 0)
		return r;
	irqkit_cpuset_remove_set(left, xps.cpus);
	if (!xps.n_set || irqkit_cpuset_is_empty(left) ||
		is_default_of_driver(look, steered, &xps))
		return 0;
	cpus = facts_format_cpus(left);
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding,
		"%zu of %zu tx queues have XPS, and none of them has CPUs %s", xps.n_set,
		steered->n_tx, cpus ? cpus : "?");
	if (first)
		add_file(look, finding, first, "xps_cpus");
	finding_fix(
		finding, "xps", irqkit_device_get_name(steered->device), "--auto", NULL);
	return 0;
}

static int look_xps_hole(struct look *look)
{
	return for_each_net(look, judge_xps_hole);
}

static bool has_two_maps(
	struct look *look, const struct steered *steered, struct irqkit_queue *queue)
{
	_cleanup_cpuset_ struct irqkit_cpuset *xps = NULL;

	return irqkit_queue_read_xps_cpus(queue, &xps) == 0 &&
		!irqkit_cpuset_is_empty(xps) && has_rxqs(look, steered, queue);
}

static int judge_two_maps(struct look *look, struct steered *steered)
{
	struct irqkit_finding *finding;
	struct irqkit_queue *first;
	size_t n = count_queues(look, steered, IRQKIT_TX, has_two_maps, &first);

	if (n == 0)
		return 0;
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding,
		"%zu of %zu tx queues have XPS by rx queue and by CPU; the "
		"kernel looks at the CPUs only if the rx queue is not known",
		n, steered->n_tx);
	add_file(look, finding, first, "xps_rxqs");
	add_file(look, finding, first, "xps_cpus");
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"to keep one of them, irqkit xps %s --off, and then set the one that "
		"you want",
		irqkit_device_get_name(steered->device));
	return 0;
}

static int look_two_maps(struct look *look)
{
	return for_each_net(look, judge_two_maps);
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
	{
		.id = "single-queue-no-rps",
		.class = IRQKIT_CLASS_HIGH,
		.title = "one CPU processes all packets of an interface with one queue",
		.why = "One interrupt cannot be shared among CPUs, but RPS can share the "
		       "protocol work that follows it.",
		.explain = "Reported for an interface with one rx queue and without RPS, "
			   "if the CPU that handles it spends half of its time in "
			   "interrupts, drops packets, or receives 50,000 packets per "
			   "second. Without these numbers, an interface that fired often "
			   "since boot is reported, and never above medium.",
		.hides = (const char *const[]){ "mask-delivers-to-one",
			"cpu-full-of-softirq", NULL },
		.look = look_single_queue,
	},
	{
		.id = "one-vector-for-all-queues",
		.class = IRQKIT_CLASS_HIGH,
		.title = "several queues of an interface share one interrupt",
		.why = "The device has several queues, but one CPU handles the interrupt "
		       "of all of them.",
		.explain = "Reported for an interface with two or more rx queues and one "
			   "interrupt, as with MSI instead of MSI-X, without RPS, under "
			   "the same load as single-queue-no-rps.",
		.hides = (const char *const[]){ "mask-delivers-to-one",
			"cpu-full-of-softirq", NULL },
		.look = look_one_vector,
	},
	{
		.id = "one-hot-queue",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "one of several queues receives most packets",
		.why = "The device cannot divide the packets of one tunnel or one sender "
		       "among its queues; RPS can divide them if they are of several "
		       "connections, but never one TCP stream.",
		.explain = "Reported if one of four or more active queues has 60 % of "
			   "the interrupts and more than three times its even share, and "
			   "has no RPS, under the same load as single-queue-no-rps.",
		.look = look_one_hot_queue,
	},
	{
		.id = "rps-redundant",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "RPS is on although the queues already use all CPUs",
		.why = "RPS hands every packet to another CPU with an interrupt of its "
		       "own, and gains nothing if each CPU already has a queue.",
		.explain = "Reported if an interface has a queue for each CPU that it "
			   "may use, their interrupts are spread, and no CPU does 1.5 "
			   "times the mean. With RFS it is an info.",
		.look = look_redundant,
	},
	{
		.id = "rps-on-irq-cpu",
		.class = IRQKIT_CLASS_LOW,
		.title = "RPS also uses the CPU that handles the interrupt",
		.why = "The CPU that already handles the interrupt gets an even share of "
		       "the protocol work as well.",
		.explain = "Reported for an interface with one rx queue whose RPS has "
			   "three or more CPUs, among them the one that handles the "
			   "interrupt, if that CPU is short of time.",
		.look = look_on_irq_cpu,
	},
	{
		.id = "rps-on-sibling",
		.class = IRQKIT_CLASS_LOW,
		.title = "RPS uses a thread of the core that handles the interrupt",
		.why = "Both threads share the execution units of one core, so the "
		       "interrupt and the protocol work slow each other down.",
		.explain = "Reported if rps_cpus has an SMT sibling of the CPU that "
			   "handles the interrupt, and 'irqkit rps --auto' would choose "
			   "other cores. Not reported in a guest.",
		.look = look_on_sibling,
	},
	{
		.id = "rps-remote-node",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "RPS hands packets to another NUMA node",
		.why = "The packets lie in the memory of one node and are processed on "
		       "another.",
		.explain = "Reported if rps_cpus has CPUs of another node than the "
			   "interrupt, and 'irqkit rps --auto' would stay in the node. "
			   "Not reported with RFS, which follows the programs.",
		.look = look_remote_node,
	},
	{
		.id = "rps-no-effect",
		.class = IRQKIT_CLASS_LOW,
		.title = "RPS is set and does nothing",
		.why = "Packets that stay on the CPU of their interrupt are not shared.",
		.explain = "Reported if rps_cpus has only the CPU that handles the "
			   "interrupt, or only offline CPUs.",
		.look = look_no_effect,
	},
	{
		.id = "rps-on-upper",
		.class = IRQKIT_CLASS_LOW,
		.title = "RPS is set on a bond, team, VLAN or macvlan",
		.why = "The kernel decides on RPS before it hands a packet to the bond "
		       "or VLAN, and never looks at rps_cpus there.",
		.explain = "Reported if rps_cpus of such an interface is set. Not "
			   "reported for bridges, where RPS works for packets that end "
			   "at the bridge, nor for veth, tunnels and PPP.",
		.look = look_on_upper,
	},
	{
		.id = "rps-default-on-hardware",
		.class = IRQKIT_CLASS_LOW,
		.title =
			"an interface with several queues took over the default RPS mask",
		.why = "net.core.rps_default_mask is meant for virtual interfaces, but "
		       "every interface that appears takes it over.",
		.explain = "Reported if all rx queues of a hardware interface with two "
			   "or more queues have the mask of net.core.rps_default_mask.",
		.hides = (const char *const[]){ "rps-redundant", "rps-remote-node",
			"rps-on-sibling", NULL },
		.look = look_default,
	},
	{
		.id = "rfs-half-on",
		.class = IRQKIT_CLASS_LOW,
		.title = "RFS has only one of its two tables",
		.why = "RFS needs the table of the system and a table for each queue; "
		       "with only one of them it is off.",
		.explain = "Reported if net.core.rps_sock_flow_entries is set and no "
			   "rps_flow_cnt is, or the other way round.",
		.look = look_rfs_half_on,
	},
	{
		.id = "rfs-table-small",
		.class = IRQKIT_CLASS_LOW,
		.title = "the flow table of the system is smaller than those of the "
			 "queues",
		.why = "Flows of several queues share one entry, so packets follow the "
		       "wrong program.",
		.explain = "Reported if the sum of rps_flow_cnt is greater than "
			   "net.core.rps_sock_flow_entries, rounded up to a power of "
			   "two.",
		.look = look_rfs_table_small,
	},
	{
		.id = "xps-against-irq",
		.class = IRQKIT_CLASS_LOW,
		.title = "XPS names CPUs far from the interrupt of the queue",
		.why = "A packet is sent on one CPU and completed on another, so its "
		       "memory travels between caches.",
		.explain = "Reported if xps_cpus of a tx queue has one or two CPUs, and "
			   "none shares a last-level cache with the CPU that handles the "
			   "interrupt. Not reported with xps_rxqs, one tx queue, or "
			   "traffic classes.",
		.look = look_xps_far,
	},
	{
		.id = "xps-hole",
		.class = IRQKIT_CLASS_LOW,
		.title = "some CPUs are in no XPS map of an interface",
		.why = "These CPUs send on all queues in turn and wait for the locks of "
		       "the others.",
		.explain =
			"Reported if some tx queues have XPS and a housekeeping CPU is "
			"in none of them. Not reported with traffic classes, nor if "
			"each queue has one CPU and there are more CPUs than queues, "
			"which is what drivers set.",
		.look = look_xps_hole,
	},
	{
		.id = "xps-two-maps",
		.class = IRQKIT_CLASS_INFO,
		.title = "a tx queue has XPS by rx queue and by CPU",
		.why = "The map by rx queue wins, so the map by CPU is hardly ever used.",
		.explain =
			"Reported if both xps_rxqs and xps_cpus of a tx queue are set.",
		.look = look_two_maps,
	},
};

const struct irqkit_rule *rules_steering(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
