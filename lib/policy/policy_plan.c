/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lines of a policy become one plan:
 *
 *	line 1 -> its steps ---+
 *	line 2 -> its steps ---+--> for each file the last one -> plan
 *	           ^ sees the machine as line 1 will have left it
 *
 * All lines are planned again on the machine as the plan will have left it, until nothing
 * changes any more: then a second run has nothing to write, and a check finds no
 * difference.
 */
#include "base/array.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "kernel/ctx.h"
#include "policy/policy_look.h"
#include "topology/topology.h"

#include <errno.h>
#include <stdlib.h>

/* The settings of the plan so far, and those that were added to it. */
static int join(struct look *before, struct look *last)
{
	for (size_t i = 0; i < last->n; i++) {
		if (!GROW(before->list, before->n, before->room))
			return -ENOMEM;
		before->list[before->n++] = last->list[i];
		last->list[i].step = (struct irqkit_step){ 0 };
	}
	policy_look_clear(last);
	*last = *before;
	*before = (struct look){ 0 };
	return policy_look_index(last);
}

/* With IRQKIT_POLICIES_REST, the settings of the plan so far stay. */
static struct look take_settings(struct irqkit_policies *policy, unsigned int flags)
{
	struct look before = { 0 };

	if (!(flags & IRQKIT_POLICIES_REST))
		return before;
	before.list = TAKE(policy->settings);
	before.n = policy->n_settings;
	before.room = policy->settings_room;
	before.index = policy->index;
	policy->n_settings = policy->settings_room = 0;
	policy->index = (struct path_index){ 0 };
	return before;
}

/* A line whose SET is wrong says so when it is planned. */
static int find_isolated(struct planning *p)
{
	struct irqkit_policies *policy = p->policy;
	int r = policy->isolated
		? irqkit_cpuset_copy(policy->isolated, &policy->all_isolated)
		: 0;

	for (size_t i = 0; i < policy->n_lines && r == 0; i++) {
		_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;

		if (!policy_is_isolate(policy, i))
			continue;
		if (!policy->all_isolated)
			r = irqkit_cpuset_new(&policy->all_isolated);
		if (r == 0)
			r = irqkit_request_get_isolated(
				policy->lines[i].request, p->machine, &cpus);
		if (r == 0)
			r = irqkit_cpuset_add_set(policy->all_isolated, cpus);
		else if (r != -ENOMEM && !is_failure(r))
			r = 0;
	}
	return r;
}

static int begin(struct planning *p)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		p->machine->topology, IRQKIT_CPUS_ONLINE);
	struct irqkit_policies *policy = p->policy;
	int r;

	policy_drop_settings(policy);
	for (size_t i = 0; i < policy->n_lines; i++)
		policy->lines[i].is_kept = policy->lines[i].was_kept = false;
	r = online ? irqkit_cpuset_copy(online, &policy->online) : 0;
	if (r == 0)
		r = kept_read(p->machine->ctx, &policy->kept);
	if (r == 0)
		r = find_isolated(p);
	return r < 0 ? r : topology_isolate(p->machine->topology, policy->all_isolated);
}

static int plan_lines(struct planning *p, struct irqkit_plan *plan)
{
	struct irqkit_policies *policy = p->policy;
	struct look last = { 0 }, before = take_settings(policy, p->flags);
	int r = begin(p);

	if (r == 0)
		r = policy_look_until_same(p, &last);
	policy_look_end(p, &last, NULL);
	topology_isolate(p->machine->topology, NULL);
	machine_avoid(p->machine, NULL);
	if (r == 0)
		r = policy_add_steps(p, &last, &before, plan);
	if (r == 0)
		r = join(&before, &last);
	if (r < 0) {
		policy_look_clear(&before);
		policy_look_clear(&last);
		return r;
	}
	free(policy->settings);
	policy->settings = last.list;
	policy->n_settings = last.n;
	policy->settings_room = last.room;
	policy->index = last.index;
	policy->was_compared = p->flags & IRQKIT_POLICIES_CHECK;
	irqkit_plan_set_full_fn(plan, policy_place_again, policy);
	return kept_find_left(policy);
}

