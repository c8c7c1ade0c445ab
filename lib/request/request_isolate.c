/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CPUs that should not be disturbed. Everything that can be moved leaves them and keeps
 * its other CPUs:
 *
 *	what irqbalance uses; default_smp_affinity, then each interrupt, so that none comes in between;
 *	RPS of new interfaces and of queues; XPS; unbound work; kernel threads
 */
#include "base/cpuset.h"
#include "base/error_text.h"
#include "base/macros.h"
#include "devices/queues.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "plan/plan.h"
#include "request/isolate.h"
#include "request/request_cpus.h"
#include "request/request_select.h"
#include "topology/topology.h"

#include <errno.h>
#include <string.h>

EXPORT int irqkit_request_new_isolate(struct irqkit_request **ret_request)
{
	int r = request_new(REQUEST_ISOLATE, ret_request);

	if (r == 0)
		(*ret_request)->parts = IRQKIT_ISOLATE_ALL;
	return r;
}

EXPORT void irqkit_request_set_only(struct irqkit_request *request, unsigned int parts)
{
	request->parts = parts;
}

/*
 * Reads the SET, which has no device and no interrupt. `housekeeping,^0` must mean the
 * same CPUs after they were isolated: otherwise, a second run would find nothing to
 * isolate.
 */
static int read_set(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_cpuset **ret_cpus)
{
	const struct set_scope scope = {
		.no_current = "isolate is not about one interrupt",
		.housekeeping = topology_get_kernel_cpus(
			machine->topology, IRQKIT_CPUS_HOUSEKEEPING),
	};

	if (request->mask)
		return request_read_cpus(request, machine, NULL, ret_cpus);
	if (!request->cpus)
		return request_fail(request, IRQKIT_PROBLEM_WORDS, "no CPUs are given");
	return request_read_scoped(request, machine, request->cpus_label, request->cpus,
		&scope, NULL, ret_cpus);
}

EXPORT int irqkit_request_get_isolated(struct irqkit_request *request,
	struct irqkit_machine *machine, struct irqkit_cpuset **ret_cpus)
{
	int r;

	if (request->kind != REQUEST_ISOLATE)
		return -EINVAL;
	request_drop_messages(request);
	request->problem = IRQKIT_PROBLEM_NONE;
	r = read_set(request, machine, ret_cpus);
	return r < 0 && request->problem == IRQKIT_PROBLEM_NONE
		? request_note_problem(request, IRQKIT_PROBLEM_FAILED, r)
		: r;
}

/* ------------------------------------------------------------------------------- */
/* What remains                                                                    */

static int fail_none_left(struct irqkit_request *request,
	const struct irqkit_cpuset *isolated, const struct irqkit_cpuset *cpus)
{
	_cleanup_cpuset_ struct irqkit_cpuset *others = NULL;
	_cleanup_free_ char *list = NULL;

	if (irqkit_cpuset_copy(isolated, &others) < 0)
		return -ENOMEM;
	irqkit_cpuset_remove_set(others, cpus);
	if (irqkit_cpuset_format_list(others, &list) < 0)
		return -ENOMEM;
	return request_fail(request, IRQKIT_PROBLEM_WORDS,
		"%s: no housekeeping CPU would be left%s%s%s; leave out at least one CPU",
		request->cpus_label, *list ? " (isolated already: " : "", list,
		*list ? ")" : "");
}

/* The CPUs that are isolated, also by earlier requests of the same plan. */
static int read_isolated(struct irqkit_machine *machine, const struct irqkit_plan *plan,
	struct irqkit_cpuset **ret_cpus)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		machine->topology, IRQKIT_CPUS_ONLINE);
	size_t n = irqkit_plan_count(plan);
	const struct irqkit_cpuset *irqs = isolate_find_planned(
		plan, n, IRQKIT_KNOB_DEFAULT_AFFINITY);
	const struct irqkit_cpuset *work = isolate_find_planned(
		plan, n, IRQKIT_KNOB_WORKQUEUE);
	_cleanup_cpuset_ struct irqkit_cpuset *planned = NULL;
	int r = irqkit_machine_read_isolated(machine, ret_cpus);

	if (r < 0 || !irqs || !work || !online)
		return r;
	if (irqkit_cpuset_copy(online, &planned) < 0)
		return -ENOMEM;
	irqkit_cpuset_remove_set(planned, irqs);
	irqkit_cpuset_remove_set(planned, work);
	return irqkit_cpuset_add_set(*ret_cpus, planned);
}

static int find_housekeeping(struct irqkit_request *request,
	struct irqkit_machine *machine, const struct irqkit_plan *plan,
	const struct irqkit_cpuset *cpus, struct irqkit_cpuset **ret_left)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		machine->topology, IRQKIT_CPUS_ONLINE);
	_cleanup_cpuset_ struct irqkit_cpuset *isolated = NULL, *left = NULL;
	int r = read_isolated(machine, plan, &isolated);

	if (r == 0)
		r = online ? irqkit_cpuset_copy(online, &left) : irqkit_cpuset_new(&left);
	if (r == 0 && request->all_isolated)
		r = irqkit_cpuset_add_set(isolated, request->all_isolated);
	if (r < 0)
		return r;
	irqkit_cpuset_remove_set(left, isolated);
	irqkit_cpuset_remove_set(left, cpus);
	if (irqkit_cpuset_is_empty(left))
		return fail_none_left(request, isolated, cpus);
	*ret_left = TAKE(left);
	return 0;
}

