/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* irqbalance: what it moves, and what it leaves where it is. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "doctor/facts_tools.h"
#include "doctor/placed.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"
#include "irqbalance/irqbalance.h"
#include "kernel/ctx.h"
#include "topology/topology.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void free_irqbalance(struct irqkit_irqbalance **irqbalance)
{
	irqkit_irqbalance_free(*irqbalance);
}
#define _cleanup_irqbalance_ CLEANUP(free_irqbalance)

/* Counts those that irqbalance may move. */
static void count_unbanned(void *data, struct irqkit_irq *irq)
{
	struct placed_count *count = data;
	enum irqkit_movable movable;

	if (irqkit_irq_get_movable(irq, &movable) < 0 || movable != IRQKIT_MOVABLE)
		return;
	if (irqkit_irqbalance_has_banned(
		    count->irqbalance, (unsigned int)irqkit_irq_get_number(irq)))
		count->n_banned++;
	else if (count->n++ == 0)
		count->first = irq;
}

/* -ESRCH: it does not run. */
static int open_irqbalance(struct look *look, struct irqkit_irqbalance **ret_irqbalance)
{
	int r = irqkit_irqbalance_new(look->facts->devices, ret_irqbalance);

	/* a root that was saved has no socket: then the command line counts */
	if (r == 0 && look->facts->ctx->is_live)
		irqkit_irqbalance_read_bans(*ret_irqbalance, BANS_WAIT_MS);
	return r;
}

/* Adds the name of the process, by which irqbalance was found. */
static void add_comm(
	struct irqkit_finding *finding, const struct irqkit_irqbalance *irqbalance)
{
	char file[32];

	snprintf(file, sizeof(file), "/proc/%u/comm",
		irqkit_irqbalance_get_pid(irqbalance));
	finding_fact(finding, file, "irqbalance");
}

/* Nothing is wrong until somebody places interrupts. */
static int report_running(struct look *look, const struct irqkit_irqbalance *irqbalance)
{
	struct irqkit_finding *finding = finding_add(look, NULL, "irqbalance");

	finding_set_class(finding, IRQKIT_CLASS_INFO);
	finding_does(finding, "is running (pid %u), and may move what somebody places",
		irqkit_irqbalance_get_pid(irqbalance));
	add_comm(finding, irqbalance);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"nothing to do, because it spreads what nobody places; place interrupts "
		"with --ban, and it leaves these alone");
	return 0;
}

static int look_without_bans(struct look *look)
{
	_cleanup_irqbalance_ struct irqkit_irqbalance *irqbalance = NULL;
	struct placed_count count = { 0 };
	struct irqkit_finding *finding;
	int r = open_irqbalance(look, &irqbalance);

	if (r < 0)
		return r == -ESRCH ? look_lacks(look, "irqbalance is not running") : r;
	count.irqbalance = irqbalance;
	r = placed_for_each(look, 0, count_unbanned, &count);
	if (r < 0)
		return r == -ENOMEM ? r : look_lacks(look, "no journal of irqkit");
	if (irqkit_irqbalance_has_irqkit_script(irqbalance) ||
		(!count.n && count.n_banned))
		return 0;
	if (count.n == 0)
		return report_running(look, irqbalance);
	finding = finding_add(look, NULL, "irqbalance");
	finding_does(finding,
		"is running (pid %u), and may move %zu interrupt%s that "
		"irqkit placed, such as %d",
		irqkit_irqbalance_get_pid(irqbalance), count.n, count.n == 1 ? "" : "s",
		irqkit_irq_get_number(count.first));
	add_comm(finding, irqbalance);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"repeat the command with --ban (set, spread, pin-queue), or write it to "
		"a "
		"file in /etc/irqkit.d and run 'irqkit apply', which bans these "
		"interrupts; irqbalance still places the others");
	return 0;
}

/* "1.9.2" is 1009002. */
static unsigned int parse_version(const char *text)
{
	unsigned int major = 0, minor = 0, patch = 0;

	sscanf(text, "%u.%u.%u", &major, &minor, &patch);
	return major * 1000000 + minor * 1000 + patch;
}

