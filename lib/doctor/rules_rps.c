/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RPS that is on where it does not help. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "doctor/facts_kernel.h"
#include "doctor/facts_net.h"
#include "doctor/facts_pressure.h"
#include "doctor/rule.h"
#include "doctor/steered.h"
#include "doctor/thresholds.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static enum irqkit_rps_state judge_queue(
	struct look *look, struct steered *steered, struct irqkit_queue *queue)
{
	_cleanup_cpuset_ struct irqkit_cpuset *rps = NULL;

	if (irqkit_queue_read_rps_cpus(queue, &rps) < 0 || irqkit_cpuset_is_empty(rps) ||
		!steered_get_advice(look, steered))
		return IRQKIT_RPS_OFF;
	return irqkit_rps_advice_judge(steered->advice, queue, rps);
}

static bool is_helpful(
	struct look *look, struct steered *steered, struct irqkit_queue *queue)
{
	return steered_is_advised(look, steered, queue) ||
		judge_queue(look, steered, queue) == IRQKIT_RPS_ON;
}

/*
 * RPS does not help some queues: --auto turns it off for them, and keeps RFS and the RPS
 * of the other queues.
 */
static void fix_useless(
	struct look *look, struct steered *steered, struct irqkit_finding *finding)
{
	struct irqkit_queue *first;
	bool keeps_some = steered_count(look, steered, IRQKIT_RX, is_helpful, &first) >
			0 ||
		facts_sum_flows(steered->device) > 0;

	finding_fix(finding, "rps", irqkit_device_get_name(steered->device),
		keeps_some ? "--auto" : "--off", NULL);
}

static bool is_redundant(
	struct look *look, struct steered *steered, struct irqkit_queue *queue)
{
	return judge_queue(look, steered, queue) == IRQKIT_RPS_REDUNDANT;
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
	size_t n = steered_count(look, steered, IRQKIT_RX, is_redundant, &first);
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
		"RPS is on for %s, although their "
		"interrupts are already handled by %u CPUs",
		say_part(n, steered->n_rx, "rx").text, irqkit_cpuset_count(served));
	steered_add_file(finding, first, QUEUE_RPS_CPUS);
	finding_add_cpus(finding, served);
	if (facts_sum_flows(steered->device) > 0)
		finding_set_class(finding, IRQKIT_CLASS_INFO);
	fix_useless(look, steered, finding);
	return 0;
}

static int look_redundant(struct look *look)
{
	return steered_for_each(look, judge_redundant);
}

static int judge_on_irq_cpu(struct look *look, struct steered *steered)
{
	int cpu = steered_find_first_cpu(look, steered);
	const struct irqkit_cpuset *advised;
	struct irqkit_finding *finding;
	struct pressure pressure;

	if (steered->n_rx != 1 || cpu < 0 || !steered->owner ||
		irqkit_cpuset_count(steered->rps) < 3 ||
		!irqkit_cpuset_has(steered->rps, (unsigned int)cpu))
		return 0;
	advised = steered_get_advised(look, steered);
	if (!advised || irqkit_cpuset_has(advised, (unsigned int)cpu))
		return 0;
	pressure = facts_find_pressure(look->facts, steered->owner);
	if (pressure.kind == PRESSURE_NONE)
		return 0;
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding,
		"cpu%d handles its interrupt and is one of the %u CPUs of "
		"RPS as well",
		cpu, irqkit_cpuset_count(steered->rps));
	steered_add_file(finding, irqkit_device_find_queue(steered->device, IRQKIT_RX, 0),
		QUEUE_RPS_CPUS);
	steered_add_irq(
		look, finding, irqkit_device_find_queue(steered->device, IRQKIT_RX, 0));
	pressure_weigh(&pressure, finding, 1.0 / irqkit_cpuset_count(steered->rps));
	finding_add_cpu(finding, (unsigned int)cpu);
	finding_fix(
		finding, "rps", irqkit_device_get_name(steered->device), "--auto", NULL);
	return 0;
}

static int look_on_irq_cpu(struct look *look)
{
	return steered_for_each(look, judge_on_irq_cpu);
}

/*
 * The CPUs of a queue's RPS, the CPU that handles its interrupt, and the CPUs that irqkit
 * would use; NULL: one of them is not known, or there are none.
 */