static bool holds(const struct irqkit_policies *policy, const struct irqkit_plan *plan)
{
	for (size_t i = 0; i < policy->n_settings; i++)
		if (policy->settings[i].is_undecided || policy->settings[i].is_unchecked)
			return false;
	return irqkit_plan_count_results(plan, IRQKIT_PLANNED) == 0;
}

/*
 * If every setting is as it was applied, nothing is decided again: lines that depend on
 * each other or on counts may have several right answers. 1: the plan has nothing to
 * write.
 */
static int plan_as_applied(const struct planning *p, struct irqkit_plan *plan)
{
	struct planning again = *p;
	struct irqkit_plan *found CLEANUP(free_plan) = NULL, empty;
	int r;

	p->policy->is_as_applied = false;
	if (p->flags & ~(unsigned int)IRQKIT_POLICIES_LEAVE)
		return 0;
	again.flags |= IRQKIT_POLICIES_CHECK;
	again.fn = NULL;
	r = irqkit_plan_new(p->machine, &found);
	if (r == 0)
		r = plan_lines(&again, found);
	/* a line that cannot be planned says so when it is planned */
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (p->policy->n_settings == 0 || !holds(p->policy, found))
		return 0;
	empty = *plan;
	*plan = *found;
	*found = empty;
	p->policy->is_as_applied = true;
	for (size_t i = 0; p->fn && i < p->policy->n_lines; i++)
		if (p->policy->lines[i].request)
			p->fn(p->data, p->policy, i);
	return 1;
}

EXPORT int irqkit_policies_plan(struct irqkit_policies *policy,
	struct irqkit_machine *machine, struct irqkit_plan *plan, unsigned int flags,
	irqkit_policies_line_fn *fn, void *data)
{
	struct planning p = {
		.policy = policy,
		.machine = machine,
		.flags = flags,
		.fn = fn,
		.data = data,
	};
	int r = plan_as_applied(&p, plan);

	if (r != 0)
		return r < 0 ? r : 0;
	return plan_lines(&p, plan);
}

/* What a look back finds missing was found missing before. */
static void drop_missing_from(struct irqkit_policies *policy, size_t first)
{
	while (policy->n_missing > first) {
		policy->n_missing--;
		free(policy->missing[policy->n_missing].target);
		free(policy->missing[policy->n_missing].message);
	}
}

static void mark_unsettled(const struct planning *p, const struct look *now)
{
	struct irqkit_policies *policy = p->policy;
	const struct look applied = {
		.list = policy->settings,
		.n = policy->n_settings,
		.index = policy->index,
	};

	policy_look_is_same(p, &applied, now, true);
	for (size_t i = 0; i < applied.n; i++)
		if (!policy_look_find(now, applied.list[i].step.path))
			policy->lines[applied.list[i].line].is_kept = true;
}

EXPORT int irqkit_policies_settle(struct irqkit_policies *policy, struct irqkit_ctx *ctx)
{
	struct planning p = {
		.policy = policy,
		.flags = IRQKIT_POLICIES_CHECK | IRQKIT_POLICIES_LEAVE,
		.is_look_back = !policy->was_compared,
	};
	size_t n_missing = policy->n_missing;
	struct look now = { 0 };
	int r = irqkit_machine_new(ctx, &p.machine, NULL, NULL);

	if (r < 0)
		return r;
	r = topology_isolate(p.machine->topology, policy->all_isolated);
	if (r == 0)
		r = policy_look(&p, &now);
	if (r == 0)
		mark_unsettled(&p, &now);
	policy_look_clear(&now);
	drop_missing_from(policy, n_missing);
	irqkit_machine_free(p.machine);
	return r;
}