static bool has_event_channels(const struct facts *facts)
{
	for (size_t i = 0; i < irqkit_machine_count_irqs(facts->machine); i++) {
		const char *chip = irqkit_interrupt_get_chip(
			irqkit_irq_get_row(irqkit_machine_get_irq(facts->machine, i)));

		if (chip && strncmp(chip, "xen-dyn", 7) == 0)
			return true;
	}
	return false;
}

static int look_blind_to_xen(struct look *look)
{
	_cleanup_free_ char *version = NULL;
	struct irqkit_finding *finding;
	unsigned int number;

	if (!facts_find_irqbalance(look->facts))
		return look_lacks(look, "irqbalance is not running");
	if (!has_event_channels(look->facts))
		return look_lacks(look, "no event channels of Xen");
	version = facts_find_irqbalance_version(look->facts);
	if (!version)
		return look_lacks(look, "the version of irqbalance is not known");
	number = parse_version(version);
	if (number < XEN_BLIND_FIRST || number > XEN_BLIND_LAST)
		return 0;
	finding = finding_add(look, NULL, "irqbalance");
	finding_does(finding,
		"version %s leaves the event channels of Xen where they are", version);
	finding_fact(finding, "/usr/sbin/irqbalance", "%s", version);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"install irqbalance 1.9.6 or newer, or place them with 'irqkit spread' "
		"from a file in /etc/irqkit.d");
	return 0;
}

/* The CPUs that irqbalance leaves alone; NULL: no variable says so. */
static struct irqkit_cpuset *find_banned_cpus(struct look *look, const char **ret_name)
{
	static const char *const names[] = { "IRQBALANCE_BANNED_CPULIST",
		"IRQBALANCE_BANNED_CPUS" };
	struct irqkit_cpuset *cpus = NULL;

	for (size_t i = 0; i < LENGTH(names) && !cpus; i++) {
		_cleanup_free_ char *text = facts_find_irqbalance_variable(
			look->facts, names[i]);

		*ret_name = names[i];
		if (text &&
			(i == 0 ? irqkit_cpuset_parse_list(
					  text, strlen(text), &cpus, NULL)
				: irqkit_cpuset_parse_mask(
					  text, strlen(text), &cpus, NULL)) < 0)
			cpus = NULL;
	}
	return cpus;
}

/* Does irqbalance find all isolated CPUs by itself? It asks only the kernel. */
static bool knows_isolated(const struct facts *facts)
{
	const struct irqkit_cpuset *others = topology_get_kernel_cpus(
		facts->topology, IRQKIT_CPUS_HOUSEKEEPING);

	return others && !irqkit_cpuset_has_common(others, facts->isolated);
}

static int look_uses_isolated(struct look *look)
{
	struct facts *facts = look->facts;
	_cleanup_cpuset_ struct irqkit_cpuset *banned = NULL, *left = NULL;
	_cleanup_free_ char *cpus = NULL, *all = NULL;
	struct irqkit_finding *finding;
	const char *name;
	int r;

	if (!facts_find_irqbalance(facts))
		return look_lacks(look, "irqbalance is not running");
	if (irqkit_cpuset_is_empty(facts->isolated))
		return look_lacks(look, "no isolated CPU");
	banned = find_banned_cpus(look, &name);
	if (!banned)
		return 0;
	r = irqkit_cpuset_copy(facts->isolated, &left);
	if (r < 0)
		return r;
	irqkit_cpuset_remove_set(left, banned);
	if (irqkit_cpuset_is_empty(left))
		return 0;
	r = irqkit_cpuset_add_set(banned, facts->isolated);
	cpus = facts_format_cpus(left);
	all = facts_format_cpus(banned);
	if (r < 0 || !cpus || !all)
		return -ENOMEM;
	finding = finding_add(look, NULL, "irqbalance");
	finding_does(finding,
		"may move interrupts to the isolated CPUs %s, because %s is set "
		"and does not have them",
		cpus, name);
	finding_add_cpus(finding, left);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"set IRQBALANCE_BANNED_CPULIST=%s%s. Then restart irqbalance", all,
		knows_isolated(facts) ? ", or unset it and IRQBALANCE_BANNED_CPUS, so "
					"that irqbalance asks the kernel"
				      : "");
	return 0;
}

