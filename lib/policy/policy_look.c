/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All lines are planned, one on top of the other; and again, until nothing changes any more.
 */
#include "policy/policy_look.h"
#include "base/macros.h"
#include "request/request.h"

#include <errno.h>
#include <stdlib.h>

/* Lines that undo each other's work for ever are planned so often. */
#define MOST_LOOKS 6

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
		if (!policy->lines[i].request || policy_is_isolate(policy, i) != isolates)
			continue;
		r = policy_plan_line(p, now, i);
		if (r == 0 && is_mistake(policy, i) &&
			!(p->flags & IRQKIT_POLICIES_LEAVE))
			*error = *error ? *error : policy->lines[i].error;
	}
	return r;
}

/* What another line says about one interrupt counts more than what isolate leaves it. */
int policy_look(const struct planning *p, struct look *now)
{
	int error = 0, r = look_at(p, now, true, &error);

	if (r == 0)
		r = look_at(p, now, false, &error);
	if (r == 0)
		r = policy_look_drop_overridden(now);
	return r < 0 ? r : error;
}

static bool is_same(const struct policy_setting *a, const struct policy_setting *b)
{
	if (a->step.result == IRQKIT_SKIPPED || b->step.result == IRQKIT_SKIPPED)
		return a->step.result == b->step.result;
	return a->line == b->line &&
		knob_value_is_equal(a->step.knob, &a->step.new_value, &b->step.new_value);
}

bool policy_look_is_same(
	const struct planning *p, const struct look *a, const struct look *b, bool marks)
{
	bool same = a->n == b->n;

	for (size_t i = 0; i < b->n; i++) {
		const struct policy_setting *before = policy_look_find(
			a, b->list[i].step.path);

		if (before && is_same(before, &b->list[i]))
			continue;
		same = false;
		if (marks)
			p->policy->lines[b->list[i].line].is_kept = true;
	}
	return same;
}

void policy_look_end(
	const struct planning *p, const struct look *before, const struct look *now)
{
	for (size_t i = 0; i < before->n; i++)
		if (!now || !policy_look_find(now, before->list[i].step.path))
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
		struct policy_setting *setting = policy_look_find(
			before, now->list[i].step.path);

		if (!setting || !is_same(setting, &now->list[i]))
			continue;
		free(now->list[i].step.why);
		now->list[i].step.why = TAKE(setting->step.why);
	}
}

int policy_look_until_same(struct planning *p, struct look *last)
{
	int looks = p->flags & IRQKIT_POLICIES_CHECK ? 1 : MOST_LOOKS;
	bool same = false;
	int r = 0;

	for (int i = 0; i < looks && r == 0 && !same; i++) {
		struct look now = { 0 };

		p->is_first = i == 0;
		r = policy_look(p, &now);
		same = r == 0 && i > 0 &&
			policy_look_is_same(p, last, &now, i + 1 == looks);
		policy_look_end(p, last, &now);
		if (r == 0)
			keep_reasons(last, &now);
		if (r == 0)
			r = pretend_written(p, &now);
		policy_look_clear(last);
		*last = now;
	}
	return r;
}
