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
#include "plan/barrier.h"
#include "policy/policy.h"
#include "request/request.h"
#include "topology/topology.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Lines that undo each other's work for ever are planned so often. */
#define MOST_LOOKS 6

struct planning {
	struct irqkit_policies *policy;
	struct irqkit_machine *machine;
	unsigned int flags;
	irqkit_policies_line_fn *fn;
	void *data;
	bool is_first; /* look: the only one that reports */
	bool is_look_back; /* at what was planned anew and applied: it is not yet kept */
};

/* Settings that a look has planned. */
struct look {
	struct policy_setting *list; /* owned, and each */
	size_t n, room;
	struct path_index index; /* of the list */
};

static void look_clear(struct look *look)
{
	for (size_t i = 0; i < look->n; i++)
		step_clear(&look->list[i].step);
	free(look->list);
	path_index_clear(&look->index);
	*look = (struct look){ 0 };
}

static struct policy_setting *find_setting(const struct look *look, const char *path)
{
	size_t at;

	return path_index_find(&look->index, path, &at) ? &look->list[at] : NULL;
}

/* A later line wins; its setting is written where that line stands. */
static int drop_overridden(struct look *look)
{
	size_t kept = 0;
	int r = 0;

	path_index_clear(&look->index);
	for (size_t i = 0; i < look->n; i++)
		if (look->list[i].is_overridden)
			step_clear(&look->list[i].step);
		else
			look->list[kept++] = look->list[i];
	look->n = kept;
	for (size_t i = 0; i < kept && r == 0; i++)
		r = path_index_set(&look->index, look->list[i].step.path, i);
	return r;
}

/* ------------------------------------------------------------------------------- */
/* One line                                                                        */

/*
 * A spread over queues has regard to what other interrupts do at the time. Where that alone
 * has changed, its interrupts stay: a check and --stay compare with what was applied.
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
	const struct kept_setting *kept = kept_find(
		&p->policy->kept, line, &setting->step);
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
	struct policy_setting *setting = find_setting(look, step->path);
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

static void free_plan(struct irqkit_plan **plan)
{
	irqkit_plan_free(*plan);
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

static bool is_isolate(const struct irqkit_policies *policy, size_t line)
{
	return policy->lines[line].request->kind == REQUEST_ISOLATE;
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

static int plan_line(const struct planning *p, struct look *look, size_t index)
{
	struct policy_line *line = &p->policy->lines[index];
	struct irqkit_plan *plan CLEANUP(free_plan) = NULL;
	struct look own = { 0 };
	size_t n_before = 0;
	int r = machine_avoid(p->machine, p->policy->all_isolated);

	if (r < 0)
		return r;
	line->is_kept |= request_depends_on_counts(line->request);
	line->error = is_isolate(p->policy, index)
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
	look_clear(&own);
	return r;
}

/* ------------------------------------------------------------------------------- */
/* All lines                                                                       */

static bool is_mistake(const struct irqkit_policies *policy, size_t index)
{
	const struct policy_line *line = &policy->lines[index];

	return line->error < 0 &&
		!(line->is_optional &&
			line->request->problem == IRQKIT_PROBLEM_IMMOVABLE);
}

/* The lines that isolate CPUs, or the others. */
static int look_at(const struct planning *p, struct look *now, bool isolates, int *error)
{
	struct irqkit_policies *policy = p->policy;
	int r = 0;

	for (size_t i = 0; i < policy->n_lines && r == 0; i++) {
		if (is_isolate(policy, i) != isolates)
			continue;
		r = plan_line(p, now, i);
		if (r == 0 && is_mistake(policy, i) &&
			!(p->flags & IRQKIT_POLICIES_LEAVE))
			*error = *error ? *error : policy->lines[i].error;
	}
	return r;
}

/* What another line says about one interrupt counts more than what isolate leaves it. */
static int look(const struct planning *p, struct look *now)
{
	int error = 0, r = look_at(p, now, true, &error);

	if (r == 0)
		r = look_at(p, now, false, &error);
	if (r == 0)
		r = drop_overridden(now);
	return r < 0 ? r : error;
}

static bool is_same(const struct policy_setting *a, const struct policy_setting *b)
{
	if (a->step.result == IRQKIT_SKIPPED || b->step.result == IRQKIT_SKIPPED)
		return a->step.result == b->step.result;
	return a->line == b->line &&
		knob_value_is_equal(a->step.knob, &a->step.new_value, &b->step.new_value);
}

/* Has the look found what the one before did? @marks: lines that have not are kept. */
static bool are_same(
	const struct planning *p, const struct look *a, const struct look *b, bool marks)
{
	bool same = a->n == b->n;

	for (size_t i = 0; i < b->n; i++) {
		const struct policy_setting *before = find_setting(
			a, b->list[i].step.path);

		if (before && is_same(before, &b->list[i]))
			continue;
		same = false;
		if (marks)
			p->policy->lines[b->list[i].line].is_kept = true;
	}
	return same;
}

/* What the newer look no longer sets is as the kernel says. */
static void end_pretending(
	const struct planning *p, const struct look *before, const struct look *now)
{
	for (size_t i = 0; i < before->n; i++)
		if (!now || !find_setting(now, before->list[i].step.path))
			policy_end_pretending(p->machine, &before->list[i].step);
}

/*
 * Only the last value is written: where the interrupt is handled then does not depend on
 * what earlier lines wanted.
 */