/* ------------------------------------------------------------------------------- */
/* Masks that there are once in a machine                                          */

/* One of these masks. */
struct mask {
	enum irqkit_knob knob;
	enum machine_file file;
	bool may_be_empty;
	int (*add)(struct irqkit_plan *plan, const struct irqkit_cpuset *cpus,
		const char *why);
	const char *empty; /* the reason where no CPU is left */
};

static const struct mask default_affinity = {
	.knob = IRQKIT_KNOB_DEFAULT_AFFINITY,
	.file = MACHINE_DEFAULT_AFFINITY,
	.add = irqkit_plan_add_default_affinity,
	.empty = "no CPU was left: all housekeeping CPUs",
};

static const struct mask workqueues = {
	.knob = IRQKIT_KNOB_WORKQUEUE,
	.file = MACHINE_WORKQUEUE,
	.add = irqkit_plan_add_workqueue_cpus,
	.empty = "no CPU was left: all housekeeping CPUs",
};

static const struct mask rps_default = {
	.knob = IRQKIT_KNOB_RPS_DEFAULT_MASK,
	.file = MACHINE_RPS_DEFAULT_MASK,
	.may_be_empty = true,
	.add = irqkit_plan_add_rps_default_mask,
	.empty = "no CPU was left: RPS off",
};

/* What an earlier step of the plan sets counts more than what the kernel has. */
static int read_mask(const struct isolate *isolate, const struct mask *mask,
	struct irqkit_cpuset **ret_cpus)
{
	const struct irqkit_cpuset *planned = isolate_find_planned(
		isolate->plan, isolate->n_before, mask->knob);

	if (planned)
		return irqkit_cpuset_copy(planned, ret_cpus);
	return machine_read_mask(isolate->machine, mask->file, ret_cpus);
}

static int fail_mask(const struct isolate *isolate, const struct mask *mask, int error)
{
	if (is_failure(error)) /* the log function of the context knows it */
		return error;
	return request_fail_with(isolate->request, error, "cannot read %s: %s",
		machine_file_path(mask->file), error_text(-error));
}

static int add_mask(const struct isolate *isolate, const struct mask *mask)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		isolate->machine->topology, IRQKIT_CPUS_ONLINE);
	_cleanup_cpuset_ struct irqkit_cpuset *now = NULL, *none = NULL, *cpus = NULL;
	int r = read_mask(isolate, mask, &now);

	if (r == -ENOENT) /* an older kernel, or a saved root */
		return 0;
	if (r == 0)
		r = irqkit_cpuset_new(&none);
	if (r < 0)
		return fail_mask(isolate, mask, r);
	if (mask->may_be_empty && irqkit_cpuset_is_empty(now) &&
		!isolate->request->all_isolated)
		return 0;
	r = isolate_choose(now, isolate->cpus, online,
		mask->may_be_empty ? none : isolate->housekeeping, &cpus);
	if (r >= 0)
		r = mask->add(isolate->plan, cpus,
			irqkit_cpuset_is_empty(now) ? "already off"
				: r > 0		    ? mask->empty
						    : "keeps its other CPUs");
	return r < 0 ? fail_mask(isolate, mask, r) : 0;
}

static int add_default(const struct isolate *isolate)
{
	return add_mask(isolate, &default_affinity);
}

static int add_workqueues(const struct isolate *isolate)
{
	return add_mask(isolate, &workqueues);
}

static int add_rps(const struct isolate *isolate)
{
	int r = add_mask(isolate, &rps_default);

	return r < 0 ? r : isolate_add_rps(isolate);
}

/* ------------------------------------------------------------------------------- */

/* It places all interrupts again without these CPUs, so it comes first. */
static int add_banned_cpus(const struct isolate *isolate)
{
	return irqkit_plan_add_banned_cpus(
		isolate->plan, isolate->cpus, "irqbalance keeps off them");
}

/* Without /proc/irq, nothing can be said about the CPUs. */
static int check_any_found(const struct isolate *isolate)
{
	size_t n = irqkit_plan_count(isolate->plan) - isolate->n_before;

	return n > 0 && isolate->request->n_gone == n
		? request_fail_all_immovable(isolate->request, n)
		: 0;
}

/* In the order in which they are written. */
static const struct {
	unsigned int part;
	int (*add)(const struct isolate *isolate);
} parts[] = {
	{ IRQKIT_ISOLATE_IRQBALANCE, add_banned_cpus },
	{ IRQKIT_ISOLATE_DEFAULT, add_default },
	{ IRQKIT_ISOLATE_IRQS, isolate_add_irqs },
	{ IRQKIT_ISOLATE_RPS, add_rps },
	{ IRQKIT_ISOLATE_XPS, isolate_add_xps },
	{ IRQKIT_ISOLATE_WORKQUEUES, add_workqueues },
	{ IRQKIT_ISOLATE_THREADS, isolate_add_threads },
};

int request_plan_isolate(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL, *housekeeping = NULL;
	struct isolate isolate = {
		.request = request,
		.machine = machine,
		.plan = plan,
		.n_before = irqkit_plan_count(plan),
	};
	int r = read_set(request, machine, &cpus);

	if (r == 0)
		r = find_housekeeping(request, machine, plan, cpus, &housekeeping);
	isolate.cpus = cpus;
	isolate.housekeeping = housekeeping;
	for (size_t i = 0; i < LENGTH(parts) && r == 0; i++)
		if (request->parts & parts[i].part)
			r = parts[i].add(&isolate);
	return r == 0 ? check_any_found(&isolate) : r;
}
