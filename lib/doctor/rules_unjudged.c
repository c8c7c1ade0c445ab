/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What cannot be judged, and why. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "doctor/doctor.h"
#include "doctor/placing.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"
#include "interrupts/snapshot.h"

#include <string.h>

static int look_not_accounted(struct look *look)
{
	const struct facts *facts = look->facts;
	struct irqkit_finding *finding;
	enum irqkit_accounting accounting = facts->load
		? irqkit_load_get_accounting(facts->load)
		: IRQKIT_ACCOUNTING_UNKNOWN;

	if (accounting == IRQKIT_ACCOUNTED)
		return 0;
	if (!facts_has_file(look->facts, MACHINE_STAT))
		return look_lacks(look, "no /proc/stat");
	if (!facts->load)
		return look_lacks(look, "no time of boot");
	if (accounting != IRQKIT_NOT_ACCOUNTED)
		return 0;
	finding = finding_add(look, NULL, NULL);
	finding_say(finding,
		"this kernel does not account the time of interrupts, so loads are "
		"judged by packets or counts");
	finding_fact(finding, "/proc/stat", "irq 0");
	finding_by_hand(finding, IRQKIT_NEEDS_REBOOT,
		"a kernel with CONFIG_IRQ_TIME_ACCOUNTING shows it; no setting does");
	return 0;
}

static int look_cannot_read(struct look *look)
{
	const struct irqkit_snapshot *rows = look->facts->machine->snapshot;
	struct irqkit_finding *finding;

	if (!rows->is_of_sysfs)
		return 0;
	finding = finding_add(look, NULL, NULL);
	finding_say(finding,
		"/proc/interrupts is empty here, so only the %zu interrupts of "
		"/sys/kernel/irq were checked",
		irqkit_snapshot_count(rows));
	finding_fact(finding, "/proc/interrupts", "%s", "");
	finding_by_hand(
		finding, IRQKIT_NEEDS_HOST, "run irqkit doctor outside of the container");
	return 0;
}

static int look_steal(struct look *look)
{
	const struct facts *facts = look->facts;
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	_cleanup_free_ char *list = NULL;
	struct irqkit_finding *finding;
	bool is_known = false;
	double most = 0;

	if (irqkit_cpuset_new(&cpus) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < facts->n_units; i++) {
		const struct unit *unit = &facts->units[i];
		double steal = unit->cpu < 0
			? -1
			: facts_steal(facts, (unsigned int)unit->cpu);

		is_known |= steal >= 0;
		if (!unit->count || !unit->is_data || steal * 100 < STEAL_PERCENT)
			continue;
		most = steal > most ? steal : most;
		if (irqkit_cpuset_add(cpus, (unsigned int)unit->cpu) < 0)
			return -ENOMEM;
	}
	if (!is_known)
		return look_lacks(look, "no CPU times");
	if (irqkit_cpuset_is_empty(cpus))
		return 0;
	list = facts_format_cpus(cpus);
	finding = finding_add(look, NULL, "%s %s",
		irqkit_cpuset_count(cpus) == 1 ? "CPU" : "CPUs", list ? list : "?");
	finding_say(finding, "the host takes %s%.0f%% of %s time",
		irqkit_cpuset_count(cpus) == 1 ? "" : "up to ", 100 * most,
		irqkit_cpuset_count(cpus) == 1 ? "its" : "their");
	finding_fact(finding, "/proc/stat", "steal %.0f%%", 100 * most);
	finding_add_cpus(finding, cpus);
	finding_weigh(finding, most, 1, true);
	finding_by_hand(finding, IRQKIT_NEEDS_HOST,
		"pin the virtual CPUs ('xl vcpu-pin', 'virsh vcpupin'), or run less "
		"there; here, prefer CPUs from which less is taken");
	return 0;
}

static int report_short(struct look *look)
{
	const struct facts *facts = look->facts;
	struct irqkit_finding *finding = finding_add(look, NULL, NULL);

	finding_say(finding,
		"only %llu interrupts of devices fired in %.0f seconds, too few to judge "
		"the load",
		(unsigned long long)facts->count, facts_seconds(facts));
	finding_fact(finding, "/proc/interrupts", "%llu more",
		(unsigned long long)facts->count);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"run 'irqkit doctor --for=30' while the machine is busy");
	return 0;
}

/* The CPU that handles most interrupts, as they are placed now; -1: none. */
static int find_busiest(const struct facts *facts, uint64_t *ret_count)
{
	_cleanup_free_ uint64_t *counts = calloc(IRQKIT_CPU_MAX + 1, sizeof(*counts));
	int busiest = -1;

	*ret_count = 0;
	for (size_t i = 0; counts && i < facts->n_units; i++) {
		const struct unit *unit = &facts->units[i];

		if (unit->cpu < 0)
			continue;
		counts[unit->cpu] += unit->count;
		if (counts[unit->cpu] > *ret_count) {
			*ret_count = counts[unit->cpu];
			busiest = unit->cpu;
		}
	}
	return busiest;
}

