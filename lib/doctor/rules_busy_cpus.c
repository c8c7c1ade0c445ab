/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPUs that handle too much, while others are free. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "doctor/placing.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* The units that the placement puts on a CPU. */
struct cpu_sum {
	uint64_t count;
	const struct unit *hottest;
	size_t n_hot; /* units with a part of all interrupts that matters */
};

/* By number of the CPU; the caller frees it. NULL: no memory. */
static struct cpu_sum *sum_cpus(const struct facts *facts, size_t *ret_n)
{
	struct cpu_sum *sums;
	int last = -1;

	for (size_t i = 0; i < facts->n_units; i++)
		last = facts->units[i].cpu > last ? facts->units[i].cpu : last;
	sums = calloc((size_t)(last + 2), sizeof(*sums));
	for (size_t i = 0; i < facts->n_units && sums; i++) {
		const struct unit *unit = &facts->units[i];
		struct cpu_sum *sum = &sums[unit->cpu < 0 ? last + 1 : unit->cpu];

		sum->count += unit->count;
		sum->n_hot += unit->is_movable &&
			unit->count * 100 >= facts->count * HOT_PERCENT;
		if (!sum->hottest || unit->count > sum->hottest->count)
			sum->hottest = unit;
	}
	*ret_n = (size_t)(last + 1);
	return sums;
}

static int report_serves_all(
	struct look *look, unsigned int cpu, const struct cpu_sum *sum)
{
	static const char *const all[] = { "all" };
	const struct spread_words words = {
		.targets = all, .n_targets = 1, .policy = IRQKIT_POLICY_LOAD
	};
	const struct facts *facts = look->facts;
	struct irqkit_finding *finding;
	double percent = 100 * placing_share(sum->count, facts->count);
	struct plan_gain gain;
	int r = facts_plan_spread(look->facts, &words, &gain);

	if (r < 0 || !placing_gains(&gain))
		return r;
	finding = finding_add(look, NULL, "cpu%u", cpu);
	finding_does(finding,
		"handles %.0f%% of the interrupts of all devices; the other %u CPUs "
		"%s",
		percent, irqkit_cpuset_count(facts->online) - 1,
		percent >= 99.5 ? "handle hardly any" : "share the rest");
	for (size_t i = 0; i < facts->n_units; i++)
		if (facts->units[i].cpu == (int)cpu &&
			facts->units[i].count * 100 >= sum->count * QUEUE_PERCENT)
			placing_add_place(finding, &facts->units[i]);
	placing_weigh(finding, facts, (int)cpu, sum->count, gain.gain);
	finding_add_cpu(finding, cpu);
	finding_fix(finding, "spread", "all",
		facts_confidence(facts) == IRQKIT_CONFIDENCE_MEASURED ? "--by=load=10"
								      : "--by=total",
		NULL);
	return 0;
}

static int look_one_cpu_serves_all(struct look *look)
{
	const struct facts *facts = look->facts;
	size_t n;
	_cleanup_free_ struct cpu_sum *sums = sum_cpus(facts, &n);
	int r = sums ? 0 : -ENOMEM;

	if (irqkit_cpuset_count(facts->housekeeping) < 4)
		return r;
	if (!placing_is_busy_machine(facts))
		return placing_lacks_interrupts(look);
	for (size_t cpu = 0; cpu < n && r == 0; cpu++) {
		const struct cpu_sum *sum = &sums[cpu];

		if (sum->count * 100 >= facts->count * ONE_CPU_PERCENT &&
			(sum->count - sum->hottest->count) * 100 >=
				sum->count * ONE_CPU_REST_PERCENT)
			r = report_serves_all(look, (unsigned int)cpu, sum);
	}
	return r;
}

static bool is_hot_on(struct facts *facts, const struct unit *unit, unsigned int cpu)
{
	return unit->cpu == (int)cpu && unit->is_movable &&
		unit->count * 100 >= facts->count * HOT_PERCENT &&
		!facts_is_placed(facts, unit);
}

