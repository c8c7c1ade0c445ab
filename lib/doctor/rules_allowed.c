/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPUs that an interrupt may use: some are offline, all are allowed, or only a few are. */
#include "base/array.h"
#include "base/buffer.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "doctor/irq_view.h"
#include "doctor/placing.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* CPUs that are not there                                                         */

struct offline_group {
	struct irq_group group;
	struct irqkit_cpuset *offline; /* owned; CPUs of some affinity */
	struct target_words numbers; /* of the interrupts */
};

static void offline_group_free(struct offline_group *group)
{
	irq_group_free(&group->group);
	irqkit_cpuset_free(group->offline);
	target_words_free(&group->numbers);
}

/* The CPUs of the affinity that are possible and offline; NULL: none, or nobody chose them. */
static struct irqkit_cpuset *find_offline(
	struct facts *facts, const struct irq_view *view)
{
	const struct irqkit_cpuset *possible = irqkit_topology_get_cpus(
		facts->topology, IRQKIT_CPUS_POSSIBLE);
	struct irqkit_cpuset *offline;

	if (!possible || irq_view_is_default(facts, view) ||
		irqkit_cpuset_is_subset(facts->online, view->affinity) ||
		irqkit_cpuset_copy(view->affinity, &offline) < 0)
		return NULL;
	irqkit_cpuset_keep_set(offline, possible);
	irqkit_cpuset_remove_set(offline, facts->online);
	if (!irqkit_cpuset_is_empty(offline))
		return offline;
	irqkit_cpuset_free(offline);
	return NULL;
}

static int add_number(struct target_words *words, int number)
{
	if (!GROW(words->words, words->n, words->room) ||
		asprintf(&words->words[words->n], "%d", number) < 0)
		return -ENOMEM;
	words->n++;
	return 0;
}

static int add_offline(
	struct look *look, const struct irq_view *view, struct offline_group *group)
{
	_cleanup_cpuset_ struct irqkit_cpuset *offline = find_offline(look->facts, view);
	int r;

	/* with no CPU left, the kernel has put it elsewhere */
	if (!offline || !irqkit_cpuset_has_common(view->affinity, look->facts->online))
		return 0;
	r = irq_group_add(&group->group, look, view, "affinity");
	if (r == 0 && !group->offline)
		r = irqkit_cpuset_new(&group->offline);
	if (r == 0)
		r = irqkit_cpuset_add_set(group->offline, offline);
	return r == 0 ? add_number(&group->numbers, view->number) : r;
}

/* "--cpus=current,^3,^7": each part takes away */
static int fix_offline(
	struct irqkit_finding *finding, const struct irqkit_cpuset *offline)
{
	struct buffer word = { 0 };
	_cleanup_free_ char *text = NULL;

	buffer_add(&word, "--cpus=current");
	irqkit_cpuset_foreach (cpu, offline)
		buffer_add(&word, ",^%u", cpu);
	if (buffer_take(&word, &text) < 0)
		return -ENOMEM;
	finding_fix_word(finding, "%s", text);
	return 0;
}

static int report_offline(const struct offline_group *group)
{
	struct irqkit_finding *finding = group->group.finding;
	_cleanup_free_ char *names = irq_group_format(&group->group);
	_cleanup_free_ char *cpus = facts_format_cpus(group->offline);

	if (!names || !cpus)
		return -ENOMEM;
	finding_say(finding,
		"%zu interrupt%s may be handled on CPUs that are offline: %s "
		"(%s)",
		group->group.n, group->group.n == 1 ? "" : "s", cpus, names);
	finding_fix(finding, "set", NULL);
	for (size_t i = 0; i < group->numbers.n; i++)
		finding_fix_word(finding, "%s", group->numbers.words[i]);
	return fix_offline(finding, group->offline);
}

static int look_affinity_offline(struct look *look)
{
	struct offline_group group CLEANUP(offline_group_free) = { 0 };
	struct facts *facts = look->facts;
	int r = 0;

	for (size_t i = 0; i < facts->n_units; i++)
		for (size_t j = 0; j < facts->units[i].n_irqs && r == 0; j++) {
			struct irq_view view;

			if (view_irq(facts->units[i].irqs[j], &facts->units[i], &view))
				r = add_offline(look, &view, &group);
		}
	return r == 0 && group.group.n ? report_offline(&group) : r;
}

