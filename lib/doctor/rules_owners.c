/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who else places interrupts, and who keeps what was set. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/device.h"
#include "doctor/affinities.h"
#include "doctor/facts_tools.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"
#include "irqbalance/irqbalance.h"
#include "kernel/ctx.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void free_irqbalance(struct irqkit_irqbalance **irqbalance)
{
	irqkit_irqbalance_free(*irqbalance);
}
#define _cleanup_irqbalance_ CLEANUP(free_irqbalance)

static void free_journal(struct irqkit_journal **journal)
{
	irqkit_journal_free(*journal);
}
#define _cleanup_journal_ CLEANUP(free_journal)

/* ------------------------------------------------------------------------------- */
/* What irqkit has placed                                                          */

static bool parse_irq_path(const char *path, unsigned int *ret_irq)
{
	int end = 0;

	return sscanf(path, "/proc/irq/%u/smp_affinity%n", ret_irq, &end) == 1 && end > 0;
}

/* What is asked about each interrupt that a change still in force has placed. */
typedef void placed_fn(void *data, struct irqkit_irq *irq);

/* @older: only changes that are older than so many seconds */
static int for_each_placed(struct look *look, double older, placed_fn *fn, void *data)
{
	_cleanup_journal_ struct irqkit_journal *journal = NULL;
	int64_t now = INT64_MAX;
	int r = irqkit_journal_read(look->facts->ctx, &journal);

	if (r < 0)
		return r;
	irqkit_ctx_read_time(look->facts->ctx, look->facts->uptime, &now);
	for (size_t i = 0; i < irqkit_journal_count(journal); i++) {
		const struct irqkit_change *change = irqkit_journal_get(journal, i);

		if (irqkit_change_get_state(change) != IRQKIT_CHANGE_MADE ||
			irqkit_change_get_undoes(change) ||
			(double)(now - irqkit_change_get_time(change)) < older)
			continue;
		for (size_t j = 0; j < irqkit_change_count_knobs(change); j++) {
			unsigned int number;
			struct irqkit_irq *irq;

			if (parse_irq_path(irqkit_change_get_path(change, j), &number) &&
				(irq = irqkit_machine_find_irq(
					 look->facts->machine, number)))
				fn(data, irq);
		}
	}
	return 0;
}

struct placed_count {
	const struct irqkit_irqbalance *irqbalance; /* or NULL: bans do not matter */
	const struct irqkit_irq *first;
	size_t n;
	size_t n_banned; /* these do not count */
};

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

/* ------------------------------------------------------------------------------- */
/* irqbalance                                                                      */

/* -ESRCH: it does not run. */
static int open_irqbalance(struct look *look, struct irqkit_irqbalance **ret_irqbalance)
{
	int r = irqkit_irqbalance_new(look->facts->devices, ret_irqbalance);

	/* a root that was saved has no socket: then the command line counts */
	if (r == 0 && look->facts->ctx->is_live)
		irqkit_irqbalance_read_bans(*ret_irqbalance, BANS_WAIT_MS);
	return r;
}

/* Nothing is wrong until somebody places interrupts. */
static int report_running(struct look *look, const struct irqkit_irqbalance *irqbalance)
{
	struct irqkit_finding *finding = finding_add(look, NULL, "irqbalance");

	finding_set_class(finding, IRQKIT_CLASS_INFO);
	finding_does(finding, "is running (pid %u), and may move what somebody places",
		irqkit_irqbalance_get_pid(irqbalance));
	finding_fact_read(finding, look->facts, "proc/%u/comm",
		irqkit_irqbalance_get_pid(irqbalance));
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
		return r == -ESRCH ? look_lacks(look, "irqbalance does not run") : r;
	count.irqbalance = irqbalance;
	r = for_each_placed(look, 0, count_unbanned, &count);
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
	finding_fact_read(finding, look->facts, "proc/%u/comm",
		irqkit_irqbalance_get_pid(irqbalance));
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"repeat the command with --ban, or write it to a file in /etc/irqkit.d "
		"and run 'irqkit apply', which bans these interrupts; irqbalance still "
		"places the others");
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
		return look_lacks(look, "irqbalance does not run");
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

static int look_uses_isolated(struct look *look)
{
	struct facts *facts = look->facts;
	_cleanup_cpuset_ struct irqkit_cpuset *banned = NULL, *left = NULL;
	_cleanup_free_ char *cpus = NULL, *all = NULL;
	struct irqkit_finding *finding;
	const char *name;
	int r;

	if (!facts_find_irqbalance(facts))
		return look_lacks(look, "irqbalance does not run");
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
		"set IRQBALANCE_BANNED_CPULIST=%s, or set neither variable: then it asks "
		"the kernel. Restart irqbalance after that",
		all);
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
	finding_fix(finding, "spread", owner->name, "--cpus=fast", NULL);
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
	_cleanup_irqbalance_ struct irqkit_irqbalance *irqbalance = NULL;
	int r = irqkit_irqbalance_new(look->facts->devices, &irqbalance);

	if (r < 0)
		return r == -ESRCH ? look_lacks(look, "irqbalance does not run") : r;
	if (!slow || !fast)
		return look_lacks(look, "no slow cores");
	for (size_t i = 0; i < look->facts->n_owners && r == 0; i++)
		r = judge_on_hybrid(look, &look->facts->owners[i], slow, fast,
			irqkit_irqbalance_has_socket(irqbalance));
	return r;
}

/* ------------------------------------------------------------------------------- */
/* Others                                                                          */

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
	r = for_each_placed(look, KEEP_AFTER_SECONDS, count_placed, &count);
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
			   "of a saved one. Not reported if the kernel replaced the CPUs "
			   "because one went offline. 'irqkit who' shows which program "
			   "writes.",
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
