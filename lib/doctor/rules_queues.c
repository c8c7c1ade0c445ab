/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Too few or too many queues, and interrupts that devices share. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/device.h"
#include "doctor/facts_kernel.h"
#include "doctor/facts_net.h"
#include "doctor/facts_pressure.h"
#include "doctor/placing.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* The number of queues                                                            */

static int find_useful(
	struct look *look, const struct fact_device *owner, unsigned int *ret_number)
{
	_cleanup_free_ char *why = NULL;
	int r = irqkit_machine_find_useful_channels(
		look->facts->machine, owner->device, ret_number, &why);

	return r;
}

static int judge_too_few(struct look *look, const struct fact_device *owner)
{
	_cleanup_free_ char *text = NULL;
	struct irqkit_finding *finding;
	struct channel_counts channels;
	struct pressure pressure;
	unsigned int useful;

	pressure = facts_find_pressure(look->facts, owner);
	if (pressure.kind <= PRESSURE_TOTAL ||
		!facts_read_channels(owner->device, &channels) ||
		channels.now >= channels.max || !facts_can_set_channels(owner->device) ||
		find_useful(look, owner, &useful) < 0 || useful <= channels.now)
		return 0;
	text = pressure_describe(&pressure);
	finding = finding_add(look, owner->device, NULL);
	finding_does(finding, "has %u of %u possible queues, and %u would be useful: %s",
		channels.now, channels.max, useful, text ? text : "");
	finding_fact(finding, "ethtool -l", "%u of %u", channels.now, channels.max);
	pressure_weigh(&pressure, finding, 1 - (double)channels.now / useful);
	finding_fix(finding, "channels", owner->name, "--auto", NULL);
	return 0;
}

static int look_too_few(struct look *look)
{
	return look_for_each_owner(look, judge_too_few);
}

static size_t count_active(const struct fact_device *owner)
{
	size_t n = 0;

	for (size_t i = 0; i < owner->n_units; i++)
		n += owner->units[i]->queue >= 0 && owner->units[i]->count > 0;
	return n;
}

static int judge_too_many(struct look *look, const struct fact_device *owner)
{
	unsigned int cores = facts_count_cores(look->facts, owner->usable);
	struct irqkit_finding *finding;
	struct channel_counts channels;
	unsigned int useful;
	size_t n_active = count_active(owner);

	if (owner->n_queues < 2 * cores || n_active <= cores ||
		!facts_is_busy(look->facts, owner) ||
		!facts_read_channels(owner->device, &channels) ||
		!facts_can_set_channels(owner->device) ||
		find_useful(look, owner, &useful) < 0 || useful >= channels.now)
		return 0;
	finding = finding_add(look, owner->device, NULL);
	finding_does(finding, "has %zu queues for %u core%s, and %zu of them are active",
		owner->n_queues, cores, cores == 1 ? "" : "s", n_active);
	finding_fact(finding, "ethtool -l", "%u of %u", channels.now, channels.max);
	finding_weigh(finding,
		look->facts->count ? (double)owner->count / (double)look->facts->count
				   : 0,
		0.1, false);
	finding_fix(finding, "channels", owner->name, "--auto", NULL);
	return 0;
}

static bool has_offline(struct look *look)
{
	const struct irqkit_cpuset *present = irqkit_topology_get_cpus(
		look->facts->topology, IRQKIT_CPUS_PRESENT);

	return present && !irqkit_cpuset_is_subset(present, look->facts->online);
}

static int look_too_many(struct look *look)
{
	if (has_offline(look))
		return look_lacks(look, "CPUs are offline now");
	return look_for_each_owner(look, judge_too_many);
}

/* ------------------------------------------------------------------------------- */
/* Lines that devices share                                                        */

