/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces that a hypervisor gives to a guest, and those that serve guests. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/device.h"
#include "doctor/facts_kernel.h"
#include "doctor/facts_net.h"
#include "doctor/facts_pressure.h"
#include "doctor/placing.h"
#include "doctor/rule.h"
#include "doctor/steered.h"
#include "doctor/thresholds.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* Interfaces of a guest                                                           */

/* Adds a finding on an interface of @driver with one queue, and RPS until it has more. */
static int judge_one_queue(struct look *look, const struct fact_device *owner,
	const char *driver, struct irqkit_finding **ret_finding)
{
	_cleanup_cpuset_ struct irqkit_cpuset *rps = NULL;
	_cleanup_free_ char *text = NULL;
	struct pressure pressure;
	int r;

	*ret_finding = NULL;
	if (!facts_has_driver(owner->device, driver) ||
		facts_count_queues(owner->device, IRQKIT_RX) != 1 ||
		irqkit_cpuset_count(look->facts->online) < 2)
		return 0;
	r = facts_find_rps(owner->device, &rps);
	pressure = facts_find_pressure(look->facts, owner);
	if (r < 0 || !irqkit_cpuset_is_empty(rps) || pressure.kind == PRESSURE_NONE)
		return r;
	text = pressure_describe(&pressure);
	*ret_finding = finding_add(look, owner->device, NULL);
	finding_does(*ret_finding, "has one queue for %u CPUs: %s",
		irqkit_cpuset_count(look->facts->online), text ? text : "");
	steered_add_file(*ret_finding,
		irqkit_device_find_queue(owner->device, IRQKIT_RX, 0), QUEUE_RPS_CPUS);
	pressure_weigh(&pressure, *ret_finding, 0.5);
	if (owner->n_units && owner->units[0]->cpu >= 0)
		finding_add_cpu(*ret_finding, (unsigned int)owner->units[0]->cpu);
	return 0;
}

/* RPS does not spread the work of sending. */
static bool can_rps_help(struct look *look, const struct fact_device *owner)
{
	return !steered_mostly_sends(look->facts, owner) &&
		steered_may_help(look, owner->device);
}

static int judge_xen_guest(struct look *look, const struct fact_device *owner)
{
	struct irqkit_finding *finding;
	int r = judge_one_queue(look, owner, "xen_netfront", &finding);

	if (r < 0 || !finding)
		return r;
	finding_fact_read(
		finding, look->facts, "sys/module/xen_netfront/parameters/max_queues");
	if (can_rps_help(look, owner))
		finding_fix(finding, "rps", owner->name, "--auto", NULL);
	finding_by_hand(finding, IRQKIT_NEEDS_RECONNECT,
		"for more queues, set max_queues of xen_netfront here and of xen_netback "
		"on the host to %u, then detach and attach the interface, or restart the "
		"guest",
		facts_count_cores(look->facts, owner->usable));
	return 0;
}

static int look_xen_guest(struct look *look)
{
	return look_for_each_owner(look, judge_xen_guest);
}

static int judge_virtio(struct look *look, const struct fact_device *owner)
{
	struct channel_counts channels = { 0 };
	struct irqkit_finding *finding = NULL;
	unsigned int useful;
	bool is_known;
	int r = 0;

	if (!facts_has_driver(owner->device, "virtio_net"))
		return 0;
	is_known = facts_read_channels(owner->device, &channels);
	if (channels.now <= 1)
		r = judge_one_queue(look, owner, "virtio_net", &finding);
	if (r < 0 || channels.now > 1 || !finding)
		return r;
	if (is_known && channels.max > channels.now &&
		facts_can_set_channels(owner->device)) {
		finding_fact(
			finding, "ethtool -l", "%u of %u", channels.now, channels.max);
		finding_fix(finding, "channels", owner->name, "--auto", NULL);
		return 0;
	}
	if (can_rps_help(look, owner))
		finding_fix(finding, "rps", owner->name, "--auto", NULL);
	/* what 'irqkit channels --auto' sets as soon as the host allows it */
	useful = facts_count_cores(look->facts, owner->usable);
	finding_by_hand(finding, IRQKIT_NEEDS_HOST,
		"for more queues, give the interface queues='%u' and vectors='%u' on the "
		"host, then: irqkit channels %s --auto",
		useful, 2 * useful + 2, owner->name);
	return 0;
}

static int look_virtio(struct look *look)
{
	return look_for_each_owner(look, judge_virtio);
}

/* A virtual function that carries the packets has interrupts of its own. */
static bool has_virtual_function(struct irqkit_device *device)
{
	size_t n = 0;

	return irqkit_device_count_lower(device, &n) == 0 && n > 0;
}

