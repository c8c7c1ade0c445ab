/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CPUs that are isolated, and what interrupts them nevertheless. The plan of 'irqkit
 * isolate' for these CPUs says what could be kept away.
 */
#include "base/cpuset.h"
#include "base/join.h"
#include "base/macros.h"
#include "doctor/facts_isolate.h"
#include "doctor/facts_kernel.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"
#include "interrupts/irq.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* More names than these make no sentence. */
#define NAMES_SHOWN 3

/* False: there is no isolated CPU, which was noted; or memory ran out, in *ret_error. */
static bool has_isolated(struct look *look, int *ret_error)
{
	*ret_error = 0;
	if (!irqkit_cpuset_is_empty(look->facts->isolated))
		return true;
	*ret_error = look_lacks(look, "no isolated CPU");
	return false;
}

/* The same, and the plan of 'isolate' was made. */
static bool has_plan(struct look *look, int *ret_error)
{
	if (!has_isolated(look, ret_error))
		return false;
	*ret_error = facts_plan_isolate(look->facts);
	if (*ret_error == 0)
		return true;
	if (*ret_error != -ENOMEM)
		*ret_error = look_lacks(look, "no plan of 'irqkit isolate'");
	return false;
}

/* "CPUs 4-15", with the fix for all that is wrong with them. */
static struct irqkit_finding *add_finding(struct look *look, bool is_fixable)
{
	_cleanup_free_ char *cpus = facts_format_cpus(look->facts->isolated);
	struct irqkit_finding *finding = finding_add(
		look, NULL, "isolated CPUs %s", cpus ? cpus : "?");

	finding_add_cpus(finding, look->facts->isolated);
	if (is_fixable) {
		finding_fix(finding, "isolate", NULL);
		finding_fix_word(finding, "%s", cpus ? cpus : "isolated");
	}
	return finding;
}

/* Adds "eth0, eth1 and 3 more". */
struct name_list {
	char *text; /* owned */
	size_t n;
};

static void name_list_free(struct name_list *names)
{
	free(names->text);
}

static int name_list_add(struct name_list *names, const char *name)
{
	names->n++;
	return names->n <= NAMES_SHOWN ? join_text(&names->text, name) : 0;
}

static int name_list_end(struct name_list *names)
{
	char *text;

	if (names->n <= NAMES_SHOWN)
		return 0;
	if (asprintf(&text, "%s and %zu more", names->text, names->n - NAMES_SHOWN) < 0)
		return -ENOMEM;
	free(names->text);
	names->text = text;
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Interrupts that can be moved                                                    */

/* Somebody chose only isolated CPUs for it: a program there may want it. */
static bool is_on_purpose(const struct facts *facts, struct irqkit_irq *irq)
{
	const struct irqkit_cpuset *affinity;

	return irqkit_irq_get_affinity(irq, &affinity) == 0 &&
		!irqkit_cpuset_is_empty(affinity) &&
		irqkit_cpuset_is_subset(affinity, facts->isolated);
}

static bool is_handled_there(const struct facts *facts, struct irqkit_irq *irq)
{
	int cpu = facts_find_cpu(facts, irq);

	return cpu >= 0 && irqkit_cpuset_has(facts->isolated, (unsigned int)cpu);
}

enum irq_case { IRQ_COMES, IRQ_MAY_COME, IRQ_ON_PURPOSE };

static enum irq_case judge_irq(const struct facts *facts, struct irqkit_irq *irq)
{
	if (is_on_purpose(facts, irq))
		return IRQ_ON_PURPOSE;
	return is_handled_there(facts, irq) && facts_count(facts, irq) ? IRQ_COMES
								       : IRQ_MAY_COME;
}

struct irq_list {
	struct name_list names;
	uint64_t count;
};

static void irq_list_free(struct irq_list *list)
{
	name_list_free(&list->names);
}

static const char *name_irq(const struct irqkit_irq *irq)
{
	return irqkit_interrupt_count_actions(irq->row)
		? irqkit_interrupt_get_action(irq->row, 0)
		: irqkit_interrupt_get_label(irq->row);
}

static int list_irqs(
	const struct facts *facts, enum irq_case which, struct irq_list *list)
{
	int r = 0;

	for (size_t i = 0; i < facts->n_isolate_steps && r == 0; i++) {
		struct irqkit_irq *irq = facts->isolate_steps[i].irq;

		if (!irq || judge_irq(facts, irq) != which)
			continue;
		list->count += facts_count(facts, irq);
		r = name_list_add(&list->names, name_irq(irq));
	}
	return r == 0 ? name_list_end(&list->names) : r;
}

static void add_irq_facts(
	struct irqkit_finding *finding, struct facts *facts, enum irq_case which)
{
	for (size_t i = 0; i < facts->n_isolate_steps; i++) {
		struct irqkit_irq *irq = facts->isolate_steps[i].irq;

		if (!irq || judge_irq(facts, irq) != which)
			continue;
		finding_fact_read(finding, facts, "proc/irq/%d/smp_affinity_list",
			irqkit_irq_get_number(irq));
		finding_fact_read(finding, facts, "proc/irq/%d/effective_affinity_list",
			irqkit_irq_get_number(irq));
	}
}

static void say_on_purpose(struct irqkit_finding *finding, const struct irq_list *list)
{
	if (list->names.n)
		finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
			"%s may be there on purpose, because only isolated CPUs are "
			"allowed: '--dry-run' shows what moves",
			list->names.text);
}

