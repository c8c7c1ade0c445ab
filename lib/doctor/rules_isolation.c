/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPUs that are isolated, and what interrupts them nevertheless. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "doctor/rule.h"

#include <string.h>

static int look_default_affinity(struct look *look)
{
	struct facts *facts = look->facts;
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	_cleanup_free_ char *isolated = NULL, *both = NULL;
	struct irqkit_finding *finding;

	if (irqkit_cpuset_is_empty(facts->isolated))
		return look_lacks(look, "no isolated CPU");
	cpus = facts_read_mask(facts, "proc/irq/default_smp_affinity");
	if (!cpus)
		return look_lacks(look, "no /proc/irq/default_smp_affinity");
	irqkit_cpuset_keep_set(cpus, facts->isolated);
	if (irqkit_cpuset_is_empty(cpus))
		return 0;
	isolated = facts_format_cpus(facts->isolated);
	both = facts_format_cpus(cpus);
	finding = finding_add(look, NULL, "CPUs %s", isolated ? isolated : "?");
	finding_say(finding,
		"are isolated, but new interrupts may be handled on CPUs %s "
		"(default_smp_affinity)",
		both ? both : "?");
	finding_fact_read(finding, facts, "proc/irq/default_smp_affinity");
	finding_add_cpus(finding, cpus);
	finding_fix(finding, "set", "--default", "--cpus=housekeeping", NULL);
	finding_by_hand(finding, IRQKIT_NEEDS_REBOOT,
		"at boot, irqaffinity= with the other CPUs does the same");
	return 0;
}

static const struct irqkit_rule rules[] = {
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
};

const struct irqkit_rule *rules_isolation(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
