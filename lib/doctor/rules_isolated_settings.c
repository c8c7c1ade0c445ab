/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings, threads and ticks that reach isolated CPUs. */
#include "base/cpuset.h"
#include "base/join.h"
#include "base/macros.h"
#include "doctor/facts_isolate.h"
#include "doctor/facts_kernel.h"
#include "doctor/isolated.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"
#include "interrupts/irq.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int look_default_affinity(struct look *look)
{
	struct facts *facts = look->facts;
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	_cleanup_free_ char *both = NULL, *others = NULL;
	struct irqkit_finding *finding;
	int r;

	if (!isolated_exists(look, &r))
		return r;
	cpus = facts_copy_mask(facts, MACHINE_DEFAULT_AFFINITY);
	if (!cpus)
		return look_lacks(look, "no /proc/irq/default_smp_affinity");
	irqkit_cpuset_keep_set(cpus, facts->isolated);
	if (irqkit_cpuset_is_empty(cpus))
		return 0;
	both = facts_format_cpus(cpus);
	others = facts_format_cpus(facts->housekeeping);
	finding = isolated_add_finding(look, false);
	finding_say(finding,
		"new interrupts may be handled on CPUs %s (default_smp_affinity)",
		both ? both : "?");
	finding_fact_file(finding, facts, MACHINE_DEFAULT_AFFINITY);
	finding_fix(finding, "set", "--default", "--cpus=housekeeping", NULL);
	finding_by_hand(finding, IRQKIT_NEEDS_REBOOT,
		"irqaffinity=%s on the kernel command line does the same at boot",
		others ? others : "LIST");
	return 0;
}

static struct irqkit_cpuset *parse_parameter(struct facts *facts, const char *name)
{
	_cleanup_free_ char *text = facts_find_parameter(facts, name);
	struct irqkit_cpuset *set = NULL;
	const char *list = text;

	/* isolcpus=managed_irq,domain,2-3 */
	while (list && *list && (*list < '0' || *list > '9')) {
		list += strcspn(list, ",");
		list += *list == ',';
	}
	return list && *list &&
			irqkit_cpuset_parse_list(list, strlen(list), &set, NULL) == 0
		? set
		: NULL;
}

static void report_contradiction(struct look *look, const char *a, const char *b,
	const struct irqkit_cpuset *both, const char *format)
{
	_cleanup_free_ char *cpus = facts_format_cpus(both);
	_cleanup_free_ char *others = facts_format_cpus(look->facts->housekeeping);
	struct irqkit_finding *finding = finding_add(look, NULL, "the command line");

	finding_say(finding, "%s and %s contradict each other about CPUs %s", a, b,
		cpus ? cpus : "?");
	finding_fact_read(finding, look->facts, "proc/cmdline");
	finding_by_hand(finding, IRQKIT_NEEDS_REBOOT, format, others ? others : "LIST");
}

static int look_cmdline_contradiction(struct look *look)
{
	struct facts *facts = look->facts;
	_cleanup_cpuset_ struct irqkit_cpuset *affinity = NULL, *isolated = NULL;
	_cleanup_cpuset_ struct irqkit_cpuset *nohz = NULL;

	if (!facts_read(facts, NULL, "proc/cmdline"))
		return look_lacks(look, "no /proc/cmdline");
	affinity = parse_parameter(facts, "irqaffinity=");
	isolated = parse_parameter(facts, "isolcpus=");
	nohz = parse_parameter(facts, "nohz_full=");
	if (affinity && isolated && irqkit_cpuset_has_common(affinity, isolated)) {
		irqkit_cpuset_keep_set(affinity, isolated);
		report_contradiction(look, "irqaffinity=", "isolcpus=", affinity,
			"boot with irqaffinity=%s");
	} else if (affinity && nohz && irqkit_cpuset_has_common(affinity, nohz)) {
		irqkit_cpuset_keep_set(affinity, nohz);
		report_contradiction(look, "irqaffinity=", "nohz_full=", affinity,
			"boot with irqaffinity=%s");
	} else if (nohz && isolated && !irqkit_cpuset_is_subset(nohz, isolated)) {
		irqkit_cpuset_remove_set(nohz, isolated);
		report_contradiction(look, "nohz_full=", "isolcpus=", nohz,
			"give both the same CPUs, or isolate them with a cpuset "
			"partition (the others are %s)");
	}
	return 0;
}