static int look_irq_on_isolated(struct look *look)
{
	struct irq_list comes CLEANUP(irq_list_free) = { 0 };
	struct irq_list purpose CLEANUP(irq_list_free) = { 0 };
	struct facts *facts = look->facts;
	struct irqkit_finding *finding;
	double rate;
	int r;

	if (!has_plan(look, &r))
		return r;
	r = list_irqs(facts, IRQ_COMES, &comes);
	if (r == 0)
		r = list_irqs(facts, IRQ_ON_PURPOSE, &purpose);
	if (r < 0 || !comes.names.n)
		return r;
	finding = add_finding(look, true);
	rate = facts_rate(facts, comes.count);
	if (rate >= 0)
		finding_say(finding,
			"%zu interrupt%s fire%s there, %.1f times per second (%s)",
			comes.names.n, comes.names.n == 1 ? "" : "s",
			comes.names.n == 1 ? "s" : "", rate, comes.names.text);
	else
		finding_say(finding,
			"%zu interrupt%s fire%s there, %llu times so far (%s)",
			comes.names.n, comes.names.n == 1 ? "" : "s",
			comes.names.n == 1 ? "s" : "", (unsigned long long)comes.count,
			comes.names.text);
	add_irq_facts(finding, facts, IRQ_COMES);
	say_on_purpose(finding, &purpose);
	finding_weigh(finding,
		facts->count ? (double)comes.count / (double)facts->count : 0, 1, false);
	return 0;
}

