/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files share that make one plan of the lines of a policy. */
#ifndef IRQKIT_POLICY_LOOK_H
#define IRQKIT_POLICY_LOOK_H

#include "base/cpuset.h"
#include "policy/policy.h"

struct planning {
	struct irqkit_policies *policy;
	struct irqkit_machine *machine;
	unsigned int flags;
	irqkit_policies_line_fn *fn;
	void *data;
	bool is_first; /* look: the only one that reports */
	bool is_look_back; /* at what was planned again and applied: it is not yet kept */
};

/* Settings that a look has planned. */
struct look {
	struct policy_setting *list; /* owned, and each */
	size_t n, room;
	struct path_index index; /* of the list */
};

static inline void free_plan(struct irqkit_plan **plan)
{
	irqkit_plan_free(*plan);
}
#define _cleanup_plan_ CLEANUP(free_plan)

void policy_look_clear(struct look *look);
/* NULL: no line has planned this setting. */
struct policy_setting *policy_look_find(const struct look *look, const char *path);
/* Numbers the settings again, after their list has changed. */
int policy_look_index(struct look *look);
/* A later line wins; its setting is written where that line stands. */
int policy_look_drop_overridden(struct look *look);

bool policy_is_isolate(const struct irqkit_policies *policy, size_t line);
/* Adds the settings of one line. */
int policy_plan_line(const struct planning *p, struct look *look, size_t index);

/* Plans all lines, once. */
int policy_look(const struct planning *p, struct look *now);
/* Plans all lines until nothing changes any more. @last: what the last look has found */
int policy_look_until_same(struct planning *p, struct look *last);
/* Has the look found what the one before did? @marks: lines that have not are kept. */
bool policy_look_is_same(
	const struct planning *p, const struct look *a, const struct look *b, bool marks);
/*
 * Settings that the newer look no longer sets are as the kernel says. @now: NULL if there is
 * no newer look.
 */
void policy_look_end(
	const struct planning *p, const struct look *before, const struct look *now);

/* Adds the settings to the plan. @before: those that it has already */
int policy_add_steps(const struct planning *p, struct look *last,
	const struct look *before, struct irqkit_plan *plan);

#endif
