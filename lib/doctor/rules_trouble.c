/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interrupts that nobody answers, storms, errors, and parameters that cause them. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/device.h"
#include "doctor/facts_counters.h"
#include "doctor/facts_kernel.h"
#include "doctor/facts_net.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* Lines that no driver answers                                                    */

/* Judges one interrupt of the system. Returns whether there was something to look at. */
typedef bool judge_fn(struct look *look, struct irqkit_irq *irq);

/* Each interrupt has the file, or the system was saved without it: a few tell. */
#define FILES_TRIED 3

/*
 * Judges the interrupts that fired often enough, one at least. False: what @judge reads
 * does not exist.
 */
static bool for_each_irq(struct look *look, judge_fn *judge)
{
	size_t n = irqkit_machine_count_irqs(look->facts->machine), n_tried = 0;
	bool has_any = false;

	for (size_t i = 0; i < n && (has_any || n_tried < FILES_TRIED); i++) {
		struct irqkit_irq *irq = irqkit_machine_get_irq(look->facts->machine, i);

		if (irqkit_irq_get_number(irq) < 0 ||
			(has_any &&
				irqkit_interrupt_get_total(irqkit_irq_get_row(irq)) <
					SPURIOUS_LEAST))
			continue;
		has_any |= judge(look, irq);
		n_tried++;
	}
	return has_any;
}

static struct irqkit_finding *add_on_irq(struct look *look, const struct irqkit_irq *irq)
{
	unsigned int number = (unsigned int)irqkit_irq_get_number(irq);
	const struct irqkit_interrupt *row = irqkit_irq_get_row(irq);
	struct irqkit_device *device = NULL;
	size_t n = 0;

	if (irqkit_devices_count_owners(look->facts->devices, number, &n) == 0 && n == 1)
		device = irqkit_devices_get_owner(look->facts->devices, number, 0);
	if (irqkit_interrupt_count_actions(row))
		return finding_add(look, device, "interrupt %u (%s)", number,
			irqkit_interrupt_get_action(row, 0));
	return finding_add(look, device, "interrupt %u", number);
}

static bool is_level(const struct irqkit_interrupt *row)
{
	const char *trigger = irqkit_interrupt_get_trigger(row);

	return trigger && (strstr(trigger, "fasteoi") || strcasestr(trigger, "level"));
}

/* kernel/irq/debugfs.c, irqdesc_istates[]: the state that note_interrupt() sets */
static bool is_switched_off(struct look *look, unsigned int irq)
{
	const char *text = facts_read(
		look->facts, NULL, "sys/kernel/debug/irq/irqs/%u", irq);

	return text && strstr(text, "IRQS_SPURIOUS_DISABLED");
}

static bool judge_disabled(struct look *look, struct irqkit_irq *irq)
{
	unsigned int number = (unsigned int)irqkit_irq_get_number(irq);
	struct spurious spurious = { 0 };
	bool is_known = facts_read_spurious(look->facts, number, &spurious);
	bool is_off = (is_level(irqkit_irq_get_row(irq)) || spurious.unhandled > 0) &&
		is_switched_off(look, number);
	struct irqkit_finding *finding;

	if (!is_off && spurious.unhandled < SPURIOUS_DISABLES)
		return is_known;
	finding = add_on_irq(look, irq);
	if (is_off)
		finding_say(finding,
			"the kernel has switched the line off, because no "
			"driver answered it");
	else
		finding_say(finding,
			"no driver answered %llu of the last %llu "
			"interrupts; the kernel switches the line off when "
			"nearly all of 100,000 have no answer",
			(unsigned long long)spurious.unhandled,
			(unsigned long long)spurious.count);
	finding_fact_read(finding, look->facts, "proc/irq/%u/spurious", number);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"'irqkit show %u' lists the devices of the line; load the driver of the "
		"one that raises it, or update its firmware. Do not use irqpoll",
		number);
	return true;
}

static int look_disabled(struct look *look)
{
	return for_each_irq(look, judge_disabled)
		? 0
		: look_lacks(look, "no /proc/irq/N/spurious");
}

