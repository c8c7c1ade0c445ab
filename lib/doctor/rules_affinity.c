/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Affinities that do not do what somebody expects. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "doctor/affinities.h"
#include "doctor/doctor.h"
#include "doctor/facts_kernel.h"
#include "doctor/irq_view.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool is_pending(const struct irq_view *view)
{
	return view->effective && !irqkit_cpuset_is_empty(view->affinity) &&
		!irqkit_cpuset_has_common(view->effective, view->affinity);
}

/* ------------------------------------------------------------------------------- */
/* Moves                                                                           */

typedef bool view_fn(const struct look *look, const struct irq_view *view);

/* Collects the interrupts of the whole machine for which @fits is true. */
static int collect(
	struct look *look, view_fn *fits, const char *subject, struct irq_group *group)
{
	struct facts *facts = look->facts;
	int r = 0;

	for (size_t i = 0; i < facts->n_units; i++)
		for (size_t j = 0; j < facts->units[i].n_irqs && r == 0; j++) {
			struct irq_view view;

			if (view_irq(facts->units[i].irqs[j], &facts->units[i], &view) &&
				fits(look, &view))
				r = irq_group_add(group, look, &view, subject);
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
	struct irq_group group CLEANUP(irq_group_free) = { 0 };
	_cleanup_free_ char *names = NULL;
	int r = collect(look, waits, "affinity", &group);

	if (r < 0 || !group.n)
		return r;
	names = irq_group_format(&group);
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
	struct irq_group group CLEANUP(irq_group_free) = { 0 };
	_cleanup_free_ char *names = NULL;
	int r;

	if (facts_confidence(look->facts) != IRQKIT_CONFIDENCE_MEASURED)
		return look_lacks(look, "nothing was measured");
	r = collect(look, is_stuck, "affinity", &group);
	if (r < 0 || !group.n)
		return r;
	names = irq_group_format(&group);
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

/* Nobody chose a mask that has all CPUs, or is the default. */
static bool is_chosen(struct facts *facts, const struct irq_view *view)
{
	return irqkit_cpuset_count(view->affinity) > 1 &&
		!irqkit_cpuset_is_subset(facts->online, view->affinity) &&
		!irqkit_cpuset_is_subset(facts->housekeeping, view->affinity) &&
		!irq_view_is_default(facts, view);
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
	struct irq_group group CLEANUP(irq_group_free) = { 0 };
	_cleanup_free_ char *names = NULL;
	int r = collect(look, is_shared_mask, "affinity", &group);

	if (r < 0 || !group.n)
		return r;
	names = irq_group_format(&group);
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
	struct irq_group group CLEANUP(irq_group_free) = { 0 };
	_cleanup_free_ char *names = NULL;
	int r;

	if (!facts_has_affinity_times(look->facts))
		return look_lacks(look, "no second reading of affinities");
	r = collect(look, has_hopped, "affinity", &group);
	if (r < 0 || !group.n)
		return r;
	names = irq_group_format(&group);
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
		.explain = "Reported if an event channel that may use several CPUs "
			   "changes its effective CPU, but not its affinity, while the "
			   "system is measured, or between the two readings of a saved "
			   "system.",
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
};

const struct irqkit_rule *rules_affinity(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