static int pretend_written(const struct planning *p, const struct look *now)
{
	int r = 0;

	for (size_t i = 0; i < now->n && r == 0; i++) {
		policy_end_pretending(p->machine, &now->list[i].step);
		r = policy_pretend(p->machine, &now->list[i].step);
	}
	return r;
}

/*
 * A later look sees the machine as the one before it has planned it, and would say that an
 * interrupt stays which moves: the reason is that of the look which chose the value.
 */
static void keep_reasons(struct look *before, struct look *now)
{
	for (size_t i = 0; i < now->n; i++) {
		struct policy_setting *setting = find_setting(
			before, now->list[i].step.path);

		if (!setting || !is_same(setting, &now->list[i]))
			continue;
		free(now->list[i].step.why);
		now->list[i].step.why = TAKE(setting->step.why);
	}
}

static int look_until_same(struct planning *p, struct look *last)
{
	int looks = p->flags & IRQKIT_POLICIES_CHECK ? 1 : MOST_LOOKS;
	bool same = false;
	int r = 0;

	for (int i = 0; i < looks && r == 0 && !same; i++) {
		struct look now = { 0 };

		p->is_first = i == 0;
		r = look(p, &now);
		same = r == 0 && i > 0 && are_same(p, last, &now, i + 1 == looks);
		end_pretending(p, last, &now);
		if (r == 0)
			keep_reasons(last, &now);
		if (r == 0)
			r = pretend_written(p, &now);
		look_clear(last);
		*last = now;
	}
	return r;
}

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

static int index_all(struct look *look)
{
	int r = 0;
	size_t at;

	path_index_clear(&look->index);
	for (size_t i = 0; i < look->n && r == 0; i++)
		if (!path_index_find(&look->index, look->list[i].step.path, &at))
			r = path_index_set(&look->index, look->list[i].step.path, i);
	return r;
}

static bool is_of_channels(const struct policy_setting *setting)
{
	return setting->step.knob == IRQKIT_KNOB_CHANNELS ||
		setting->step.knob == IRQKIT_KNOB_RSS;
}

/* What channels lines set comes first: a barrier resets what was written before. */
static int put_channels_first(struct look *look)
{
	size_t n = 0;

	for (size_t i = 0; i < look->n; i++) {
		struct policy_setting setting = look->list[i];

		if (!is_of_channels(&setting))
			continue;
		memmove(&look->list[n + 1], &look->list[n],
			(i - n) * sizeof(*look->list));
		look->list[n++] = setting;
	}
	return index_all(look);
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
			!find_setting(before, setting->step.path);
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
	return r < 0 ? r : index_all(last);
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

static int add_steps(const struct planning *p, struct look *last,
	const struct look *before, struct irqkit_plan *plan)
{
	int r = put_channels_first(last);

	if (r == 0)
		r = add_channels(p, last, before, plan);
	if (r == 0 && irqkit_plan_has_barrier(plan) &&
		!(p->flags & IRQKIT_POLICIES_CHECK)) {
		drop_rest(p->policy, last);
		return index_all(last);
	}
	for (size_t i = 0; i < last->n && r == 0; i++)
		if (!is_of_channels(&last->list[i]))
			r = add_step(plan, &last->list[i]);
	return r;
}

/* The settings of the plan so far, and those that were added to it. */
static int join(struct look *before, struct look *last)
{
	for (size_t i = 0; i < last->n; i++) {
		if (!GROW(before->list, before->n, before->room))
			return -ENOMEM;
		before->list[before->n++] = last->list[i];
		last->list[i].step = (struct irqkit_step){ 0 };
	}
	look_clear(last);
	*last = *before;
	*before = (struct look){ 0 };
	return index_all(last);
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

		if (!is_isolate(policy, i))
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
		r = look_until_same(p, &last);
	end_pretending(p, &last, NULL);
	topology_isolate(p->machine->topology, NULL);
	machine_avoid(p->machine, NULL);
	if (r == 0)
		r = add_steps(p, &last, &before, plan);
	if (r == 0)
		r = join(&before, &last);
	if (r < 0) {
		look_clear(&before);
		look_clear(&last);
		return r;
	}
	free(policy->settings);
	policy->settings = last.list;
	policy->n_settings = last.n;
	policy->settings_room = last.room;
	policy->index = last.index;
	policy->was_compared = p->flags & IRQKIT_POLICIES_CHECK;
	irqkit_plan_set_full_fn(plan, policy_place_again, policy);
	return 0;
}

static bool holds(const struct irqkit_policies *policy, const struct irqkit_plan *plan)
{
	for (size_t i = 0; i < policy->n_settings; i++)
		if (policy->settings[i].is_undecided || policy->settings[i].is_unchecked)
			return false;
	return irqkit_plan_count_results(plan, IRQKIT_PLANNED) == 0;
}

/*
 * Where everything is as it was applied, nothing is decided anew: lines that depend on each
 * other, or on counts, may have several answers, each of which is right. 1: the plan has
 * nothing to write.
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

	are_same(p, &applied, now, true);
	for (size_t i = 0; i < applied.n; i++)
		if (!find_setting(now, applied.list[i].step.path))
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
		r = look(&p, &now);
	if (r == 0)
		mark_unsettled(&p, &now);
	look_clear(&now);
	drop_missing_from(policy, n_missing);
	irqkit_machine_free(p.machine);
	return r;
}
