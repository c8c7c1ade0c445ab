/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One line of a policy becomes settings. */
#include "base/array.h"
#include "base/cpuset.h"
#include "base/macros.h"
#include "plan/barrier.h"
#include "policy/policy_look.h"
#include "request/request.h"
#include "topology/topology.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * A spread over queues depends on what other interrupts do at the time. If only that has
 * changed, its interrupts stay: a check and --stay compare with what was applied.
 */
static bool holds_still(const struct planning *p, const struct policy_setting *setting,
	const struct knob_value *kept)
{
	const struct irqkit_policies *policy = p->policy;
	const struct irqkit_request *request = policy->lines[setting->line].request;

	return request->kind == REQUEST_SPREAD && !p->is_look_back &&
		setting->step.knob == IRQKIT_KNOB_AFFINITY && kept->cpus &&
		policy->kept.online && policy->online &&
		irqkit_cpuset_is_equal(policy->kept.online, policy->online) &&
		!(policy->all_isolated &&
			irqkit_cpuset_has_common(kept->cpus, policy->all_isolated));
}

/* The setting gets the value that was applied. */
static void take_value(struct policy_setting *setting, struct knob_value *value)
{
	knob_value_clear(&setting->step.new_value);
	setting->step.new_value = *value;
	*value = (struct knob_value){ 0 };
}

static int take_kept(const struct planning *p, struct policy_setting *setting)
{
	struct policy_line *line = &p->policy->lines[setting->line];
	const struct kept_setting *kept = kept_find(p->policy, line, &setting->step);
	struct knob_value value = { 0 };
	bool is_decided = kept && kept->field[KEPT_DECIDED][0] == '1';
	int r;

	if (!(p->flags & IRQKIT_POLICIES_CHECK) || line->is_due ||
		setting->step.result == IRQKIT_SKIPPED)
		return 0;
	r = kept ? knob_value_parse(setting->step.knob, kept->field[KEPT_VALUE], &value)
		 : -ENOENT;
	if (r == -ENOMEM)
		return r;
	if (r == 0 && (is_decided || holds_still(p, setting, &value))) {
		take_value(setting, &value);
		line->was_kept |= is_decided;
	} else {
		setting->is_unchecked = !is_decided && line->is_kept &&
			p->policy->kept.error < 0;
		setting->is_undecided = line->is_kept && !setting->is_unchecked;
	}
	knob_value_clear(&value);
	return 0;
}

static int add_setting(const struct planning *p, struct look *look, size_t line,
	const struct irqkit_step *step)
{
	struct policy_setting *setting = policy_look_find(look, step->path);
	int r;

	/* an interrupt that cannot be moved has no setting to override */
	if (setting && step->result == IRQKIT_SKIPPED)
		return 0;
	if (setting)
		setting->is_overridden = true;
	if (!GROW(look->list, look->n, look->room))
		return -ENOMEM;
	setting = &look->list[look->n];
	*setting = (struct policy_setting){ .line = line };
	r = step_copy(step, &setting->step);
	if (r < 0)
		return r;
	r = path_index_set(&look->index, setting->step.path, look->n++);
	if (r == 0)
		r = take_kept(p, setting);
	return r < 0 ? r : policy_pretend(p->machine, &setting->step);
}

static int add_missing(const struct planning *p, size_t line, const char *target)
{
	struct irqkit_policies *policy = p->policy;
	const struct irqkit_request *request = policy->lines[line].request;
	struct policy_missing missing = { .line = line, .target = strdup(target) };
	const char *message = "";

	for (size_t i = 0; i < request->n_messages; i++)
		if (request->messages[i].kind == IRQKIT_MESSAGE_ERROR)
			message = request->messages[i].text;
	missing.message = strdup(message);
	if (!missing.target || !missing.message ||
		!GROW(policy->missing, policy->n_missing, policy->missing_room)) {
		free(missing.target);
		free(missing.message);
		return -ENOMEM;
	}
	policy->missing[policy->n_missing++] = missing;
	return 0;
}

/* Plans the request for one TARGET, to see whether it matches something. */
static int try_target(const struct planning *p, struct irqkit_request *request, size_t i)
{
	struct irqkit_plan *plan CLEANUP(free_plan) = NULL;
	char **targets = request->targets, *one = targets[i];
	size_t n = request->n_targets;
	int r = irqkit_plan_new(p->machine, &plan);

	if (r < 0)
		return r;
	request->targets = &one;
	request->n_targets = 1;
	r = irqkit_request_plan(request, p->machine, plan);
	request->targets = targets;
	request->n_targets = n;
	return r;
}

/*
 * A request that names nothing which exists leaves the others to do. Moves the TARGETs
 * that are missing to the end; *@ret_n: how many are there.
 */
static int set_missing_aside(const struct planning *p, size_t line, size_t *ret_n)
{
	struct irqkit_request *request = p->policy->lines[line].request;
	size_t n = request->n_targets, kept = 0;
	int r = 0;

	if (n <= 1 || request->kind == REQUEST_PIN) {
		*ret_n = 0;
		return p->is_first ? add_missing(p, line, n ? request->targets[0] : "")
				   : 0;
	}
	for (size_t i = 0; i < n && r == 0; i++) {
		char *target = request->targets[i];
		bool is_there = try_target(p, request, i) == 0 ||
			request->problem != IRQKIT_PROBLEM_NO_MATCH;

		if (!is_there && p->is_first)
			r = add_missing(p, line, target);
		if (!is_there)
			continue;
		memmove(&request->targets[kept + 1], &request->targets[kept],
			(i - kept) * sizeof(char *));
		request->targets[kept++] = target;
	}
	*ret_n = kept;
	return r;
}