/* Another finding says it already. */
static bool is_reported(const struct irqkit_doctor *doctor)
{
	static const char *const ids[] = { "queues-on-one-cpu",
		"cpus-fewer-than-queues" };

	for (size_t i = 0; i < doctor->n_findings; i++)
		for (size_t k = 0; k < LENGTH(ids); k++)
			if (strcmp(doctor->findings[i]->rule->id, ids[k]) == 0)
				return true;
	return false;
}

/* Would 'irqkit spread' make the load of a device more even? Then 'irqkit show' says so. */
static int find_gain(struct facts *facts, bool *ret_has)
{
	*ret_has = false;
	for (size_t i = 0; i < facts->n_owners && !*ret_has; i++) {
		struct plan_gain gain;
		int r;

		if (facts->owners[i].count < IRQKIT_FEW_INTERRUPTS)
			continue;
		r = placing_plan_device(facts, &facts->owners[i], NULL, &gain);
		if (r < 0)
			return r;
		*ret_has = placing_gains_itself(&gain);
	}
	return 0;
}

/* 'irqkit show' says who handles them also where that hardly matters. */
static int look_few_since_boot(struct look *look)
{
	const struct facts *facts = look->facts;
	struct irqkit_finding *finding;
	uint64_t count;
	int cpu = find_busiest(facts, &count);
	double rate = facts_rate(facts, facts->count);
	bool has_gain;
	int r;

	if (cpu < 0 || facts->count < IRQKIT_FEW_INTERRUPTS ||
		placing_is_busy_machine(facts) ||
		irqkit_cpuset_count(facts->housekeeping) < 2 || is_reported(look->doctor))
		return 0;
	r = find_gain(look->facts, &has_gain);
	if (r < 0 || (!has_gain && count * 100 < facts->count * ONE_CPU_PERCENT))
		return r;
	finding = finding_add(look, NULL, NULL);
	if (rate >= 0)
		finding_say(finding,
			"cpu%d handles %.0f%% of the interrupts of devices, but only "
			"%.*f per second fired since boot, too few to judge the load",
			cpu, 100 * placing_share(count, facts->count), rate < 10, rate);
	else
		finding_say(finding,
			"cpu%d handles %.0f%% of the interrupts of devices, but only "
			"%llu "
			"fired since boot, too few to judge the load",
			cpu, 100 * placing_share(count, facts->count),
			(unsigned long long)facts->count);
	finding_fact(
		finding, "/proc/interrupts", "%llu", (unsigned long long)facts->count);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"measure it while it is busy; a saved one, save it twice");
	return 0;
}

static int look_short(struct look *look)
{
	const struct facts *facts = look->facts;

	if (facts_confidence(facts) != IRQKIT_CONFIDENCE_MEASURED)
		return look_few_since_boot(look);
	return facts->count < SAMPLE_INTERRUPTS ? report_short(look) : 0;
}

static const struct irqkit_rule rules[] = {
	{
		.id = "irq-time-not-accounted",
		.class = IRQKIT_CLASS_INFO,
		.title = "the kernel does not account the time of interrupts",
		.why = "The kernel charges interrupts to the program that runs, so all "
		       "figures such as '0% hi' of top are too small.",
		.explain = "Reported if the irq and softirq columns of /proc/stat stay 0 "
			   "although interrupts fired. Rules that need the time of CPUs "
			   "then cannot look, or use packets and counts.",
		.look = look_not_accounted,
	},
	{
		.id = "cannot-read",
		.class = IRQKIT_CLASS_INFO,
		.title = "this system hides its interrupts",
		.why = "A container hides part of the system, so the findings are "
		       "incomplete.",
		.explain = "Reported if /proc/interrupts is empty, as in a container "
			   "that masks it.",
		.look = look_cannot_read,
	},
	{
		.id = "steal-high",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "the host takes time from CPUs that handle interrupts",
		.why = "The host runs others on these virtual CPUs: moving interrupts "
		       "does "
		       "not help, and may make it worse.",
		.explain =
			"Reported if the steal time of a CPU that handles interrupts of "
			"devices is 5% or more. Whether irqbalance or a placement "
			"makes sense in a guest depends on this, not on the guest "
			"being one.",
		.hides = (const char *const[]){ "load-uneven", NULL },
		.look = look_steal,
	},
	{
		.id = "sample-too-short",
		.class = IRQKIT_CLASS_INFO,
		.title = "too few interrupts were measured",
		.why = "So few interrupts are mostly chance, and cost little on any CPU.",
		.explain = "Reported if fewer than 1,000 interrupts of devices fired "
			   "while the machine was measured. Without a measurement: if "
			   "one CPU handles 80 % of them or 'irqkit spread' would make "
			   "the load of a device more even, and fewer than 1,000 per "
			   "second fired since boot, or fewer than 100,000 if the time "
			   "of boot is not known.",
		.look = look_short,
	},
};

const struct irqkit_rule *rules_unjudged(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