static bool judge_spurious(struct look *look, struct irqkit_irq *irq)
{
	unsigned int number = (unsigned int)irqkit_irq_get_number(irq);
	struct irqkit_finding *finding;
	struct spurious spurious;

	if (!facts_read_spurious(look->facts, number, &spurious))
		return false;
	if (spurious.unhandled < SPURIOUS_LEAST ||
		spurious.unhandled >= SPURIOUS_DISABLES ||
		spurious.unhandled * 100 < spurious.count * SPURIOUS_PERCENT)
		return true;
	finding = add_on_irq(look, irq);
	finding_say(finding, "no driver answered %llu of the last %llu interrupts",
		(unsigned long long)spurious.unhandled,
		(unsigned long long)spurious.count);
	finding_fact_read(finding, look->facts, "proc/irq/%u/spurious", number);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"'irqkit show %u' lists the devices of the line; one of them has no "
		"driver, or a faulty one",
		number);
	return true;
}

static int look_spurious(struct look *look)
{
	return for_each_irq(look, judge_spurious)
		? 0
		: look_lacks(look, "no /proc/irq/N/spurious");
}

/* ------------------------------------------------------------------------------- */
/* Too many                                                                        */

static bool is_nvme(const struct unit *unit)
{
	return unit->device && facts_has_driver(unit->device->device, "nvme");
}

/* A queue with packets to match is busy, and not sick. */
static bool has_packets(struct look *look, const struct unit *unit)
{
	double packets;

	return unit->queue >= 0 && unit->device && unit->device->is_net &&
		facts_find_packets_per_irq(look->facts, unit->device, &packets) &&
		packets >= 1;
}

static double find_storm_limit(const struct unit *unit)
{
	if (!unit->is_data)
		return STORM_OTHER_PER_SECOND;
	return is_level(irqkit_irq_get_row(unit->irqs[0])) ? STORM_LEVEL_PER_SECOND
							   : STORM_PER_SECOND;
}

static void add_storm(struct look *look, const struct unit *unit, double rate)
{
	struct irqkit_finding *finding = add_on_irq(look, unit->irqs[0]);

	finding_does(finding, "fires %.0f times per second%s", rate,
		unit->is_data ? "" : ", although it only reports events of the device");
	finding_fact(finding, "/proc/interrupts", "%d: %.0f per second",
		irqkit_irq_get_number(unit->irqs[0]), rate);
	finding_weigh(finding,
		look->facts->count ? (double)unit->count / (double)look->facts->count : 0,
		0.9, false);
	if (unit->cpu >= 0)
		finding_add_cpu(finding, (unsigned int)unit->cpu);
	if (unit->is_data && unit->device && unit->device->is_net)
		finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
			"ethtool -C %s adaptive-rx on", unit->device->name);
	else
		finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
			"look for a loose cable, old firmware or a faulty driver; "
			"'irqkit "
			"set %d --cpus=C' keeps it away from other work",
			irqkit_irq_get_number(unit->irqs[0]));
}

static int look_storm(struct look *look)
{
	struct facts *facts = look->facts;

	if (facts_confidence(facts) != IRQKIT_CONFIDENCE_MEASURED)
		return look_lacks(look, "no second reading of the counters");
	for (size_t i = 0; i < facts->n_units; i++) {
		const struct unit *unit = &facts->units[i];
		double rate = facts_rate(facts, unit->count);

		if (rate >= find_storm_limit(unit) && !is_nvme(unit) &&
			!has_packets(look, unit))
			add_storm(look, unit, rate);
	}
	return 0;
}

/* What each row counts. TRM is left out: laptops under load have it. */
static const struct {
	const char *label, *what;
} errors[] = {
	{ "ERR", "errors of the interrupt controller" },
	{ "MIS", "interrupts that the controller lost" },
	{ "MCE", "machine check exceptions" },
	{ "THR", "corrected memory or cache errors beyond their threshold" },
};