static int judge_vmbus(struct look *look, struct irqkit_device *device)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	unsigned int usable = irqkit_cpuset_count(look->facts->housekeeping), n_cpus;
	struct irqkit_finding *finding;
	size_t n_channels;
	int r = facts_find_channel_cpus(look->facts, device, &n_channels, &cpus);

	if (r == -EBADMSG)
		return look_lacks(look, "no readable CPU of the channels of %s",
			irqkit_device_get_name(device));
	if (r < 0 || n_channels < 2)
		return r;
	n_cpus = irqkit_cpuset_count(cpus);
	usable = n_channels < usable ? (unsigned int)n_channels : usable;
	if (n_cpus * 2 >= usable)
		return 0;
	finding = finding_add(look, device, NULL);
	finding_say(finding,
		"%u CPU%s handle%s its %zu VMBus channels; %u CPUs could handle them",
		n_cpus, n_cpus == 1 ? "" : "s", n_cpus == 1 ? "s" : "", n_channels,
		usable);
	finding_add_cpus(finding, cpus);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"write another CPU to /sys/class/net/%s/device/channels/N/cpu",
		irqkit_device_get_name(device));
	return 0;
}

static int look_netvsc(struct look *look)
{
	bool has_any = false;
	int r = 0;

	for (size_t i = 0; i < facts_count_net(look->facts) && r == 0; i++) {
		struct irqkit_device *device = facts_get_net(look->facts, i);

		if (!facts_has_driver(device, "hv_netvsc") ||
			facts_is_down(look->facts, device) ||
			has_virtual_function(device))
			continue;
		has_any = true;
		r = judge_vmbus(look, device);
	}
	return r == 0 && !has_any ? look_lacks(look, "no interface of Hyper-V") : r;
}

/* ------------------------------------------------------------------------------- */
/* Interfaces of Xen's dom0                                                        */

/* The units of all interfaces that serve guests. */
struct backends {
	size_t n_units, n_devices;
	int cpu; /* of all; -1: not known, or there are several */
	uint64_t count;
	bool is_busy;
};

static void add_backend(const struct facts *facts, const struct fact_device *owner,
	struct backends *backends)
{
	backends->n_devices++;
	backends->is_busy |= facts_is_busy(facts, owner);
	backends->count += owner->count;
	for (size_t i = 0; i < owner->n_units; i++) {
		int cpu = owner->units[i]->cpu;

		if (backends->n_units++ == 0)
			backends->cpu = cpu;
		else if (cpu != backends->cpu)
			backends->cpu = -1;
	}
}

static struct backends find_backends(const struct facts *facts)
{
	struct backends backends = { .cpu = -1 };

	for (size_t i = 0; i < facts->n_owners; i++)
		if (facts->owners[i].is_net &&
			irqkit_device_serves_guest(facts->owners[i].device))
			add_backend(facts, &facts->owners[i], &backends);
	return backends;
}

static int look_backends_on_one(struct look *look)
{
	struct facts *facts = look->facts;
	struct backends backends = find_backends(facts);
	struct irqkit_finding *finding;
	struct plan_gain gain;
	int r;

	if (!backends.n_devices)
		return look_lacks(look, "no interface serves a guest");
	if (backends.n_units < 2 || backends.cpu < 0 || !backends.is_busy ||
		irqkit_cpuset_count(facts->housekeeping) < 2)
		return 0;
	r = facts_plan_spread(facts,
		&(struct spread_words){
			(const char *[]){ "vif*" }, 1, IRQKIT_POLICY_QUEUE, NULL },
		&gain);
	if (r < 0 || !placing_gains(&gain))
		return r;
	finding = finding_add(look, NULL, "vif*");
	finding_say(finding,
		"cpu%d handles all %zu queues of the %zu interfaces that "
		"serve guests",
		backends.cpu, backends.n_units, backends.n_devices);
	finding_weigh(finding,
		facts->count ? (double)backends.count / (double)facts->count : 0,
		gain.gain, false);
	finding_add_cpu(finding, (unsigned int)backends.cpu);
	finding_fix(finding, "spread", "vif*", NULL);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"interfaces of guests come and go: write '-spread vif*' to a file in "
		"/etc/irqkit.d and keep 'irqkit apply --stay' running");
	return 0;
}

/* A thread of the queue that may not run near the CPU of its interrupt; or NULL. */
static struct irqkit_thread *find_far_thread(
	struct look *look, struct irqkit_queue *queue, int cpu)
{
	const struct irqkit_cpuset *near;
	size_t n = 0;

