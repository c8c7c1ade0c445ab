/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RFS and XPS: flow tables, and on which queue a CPU sends. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "base/number.h"
#include "doctor/facts_kernel.h"
#include "doctor/facts_net.h"
#include "doctor/rule.h"
#include "doctor/steered.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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

static bool read_flows(struct look *look, struct flows *ret_flows)
{
	*ret_flows = (struct flows){ 0 };
	if (!facts_read_net_core(
		    look->facts, "rps_sock_flow_entries", &ret_flows->entries))
		return false;
	for (size_t i = 0; i < facts_count_net(look->facts); i++) {
		struct irqkit_device *device = facts_get_net(look->facts, i);
		uint64_t own = facts_sum_flows(device);

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
		"RFS is half on, because net.core.rps_sock_flow_entries is %llu, but "
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
		"RFS is half on, because its rx queues have tables for %llu flows, "
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
static bool has_classes(struct steered *steered)
{
	struct irqkit_queue *queue;

	for (size_t at = 0;
		(queue = facts_next_queue(steered->device, IRQKIT_TX, &at));) {
		unsigned int class = 0;

		if (irqkit_queue_read_traffic_class(queue, &class) == 0 && class > 0)
			return true;
	}
	return false;
}

static bool has_rxqs(
	struct look *look, struct steered *steered, struct irqkit_queue *queue)
{
	_cleanup_cpuset_ struct irqkit_cpuset *rxqs = NULL;

	(void)look;
	(void)steered;
	return irqkit_queue_read_xps_rxqs(queue, &rxqs) == 0 &&
		!irqkit_cpuset_is_empty(rxqs);
}

/* Do the few CPUs of the queue lie far from the CPU that handles its interrupt? */
static bool is_sent_far_away(
	struct look *look, struct steered *steered, struct irqkit_queue *queue)
{
	_cleanup_cpuset_ struct irqkit_cpuset *xps = NULL;
	int cpu = facts_find_queue_cpu(look->facts, queue);
	const struct irqkit_cpuset *near;

	if (cpu < 0 || irqkit_queue_read_xps_cpus(queue, &xps) < 0 ||
		irqkit_cpuset_is_empty(xps) || irqkit_cpuset_count(xps) > 2 ||
		irqkit_cpuset_has(xps, (unsigned int)cpu))
		return false;
	near = irqkit_topology_get_llc(look->facts->topology, (unsigned int)cpu);
	return !(near && irqkit_cpuset_has_common(xps, near)) &&
		!has_rxqs(look, steered, queue);
}

/* Nothing uses XPS there, however it is set. */
static bool is_ignored(const struct steered *steered)
{
	bool is = false;

	return irqkit_device_read_ignores_xps(steered->device, &is) == 0 && is;
}

static int judge_xps_far(struct look *look, struct steered *steered)
{
	_cleanup_cpuset_ struct irqkit_cpuset *xps = NULL;
	_cleanup_free_ char *cpus = NULL;
	struct irqkit_finding *finding;
	struct irqkit_queue *first;
	size_t n;

	if (steered->n_tx < 2)
		return 0;
	n = steered_count(look, steered, IRQKIT_TX, is_sent_far_away, &first);
	if (n == 0 || is_ignored(steered) || has_classes(steered) ||
		irqkit_queue_read_xps_cpus(first, &xps) < 0)
		return 0;
	cpus = facts_format_cpus(xps);
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding,
		"XPS of %s names CPUs far from the "
		"interrupt: tx-%u is for CPUs %s, but cpu%d handles its interrupt",
		say_part(n, steered->n_tx, "tx").text, irqkit_queue_get_number(first),
		cpus ? cpus : "?", facts_find_queue_cpu(look->facts, first));
	steered_add_file(finding, first, QUEUE_XPS_CPUS);
	steered_add_irq(look, finding, first);
	finding_fix(
		finding, "xps", irqkit_device_get_name(steered->device), "--auto", NULL);
	return 0;
}

static int look_xps_far(struct look *look)
{
	return steered_for_each(look, judge_xps_far);
}

/* The CPUs of all tx queues, and how many queues have one CPU or some. */
struct xps {
	struct irqkit_cpuset *cpus; /* owned */
	size_t n_set, n_single;
};

static int read_xps(struct steered *steered, struct xps *ret_xps)
{
	struct irqkit_queue *queue;
	int r = irqkit_cpuset_new(&ret_xps->cpus);

	for (size_t at = 0;
		r == 0 && (queue = facts_next_queue(steered->device, IRQKIT_TX, &at));) {
		_cleanup_cpuset_ struct irqkit_cpuset *xps = NULL;

		if (irqkit_queue_read_xps_cpus(queue, &xps) < 0 ||
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
	const struct look *look, struct steered *steered, const struct xps *xps)
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

	if (steered->n_tx < 2 || is_ignored(steered))
		return 0;
	r = read_xps(steered, &xps);
	if (r == 0)
		r = irqkit_cpuset_copy(look->facts->housekeeping, &left);
	if (r < 0)
		return r;
	irqkit_cpuset_remove_set(left, xps.cpus);
	if (!xps.n_set || irqkit_cpuset_is_empty(left) ||
		is_default_of_driver(look, steered, &xps) || has_classes(steered))
		return 0;
	cpus = facts_format_cpus(left);
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding, "XPS of %s leaves out CPUs %s",
		say_part(xps.n_set, steered->n_tx, "tx").text, cpus ? cpus : "?");
	if (first)
		steered_add_file(finding, first, QUEUE_XPS_CPUS);
	finding_fix(
		finding, "xps", irqkit_device_get_name(steered->device), "--auto", NULL);
	return 0;
}

static int look_xps_hole(struct look *look)
{
	return steered_for_each(look, judge_xps_hole);
}

static bool has_two_maps(
	struct look *look, struct steered *steered, struct irqkit_queue *queue)
{
	_cleanup_cpuset_ struct irqkit_cpuset *xps = NULL;

	return irqkit_queue_read_xps_cpus(queue, &xps) == 0 &&
		!irqkit_cpuset_is_empty(xps) && has_rxqs(look, steered, queue);
}

static int judge_two_maps(struct look *look, struct steered *steered)
{
	struct irqkit_finding *finding;
	struct irqkit_queue *first;
	/* the kernel has no XPS for the only tx queue of an interface */
	size_t n = steered->n_tx < 2
		? 0
		: steered_count(look, steered, IRQKIT_TX, has_two_maps, &first);

	if (n == 0 || is_ignored(steered))
		return 0;
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding,
		"XPS of %s is set by rx queue and by CPU; the kernel looks at the CPUs "
		"only if the rx queue is not known",
		say_part(n, steered->n_tx, "tx").text);
	steered_add_file(finding, first, QUEUE_XPS_RXQS);
	steered_add_file(finding, first, QUEUE_XPS_CPUS);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"to keep one of them, irqkit xps %s --off, and then set the one that "
		"you want",
		irqkit_device_get_name(steered->device));
	return 0;
}

static int look_two_maps(struct look *look)
{
	return steered_for_each(look, judge_two_maps);
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
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

const struct irqkit_rule *rules_flows(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