static int look_errors(struct look *look)
{
	const struct facts *facts = look->facts;

	if (facts_confidence(facts) != IRQKIT_CONFIDENCE_MEASURED)
		return look_lacks(look, "no second reading of the counters");
	for (size_t i = 0; i < LENGTH(errors); i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_find(
			facts_counts(facts), errors[i].label);
		uint64_t count = row ? irqkit_interrupt_get_total(row) : 0;
		struct irqkit_finding *finding;

		if (count == 0)
			continue;
		finding = finding_add(look, NULL, "%s", errors[i].label);
		finding_say(finding, "%llu %s occurred during the measurement",
			(unsigned long long)count, errors[i].what);
		finding_fact(finding, "/proc/interrupts", "%s: %llu", errors[i].label,
			(unsigned long long)count);
		finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
			"see the kernel log (dmesg), mcelog or rasdaemon, and update the "
			"firmware");
	}
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Parameters                                                                      */

static const struct {
	const char *word, *effect;
} parameters[] = {
	{ "irqpoll", "calls all handlers at each timer tick" },
	{ "irqfixup", "calls all handlers for a line that no driver answers" },
	{ "noapic", "turns the IO-APIC off, so that devices share few lines" },
	{ "nolapic", "turns local APICs off, so that one CPU handles everything" },
	{ "pci=nomsi", "turns MSI off, so that devices share lines and have no queues" },
	{ "nosmp", "uses one CPU" },
};

static void add_parameter(struct look *look, const char *word, const char *effect)
{
	struct irqkit_finding *finding = finding_add(look, NULL, "%s", word);

	finding_does(finding, "is on the kernel command line, and %s", effect);
	finding_fact_read(finding, look->facts, "proc/cmdline");
	finding_by_hand(finding, IRQKIT_NEEDS_REBOOT,
		"remove it, and see whether the fault that it hid is still there");
}

static int look_parameters(struct look *look)
{
	_cleanup_free_ char *max = NULL;

	if (!facts_read(look->facts, NULL, "proc/cmdline"))
		return look_lacks(look, "no /proc/cmdline");
	for (size_t i = 0; i < LENGTH(parameters); i++)
		if (facts_has_parameter(look->facts, parameters[i].word))
			add_parameter(look, parameters[i].word, parameters[i].effect);
	max = facts_find_parameter(look->facts, "maxcpus=");
	if (max)
		add_parameter(look, "maxcpus=", "leaves CPUs offline");
	return 0;
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
	{
		.id = "irq-disabled-by-kernel",
		.class = IRQKIT_CLASS_BROKEN,
		.title = "the kernel has switched an interrupt off",
		.why = "Devices on this line work only by polling, or not at all.",
		.explain = "Reported if debugfs says that the kernel has disabled the "
			   "line, or if no driver answered 99,900 of the last 100,000 "
			   "interrupts in /proc/irq/N/spurious.",
		.hides = (const char *const[]){ "spurious-growing", NULL },
		.look = look_disabled,
	},
	{
		.id = "spurious-growing",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "no driver answers part of the interrupts of a line",
		.why = "A device raises a line that no driver answers, and every handler "
		       "of the line is called for nothing.",
		.explain = "Reported if /proc/irq/N/spurious has 100 unhandled "
			   "interrupts or more, and at least 1 % of the count.",
		.look = look_spurious,
	},
	{
		.id = "irq-storm",
		.class = IRQKIT_CLASS_HIGH,
		.title = "an interrupt fires far too often",
		.why = "One interrupt takes the time of a whole CPU; a vector for links "
		       "or "
		       "errors that fires often means that the device is not well.",
		.explain = "Reported from 100,000 interrupts per second on, 50,000 on a "
			   "level-triggered line, and 1,000 of a vector for links, "
			   "errors or administration. Not reported for NVMe and for "
			   "queues that carry as many packets.",
		.look = look_storm,
	},
	{
		.id = "errors-growing",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "the hardware reports errors",
		.why = "The interrupt controller, memory or a CPU reports faults.",
		.explain = "Reported if the rows ERR, MIS, MCE or THR of "
			   "/proc/interrupts grow while it is measured.",
		.look = look_errors,
	},
	{
		.id = "harmful-parameter",
		.class = IRQKIT_CLASS_LOW,
		.title = "a kernel parameter slows all interrupts down",
		.why = "These are workarounds for old boards that make interrupts slower "
		       "or shared.",
		.explain = "Reported for irqpoll, irqfixup, noapic, nolapic, pci=nomsi, "
			   "nosmp and maxcpus= on the kernel command line.",
		.look = look_parameters,
	},
};

const struct irqkit_rule *rules_trouble(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
