/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who else places interrupts, and who keeps what was set. */
#include "base/buffer.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/device.h"
#include "doctor/affinities.h"
#include "doctor/facts_tools.h"
#include "doctor/placed.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Adds a name to "irqbalance, tuned (/etc/tuned/...)". */
struct owner_list {
	struct buffer text;
	size_t n;
};

static void add_owner(struct owner_list *list, const char *name, const char *file)
{
	buffer_add(&list->text, "%s%s%s%s%s", list->n ? ", " : "", name, file ? " (" : "",
		file ? file : "", file ? ")" : "");
	list->n++;
}

static bool was_named(const struct writers *writers, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (writers->items[i].kind == writers->items[index].kind)
			return true;
	return false;
}

/* CRI-O lets irqbalance do the work; irqkit's policy bans what it places. */
static bool is_owner(const struct writer *writer, bool has_irqbalance)
{
	return writer->kind != WRITER_CRIO &&
		!(writer->kind == WRITER_POLICY && has_irqbalance);
}

static int look_two_owners(struct look *look)
{
	const struct writers *writers;
	bool has_irqbalance = facts_find_irqbalance(look->facts) > 0;
	struct owner_list list = { 0 };
	_cleanup_free_ char *text = NULL;
	struct irqkit_finding *finding;
	int r = facts_list_writers(look->facts, &writers);

	if (r < 0)
		return r;
	if (has_irqbalance)
		add_owner(&list, "irqbalance", NULL);
	for (size_t i = 0; i < writers->n; i++)
		if (!was_named(writers, i) &&
			is_owner(&writers->items[i], has_irqbalance))
			add_owner(&list, writer_describe(writers->items[i].kind),
				writers->items[i].file);
	r = buffer_take(&list.text, &text);
	if (r < 0 || list.n < 2)
		return r;
	finding = finding_add(look, NULL, NULL);
	finding_say(finding, "%zu programs or files place interrupts: %s", list.n, text);
	for (size_t i = 0; i < writers->n; i++)
		if (writers->items[i].line[0])
			finding_fact(finding, writers->items[i].file, "%s",
				writers->items[i].line);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"keep one of them; 'irqkit who --for=60' shows which one writes");
	return 0;
}

/* Did somebody ask for other CPUs between the two readings? */
static bool has_flapped(const struct facts *facts, const struct affinity_times *times)
{
	struct irqkit_cpuset *before = times->affinity[0], *after = times->affinity[1];

	if (!before || !after || irqkit_cpuset_is_equal(before, after))
		return false;
	/* if all its CPUs went offline, the kernel has replaced them, by all CPUs at first */
	return irqkit_cpuset_has_common(before, facts->online) &&
		!irqkit_cpuset_is_equal(after, facts->online);
}

static void add_affinities(struct irqkit_finding *finding, unsigned int irq,
	const struct affinity_times *times)
{
	_cleanup_free_ char *file = NULL, *before = NULL, *after = NULL;

	if (asprintf(&file, "/proc/irq/%u/smp_affinity_list", irq) < 0)
		file = NULL;
	before = facts_format_cpus(times->affinity[0]);
	after = facts_format_cpus(times->affinity[1]);
	finding_fact(finding, file ? file : "", "%s, then %s", before ? before : "?",
		after ? after : "?");
}

static int look_flapping(struct look *look)
{
	struct affinity_times first CLEANUP(affinity_times_clear) = { 0 };
	struct facts *facts = look->facts;
	struct irqkit_finding *finding;
	unsigned int number = 0;
	size_t n = 0;
	int r = 0;

	if (!facts_has_affinity_times(facts))
		return look_lacks(look, "no second reading of affinities");
	if (facts_has_other_cpus(facts))
		return look_lacks(look, "CPUs went offline or online meanwhile");
	for (size_t i = 0; i < facts->n_units; i++)
		for (size_t j = 0; j < facts->units[i].n_irqs && r == 0; j++) {
			_cleanup_affinity_times_ struct affinity_times times = { 0 };
			struct irqkit_irq *irq = facts->units[i].irqs[j];

			r = facts_find_affinity_times(facts, irq, &times);
			if (r < 0 || !has_flapped(facts, &times) || n++ > 0)
				continue;
			number = (unsigned int)irqkit_irq_get_number(irq);
			first = times;
			times = (struct affinity_times){ 0 };
		}
	if (r < 0 || n < FLAPS)
		return r;
	finding = finding_add(look, NULL, "affinity");
	finding_say(finding,
		"somebody moved %zu interrupts within %.0f seconds, such as %u", n,
		facts_seconds(facts), number);
	add_affinities(finding, number, &first);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"'irqkit who' shows which program writes; end it, or tell it to leave "
		"these interrupts alone");
	return 0;
}

