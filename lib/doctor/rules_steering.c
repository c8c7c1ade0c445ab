/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RPS that is off where one CPU processes too much. */
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

/* ------------------------------------------------------------------------------- */
/* Too little: one CPU processes all                                               */

/* Would RPS take work away from the CPU that handles this interface, and does it not yet? */
static bool lacks_rps(struct look *look, struct steered *steered)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	struct irqkit_queue *first = irqkit_device_find_queue(
		steered->device, IRQKIT_RX, 0);

	/* a kernel without RPS has no such file */
	if (!first || irqkit_queue_read_rps_cpus(first, &cpus) < 0)
		return false;
	return steered->owner && irqkit_cpuset_is_empty(steered->rps) &&
		steered_is_kind(look, steered, IRQKIT_NET_HARDWARE) &&
		steered_get_advised(look, steered) &&
		irqkit_cpuset_count(look->facts->housekeeping) >= 2 &&
		!steered_mostly_sends(look->facts, steered->owner);
}

/* More queues share the interrupts too, where the driver is known to allow them. */
static void say_more_queues(struct irqkit_finding *finding, const struct facts *facts,
	const struct fact_device *owner)
{
	unsigned int useful = facts_count_cores(facts, owner->usable);
	struct channel_counts channels;

	if (!facts_read_channels(owner->device, &channels) ||
		!facts_can_set_channels(owner->device))
		return;
	useful = useful < channels.max ? useful : channels.max;
	if (useful > channels.now)
		finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
			"'irqkit channels %s --auto' sets %u queues, which share the "
			"interrupts too",
			owner->name, useful);
}

static int judge_single_queue(struct look *look, struct steered *steered)
{
	int cpu = steered_find_first_cpu(look, steered);
	struct irqkit_finding *finding;
	_cleanup_free_ char *text = NULL;
	struct pressure pressure;

	if (steered->n_rx != 1 || cpu < 0 || !steered->owner)
		return 0;
	pressure = facts_find_pressure(look->facts, steered->owner);
	if (pressure_is_slight(&pressure) || !lacks_rps(look, steered))
		return 0;
	text = pressure_describe(&pressure);
	if (!text)
		return -ENOMEM;
	finding = finding_add(look, steered->device, NULL);
	finding_does(finding,
		"has one rx queue, so cpu%d processes all packets that it receives%s%s",
		cpu,
		steered->behind && pressure.kind == PRESSURE_TOTAL
			? ": its USB controller raised "
			: ": ",
		text);
	steered_add_irq(
		look, finding, irqkit_device_find_queue(steered->device, IRQKIT_RX, 0));
	steered_add_file(finding, irqkit_device_find_queue(steered->device, IRQKIT_RX, 0),
		QUEUE_RPS_CPUS);
	pressure_weigh(&pressure, finding, 0.5);
	pressure_lower_if_even(
		&pressure, finding, irqkit_cpuset_count(steered->owner->usable));
	finding_add_cpu(finding, (unsigned int)cpu);
	finding_fix(
		finding, "rps", irqkit_device_get_name(steered->device), "--auto", NULL);
	say_more_queues(finding, look->facts, steered->owner);
	return 0;
}

static int look_single_queue(struct look *look)
{
	if (irqkit_cpuset_count(look->facts->online) < 2)
		return look_lacks(look, "one CPU");
	return steered_for_each(look, judge_single_queue);
}

/* The only interrupt of all rx queues, or -1. */
static int find_common_irq(struct steered *steered)
{
	struct irqkit_queue *queue;
	int common = -1;

	for (size_t at = 0;
		(queue = facts_next_queue(steered->device, IRQKIT_RX, &at));) {
		int irq = irqkit_queue_get_irq(queue);

		if (irq < 0 || (common >= 0 && irq != common))
			return -1;
		common = irq;
	}
	return common;
}

static int judge_one_vector(struct look *look, struct steered *steered)
{
	int irq = find_common_irq(steered), cpu = steered_find_first_cpu(look, steered);
	struct irqkit_finding *finding;
	_cleanup_free_ char *text = NULL;
	struct pressure pressure;

	if (steered->n_rx < 2 || irq < 0 || cpu < 0 || !steered->owner)
		return 0;
	pressure = facts_find_pressure(look->facts, steered->owner);
	if (pressure.kind == PRESSURE_NONE || !lacks_rps(look, steered))
		return 0;
	text = pressure_describe(&pressure);
	if (!text)
		return -ENOMEM;
	finding = finding_add(look, steered->device, NULL);
	finding_does(finding,
		"has %zu rx queues, but only interrupt %d for all of them, "
		"so cpu%d processes all packets: %s",
		steered->n_rx, irq, cpu, text);
	steered_add_irq(
		look, finding, irqkit_device_find_queue(steered->device, IRQKIT_RX, 0));
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
	return steered_for_each(look, judge_one_vector);
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
		!irqkit_cpuset_is_empty(rps) || !steered_get_advised(look, steered) ||
		!steered_is_advised(look, steered, queue))
		return 0;
	pressure = facts_find_pressure(look->facts, owner);
	if (pressure.kind == PRESSURE_NONE)
		return 0;
	finding = finding_add(look, steered->device, NULL);
	finding_say(finding,
		"%.0f%% of the interrupts of %zu queues come from queue %d "
		"(cpu%d)",
		share * 100, owner->n_units, hottest->queue, hottest->cpu);
	steered_add_file(finding, queue, QUEUE_RPS_CPUS);
	pressure_weigh(&pressure, finding, 0.5 * share);
	if (hottest->cpu >= 0)
		finding_add_cpu(finding, (unsigned int)hottest->cpu);
	finding_fix(
		finding, "rps", irqkit_device_get_name(steered->device), "--auto", NULL);
	return 0;
}

static int look_one_hot_queue(struct look *look)
{
	return steered_for_each(look, judge_one_hot_queue);
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
	{
		.id = "single-queue-no-rps",
		.class = IRQKIT_CLASS_HIGH,
		.title = "one CPU processes all packets of an interface with one queue",
		.why = "One interrupt cannot be shared among CPUs, but RPS can share the "
		       "protocol work that follows it.",
		.explain =
			"Reported for an interface with one rx queue and without RPS, "
			"if the CPU that handles it spends half of its time in "
			"interrupts, drops packets, or receives 50,000 packets per "
			"second. Without these numbers, an interface with a tenth of "
			"all interrupts since boot is reported, and never above "
			"medium, or above low if RPS would relieve its CPU by less "
			"than a quarter. For a USB interface, the interrupt of its "
			"controller counts, unless other devices cause most of "
			"these interrupts. Not reported if more than three quarters of "
			"its interrupts, or of its packets, come from sending: RPS "
			"does not spread that work.",
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
};

const struct irqkit_rule *rules_steering(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