static const struct irqkit_cpuset *compare_rps(struct look *look, struct steered *steered,
	struct irqkit_queue *queue, int *ret_cpu, struct irqkit_cpuset **ret_rps)
{
	*ret_cpu = facts_find_queue_cpu(look->facts, queue);
	if (*ret_cpu < 0 || irqkit_queue_read_rps_cpus(queue, ret_rps) < 0 ||
		irqkit_cpuset_is_empty(*ret_rps))
		return NULL;
	return steered_get_advised(look, steered);
}

/* Does RPS of the queue use another thread of the core that handles its interrupt? */
static bool is_on_sibling(
	struct look *look, struct steered *steered, struct irqkit_queue *queue)
{
	int cpu;
	_cleanup_cpuset_ struct irqkit_cpuset *rps = NULL;
	const struct irqkit_cpuset *siblings,
		*advised = compare_rps(look, steered, queue, &cpu, &rps);

	if (!advised)
		return false;
	siblings = irqkit_topology_get_siblings(look->facts->topology, (unsigned int)cpu);
	irqkit_cpuset_remove(rps, (unsigned int)cpu);
	return siblings && irqkit_cpuset_has_common(rps, siblings) &&
		!irqkit_cpuset_has_common(advised, siblings) &&
		steered_is_advised(look, steered, queue);
}

/* Adds a finding: RPS of @n queues, of which this is the first one, uses @cpus. */
static void add_wrong_cpus(struct look *look, struct steered *steered, size_t n,
	struct irqkit_queue *first, const char *cpus)
{
	struct irqkit_finding *finding = finding_add(look, steered->device, NULL);

	finding_say(finding, "RPS of %s uses %s (cpu%d)",
		say_part(n, steered->n_rx, "rx").text, cpus,
		facts_find_queue_cpu(look->facts, first));
	steered_add_file(finding, first, QUEUE_RPS_CPUS);
	steered_add_irq(look, finding, first);
	finding_fix(
		finding, "rps", irqkit_device_get_name(steered->device), "--auto", NULL);
}

static int judge_on_sibling(struct look *look, struct steered *steered)
{
	struct irqkit_queue *first;
	size_t n = steered_count(look, steered, IRQKIT_RX, is_on_sibling, &first);

	if (n == 0)
		return 0;
	add_wrong_cpus(look, steered, n, first,
		"a thread of the core that handles the interrupt");
	return 0;
}

static int look_on_sibling(struct look *look)
{
	if (facts_is_guest(look->facts))
		return look_lacks(look, "the cores of a guest may not be real");
	return steered_for_each(look, judge_on_sibling);
}

/* Does RPS of the queue leave the node that handles its interrupt? */
static bool is_on_remote_node(
	struct look *look, struct steered *steered, struct irqkit_queue *queue)
{
	struct irqkit_topology *topology = look->facts->topology;
	int cpu, node;
	_cleanup_cpuset_ struct irqkit_cpuset *rps = NULL;
	const struct irqkit_cpuset *near,
		*advised = compare_rps(look, steered, queue, &cpu, &rps);

	if (!advised)
		return false;
	node = irqkit_topology_get_node(topology, (unsigned int)cpu);
	near = node < 0 ? NULL
			: irqkit_topology_get_node_cpus(topology, (unsigned int)node);
	return near && !irqkit_cpuset_is_subset(rps, near) &&
		irqkit_cpuset_is_subset(advised, near) &&
		steered_is_advised(look, steered, queue);
}

static int judge_remote_node(struct look *look, struct steered *steered)
{
	struct irqkit_queue *first;
	size_t n = steered_count(look, steered, IRQKIT_RX, is_on_remote_node, &first);

	if (n == 0 || facts_sum_flows(steered->device) > 0)
		return 0;
	add_wrong_cpus(look, steered, n, first,
		"CPUs of another NUMA node than that of the interrupt");
	return 0;
}

static int look_remote_node(struct look *look)
{
	const struct irqkit_cpuset *nodes = irqkit_topology_get_nodes(
		look->facts->topology);

	if (!nodes || irqkit_cpuset_count(nodes) < 2)
		return look_lacks(look, "one NUMA node");
	return steered_for_each(look, judge_remote_node);
}

