/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices whose queues are handled on too few CPUs. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "doctor/placing.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"

#include <errno.h>

/* ------------------------------------------------------------------------------- */
/* Devices whose queues are on few CPUs                                            */

struct device_state {
	size_t n_active; /* units that have fired, are not placed by a policy, and can move */
	size_t n_queues; /* those of them that are queues */
	bool is_only_unit; /* the interrupts of the only unit are counted instead */
	struct irqkit_cpuset *cpus; /* owned; where they are */
};

static void device_state_free(struct device_state *state)
{
	irqkit_cpuset_free(state->cpus);
}

/*
 * A network processor often has one queue, and an interrupt for each direction: with
 * nothing else to place, 'irqkit spread' puts the two on CPUs of their own.
 */
static int read_only_unit(
	struct facts *facts, const struct unit *unit, struct device_state *state)
{
	int r = 0;

	for (size_t i = 0; i < unit->n_irqs && r == 0; i++) {
		int cpu = facts_find_cpu(facts, unit->irqs[i]);

		if (cpu < 0 || facts_count(facts, unit->irqs[i]) < IRQKIT_FEW_INTERRUPTS)
			continue;
		state->n_active++;
		r = irqkit_cpuset_add(state->cpus, (unsigned int)cpu);
	}
	return r;
}

static int read_state(
	struct facts *facts, const struct fact_device *device, struct device_state *state)
{
	int r = irqkit_cpuset_new(&state->cpus);

	state->is_only_unit = device->n_units == 1;
	if (r == 0 && state->is_only_unit)
		return device->units[0]->is_movable &&
				!facts_is_placed(facts, device->units[0])
			? read_only_unit(facts, device->units[0], state)
			: 0;

	for (size_t i = 0; i < device->n_units && r == 0; i++) {
		const struct unit *unit = device->units[i];

		if (!unit->is_movable || !unit->count || unit->cpu < 0 ||
			facts_is_placed(facts, unit))
			continue;
		state->n_active++;
		state->n_queues += unit->queue >= 0;
		r = irqkit_cpuset_add(state->cpus, (unsigned int)unit->cpu);
	}
	return r;
}

static int report_few_cpus(
	struct look *look, struct fact_device *device, const struct device_state *state)
{
	unsigned int n = irqkit_cpuset_count(state->cpus);
	unsigned int others = irqkit_cpuset_count(device->usable);
	/* as 'irqkit show' counts: interrupts of unknown purpose may be anything */
	size_t n_all = state->n_queues >= 2 ? state->n_queues : state->n_active;
	const char *what = state->n_queues >= 2 ? "queues" : "interrupts";
	_cleanup_free_ char *cpus = facts_format_cpus(state->cpus);
	struct irqkit_finding *finding;
	struct plan_gain gain;
	int r = placing_plan_device(look->facts, device, NULL, &gain);

	if (r < 0 || !placing_gains_itself(&gain) || gain.n_cpus[1] <= gain.n_cpus[0])
		return r;
	finding = finding_add(look, device->device, NULL);
	if (state->is_only_unit)
		finding_say(finding,
			"cpu%s handles %s interrupts of its queue; the device could use "
			"%u CPUs",
			cpus ? cpus : "?", state->n_active == 2 ? "both" : "all", others);
	else if (n == 1)
		finding_say(finding,
			"cpu%s handles all %zu %s; the device could use %u CPUs",
			cpus ? cpus : "?", n_all, what, others);
	else
		finding_say(finding,
			"only CPUs %s handle its %zu %s; it could use %u CPUs",
			cpus ? cpus : "?", n_all, what, others);
	placing_add_places(finding, device);
	placing_weigh(finding, look->facts,
		n == 1 ? irqkit_cpuset_next(state->cpus, -1) : -1, device->count,
		gain.own_gain);
	finding_add_cpus(finding, state->cpus);
	finding_fix(finding, "spread", device->name, NULL);
	placing_lower_if_idle(finding, look->facts, device);
	return 0;
}

static bool is_on_few(
	const struct fact_device *device, const struct device_state *state, bool is_one)
{
	size_t n = irqkit_cpuset_count(state->cpus);
	size_t usable = irqkit_cpuset_count(device->usable);
	size_t most = state->n_active < usable ? state->n_active : usable;

	if (state->n_active < 2 || usable < 2 || is_one != (n == 1))
		return false;
	return is_one || (device->is_net && n * 100 <= most * FEW_CPUS_PERCENT);
}

static int look_few_cpus(struct look *look, bool is_one)
{
	struct facts *facts = look->facts;
	int r = 0;

	for (size_t i = 0; i < facts->n_owners && r == 0; i++) {
		struct device_state state CLEANUP(device_state_free) = { 0 };
		struct fact_device *device = &facts->owners[i];

		if (device->count < IRQKIT_FEW_INTERRUPTS)
			continue;
		r = read_state(facts, device, &state);
		if (r == 0 && is_on_few(device, &state, is_one))
			r = report_few_cpus(look, device, &state);
	}
	return r;
}

static int look_queues_on_one_cpu(struct look *look)
{
	return look_few_cpus(look, true);
}

static int look_cpus_fewer_than_queues(struct look *look)
{
	return look_few_cpus(look, false);
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
	{
		.id = "queues-on-one-cpu",
		.class = IRQKIT_CLASS_HIGH,
		.title = "one CPU handles all queues of a device",
		.why = "All queues wait for one CPU while other CPUs are idle, so "
		       "several queues are no better than one.",
		.explain =
			"Reported for a device with two or more queues that can "
			"be moved, or with one queue that has two busy "
			"interrupts, if 'irqkit spread' lowers the load of the busiest "
			"CPU by a quarter or more. Not reported if a policy places "
			"them so, or if the device may use only one CPU. If the "
			"device is idle, the class is info, or low where no rate is "
			"known.",
		.hides = (const char *const[]){ "one-cpu-serves-all", "hot-units-collide",
			"load-uneven", "cpu-full-of-softirq", "softnet-squeezed",
			"softnet-dropped", "xps-against-irq", "rps-on-irq-cpu",
			"hint-ignored", "widened-by-hotplug", NULL },
		.look = look_queues_on_one_cpu,
	},
	{
		.id = "cpus-fewer-than-queues",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "some CPUs handle several queues of a device, others none",
		.why = "Some CPUs do the work of two queues, and others do nothing.",
		.explain = "Reported for a network device whose queues are on at most "
			   "three quarters of the CPUs that they could use, if 'irqkit "
			   "spread' lowers the load of the busiest CPU by a quarter or "
			   "more. Queues that have never fired do not count.",
		.hides = (const char *const[]){ "one-cpu-serves-all", "hot-units-collide",
			"load-uneven", "hint-ignored", "xps-against-irq",
			"siblings-share-core", "widened-by-hotplug", NULL },
		.look = look_cpus_fewer_than_queues,
	},
};

const struct irqkit_rule *rules_placement(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
