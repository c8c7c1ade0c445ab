/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where interrupts are handled: too few CPUs, the wrong ones, moves that do not happen. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"

#include <errno.h>
#include <string.h>

static size_t count_movable(const struct fact_device *device)
{
	size_t n = 0;

	for (size_t i = 0; i < device->n_units; i++)
		n += device->units[i]->is_movable;
	return n;
}

static int report_on_one_cpu(
	struct look *look, struct fact_device *device, unsigned int cpu)
{
	const struct facts *facts = look->facts;
	unsigned int others = irqkit_cpuset_count(device->usable) -
		irqkit_cpuset_has(device->usable, cpu);
	struct plan_gain gain;
	struct irqkit_finding *finding;
	int r = facts_plan_spread(look->facts, (const char *[]){ device->name }, 1,
		IRQKIT_POLICY_QUEUE, &gain);

	if (r < 0 || gain.gain * 100 < GAIN_PERCENT)
		return r;
	finding = finding_add(look, device->device, NULL);
	finding_say(finding,
		"cpu%u handles all %zu queues; %u other CPU%s could handle some", cpu,
		device->n_units, others, others == 1 ? "" : "s");
	for (size_t i = 0; i < device->n_units; i++)
		finding_fact_read(finding, look->facts,
			"proc/irq/%d/effective_affinity_list",
			irqkit_irq_get_number(device->units[i]->irqs[0]));
	finding_weigh(finding,
		facts->count ? (double)device->count / (double)facts->count : 0,
		gain.gain, false);
	finding_add_cpu(finding, cpu);
	finding_fix(finding, "spread", device->name, NULL);
	return 0;
}

static int look_queues_on_one_cpu(struct look *look)
{
	const struct facts *facts = look->facts;
	int r = 0;

	for (size_t i = 0; i < facts->n_owners && r == 0; i++) {
		struct fact_device *device = &facts->owners[i];
		_cleanup_cpuset_ struct irqkit_cpuset *served = NULL;

		if (device->n_units < 2 || count_movable(device) < 2 ||
			irqkit_cpuset_count(device->usable) < 2 ||
			!facts_is_busy(facts, device))
			continue;
		r = facts_find_served(facts, device, &served);
		if (r == 0 && irqkit_cpuset_count(served) == 1)
			r = report_on_one_cpu(look, device,
				(unsigned int)irqkit_cpuset_next(served, -1));
	}
	return r;
}

static const struct irqkit_rule rules[] = {
	{
		.id = "queues-on-one-cpu",
		.class = IRQKIT_CLASS_HIGH,
		.title = "one CPU handles all queues of a device",
		.why = "All queues wait for one CPU while other CPUs are idle, so the "
		       "queues are worth nothing.",
		.explain = "Reported for a busy device with two or more queues that can "
			   "be moved, if 'irqkit spread' lowers the load of the busiest "
			   "CPU by a quarter or more. Not reported if the device may "
			   "use only one CPU.",
		.hides = (const char *const[]){ "one-cpu-serves-all",
			"cpu-full-of-softirq", "softnet-squeezed", "softnet-dropped",
			"xps-against-irq", "rps-on-irq-cpu", "hint-ignored", NULL },
		.look = look_queues_on_one_cpu,
	},
};

const struct irqkit_rule *rules_placement(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