/* The one unit that may go anywhere, while all others of the device have one CPU. */
static const struct unit *find_widened(
	const struct facts *facts, const struct fact_device *device)
{
	const struct unit *widened = NULL;
	size_t n_pinned = 0;

	for (size_t i = 0; i < device->n_units; i++) {
		struct irq_view view;

		if (!view_irq(device->units[i]->irqs[0], device->units[i], &view))
			return NULL;
		if (irqkit_cpuset_count(view.affinity) == 1)
			n_pinned++;
		else if (irqkit_cpuset_is_subset(facts->online, view.affinity) &&
			!widened)
			widened = device->units[i];
		else
			return NULL;
	}
	return n_pinned ? widened : NULL;
}

static int look_widened_by_hotplug(struct look *look)
{
	struct facts *facts = look->facts;

	if (irqkit_cpuset_count(facts->online) < 2)
		return look_lacks(look, "one CPU");
	for (size_t i = 0; i < facts->n_owners; i++) {
		struct fact_device *device = &facts->owners[i];
		const struct unit *unit = device->n_queues >= 2
			? find_widened(facts, device)
			: NULL;
		struct target_words targets CLEANUP(target_words_free) = { 0 };
		struct irqkit_finding *finding;

		/* another finding moves interrupts away from isolated CPUs */
		if (!unit || unit->cpu < 0 ||
			irqkit_cpuset_has(facts->isolated, (unsigned int)unit->cpu))
			continue;
		if (unit_add_targets(unit, &targets) < 0)
			return -ENOMEM;
		finding = finding_add(look, device->device, NULL);
		finding_say(finding,
			"%s may be handled on all CPUs, but each of the other %zu "
			"queues on one CPU only",
			unit->name, device->n_units - 1);
		for (size_t j = 0; j < unit->n_irqs; j++)
			finding_fact_affinity(finding, unit->irqs[j]);
		finding_fix(finding, "set", NULL);
		for (size_t j = 0; j < targets.n; j++)
			finding_fix_word(finding, "%s", targets.words[j]);
		finding_fix_word(finding, "--cpus=%d", unit->cpu);
		finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
			"'irqkit apply --stay' keeps it when CPUs go offline and come "
			"back");
	}
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Hints and defaults                                                              */

/* -1: it has no hint of one CPU that may be used; 1: it is not there; 0: it is. */
static int misses_hint(const struct facts *facts, const struct unit *unit)
{
	const struct irqkit_cpuset *hint;

	if (unit->cpu < 0 || !unit->count ||
		irqkit_irq_get_hint(unit->irqs[0], &hint) < 0 ||
		irqkit_cpuset_count(hint) != 1 ||
		!irqkit_cpuset_is_subset(hint, facts->housekeeping))
		return -1;
	return !irqkit_cpuset_has(hint, (unsigned int)unit->cpu);
}

static int report_hint(
	struct look *look, struct fact_device *device, size_t n, size_t all)
{
	const struct spread_words words = {
		.targets = &device->name, .n_targets = 1, .policy = IRQKIT_POLICY_HINT
	};
	struct irqkit_finding *finding;
	struct plan_gain gain;
	int r = facts_plan_spread(look->facts, &words, &gain);

	if (r < 0 || !placing_gains_itself(&gain))
		return r;
	finding = finding_add(look, device->device, NULL);
	finding_say(finding,
		"%zu of %zu queues are not on the CPU that the driver suggests", n, all);
	for (size_t i = 0; i < device->n_units; i++)
		finding_fact_read(finding, look->facts, "proc/irq/%d/affinity_hint",
			irqkit_irq_get_number(device->units[i]->irqs[0]));
	finding_weigh(finding,
		look->facts->count ? (double)device->count / (double)look->facts->count
				   : 0,
		gain.own_gain, false);
	finding_fix(finding, "spread", device->name, "--by=hint", NULL);
	return 0;
}

/*
 * Can any placement lower the load of the busiest CPU of the device enough? It keeps the
 * hottest interrupt at least.
 */