static int look_irq_may_reach(struct look *look)
{
	struct irq_list may CLEANUP(irq_list_free) = { 0 };
	struct irqkit_finding *finding;
	int r;

	if (!has_plan(look, &r))
		return r;
	r = list_irqs(look->facts, IRQ_MAY_COME, &may);
	if (r < 0 || !may.names.n)
		return r;
	finding = add_finding(look, true);
	finding_say(finding,
		"%zu interrupt%s may be handled there (%s), although none fires there "
		"now",
		may.names.n, may.names.n == 1 ? "" : "s", may.names.text);
	add_irq_facts(finding, look->facts, IRQ_MAY_COME);
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Interrupts that only the kernel places                                          */

/* Managed interrupts there; @is_only: those that may come nowhere else. */
static int list_managed(const struct facts *facts, bool is_only, struct irq_list *list)
{
	int r = 0;

	for (size_t i = 0; i < facts->n_units && r == 0; i++) {
		const struct unit *unit = &facts->units[i];

		for (size_t j = 0; j < unit->n_irqs && unit->is_managed && r == 0; j++) {
			struct irqkit_irq *irq = unit->irqs[j];

			if (!is_handled_there(facts, irq) ||
				is_on_purpose(facts, irq) != is_only)
				continue;
			list->count += facts_count(facts, irq);
			r = name_list_add(&list->names, unit->name);
		}
	}
	return r == 0 ? name_list_end(&list->names) : r;
}

static int look_managed_on_isolated(struct look *look)
{
	struct irq_list list CLEANUP(irq_list_free) = { 0 };
	_cleanup_free_ char *cpus = NULL;
	struct irqkit_finding *finding;
	int r;

	if (!has_isolated(look, &r))
		return r;
	r = list_managed(look->facts, false, &list);
	if (r < 0 || !list.names.n || !list.count)
		return r;
	cpus = facts_format_cpus(look->facts->isolated);
	finding = add_finding(look, false);
	finding_say(finding,
		"%zu interrupt%s that only the kernel places fire%s there (%s), although "
		"other CPUs are allowed",
		list.names.n, list.names.n == 1 ? "" : "s", list.names.n == 1 ? "s" : "",
		list.names.text);
	finding_weigh(finding,
		look->facts->count ? (double)list.count / (double)look->facts->count : 0,
		1, false);
	finding_by_hand(finding, IRQKIT_NEEDS_REBOOT,
		"boot with isolcpus=managed_irq,domain,%s", cpus ? cpus : "LIST");
	return 0;
}

static int look_managed_isolated_only(struct look *look)
{
	struct irq_list list CLEANUP(irq_list_free) = { 0 };
	struct irqkit_finding *finding;
	int r;

	if (!has_isolated(look, &r))
		return r;
	r = list_managed(look->facts, true, &list);
	if (r < 0 || !list.names.n)
		return r;
	finding = add_finding(look, false);
	finding_say(finding, "%zu managed interrupt%s can fire only there (%s)",
		list.names.n, list.names.n == 1 ? "" : "s", list.names.text);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"nothing to do, because only reading and writing by the isolated CPUs "
		"themselves raises them");
	return 0;
}

static bool mixes_isolated(const struct facts *facts, struct irqkit_irq *irq)
{
	const struct irqkit_cpuset *affinity;

	return irqkit_irq_get_affinity(irq, &affinity) == 0 &&
		irqkit_cpuset_has_common(affinity, facts->isolated) &&
		irqkit_cpuset_has_common(affinity, facts->housekeeping);
}