/* The mask names the CPU that handles the interrupt, or CPUs that are offline. */
static bool has_no_effect(
	struct look *look, struct steered *steered, struct irqkit_queue *queue)
{
	enum irqkit_rps_state state = judge_queue(look, steered, queue);

	return state == IRQKIT_RPS_SAME_CPU ||
		(state == IRQKIT_RPS_NO_EFFECT &&
			!steered_is_kind(look, steered, IRQKIT_NET_UPPER));
}

static int judge_no_effect(struct look *look, struct steered *steered)
{
	struct irqkit_finding *finding;
	struct irqkit_queue *first;
	size_t n = steered_count(look, steered, IRQKIT_RX, has_no_effect, &first);

	if (n == 0)
		return 0;
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding,
		"RPS of %s has no effect: it names only "
		"the CPU that handles the interrupt, or CPUs that are "
		"offline",
		say_part(n, steered->n_rx, "rx").text);
	steered_add_file(finding, first, QUEUE_RPS_CPUS);
	steered_add_irq(look, finding, first);
	fix_useless(look, steered, finding);
	return 0;
}

static int look_no_effect(struct look *look)
{
	return steered_for_each(look, judge_no_effect);
}

static int judge_on_upper(struct look *look, struct steered *steered)
{
	struct irqkit_queue *first = irqkit_device_find_queue(
		steered->device, IRQKIT_RX, 0);
	struct irqkit_finding *finding;
	_cleanup_free_ char *cpus = NULL;
	size_t n_below = 0;

	if (irqkit_cpuset_is_empty(steered->rps) ||
		!steered_is_kind(look, steered, IRQKIT_NET_UPPER))
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
		steered_add_file(finding, first, QUEUE_RPS_CPUS);
	finding_fix(
		finding, "rps", irqkit_device_get_name(steered->device), "--off", NULL);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"if one CPU is short of time: irqkit rps %s --lower --auto",
		irqkit_device_get_name(steered->device));
	return 0;
}

static int look_on_upper(struct look *look)
{
	return steered_for_each(look, judge_on_upper);
}

/* Has every rx queue this mask? */
static bool all_have(struct steered *steered, const struct irqkit_cpuset *mask)
{
	struct irqkit_queue *queue;

	for (size_t at = 0;
		(queue = facts_next_queue(steered->device, IRQKIT_RX, &at));) {
		_cleanup_cpuset_ struct irqkit_cpuset *rps = NULL;

		if (irqkit_queue_read_rps_cpus(queue, &rps) < 0 ||
			!irqkit_cpuset_is_equal(rps, mask))
			return false;
	}
	return true;
}

static int judge_default(struct look *look, struct steered *steered)
{
	_cleanup_cpuset_ struct irqkit_cpuset *mask = facts_copy_mask(
		look->facts, MACHINE_RPS_DEFAULT_MASK);
	_cleanup_free_ char *cpus = NULL;
	struct irqkit_finding *finding;
	struct irqkit_queue *first;

	if (!mask || irqkit_cpuset_is_empty(mask) || steered->n_rx < 2 ||
		!steered_is_kind(look, steered, IRQKIT_NET_HARDWARE) ||
		!all_have(steered, mask) ||
		steered_count(look, steered, IRQKIT_RX, is_redundant, &first) == 0)
		return 0;
	cpus = facts_format_cpus(mask);
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding,
		"all %zu rx queues took over RPS on CPUs %s from "
		"net.core.rps_default_mask",
		steered->n_rx, cpus ? cpus : "?");
	finding_fact_file(finding, look->facts, MACHINE_RPS_DEFAULT_MASK);
	fix_useless(look, steered, finding);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"set net.core.rps_default_mask to 0 here, and only in the network "
		"namespaces of containers to CPUs");
	return 0;
}

static int look_default(struct look *look)
{
	if (!facts_has_file(look->facts, MACHINE_RPS_DEFAULT_MASK))
		return look_lacks(look, "no net.core.rps_default_mask");
	return steered_for_each(look, judge_default);
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
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
		.why = "The packets are in the memory of one node and are processed on "
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
			   "or more queues have the mask of net.core.rps_default_mask, "
			   "and RPS does not help some of these queues.",
		.hides = (const char *const[]){ "rps-redundant", "rps-remote-node",
			"rps-on-sibling", NULL },
		.look = look_default,
	},
};

const struct irqkit_rule *rules_rps(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
