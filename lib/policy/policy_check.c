/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What came of a plan of a policy: which line has a setting, and what differs and why. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/device.h"
#include "kernel/ctx.h"
#include "policy/policy.h"

#include <errno.h>
#include <string.h>

EXPORT size_t irqkit_policies_get_line(const struct irqkit_policies *policy, size_t index)
{
	return policy->settings[index].line;
}

EXPORT size_t irqkit_policies_count_missing(const struct irqkit_policies *policy)
{
	return policy->n_missing;
}

EXPORT const char *irqkit_policies_get_missing(const struct irqkit_policies *policy,
	size_t index, size_t *ret_line, const char **ret_message)
{
	*ret_line = policy->missing[index].line;
	*ret_message = policy->missing[index].message;
	return policy->missing[index].target;
}

EXPORT int irqkit_policies_differs(const struct irqkit_policies *policy,
	const struct irqkit_plan *plan, size_t index, bool *ret_is_undecided)
{
	const struct irqkit_step *step = &plan->steps[index];
	int r;

	*ret_is_undecided = policy->settings[index].is_undecided;
	if (step->result == IRQKIT_SKIPPED || policy->settings[index].is_unchecked)
		return 0;
	if (*ret_is_undecided)
		return 1;
	if (step->result != IRQKIT_PLANNED)
		return 0;
	r = knob_value_is_kept(plan->ctx, step->knob, &step->new_value, &step->old_value);
	return r < 0 ? r : !r;
}

EXPORT size_t irqkit_policies_count_unchecked(
	const struct irqkit_policies *policy, int *ret_error)
{
	size_t n = 0;

	for (size_t i = 0; i < policy->n_settings; i++)
		n += policy->settings[i].is_unchecked;
	*ret_error = policy->kept.error;
	return n;
}

EXPORT bool irqkit_policies_is_as_applied(const struct irqkit_policies *policy)
{
	return policy->is_as_applied;
}

/* The same file, of the same line, whatever it belonged to then. */
static const struct kept_setting *find_earlier(
	const struct irqkit_policies *policy, const struct policy_setting *setting)
{
	const struct policy_line *line = &policy->lines[setting->line];

	const struct kept_setting *kept;
	size_t at;

	if (!path_index_find(&policy->kept.index, setting->step.path, &at))
		return NULL;
	kept = &policy->kept.settings[at];
	return strcmp(kept->field[KEPT_TEXT], line->text) == 0 ? kept : NULL;
}

static bool is_new(
	const struct irqkit_policies *policy, const struct policy_setting *setting)
{
	const struct kept_setting *earlier = find_earlier(policy, setting);
	const char *identity = setting->step.identity;

	return earlier && identity && *identity &&
		strcmp(earlier->field[KEPT_IDENTITY], identity) != 0;
}

static bool was_applied(
	const struct irqkit_policies *policy, const struct policy_setting *setting)
{
	return find_earlier(policy, setting);
}

static bool has_lost_cpus(const struct irqkit_policies *policy)
{
	return policy->kept.online && policy->online &&
		!irqkit_cpuset_is_subset(policy->kept.online, policy->online);
}

EXPORT enum irqkit_cause irqkit_policies_find_cause(const struct irqkit_policies *policy,
	const struct irqkit_plan *plan, size_t index)
{
	const struct policy_setting *setting = &policy->settings[index];
	const struct irqkit_irqbalance *irqbalance;
	bool is_balanced = false;

	if (is_new(policy, setting))
		return IRQKIT_CAUSE_NEW_DEVICE;
	if (!was_applied(policy, setting))
		return policy->kept.error < 0 ? IRQKIT_CAUSE_UNKNOWN
					      : IRQKIT_CAUSE_NOT_APPLIED;
	if (has_lost_cpus(policy))
		return IRQKIT_CAUSE_OFFLINE;
	if (setting->step.knob == IRQKIT_KNOB_AFFINITY &&
		machine_get_irqbalance(plan->machine, &irqbalance) == 0)
		is_balanced = !irqkit_irqbalance_has_banned(
			irqbalance, (unsigned int)setting->step.irq);
	return is_balanced ? IRQKIT_CAUSE_IRQBALANCE : IRQKIT_CAUSE_UNKNOWN;
}