/* The row of an interface that shares a level-triggered line with others, or NULL. */
static const struct irqkit_interrupt *find_shared_row(const struct fact_device *owner)
{
	for (size_t i = 0; i < owner->n_units; i++)
		for (size_t j = 0; j < owner->units[i]->n_irqs; j++) {
			const struct irqkit_interrupt *row = irqkit_irq_get_row(
				owner->units[i]->irqs[j]);
			const char *trigger = irqkit_interrupt_get_trigger(row);
			const char *chip = irqkit_interrupt_get_chip(row);

			if (irqkit_interrupt_count_actions(row) >= 2 && chip &&
				!strstr(chip, "MSI") && trigger &&
				(strstr(trigger, "fasteoi") ||
					strcasestr(trigger, "level")))
				return row;
		}
	return NULL;
}

static int judge_shared_line(struct look *look, const struct fact_device *owner)
{
	const struct irqkit_interrupt *row = find_shared_row(owner);
	struct irqkit_finding *finding;

	if (!row || !irqkit_device_get_pci_address(owner->device) ||
		owner->device->is_behind_controller || !facts_is_busy(look->facts, owner))
		return 0;
	finding = finding_add(look, owner->device, NULL);
	finding_say(finding, "interrupt %d is a line that %zu handlers share (%s)",
		irqkit_interrupt_get_irq(row), irqkit_interrupt_count_actions(row),
		irqkit_interrupt_get_chip(row));
	finding_fact(finding, "/proc/interrupts", "%d: %s, ...",
		irqkit_interrupt_get_irq(row), irqkit_interrupt_get_action(row, 0));
	finding_weigh(finding,
		look->facts->count ? (double)owner->count / (double)look->facts->count
				   : 0,
		0.2, false);
	if (facts_has_parameter(look->facts, "pci=nomsi"))
		finding_by_hand(finding, IRQKIT_NEEDS_REBOOT,
			"remove pci=nomsi from the kernel command line");
	else
		finding_by_hand(finding, IRQKIT_NEEDS_REBOOT,
			"look for a parameter of driver %s that turns MSI on, as in "
			"'modinfo -p %s'",
			irqkit_device_get_driver(owner->device)
				? irqkit_device_get_driver(owner->device)
				: "DRIVER",
			irqkit_device_get_driver(owner->device)
				? irqkit_device_get_driver(owner->device)
				: "DRIVER");
	return 0;
}

static int look_shared_line(struct look *look)
{
	return look_for_each_owner(look, judge_shared_line);
}

/* ------------------------------------------------------------------------------- */
/* Disks                                                                           */

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
		placing_weigh(finding, facts, device->units[0]->cpu, device->count, 0.5);
		finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
			"echo 2 >/sys/block/%s/queue/rq_affinity completes each request "
			"on the CPU that made it; measure before and after",
			device->name);
	}
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
	{
		.id = "queues-too-few",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "an interface uses fewer queues than it could",
		.why = "The CPUs of its queues are short of time, and more queues would "
		       "let more CPUs help.",
		.explain = "Reported if the driver allows more queues, the CPUs can use "
			   "them, and a CPU of the interface spends half of its time in "
			   "interrupts, drops packets, or receives 50,000 packets per "
			   "second. Fewer queues are cheaper otherwise.",
		.look = look_too_few,
	},
	{
		.id = "queues-too-many",
		.class = IRQKIT_CLASS_LOW,
		.title = "an interface has more queues than cores can use",
		.why = "More queues raise more interrupts for the same packets, and no "
		       "more work is done at the same time.",
		.explain =
			"Reported if a busy interface has at least two queues for each "
			"core that it may use, and the number can be set. Not "
			"reported while CPUs are offline.",
		.look = look_too_many,
	},
	{
		.id = "nic-on-shared-line",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "an interface shares an interrupt line with other devices",
		.why = "Each interrupt calls all handlers of the line, and a line cannot "
		       "belong to one queue.",
		.explain = "Reported for a busy PCI interface whose level-triggered "
			   "interrupt has two or more handlers. Not reported for USB.",
		.look = look_shared_line,
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

const struct irqkit_rule *rules_queues(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