static int list_hot(struct facts *facts, unsigned int cpu, struct target_words *words)
{
	int r = 0;

	for (size_t i = 0; i < facts->n_units && r == 0; i++)
		if (is_hot_on(facts, &facts->units[i], cpu))
			r = unit_add_targets(&facts->units[i], words);
	return r;
}

/* Names the two that raise most. */
static void say_hot(struct irqkit_finding *finding, struct facts *facts, unsigned int cpu)
{
	const struct unit *hot[2] = { NULL };
	uint64_t count = 0;
	char more[32] = "";
	size_t n = 0;

	for (size_t i = 0; i < facts->n_units; i++) {
		const struct unit *unit = &facts->units[i];

		if (!is_hot_on(facts, unit, cpu))
			continue;
		n++;
		count += unit->count;
		placing_add_place(finding, unit);
		if (!hot[0] || unit->count > hot[0]->count) {
			hot[1] = hot[0];
			hot[0] = unit;
		} else if (!hot[1] || unit->count > hot[1]->count) {
			hot[1] = unit;
		}
	}
	if (n > 2)
		snprintf(more, sizeof(more), " and %zu more", n - 2);
	finding_does(finding,
		"handles %s%s %s%s, which raise %.0f%% of all interrupts, while other "
		"CPUs are free",
		hot[0]->name, n > 2 ? "," : " and", hot[1]->name, more,
		100 * placing_share(count, facts->count));
}

/*
 * Would moving the interrupts of @cpu lower the load of the busiest CPU enough? The other CPUs
 * keep their interrupts, and each interrupt stays whole.
 */
static bool may_relieve(
	const struct facts *facts, const struct cpu_sum *sums, size_t n, unsigned int cpu)
{
	uint64_t before = sums[cpu].count, after = 0;

	for (size_t i = 0; i < n; i++)
		if (i != cpu && sums[i].count > after)
			after = sums[i].count;
	for (size_t i = 0; i < sums[cpu].hottest->n_irqs; i++) {
		uint64_t count = facts_count(facts, sums[cpu].hottest->irqs[i]);

		after = count > after ? count : after;
	}
	return before > after && (before - after) * 100 >= before * GAIN_PERCENT;
}

static int report_collision(
	struct look *look, unsigned int cpu, const struct cpu_sum *sum)
{
	struct target_words hot CLEANUP(target_words_free) = { 0 };
	struct irqkit_finding *finding;
	struct plan_gain gain;
	int r = list_hot(look->facts, cpu, &hot);
	struct spread_words words = { .policy = IRQKIT_POLICY_LOAD };

	if (r < 0 || hot.n < 2)
		return r;
	words.targets = (const char *const *)hot.words;
	words.n_targets = hot.n;
	r = facts_plan_spread(look->facts, &words, &gain);
	if (r < 0 || !placing_gains(&gain))
		return r;
	finding = finding_add(look, NULL, "cpu%u", cpu);
	say_hot(finding, look->facts, cpu);
	placing_weigh(finding, look->facts, (int)cpu, sum->count, gain.gain);
	finding_add_cpu(finding, cpu);
	finding_fix(finding, "spread", NULL);
	for (size_t i = 0; i < hot.n; i++)
		finding_fix_word(finding, "%s", hot.words[i]);
	finding_fix_word(finding, "--by=total");
	return 0;
}

static int look_hot_units_collide(struct look *look)
{
	const struct facts *facts = look->facts;
	size_t n;
	_cleanup_free_ struct cpu_sum *sums = sum_cpus(facts, &n);
	int r = sums ? 0 : -ENOMEM;

	if (!placing_is_busy_machine(facts))
		return placing_lacks_interrupts(look);
	for (size_t cpu = 0; cpu < n && r == 0; cpu++)
		if (sums[cpu].n_hot >= 2 &&
			may_relieve(facts, sums, n, (unsigned int)cpu))
			r = report_collision(look, (unsigned int)cpu, &sums[cpu]);
	return r;
}

/* ------------------------------------------------------------------------------- */
/* Uneven time                                                                     */

struct time_state {
	int busiest;
	double most, mean, steal;
};