/* Settings of one kind that still have isolated CPUs. @format: has the number and names */
static int look_setting(struct look *look, enum irqkit_knob knob, const char *what)
{
	struct name_list names CLEANUP(name_list_free) = { 0 };
	struct facts *facts = look->facts;
	struct irqkit_finding *finding;
	int r;

	if (!isolated_has_plan(look, &r))
		return r;
	for (size_t i = 0; i < facts->n_isolate_steps && r == 0; i++)
		if (facts->isolate_steps[i].knob == knob)
			r = name_list_add(&names, facts->isolate_steps[i].target);
	if (r == 0)
		r = name_list_end(&names);
	if (r < 0 || !names.n)
		return r;
	finding = isolated_add_finding(look, true);
	finding_say(finding, "%s (%s)", what, names.text);
	for (size_t i = 0; i < facts->n_isolate_steps; i++)
		if (facts->isolate_steps[i].knob == knob)
			finding_fact(finding, facts->isolate_steps[i].path, "%s",
				facts->isolate_steps[i].old);
	return 0;
}

static int look_rps_on_isolated(struct look *look)
{
	return look_setting(
		look, IRQKIT_KNOB_RPS_CPUS, "RPS lets them process packets of others");
}

static int look_rps_default_isolated(struct look *look)
{
	if (!facts_has_file(look->facts, MACHINE_RPS_DEFAULT_MASK))
		return look_lacks(look, "no rps_default_mask");
	return look_setting(look, IRQKIT_KNOB_RPS_DEFAULT_MASK,
		"RPS of new interfaces will have them process packets");
}

static int look_threads_on_isolated(struct look *look)
{
	return look_setting(look, IRQKIT_KNOB_THREAD,
		"kernel threads that handle interrupts or other work may run there");
}

static int look_workqueue_on_isolated(struct look *look)
{
	if (!facts_has_file(look->facts, MACHINE_WORKQUEUE))
		return look_lacks(look, "no workqueue cpumask");
	return look_setting(
		look, IRQKIT_KNOB_WORKQUEUE, "work of unbound workqueues may run there");
}

/* Does the CPU do one thing only, and no interrupts? */
static bool is_working(const struct irqkit_load_cpu *cpu, double seconds)
{
	uint64_t user;

	/* ticks of 10 ms */
	return irqkit_load_cpu_get_count(cpu, IRQKIT_COUNTER_USER, &user) == 0 &&
		(double)user >= 0.9 * 100 * seconds;
}

