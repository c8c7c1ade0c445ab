/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps for the CPUs that irqbalance does not use. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "irqbalance/irqbalance.h"
#include "machine/machine.h"
#include "plan/plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int fill_step(struct irqkit_step *step, const struct irqbalance_daemon *daemon)
{
	step->pid = daemon->pid;
	step->is_optional = true;
	step->identity = strdup(daemon->start);
	return step->identity ? 0 : -ENOMEM;
}

static int add_step(struct irqkit_plan *plan, const struct irqbalance_daemon *daemon,
	const char *why, struct irqkit_step **ret_step)
{
	char path[48];
	int r;

	snprintf(path, sizeof(path), "irqbalance:%u/banned_cpus", daemon->pid);
	r = plan_add_machine_step(
		plan, IRQKIT_KNOB_BANNED_CPUS, path, "irqbalance", why, ret_step);
	if (r < 0)
		return r;
	r = fill_step(*ret_step, daemon);
	if (r < 0)
		plan_drop_step(plan);
	return r;
}

/* What an earlier step of the plan adds counts, too. */
static int add_earlier(
	const struct irqkit_plan *plan, size_t index, struct irqkit_cpuset *cpus)
{
	for (size_t i = index; i-- > 0;)
		if (strcmp(plan->steps[i].path, plan->steps[index].path) == 0)
			return irqkit_cpuset_add_set(cpus, plan->steps[i].new_value.cpus);
	return 0;
}

static int set_cpus(struct irqkit_plan *plan, struct irqkit_step *step,
	const struct irqkit_cpuset *added)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	int r = step_read_old(plan, step);

	if (r == 0)
		r = irqkit_cpuset_copy(step->old_value.cpus, &cpus);
	if (r == 0)
		r = add_earlier(plan, plan->n_steps - 1, cpus);
	if (r == 0)
		r = irqkit_cpuset_add_set(cpus, added);
	return r < 0 ? r : step_set_new_cpus(plan, step, cpus);
}

static int add_daemon(struct irqkit_plan *plan, const struct irqbalance_daemon *daemon,
	const struct irqkit_cpuset *cpus, const char *why)
{
	struct irqkit_step *step;
	int r = add_step(plan, daemon, why, &step);

	if (r < 0)
		return r;
	r = set_cpus(plan, step, cpus);
	if (r < 0)
		plan_drop_step(plan);
	/* one that has ended, answers only root, or does not answer */
	return r == -ENOMEM ? r : 0;
}

EXPORT int irqkit_plan_add_banned_cpus(
	struct irqkit_plan *plan, const struct irqkit_cpuset *cpus, const char *why)
{
	const struct irqkit_irqbalance *irqbalance;
	int r = machine_get_irqbalance(plan->machine, &irqbalance);

	if (r < 0)
		return r == -ESRCH ? 0 : r;
	for (size_t i = 0; i < irqbalance->n_daemons && r == 0; i++)
		r = add_daemon(plan, &irqbalance->daemons[i], cpus, why);
	return r;
}