static int look_numbers(struct look *look)
{
	const struct writers *writers;
	int r = facts_list_writers(look->facts, &writers);

	if (r < 0)
		return r;
	for (size_t i = 0; i < writers->n; i++) {
		const struct writer *writer = &writers->items[i];
		struct irqkit_finding *finding;
		unsigned int irq;

		if (!writer_has_number(writer, &irq))
			continue;
		finding = finding_add(look, NULL, "%s", writer->file);
		finding_say(finding, "line %u writes to interrupt %u by its number",
			writer->number, irq);
		finding_fact(finding, writer->file, "%s", writer->line);
		finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
			"'irqkit set NAME --cpus=SET --script' prints a script that "
			"finds "
			"the interrupt by name; or write 'set NAME --cpus=SET' to a file "
			"in /etc/irqkit.d");
	}
	return 0;
}

/* Counts all that irqkit placed. */
static void count_placed(void *data, struct irqkit_irq *irq)
{
	struct placed_count *count = data;

	if (count->n++ == 0)
		count->first = irq;
}

/* Would something place interrupts again after a restart? */
static int has_keeper(struct look *look, bool *ret_has)
{
	const struct writers *writers;
	int r = facts_list_writers(look->facts, &writers);

	*ret_has = false;
	for (size_t i = 0; r == 0 && i < writers->n; i++)
		*ret_has |= writers->items[i].kind != WRITER_CRIO;
	return r;
}

static int look_nothing_keeps(struct look *look)
{
	struct placed_count count = { 0 };
	struct irqkit_finding *finding;
	bool has = false;
	int r = has_keeper(look, &has);

	if (r < 0 || has)
		return r;
	r = placed_for_each(look, KEEP_AFTER_SECONDS, count_placed, &count);
	if (r < 0)
		return r == -ENOMEM ? r : look_lacks(look, "no journal of irqkit");
	if (count.n == 0)
		return 0;
	finding = finding_add(look, NULL, NULL);
	finding_say(finding,
		"irqkit placed %zu interrupt%s, such as %d, and no file "
		"places %s again after a restart",
		count.n, count.n == 1 ? "" : "s", irqkit_irq_get_number(count.first),
		count.n == 1 ? "it" : "them");
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"irqkit save >/etc/irqkit.d/50-saved.conf, and run 'irqkit apply' at "
		"boot; "
		"'irqkit apply --stay' also after ethtool -L and a reset of the driver");
	return 0;
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
	{
		.id = "two-owners",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "several programs place interrupts",
		.why = "The last one to write wins, and that may be another one after "
		       "each "
		       "boot.",
		.explain = "Reported for two or more of irqbalance, a tuned profile with "
			   "isolated_cores, .link files with IRQAffinity, scripts of "
			   "rc.local, cron, udev or systemd that write smp_affinity, and "
			   "policy files of irqkit. irqbalance and policy files go "
			   "together.",
		.look = look_two_owners,
	},
	{
		.id = "affinity-flapping",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "interrupts are moved again and again",
		.why = "Each move costs a cold cache, and in a guest a change of the "
		       "virtual interrupt controller.",
		.explain = "Reported if the affinity of two or more interrupts changed "
			   "while the system was measured, or between the two readings "
			   "of a saved system. Not reported if the kernel replaced the "
			   "CPUs because one went offline. 'irqkit who' shows which "
			   "program writes.",
		.look = look_flapping,
	},
	{
		.id = "script-with-numbers",
		.class = IRQKIT_CLASS_LOW,
		.title = "a script writes to an interrupt by number",
		.why = "Numbers change at boot, with ethtool -L, and on Xen whenever an "
		       "interface connects.",
		.explain = "Reported if a line of rc.local, a crontab, a udev rule or a "
			   "unit of systemd writes to /proc/irq/ and a number.",
		.look = look_numbers,
	},
	{
		.id = "nothing-keeps-it",
		.class = IRQKIT_CLASS_LOW,
		.title = "nothing restores what irqkit placed",
		.why = "The settings are gone after ethtool -L, a reset of the driver, "
		       "or "
		       "a restart.",
		.explain =
			"Reported if irqkit placed interrupts more than an hour ago and "
			"neither a policy file nor a script would place them again.",
		.look = look_nothing_keeps,
	},
};

const struct irqkit_rule *rules_owners(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
