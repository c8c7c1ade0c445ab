/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Affinities that do not do what somebody expects. */
#include "base/array.h"
#include "base/buffer.h"
#include "base/cpuset.h"
#include "base/join.h"
#include "base/macros.h"
#include "doctor/affinities.h"
#include "doctor/doctor.h"
#include "doctor/facts_kernel.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* More names than these make no sentence. */
#define NAMES_SHOWN 3

struct irq_view {
	struct irqkit_irq *irq;
	const struct unit *unit;
	int number;
	const struct irqkit_cpuset *affinity;
	const struct irqkit_cpuset *effective; /* NULL: not known, or not active */
};

/* False: its affinity is not known, or only the kernel places it. */
static bool view_irq(
	struct irqkit_irq *irq, const struct unit *unit, struct irq_view *view)
{
	enum irqkit_movable movable;

	*view = (struct irq_view){
		.irq = irq, .unit = unit, .number = irqkit_irq_get_number(irq)
	};
	if (irqkit_irq_get_movable(irq, &movable) < 0 || movable != IRQKIT_MOVABLE ||
		irqkit_irq_get_affinity(irq, &view->affinity) < 0)
		return false;
	if (irqkit_irq_get_effective(irq, &view->effective) < 0 ||
		irqkit_cpuset_is_empty(view->effective))
		view->effective = NULL;
	return true;
}

static bool is_pending(const struct irq_view *view)
{
	return view->effective && !irqkit_cpuset_is_empty(view->affinity) &&
		!irqkit_cpuset_has_common(view->effective, view->affinity);
}

/* A list of interrupts that have one thing in common. */
struct group {
	char *names; /* owned; the first of them */
	size_t n;
	struct irqkit_finding
		*finding; /* gets their files; or NULL, until there is one */
};

static void group_free(struct group *group)
{
	free(group->names);
}

static int group_add(struct group *group, struct look *look, const struct irq_view *view,
	const char *subject)
{
	if (!group->finding)
		group->finding = finding_add(look, NULL, "%s", subject);
	finding_fact_read(group->finding, look->facts, "proc/irq/%d/smp_affinity_list",
		view->number);
	finding_fact_read(group->finding, look->facts,
		"proc/irq/%d/effective_affinity_list", view->number);
	group->n++;
	return group->n <= NAMES_SHOWN ? join_text(&group->names, view->unit->name) : 0;
}

/* "eth0:1, eth0:2 and 3 more"; the caller frees it. NULL: no memory. */
static char *group_format(const struct group *group)
{
	char *text;

	if (group->n <= NAMES_SHOWN)
		return group->names ? strdup(group->names) : NULL;
	return asprintf(&text, "%s and %zu more", group->names, group->n - NAMES_SHOWN) <
			0
		? NULL
		: text;
}

/* ------------------------------------------------------------------------------- */
/* Moves                                                                           */

typedef bool view_fn(const struct look *look, const struct irq_view *view);

/* Collects the interrupts of the whole machine for which @fits is true. */
static int collect(
	struct look *look, view_fn *fits, const char *subject, struct group *group)
{
	struct facts *facts = look->facts;
	int r = 0;

	for (size_t i = 0; i < facts->n_units; i++)
		for (size_t j = 0; j < facts->units[i].n_irqs && r == 0; j++) {
			struct irq_view view;

			if (view_irq(facts->units[i].irqs[j], &facts->units[i], &view) &&
				fits(look, &view))
				r = group_add(group, look, &view, subject);
		}
	return r;
}

static bool has_fired(const struct look *look, const struct irq_view *view)
{
	return facts_confidence(look->facts) == IRQKIT_CONFIDENCE_MEASURED &&
		facts_count(look->facts, view->irq) >= 2;
}

static bool waits(const struct look *look, const struct irq_view *view)
{
	return is_pending(view) && !has_fired(look, view);
}

static bool is_stuck(const struct look *look, const struct irq_view *view)
{
	return is_pending(view) && has_fired(look, view);
}

static int look_move_pending(struct look *look)
{
	struct group group CLEANUP(group_free) = { 0 };
	_cleanup_free_ char *names = NULL;
	int r = collect(look, waits, "affinity", &group);

	if (r < 0 || !group.n)
		return r;
	names = group_format(&group);
	finding_say(group.finding, "%zu interrupt%s wait%s to move to another CPU (%s)",
		group.n, group.n == 1 ? "" : "s", group.n == 1 ? "s" : "",
		names ? names : "?");
	finding_by_hand(group.finding, IRQKIT_NEEDS_NOTHING,
		"nothing to do, because the move takes effect the next time the "
		"interrupt fires");
	return 0;
}