static int judge_on_hybrid(struct look *look, const struct fact_device *owner,
	const struct irqkit_cpuset *slow, const struct irqkit_cpuset *fast,
	bool has_socket)
{
	const struct facts *facts = look->facts;
	struct irqkit_finding *finding;
	size_t n = 0;

	if (!owner->is_net || !facts_is_busy(facts, owner) ||
		!irqkit_cpuset_has_common(owner->usable, fast))
		return 0;
	for (size_t i = 0; i < owner->n_units; i++)
		n += owner->units[i]->is_movable && owner->units[i]->cpu >= 0 &&
			irqkit_cpuset_has(slow, (unsigned int)owner->units[i]->cpu);
	if (n == 0)
		return 0;
	finding = finding_add(look, owner->device, NULL);
	finding_say(finding,
		"irqbalance is running and leaves %zu of %zu queues on slow "
		"cores",
		n, owner->n_units);
	finding_fix(finding, "spread", owner->name, NULL);
	finding_fix_word(finding, "--cpus=%s", facts_get_fast_word(facts));
	if (has_socket)
		finding_fix_word(finding, "--ban");
	else
		finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
			"before that, add --banirq=N for each of these interrupts to the "
			"options of irqbalance, and restart it");
	return 0;
}

static int look_on_hybrid(struct look *look)
{
	const struct irqkit_cpuset *slow = irqkit_topology_get_slow_cores(
		look->facts->topology);
	const struct irqkit_cpuset *fast = irqkit_topology_get_fast_cores(
		look->facts->topology);
	const struct irqkit_irqbalance *irqbalance;
	int r = machine_get_irqbalance(look->facts->machine, &irqbalance);

	if (r < 0)
		return r == -ESRCH ? look_lacks(look, "irqbalance is not running") : r;
	if (!slow || !fast)
		return look_lacks(look, "no slow cores");
	for (size_t i = 0; i < look->facts->n_owners && r == 0; i++)
		r = judge_on_hybrid(look, &look->facts->owners[i], slow, fast,
			irqkit_irqbalance_has_socket(irqbalance));
	return r;
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
	{
		.id = "irqbalance-without-bans",
		.class = IRQKIT_CLASS_HIGH,
		.title = "irqbalance may move what irqkit placed",
		.why = "Within ten seconds irqbalance moves an interrupt that somebody "
		       "else has placed, unless the interrupt is banned.",
		.explain = "Reported if irqbalance is running, irqkit has placed movable "
			   "interrupts since boot, and irqbalance has not been told to "
			   "leave them alone. If irqkit has placed none, the class is "
			   "info.",
		.hides = (const char *const[]){ "affinity-flapping", NULL },
		.look = look_without_bans,
	},
	{
		.id = "irqbalance-blind-to-xen",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "this irqbalance does not move Xen's event channels",
		.why = "These releases do not recognise event channels, and leave them "
		       "all "
		       "where they are.",
		.explain = "Reported if irqbalance 1.9.0 to 1.9.5 is running and there "
			   "are interrupts of xen-dyn.",
		.look = look_blind_to_xen,
	},
	{
		.id = "irqbalance-uses-isolated",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "irqbalance may use isolated CPUs",
		.why = "If it is told which CPUs to leave alone, it does not ask the "
		       "kernel for isolated CPUs any more.",
		.explain = "Reported if irqbalance is running and "
			   "IRQBALANCE_BANNED_CPULIST or IRQBALANCE_BANNED_CPUS is set "
			   "and lacks an isolated CPU.",
		.look = look_uses_isolated,
	},
	{
		.id = "irqbalance-on-hybrid",
		.class = IRQKIT_CLASS_LOW,
		.title = "irqbalance leaves queues on slow cores",
		.why = "irqbalance does not know fast cores from slow ones.",
		.explain = "Reported if irqbalance is running and a busy interface has "
			   "a queue on a slow core.",
		.hides = (const char *const[]){ "queue-on-slow-core", NULL },
		.look = look_on_hybrid,
	},
};

const struct irqkit_rule *rules_irqbalance(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