	if (cpu < 0 || irqkit_queue_count_threads(queue, &n) < 0)
		return NULL;
	near = irqkit_topology_get_llc(look->facts->topology, (unsigned int)cpu);
	for (size_t i = 0; i < n; i++) {
		struct irqkit_thread *thread = irqkit_queue_get_thread(queue, i);
		_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;

		if (irqkit_thread_is_fixed(thread) ||
			irqkit_thread_read_affinity(thread, &cpus) < 0)
			continue;
		if (near ? !irqkit_cpuset_has_common(cpus, near)
			 : !irqkit_cpuset_has(cpus, (unsigned int)cpu))
			return thread;
	}
	return NULL;
}

static int judge_backend_threads(struct look *look, const struct fact_device *owner)
{
	struct irqkit_finding *finding = NULL;
	size_t n = 0, n_queues = irqkit_device_count_queues(owner->device);

	if (!irqkit_device_serves_guest(owner->device))
		return 0;
	for (size_t i = 0; i < n_queues; i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(owner->device, i);
		int cpu = facts_find_queue_cpu(look->facts, queue);
		struct irqkit_thread *thread = find_far_thread(look, queue, cpu);

		/* where it was counted is not where it is placed, and cannot be pinned */
		if (!irqkit_machine_get_queue_cpus(look->facts->machine, queue))
			continue;
		if (!thread || n++ > 0)
			continue;
		finding = finding_add(look, owner->device, NULL);
		finding_say(finding,
			"thread %s may not run near cpu%d, which handles "
			"the interrupt of its queue",
			irqkit_thread_get_name(thread), cpu);
		finding_fact_read(finding, look->facts, "proc/%u/status",
			irqkit_thread_get_pid(thread));
		finding_fix(finding, "pin-queue", owner->name, NULL);
		finding_fix_word(finding, "%u=%d", irqkit_queue_get_number(queue), cpu);
	}
	return 0;
}

static int look_backend_threads(struct look *look)
{
	return look_for_each_owner(look, judge_backend_threads);
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
	{
		.id = "xen-guest-one-queue",
		.class = IRQKIT_CLASS_HIGH,
		.title = "a Xen guest has an interface with one queue",
		.why = "In one measurement, a guest got 6 Gbit/s with one queue and 10 "
		       "with several.",
		.explain = "Reported for an interface of xen_netfront with one queue and "
			   "without RPS, under the same load as single-queue-no-rps.",
		.hides = (const char *const[]){ "single-queue-no-rps",
			"mask-delivers-to-one", "cpu-full-of-softirq", NULL },
		.look = look_xen_guest,
	},
	{
		.id = "xen-dom0-backends-on-one",
		.class = IRQKIT_CLASS_HIGH,
		.title = "one CPU of dom0 handles the network of all guests",
		.why = "The packets of all guests wait for one virtual CPU of dom0.",
		.explain = "Reported if two or more queues of interfaces that serve "
			   "guests are on one CPU, one of them is busy, and 'irqkit "
			   "spread' lowers the busiest CPU by a quarter or more.",
		.hides = (const char *const[]){ "queues-on-one-cpu", "one-cpu-serves-all",
			"hot-units-collide", NULL },
		.look = look_backends_on_one,
	},
	{
		.id = "xen-backend-threads-apart",
		.class = IRQKIT_CLASS_LOW,
		.title = "threads of a guest's interface run far from its interrupt",
		.why = "A packet is copied on one virtual CPU and completed on another.",
		.explain = "Reported if a guest-rx or dealloc thread of netback may run "
			   "only on CPUs that share no last-level cache with the CPU of "
			   "its interrupt.",
		.look = look_backend_threads,
	},
	{
		.id = "virtio-one-queue",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "a guest has a virtio interface with one queue",
		.why = "With two queues, a guest processes 1.5 to 2 times as many "
		       "packets.",
		.explain = "Reported for an interface of virtio_net with one queue and "
			   "without RPS, under the same load as single-queue-no-rps.",
		.hides = (const char *const[]){ "single-queue-no-rps", "queues-too-few",
			"mask-delivers-to-one", "cpu-full-of-softirq", NULL },
		.look = look_virtio,
	},
	{
		.id = "netvsc-few-cpus",
		.class = IRQKIT_CLASS_LOW,
		.title = "few CPUs handle the channels of a Hyper-V interface",
		.why = "A VMBus channel has no interrupt of its own; its CPU is a "
		       "setting "
		       "of the channel.",
		.explain = "Reported if the channels of an interface use less than half "
			   "of the CPUs that they could. Not reported if a virtual "
			   "function carries the packets.",
		.look = look_netvsc,
	},
};

const struct irqkit_rule *rules_guests(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