bool policy_is_isolate(const struct irqkit_policies *policy, size_t line)
{
	const struct irqkit_request *request = policy->lines[line].request;

	return request && request->kind == REQUEST_ISOLATE;
}

/* What an isolate line changes, and no record of the machine pretends. */
static bool is_for_isolate(const struct irqkit_step *step)
{
	return step->knob == IRQKIT_KNOB_DEFAULT_AFFINITY ||
		step->knob == IRQKIT_KNOB_WORKQUEUE ||
		step->knob == IRQKIT_KNOB_RPS_DEFAULT_MASK ||
		step->knob == IRQKIT_KNOB_BANNED_CPUS || step->knob == IRQKIT_KNOB_THREAD;
}

/* An isolate line takes its CPUs out of what the ones before it have left. */
static int add_earlier(const struct look *look, struct irqkit_plan *plan)
{
	int r = 0;

	for (size_t i = 0; i < look->n && (r == 0 || r == -ENOENT); i++)
		if (is_for_isolate(&look->list[i].step))
			r = plan_add_copy(plan, &look->list[i].step);
	return r == -ENOENT ? 0 : r;
}

/*
 * The SET of an isolate line means what it means without the policy, and its work goes to
 * CPUs that no line isolates.
 */
static int plan_isolate(const struct planning *p, const struct look *look, size_t line,
	struct irqkit_plan **plan, size_t *ret_n_before)
{
	struct irqkit_request *request = p->policy->lines[line].request;
	int r = irqkit_plan_new(p->machine, plan);

	if (r == 0)
		r = add_earlier(look, *plan);
	if (r == 0)
		r = machine_avoid(p->machine, NULL);
	if (r == 0)
		r = topology_isolate(p->machine->topology, NULL);
	if (r < 0)
		return r;
	*ret_n_before = irqkit_plan_count(*plan);
	request->all_isolated = p->policy->all_isolated;
	r = irqkit_request_plan(request, p->machine, *plan);
	if (r == -ENOMEM)
		return r;
	return topology_isolate(p->machine->topology, p->policy->all_isolated) < 0
		? -ENOMEM
		: r;
}

/* Plans a line, as far as its TARGETs exist. */
static int plan_request(const struct planning *p, size_t line, struct irqkit_plan **plan)
{
	struct irqkit_request *request = p->policy->lines[line].request;
	size_t n = request->n_targets, n_present;
	int r = irqkit_plan_new(p->machine, plan);

	if (r == 0)
		r = irqkit_request_plan(request, p->machine, *plan);
	if (r == 0 || request->problem != IRQKIT_PROBLEM_NO_MATCH)
		return r;
	irqkit_plan_free(TAKE(*plan));
	r = set_missing_aside(p, line, &n_present);
	if (r < 0 || n_present == 0) {
		request->problem = IRQKIT_PROBLEM_NO_MATCH;
		request_drop_messages(request);
		return r;
	}
	r = irqkit_plan_new(p->machine, plan);
	request->n_targets = n_present;
	if (r == 0)
		r = irqkit_request_plan(request, p->machine, *plan);
	request->n_targets = n;
	return r;
}

static int warn_named(const struct planning *p, struct irqkit_request *request)
{
	const struct irqkit_cpuset *named = p->machine->named_avoided;
	_cleanup_free_ char *list = NULL;
	int r;

	if (!named || irqkit_cpuset_is_empty(named))
		return 0;
	r = irqkit_cpuset_format_list(named, &list);
	if (r == 0)
		request_warn(request,
			"CPU%s %s %s named here by number and used, although an isolate "
			"line keeps work away from %s",
			irqkit_cpuset_count(named) == 1 ? "" : "s", list,
			irqkit_cpuset_count(named) == 1 ? "is" : "are",
			irqkit_cpuset_count(named) == 1 ? "it" : "them");
	return r;
}

int policy_plan_line(const struct planning *p, struct look *look, size_t index)
{
	struct policy_line *line = &p->policy->lines[index];
	struct irqkit_plan *plan CLEANUP(free_plan) = NULL;
	struct look own = { 0 };
	size_t n_before = 0;
	int r = machine_avoid(p->machine, p->policy->all_isolated);

	if (r < 0)
		return r;
	line->is_kept |= request_depends_on_counts(line->request);
	line->error = policy_is_isolate(p->policy, index)
		? plan_isolate(p, look, index, &plan, &n_before)
		: plan_request(p, index, &plan);
	if (line->error == 0)
		r = warn_named(p, line->request);
	if (r == 0 && p->is_first && p->fn)
		p->fn(p->data, p->policy, index);
	for (size_t i = n_before; plan && line->error == 0 && r == 0 && i < plan->n_steps;
		i++) {
		if (!GROW(own.list, own.n, own.room))
			r = -ENOMEM;
		else
			r = step_copy(&plan->steps[i], &own.list[own.n].step);
		own.n += r == 0;
	}
	/* before the records pretend: the plan of the line has marks in them */
	irqkit_plan_free(TAKE(plan));
	for (size_t i = 0; i < own.n && r == 0; i++)
		r = add_setting(p, look, index, &own.list[i].step);
	policy_look_clear(&own);
	return r;
}