static int may_gain(const struct facts *facts, const struct fact_device *device)
{
	_cleanup_free_ uint64_t *sums = NULL; /* by number of CPU plus 1 */
	uint64_t most = 0, hottest = 0;
	int last = -1;

	for (size_t i = 0; i < device->n_units; i++)
		last = device->units[i]->cpu > last ? device->units[i]->cpu : last;
	sums = calloc((size_t)(last + 2), sizeof(*sums));
	if (!sums)
		return -ENOMEM;
	for (size_t i = 0; i < device->n_units; i++) {
		const struct unit *unit = device->units[i];
		uint64_t *sum = &sums[unit->cpu + 1];

		*sum += unit->count;
		most = *sum > most ? *sum : most;
		for (size_t j = 0; j < unit->n_irqs; j++) {
			uint64_t count = facts_count(facts, unit->irqs[j]);

			hottest = count > hottest ? count : hottest;
		}
	}
	return (most - hottest) * 100 >= most * GAIN_PERCENT;
}

static int look_hint_ignored(struct look *look)
{
	const struct facts *facts = look->facts;
	int r = 0;

	for (size_t i = 0; i < facts->n_owners && r == 0; i++) {
		struct fact_device *device = &facts->owners[i];
		size_t n = 0, all = 0;

		if (!device->is_net || device->n_units < 2 ||
			!facts_is_busy(facts, device))
			continue;
		r = may_gain(facts, device);
		if (r < 0)
			return r;
		for (size_t j = 0; j < device->n_units && r > 0; j++) {
			int misses = misses_hint(facts, device->units[j]);

			all += misses >= 0;
			n += misses > 0;
		}
		r = r > 0 && all >= 2 && n * 2 >= all ? report_hint(look, device, n, all)
						      : 0;
	}
	return r;
}

static int look_default_narrow(struct look *look)
{
	struct facts *facts = look->facts;
	unsigned int n_housekeeping = irqkit_cpuset_count(facts->housekeeping), n;
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = facts_copy_mask(
		facts, MACHINE_DEFAULT_AFFINITY);
	_cleanup_free_ char *list = cpus ? facts_format_cpus(cpus) : NULL;
	struct irqkit_finding *finding;

	if (!cpus)
		return look_lacks(look, "no /proc/irq/default_smp_affinity");
	irqkit_cpuset_keep_set(cpus, facts->housekeeping);
	n = irqkit_cpuset_count(cpus);
	if (!irqkit_cpuset_is_empty(facts->isolated) || n_housekeeping < 4 ||
		n * 2 >= n_housekeeping)
		return 0;
	finding = finding_add(look, NULL, NULL);
	finding_say(finding,
		"new interrupts go only to CPUs %s, although %u CPUs could handle them",
		list ? list : "?", n_housekeeping);
	finding_fact_file(finding, facts, MACHINE_DEFAULT_AFFINITY);
	finding_fix(finding, "set", "--default", "--cpus=housekeeping", NULL);
	finding_by_hand(finding, IRQKIT_NEEDS_REBOOT,
		"remove irqaffinity= from the kernel command line, if it is there");
	return 0;
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
	{
		.id = "affinity-offline",
		.class = IRQKIT_CLASS_LOW,
		.title = "an affinity has CPUs that are offline",
		.why = "Some of the requested CPUs cannot handle it now.",
		.explain =
			"Reported if the affinity of an interrupt that can be moved has "
			"a CPU that is offline, and not all CPUs that are online.",
		.look = look_affinity_offline,
	},
	{
		.id = "widened-by-hotplug",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "one queue lost its CPU and may go anywhere",
		.why = "When the CPU of an interrupt goes offline, the kernel allows all "
		       "CPUs instead, and does not restore it later.",
		.explain =
			"Reported if one queue of a device may be handled on all CPUs, "
			"and each of the others on one.",
		.look = look_widened_by_hotplug,
	},
	{
		.id = "hint-ignored",
		.class = IRQKIT_CLASS_LOW,
		.title = "queues are not where the driver suggests",
		.why = "The driver spread its queues, and something undid it.",
		.explain = "Reported for a busy network device if half of its queues or "
			   "more are not on the one CPU of affinity_hint, and 'irqkit "
			   "spread --by=hint' lowers the load of the busiest CPU by a "
			   "quarter or more.",
		.look = look_hint_ignored,
	},
	{
		.id = "default-affinity-narrow",
		.class = IRQKIT_CLASS_LOW,
		.title = "new interrupts all go to few CPUs",
		.why = "The next interface or disk that appears is handled on these few "
		       "CPUs.",
		.explain =
			"Reported if default_smp_affinity has less than half of four or "
			"more housekeeping CPUs, and no CPU is isolated.",
		.look = look_default_narrow,
	},
};

const struct irqkit_rule *rules_allowed(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
