/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What cannot be judged, and why. */
#include "base/macros.h"
#include "doctor/rule.h"

static int look_cannot_read(struct look *look)
{
	const struct irqkit_snapshot *rows = look->facts->machine->snapshot;
	struct irqkit_finding *finding;
	int error;

	if (!facts_read(look->facts, &error, "proc/interrupts"))
		return look_lacks(look, "no /proc/interrupts");
	if (*facts_read(look->facts, NULL, "proc/interrupts"))
		return 0;
	finding = finding_add(look, NULL, NULL);
	finding_say(finding,
		"/proc/interrupts is empty here, so only the %zu interrupts of "
		"/sys/kernel/irq were looked at",
		irqkit_snapshot_count(rows));
	finding_fact(finding, "/proc/interrupts", "%s", "");
	finding_by_hand(finding, IRQKIT_NEEDS_HOST, "run irqkit doctor on the host");
	return 0;
}

static const struct irqkit_rule rules[] = {
	{
		.id = "cannot-read",
		.class = IRQKIT_CLASS_INFO,
		.title = "this system hides its interrupts",
		.why = "A container hides part of the system, so the findings are only a "
		       "part too.",
		.explain = "Reported if /proc/interrupts is empty, as in a container "
			   "that masks it.",
		.look = look_cannot_read,
	},
};

const struct irqkit_rule *rules_unjudged(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