static int look_isolcpus_without_managed(struct look *look)
{
	struct facts *facts = look->facts;
	_cleanup_free_ char *parameter = NULL;
	struct irqkit_finding *finding;
	size_t n = 0;

	if (!facts_read(facts, NULL, "proc/cmdline"))
		return look_lacks(look, "no /proc/cmdline");
	parameter = facts_find_parameter(facts, "isolcpus=");
	if (!parameter || strstr(parameter, "managed_irq") ||
		facts_is_before(facts, 5, 6))
		return 0;
	for (size_t i = 0; i < facts->n_units; i++)
		for (size_t j = 0; j < facts->units[i].n_irqs; j++)
			n += facts->units[i].is_managed &&
				mixes_isolated(facts, facts->units[i].irqs[j]);
	if (!n)
		return 0;
	finding = finding_add(look, NULL, "isolcpus=%s", parameter);
	finding_say(finding,
		"%zu managed interrupt%s may still be handled on the isolated CPUs", n,
		n == 1 ? "" : "s");
	finding_fact(finding, "/proc/cmdline", "isolcpus=%s", parameter);
	finding_by_hand(finding, IRQKIT_NEEDS_REBOOT,
		"boot with isolcpus=managed_irq,%s%s",
		*parameter >= '0' && *parameter <= '9' ? "domain," : "", parameter);
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Other settings                                                                  */

static int look_default_affinity(struct look *look)
{
	struct facts *facts = look->facts;
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	_cleanup_free_ char *both = NULL, *others = NULL;
	struct irqkit_finding *finding;
	int r;

	if (!has_isolated(look, &r))
		return r;
	cpus = facts_read_mask(facts, "proc/irq/default_smp_affinity");
	if (!cpus)
		return look_lacks(look, "no /proc/irq/default_smp_affinity");
	irqkit_cpuset_keep_set(cpus, facts->isolated);
	if (irqkit_cpuset_is_empty(cpus))
		return 0;
	both = facts_format_cpus(cpus);
	others = facts_format_cpus(facts->housekeeping);
	finding = add_finding(look, false);
	finding_say(finding,
		"new interrupts may be handled on CPUs %s (default_smp_affinity)",
		both ? both : "?");
	finding_fact_read(finding, facts, "proc/irq/default_smp_affinity");
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

	if (!has_plan(look, &r))
		return r;
	for (size_t i = 0; i < facts->n_isolate_steps && r == 0; i++)
		if (facts->isolate_steps[i].knob == knob)
			r = name_list_add(&names, facts->isolate_steps[i].target);
	if (r == 0)
		r = name_list_end(&names);
	if (r < 0 || !names.n)
		return r;
	finding = add_finding(look, true);
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
	if (!facts_read(look->facts, NULL, "proc/sys/net/core/rps_default_mask"))
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
	if (!facts_read(look->facts, NULL, "sys/devices/virtual/workqueue/cpumask"))
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
		.id = "irq-on-isolated",
		.class = IRQKIT_CLASS_HIGH,
		.title = "interrupts are handled on isolated CPUs",
		.why = "An isolated CPU is interrupted, and the program on it loses "
		       "microseconds each time.",
		.explain = "Reported if an interrupt that can be moved fires on an "
			   "isolated CPU. An interrupt that may be handled only on "
			   "isolated CPUs counts as placed there on purpose.",
		.hides = (const char *const[]){ "default-affinity-isolated",
			"irq-may-reach-isolated", "threads-on-isolated",
			"workqueue-on-isolated", "rps-on-isolated",
			"rps-default-isolated", NULL },
		.look = look_irq_on_isolated,
	},
	{
		.id = "irq-may-reach-isolated",
		.class = IRQKIT_CLASS_LOW,
		.title = "interrupts may be handled on isolated CPUs",
		.why = "The kernel may choose an isolated CPU at the next change.",
		.explain = "Reported if the affinity of an interrupt has isolated and "
			   "other CPUs, and it is not handled on an isolated one now.",
		.look = look_irq_may_reach,
	},
	{
		.id = "managed-on-isolated",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "the kernel places managed interrupts on isolated CPUs",
		.why = "The kernel placed the interrupt of a disk queue on an isolated "
		       "CPU, "
		       "although others are in its set.",
		.explain =
			"Reported if a managed interrupt that may also be handled on "
			"other CPUs is handled on an isolated one. Only the kernel can "
			"place it: the word managed_irq of isolcpus= makes it.",
		.hides = (const char *const[]){ "isolcpus-without-managed", NULL },
		.look = look_managed_on_isolated,
	},
	{
		.id = "managed-isolated-only",
		.class = IRQKIT_CLASS_INFO,
		.title = "managed interrupts can fire only on isolated CPUs",
		.why = "Such an interrupt fires only when the isolated CPU itself reads "
		       "or "
		       "writes.",
		.explain = "Reported, always as info, if all CPUs of a managed interrupt "
			   "are isolated.",
		.look = look_managed_isolated_only,
	},
	{
		.id = "isolcpus-without-managed",
		.class = IRQKIT_CLASS_LOW,
		.title = "isolcpus= does not keep managed interrupts away",
		.why = "isolcpus= keeps interrupts away only with the word managed_irq, "
		       "and "
		       "then only managed ones.",
		.explain =
			"Reported if the command line has isolcpus= without managed_irq, "
			"and managed interrupts have isolated and other CPUs. Needs "
			"Linux 5.6.",
		.look = look_isolcpus_without_managed,
	},
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

const struct irqkit_rule *rules_isolation(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