/* False: the time of no CPU is known. */
static bool read_times(const struct facts *facts, struct time_state *state)
{
	size_t n = 0;

	*state = (struct time_state){ .busiest = -1 };
	irqkit_cpuset_foreach (cpu, facts->housekeeping) {
		double busy = facts_busy(facts, cpu), steal = facts_steal(facts, cpu);

		if (busy < 0)
			continue;
		n++;
		state->mean += busy;
		state->steal = steal > state->steal ? steal : state->steal;
		if (state->busiest < 0 || busy > state->most) {
			state->busiest = (int)cpu;
			state->most = busy;
		}
	}
	state->mean = n ? state->mean / (double)n : 0;
	return n > 0;
}

static int look_load_uneven(struct look *look)
{
	const struct spread_words words = { .policy = IRQKIT_POLICY_LOAD };
	struct irqkit_finding *finding;
	struct time_state state;
	struct plan_gain gain;
	int r;

	if (!read_times(look->facts, &state))
		return look_lacks(look, "no CPU time of interrupts");
	if (state.most * 100 < UNEVEN_CPU_PERCENT ||
		state.most < state.mean * UNEVEN_TIMES ||
		state.steal * 100 >= STEAL_PERCENT)
		return 0;
	r = facts_plan_spread(look->facts, &words, &gain);
	if (r < 0 || !placing_gains(&gain))
		return r;
	finding = finding_add(look, NULL, "cpu%d", state.busiest);
	finding_does(finding,
		"spends %.0f%% of its time in interrupts; the mean of all CPUs is %.0f%%",
		100 * state.most, 100 * state.mean);
	finding_fact(finding, "/proc/stat", "cpu%d: %.0f%% irq and softirq",
		state.busiest, 100 * state.most);
	finding_weigh(finding, state.most, gain.gain, true);
	finding_add_cpu(finding, (unsigned int)state.busiest);
	finding_fix(
		finding, "spread", "--by=load=10", "--verify", "--revert-if-worse", NULL);
	return 0;
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
	{
		.id = "one-cpu-serves-all",
		.class = IRQKIT_CLASS_HIGH,
		.title = "one CPU handles the interrupts of all devices",
		.why = "Programs on that CPU are slow, and everything that interrupts it "
		       "waits. Sending all interrupts to CPU 0 does not lower latency: "
		       "timers, old devices and kernel threads are there too.",
		.explain = "Reported on a busy machine with four or more housekeeping "
			   "CPUs, if one CPU handles 80% of the interrupts of devices, "
			   "if its busiest queue has at most four fifths of that, and if "
			   "'irqkit spread all' lowers its load by a quarter or more. A "
			   "device "
			   "with one queue is left to single-queue-no-rps.",
		.hides = (const char *const[]){ "hot-units-collide", "load-uneven",
			"cpu-full-of-softirq", NULL },
		.look = look_one_cpu_serves_all,
	},
	{
		.id = "hot-units-collide",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "two busy queues share a CPU while others are free",
		.why = "Two busy interrupts wait for each other although another CPU is "
		       "free.",
		.explain = "Reported if a CPU handles two or more queues or devices with "
			   "a tenth of all interrupts each, and moving them lowers the "
			   "load of the busiest CPU by a quarter or more. The rx and tx "
			   "interrupts of one queue belong together.",
		.hides = (const char *const[]){ "load-uneven", NULL },
		.look = look_hot_units_collide,
	},
	{
		.id = "load-uneven",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "one CPU spends far more time in interrupts than the others",
		.why = "Equal numbers of interrupts can be unequal work: one interrupt "
		       "may "
		       "stand for 1 packet or for 64.",
		.explain =
			"Reported if a CPU spends half of its time in interrupts, three "
			"times as much as the mean, and a placement by load would "
			"lower that by a quarter or more. Needs a kernel that "
			"accounts the time of interrupts. Not reported where the "
			"host takes 5% of a CPU's time.",
		.look = look_load_uneven,
	},
};

const struct irqkit_rule *rules_busy_cpus(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
