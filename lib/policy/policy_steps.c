/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings of a policy become the steps of one plan, around its barriers. */
#include "kernel/ctx.h"
#include "plan/barrier.h"
#include "policy/policy_look.h"
#include "request/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int add_skipped(
	struct irqkit_plan *plan, struct policy_setting *setting, const char *why)
{
	int r = step_set_why(&setting->step, "%s", why);

	setting->step.result = IRQKIT_SKIPPED;
	return r < 0 ? r : plan_add_copy(plan, &setting->step);
}

static int add_step(struct irqkit_plan *plan, struct policy_setting *setting)
{
	int r;

	/* planned each time, they would get an entry in the journal each time */
	if (setting->step.knob == IRQKIT_KNOB_THREAD && !plan->ctx->is_live)
		return add_skipped(
			plan, setting, "threads of a saved root cannot be moved");
	r = plan_add_copy(plan, &setting->step);
	return r == -ENOENT ? add_skipped(plan, setting, "gone, or not in the saved root")
			    : r;
}

static bool is_of_channels(const struct policy_setting *setting)
{
	return setting->step.knob == IRQKIT_KNOB_CHANNELS ||
		setting->step.knob == IRQKIT_KNOB_RSS;
}

/* What channels lines set comes first: a barrier resets what was written before. */
static int put_channels_first(struct look *look)
{
	struct policy_setting *ordered = calloc(look->n + 1, sizeof(*ordered));
	size_t n = 0;

	if (!ordered)
		return -ENOMEM;
	for (int first = 1; first >= 0; first--)
		for (size_t i = 0; i < look->n; i++)
			if (is_of_channels(&look->list[i]) == first)
				ordered[n++] = look->list[i];
	free(look->list);
	look->list = ordered;
	look->room = n + 1;
	return policy_look_index(look);
}

static int add_barrier(const struct planning *p, struct irqkit_plan *plan,
	struct policy_setting *setting)
{
	struct irqkit_device *device;
	int r = add_step(plan, setting);

	if (r < 0 || setting->step.knob != IRQKIT_KNOB_CHANNELS ||
		plan->steps[plan->n_steps - 1].result != IRQKIT_PLANNED ||
		(p->flags & IRQKIT_POLICIES_CHECK))
		return r;
	r = irqkit_devices_find_net(p->machine->devices, setting->step.target, &device);
	return r < 0 ? r : barrier_save(plan, device);
}

/*
 * Before a barrier, only what channels lines set is in the plan; after it, that is there
 * already, unless the driver has made another RSS table meanwhile.
 */
static int add_channels(const struct planning *p, struct look *last,
	const struct look *before, struct irqkit_plan *plan)
{
	size_t kept = 0;
	int r = 0;

	for (size_t i = 0; i < last->n; i++) {
		struct policy_setting *setting = &last->list[i];
		bool is_new = !is_of_channels(setting) ||
			!policy_look_find(before, setting->step.path);
		bool is_dropped = !is_new && setting->step.knob == IRQKIT_KNOB_CHANNELS;

		if (r == 0 && is_of_channels(setting) && !is_dropped)
			r = add_barrier(p, plan, setting);
		if (r == 0 && !is_new && !is_dropped &&
			plan->steps[plan->n_steps - 1].result == IRQKIT_UNCHANGED) {
			plan_drop_step(plan);
			is_dropped = true;
		}
		if (is_dropped)
			step_clear(&setting->step);
		else
			last->list[kept++] = *setting;
	}
	last->n = kept;
	return r < 0 ? r : policy_look_index(last);
}

/* What is planned after the barrier. */
static void drop_rest(struct irqkit_policies *policy, struct look *last)
{
	size_t kept = 0;

	while (last->n > 0 && !is_of_channels(&last->list[last->n - 1]))
		step_clear(&last->list[--last->n].step);
	for (size_t i = 0; i < policy->n_missing; i++) {
		struct policy_missing *missing = &policy->missing[i];

		if (policy->lines[missing->line].request->kind == REQUEST_CHANNELS) {
			policy->missing[kept++] = *missing;
			continue;
		}
		free(missing->target);
		free(missing->message);
	}
	policy->n_missing = kept;
}

int policy_add_steps(const struct planning *p, struct look *last,
	const struct look *before, struct irqkit_plan *plan)
{
	int r = put_channels_first(last);

	if (r == 0)
		r = add_channels(p, last, before, plan);
	if (r == 0 && irqkit_plan_has_barrier(plan) &&
		!(p->flags & IRQKIT_POLICIES_CHECK)) {
		drop_rest(p->policy, last);
		return policy_look_index(last);
	}
	for (size_t i = 0; i < last->n && r == 0; i++)
		if (!is_of_channels(&last->list[i]))
			r = add_step(plan, &last->list[i]);
	return r;
}