static int look_tick(struct look *look)
{
	struct facts *facts = look->facts;
	const struct irqkit_cpuset *nohz = irqkit_topology_get_cpus(
		facts->topology, IRQKIT_CPUS_NOHZ_FULL);
	const struct irqkit_interrupt *row = irqkit_snapshot_find(
		facts_counts(facts), "LOC");
	_cleanup_cpuset_ struct irqkit_cpuset *ticking = NULL;
	_cleanup_free_ char *list = NULL;
	struct irqkit_finding *finding;
	double most = 0;

	if (!nohz || irqkit_cpuset_is_empty(nohz))
		return look_lacks(look, "no nohz_full CPU");
	if (facts_confidence(facts) != IRQKIT_CONFIDENCE_MEASURED || !row)
		return look_lacks(look, "no measured ticks");
	if (irqkit_cpuset_new(&ticking) < 0)
		return -ENOMEM;
	irqkit_cpuset_foreach (cpu, nohz) {
		const struct irqkit_load_cpu *own = irqkit_load_find_cpu(
			facts->load, cpu);
		double rate = facts_rate(facts, irqkit_interrupt_get_count(row, cpu));

		if (!own || rate <= TICK_PER_SECOND ||
			!is_working(own, facts_seconds(facts)))
			continue;
		most = rate > most ? rate : most;
		if (irqkit_cpuset_add(ticking, cpu) < 0)
			return -ENOMEM;
	}
	if (irqkit_cpuset_is_empty(ticking))
		return 0;
	list = facts_format_cpus(ticking);
	finding = finding_add(look, NULL, "%s %s",
		irqkit_cpuset_count(ticking) == 1 ? "CPU" : "CPUs", list ? list : "?");
	finding_does(finding, "%s up to %.0f times per second in spite of nohz_full=",
		irqkit_cpuset_count(ticking) == 1 ? "ticks" : "tick", most);
	finding_fact(finding, "/proc/interrupts", "LOC: %.0f per second", most);
	finding_add_cpus(finding, ticking);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"find what else runs there: ps -eLo psr,pid,comm, /proc/timer_list");
	return 0;
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
	{
		.id = "default-affinity-isolated",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "new interrupts may be handled on isolated CPUs",
		.why = "isolcpus= and nohz_full= do not change the default affinity: the "
		       "next device that appears interrupts the isolated CPUs.",
		.explain = "Reported if /proc/irq/default_smp_affinity has an isolated "
			   "CPU.",
		.look = look_default_affinity,
	},
	{
		.id = "cmdline-contradiction",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "parameters of the kernel contradict each other",
		.why = "Two parameters say opposite things about the same CPUs.",
		.explain =
			"Reported if irqaffinity= has CPUs of isolcpus= or nohz_full=, "
			"or nohz_full= has CPUs that isolcpus= does not have.",
		.look = look_cmdline_contradiction,
	},
	{
		.id = "rps-on-isolated",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "RPS uses isolated CPUs",
		.why = "The isolated CPUs process packets for programs on other CPUs.",
		.explain =
			"Reported if rps_cpus of a queue has isolated CPUs, as happens "
			"when a cpuset isolates them later.",
		.look = look_rps_on_isolated,
	},
	{
		.id = "rps-default-isolated",
		.class = IRQKIT_CLASS_LOW,
		.title = "RPS of new interfaces uses isolated CPUs",
		.why = "Every new interface starts with this mask.",
		.explain =
			"Reported if net.core.rps_default_mask has isolated CPUs. Needs "
			"Linux 6.3.",
		.look = look_rps_default_isolated,
	},
	{
		.id = "threads-on-isolated",
		.class = IRQKIT_CLASS_LOW,
		.title = "kernel threads may run on isolated CPUs",
		.why = "Work of interrupts that is done in threads follows the affinity "
		       "of "
		       "the thread, not that of the interrupt.",
		.explain =
			"Reported for kernel threads that may run on isolated CPUs and "
			"that 'irqkit isolate' can move. Threads that the kernel has "
			"bound to a CPU do not count.",
		.look = look_threads_on_isolated,
	},
	{
		.id = "workqueue-on-isolated",
		.class = IRQKIT_CLASS_LOW,
		.title = "workqueues use isolated CPUs",
		.why = "Work items of the kernel run on the isolated CPUs.",
		.explain =
			"Reported if /sys/devices/virtual/workqueue/cpumask has isolated "
			"CPUs.",
		.look = look_workqueue_on_isolated,
	},
	{
		.id = "tick-on-nohz-full",
		.class = IRQKIT_CLASS_INFO,
		.title = "CPUs without ticks have ticks",
		.why = "nohz_full= stops only the tick, and only while one task runs on "
		       "the "
		       "CPU: another task or a timer is there.",
		.explain =
			"Reported if a CPU of nohz_full= that works 90% of the time has "
			"more than 10 timer interrupts per second. It never stops all "
			"interrupts, and older kernels keep one tick per second.",
		.look = look_tick,
	},
};

const struct irqkit_rule *rules_isolated_settings(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
