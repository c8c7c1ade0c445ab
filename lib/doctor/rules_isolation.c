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
#include "doctor/isolated.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"
#include "interrupts/irq.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* Interrupts that can be moved                                                    */

/*
 * Did somebody choose only isolated CPUs for the interrupt? A program there may want it. Many
 * drivers put queue N on CPU N with irq_set_affinity_and_hint() or irq_set_affinity_hint(): then
 * nobody chose.
 */
static bool is_on_purpose(const struct facts *facts, struct irqkit_irq *irq)
{
	const struct irqkit_cpuset *affinity, *hint;

	return irqkit_irq_get_affinity(irq, &affinity) == 0 &&
		!irqkit_cpuset_is_empty(affinity) &&
		irqkit_cpuset_is_subset(affinity, facts->isolated) &&
		(irqkit_irq_get_hint(irq, &hint) < 0 ||
			!irqkit_cpuset_is_equal(affinity, hint));
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
		finding_fact_affinity(finding, irq);
		finding_fact_effective(finding, irq);
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

	if (!isolated_has_plan(look, &r))
		return r;
	r = list_irqs(facts, IRQ_COMES, &comes);
	if (r == 0)
		r = list_irqs(facts, IRQ_ON_PURPOSE, &purpose);
	if (r < 0 || !comes.names.n)
		return r;
	finding = isolated_add_finding(look, true);
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

	if (!isolated_has_plan(look, &r))
		return r;
	r = list_irqs(look->facts, IRQ_MAY_COME, &may);
	if (r < 0 || !may.names.n)
		return r;
	finding = isolated_add_finding(look, true);
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

	if (!isolated_exists(look, &r))
		return r;
	r = list_managed(look->facts, false, &list);
	if (r < 0 || !list.names.n || !list.count)
		return r;
	cpus = facts_format_cpus(look->facts->isolated);
	finding = isolated_add_finding(look, false);
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

	if (!isolated_exists(look, &r))
		return r;
	r = list_managed(look->facts, true, &list);
	if (r < 0 || !list.names.n)
		return r;
	finding = isolated_add_finding(look, false);
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

static const struct irqkit_rule rules[] = {
	{
		.id = "irq-on-isolated",
		.class = IRQKIT_CLASS_HIGH,
		.title = "interrupts are handled on isolated CPUs",
		.why = "An isolated CPU is interrupted, and the program on it loses "
		       "microseconds each time.",
		.explain = "Reported if an interrupt that can be moved fires on an "
			   "isolated CPU. An interrupt that may be handled only on "
			   "isolated CPUs counts as placed there on purpose, unless its "
			   "driver chose them (affinity_hint).",
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
};

const struct irqkit_rule *rules_isolation(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