static int look_move_stuck(struct look *look)
{
	struct group group CLEANUP(group_free) = { 0 };
	_cleanup_free_ char *names = NULL;
	int r;

	if (facts_confidence(look->facts) != IRQKIT_CONFIDENCE_MEASURED)
		return look_lacks(look, "nothing was measured");
	r = collect(look, is_stuck, "affinity", &group);
	if (r < 0 || !group.n)
		return r;
	names = group_format(&group);
	finding_say(group.finding,
		"%zu interrupt%s fired and did not move to the requested CPU%s (%s)",
		group.n, group.n == 1 ? "" : "s", group.n == 1 ? "" : "s",
		names ? names : "?");
	finding_by_hand(group.finding, IRQKIT_NEEDS_NOTHING,
		"send it again ('irqkit set IRQ --cpus=CPU -v'); if it stays, that CPU "
		"may have no interrupt vector left");
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Masks of several CPUs                                                           */

static bool is_default(struct facts *facts, const struct irq_view *view)
{
	_cleanup_cpuset_ struct irqkit_cpuset *standard = facts_read_mask(
		facts, "proc/irq/default_smp_affinity");

	return standard && irqkit_cpuset_is_equal(standard, view->affinity);
}

/* Nobody chose a mask that has all CPUs, or is the default. */
static bool is_chosen(struct facts *facts, const struct irq_view *view)
{
	return irqkit_cpuset_count(view->affinity) > 1 &&
		!irqkit_cpuset_is_subset(facts->online, view->affinity) &&
		!irqkit_cpuset_is_subset(facts->housekeeping, view->affinity) &&
		!is_default(facts, view);
}

static bool is_shared_mask(const struct look *look, const struct irq_view *view)
{
	const struct fact_device *device = view->unit->device;

	return view->effective && irqkit_cpuset_count(view->effective) == 1 && device &&
		device->is_net && facts_is_busy(look->facts, device) &&
		is_chosen(look->facts, view);
}

static int look_mask_delivers_to_one(struct look *look)
{
	struct group group CLEANUP(group_free) = { 0 };
	_cleanup_free_ char *names = NULL;
	int r = collect(look, is_shared_mask, "affinity", &group);

	if (r < 0 || !group.n)
		return r;
	names = group_format(&group);
	finding_say(group.finding,
		"%zu interrupt%s may be handled on several CPUs, but the controller "
		"delivers each to one of them (%s)",
		group.n, group.n == 1 ? "" : "s", names ? names : "?");
	finding_by_hand(group.finding, IRQKIT_NEEDS_NOTHING,
		"nothing to do, because a mask of many CPUs only lets the kernel choose; "
		"'irqkit rps DEV --auto' shares the work of a device");
	return 0;
}

/* Another CPU handles it at the second reading, and nobody moved it. */
static bool has_hopped(const struct look *look, const struct irq_view *view)
{
	const char *chip = irqkit_interrupt_get_chip(view->irq->row);
	_cleanup_affinity_times_ struct affinity_times times = { 0 };

	if (!chip || strncmp(chip, "xen-dyn", strlen("xen-dyn")) != 0 ||
		irqkit_cpuset_count(view->affinity) < 2)
		return false;
	if (facts_find_affinity_times(look->facts, view->irq, &times) < 0) {
		look->doctor->has_failed = true;
		return false;
	}
	return times.affinity[0] && times.affinity[1] && times.effective[0] &&
		times.effective[1] && !irqkit_cpuset_is_empty(times.effective[0]) &&
		!irqkit_cpuset_is_empty(times.effective[1]) &&
		irqkit_cpuset_is_equal(times.affinity[0], times.affinity[1]) &&
		!irqkit_cpuset_is_equal(times.effective[0], times.effective[1]);
}

static int look_xen_mask_repicks(struct look *look)
{
	struct group group CLEANUP(group_free) = { 0 };
	_cleanup_free_ char *names = NULL;
	int r;

	if (!facts_has_affinity_times(look->facts))
		return look_lacks(look, "no second reading of affinities");
	r = collect(look, has_hopped, "affinity", &group);
	if (r < 0 || !group.n)
		return r;
	names = group_format(&group);
	finding_say(group.finding,
		"%zu event channel%s moved to another CPU, although nobody changed %s "
		"affinity (%s)",
		group.n, group.n == 1 ? "" : "s", group.n == 1 ? "its" : "their",
		names ? names : "?");
	finding_by_hand(group.finding, IRQKIT_NEEDS_NOTHING,
		"give each one CPU ('irqkit set IRQ --cpus=CPU'), and stop the program "
		"that writes the mask ('irqkit who')");
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* CPUs that are not there                                                         */

struct offline_group {
	struct group group;
	struct irqkit_cpuset *offline; /* owned; CPUs of some affinity */
	struct target_words numbers; /* of the interrupts */
};

static void offline_group_free(struct offline_group *group)
{
	group_free(&group->group);
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

	if (!possible || is_default(facts, view) ||
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
	r = group_add(&group->group, look, view, "affinity");
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
	_cleanup_free_ char *names = group_format(&group->group);
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

		if (!unit || unit->cpu < 0)
			continue;
		if (unit_add_targets(unit, &targets) < 0)
			return -ENOMEM;
		finding = finding_add(look, device->device, NULL);
		finding_say(finding,
			"%s may be handled on all CPUs, but each of the other %zu "
			"queues on one CPU only",
			unit->name, device->n_units - 1);
		for (size_t j = 0; j < unit->n_irqs; j++)
			finding_fact_read(finding, facts, "proc/irq/%d/smp_affinity_list",
				irqkit_irq_get_number(unit->irqs[j]));
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

	if (r < 0 || gain.own_gain * 100 < GAIN_PERCENT || gain.gain < 0)
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
static bool may_gain(const struct facts *facts, const struct fact_device *device)
{
	uint64_t most = 0, hottest = 0;

	for (size_t i = 0; i < device->n_units; i++) {
		const struct unit *unit = device->units[i];
		uint64_t sum = 0;

		for (size_t j = 0; j < device->n_units; j++)
			if (device->units[j]->cpu == unit->cpu)
				sum += device->units[j]->count;
		most = sum > most ? sum : most;
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
			!facts_is_busy(facts, device) || !may_gain(facts, device))
			continue;
		for (size_t j = 0; j < device->n_units; j++) {
			int misses = misses_hint(facts, device->units[j]);

			all += misses >= 0;
			n += misses > 0;
		}
		if (all >= 2 && n * 2 >= all)
			r = report_hint(look, device, n, all);
	}
	return r;
}

static int look_default_narrow(struct look *look)
{
	struct facts *facts = look->facts;
	unsigned int n_housekeeping = irqkit_cpuset_count(facts->housekeeping), n;
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = facts_read_mask(
		facts, "proc/irq/default_smp_affinity");
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
	finding_fact_read(finding, facts, "proc/irq/default_smp_affinity");
	finding_fix(finding, "set", "--default", "--cpus=housekeeping", NULL);
	finding_by_hand(finding, IRQKIT_NEEDS_REBOOT,
		"remove irqaffinity= from the kernel command line, if it is there");
	return 0;
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
	{
		.id = "mask-delivers-to-one",
		.class = IRQKIT_CLASS_INFO,
		.title = "one of several allowed CPUs gets all interrupts",
		.why = "Of a mask with many CPUs, only one handles the interrupt: "
		       "x86 since Linux 4.15, GIC, ITS and Xen deliver to one CPU. "
		       "'nox2apic' does not change that.",
		.explain = "Reported for a busy network device if somebody gave an "
			   "interrupt several CPUs, but not all, and its effective "
			   "affinity is one CPU.",
		.look = look_mask_delivers_to_one,
	},
	{
		.id = "xen-mask-repicks",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "event channels hop between CPUs",
		.why = "Each write of a mask with many CPUs makes a Xen guest choose "
		       "another CPU, so the interrupt hops.",
		.explain = "Reported if an event channel with several CPUs changes its "
			   "effective CPU while the system is measured, or between the "
			   "two readings of a saved one, and its affinity stays.",
		.look = look_xen_mask_repicks,
	},
	{
		.id = "move-pending",
		.class = IRQKIT_CLASS_INFO,
		.title = "an interrupt waits for its move",
		.why = "The interrupt was asked to move, and moves only when it fires "
		       "the "
		       "next time.",
		.explain = "Reported if no CPU of the effective affinity is in the "
			   "affinity, and the interrupt did not fire meanwhile.",
		.look = look_move_pending,
	},
	{
		.id = "move-stuck",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "an interrupt fired and did not move",
		.why = "The kernel has refused the move without an error.",
		.explain = "Reported if no CPU of the effective affinity is in the "
			   "affinity, although the interrupt fired two times or more "
			   "while it was measured.",
		.look = look_move_stuck,
	},
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

const struct irqkit_rule *rules_affinity(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
