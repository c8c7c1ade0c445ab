/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interrupts, or the default, get the CPUs that a request names. */
#include "base/cpuset.h"
#include "base/error_text.h"
#include "base/macros.h"
#include "interrupts/snapshot.h"
#include "kernel/ctx.h"
#include "request/request_cpus.h"
#include "request/request_current.h"
#include "request/request_select.h"
#include "target/selection.h"

#include <errno.h>
#include <string.h>

/* Says of every interrupt that was named and cannot be moved why; then nothing is done. */
static int refuse_named(
	struct irqkit_request *request, const struct irqkit_selection *chosen)
{
	int r = 0;

	for (size_t i = 0; i < irqkit_selection_count(chosen); i++) {
		struct irqkit_irq *irq = irqkit_selection_get(chosen, i);

		if (irqkit_selection_is_named(chosen, i) &&
			irqkit_irq_find_obstacle(irq, true))
			r = request_fail_immovable(request, irq);
	}
	return r < 0 ? request_end_immovable(request, r) : 0;
}

/* The CPUs that a SET means: the same for all interrupts, or not. */
struct set_cpus {
	const struct irqkit_cpuset *all; /* NULL: each interrupt has its own */
	struct current current;
	bool leaves_named; /* the SET leaves a named interrupt no CPU */
};

static int add_affinity(struct irqkit_plan *plan, struct irqkit_irq *irq,
	unsigned int flags, struct set_cpus *set)
{
	const struct irqkit_cpuset *cpus = set->all;
	int r = cpus ? 0 : current_read_cpus(&set->current, irq, &cpus);

	if (r < 0)
		return r;
	if (cpus)
		return irqkit_plan_add_affinity(plan, irq, cpus, "requested", flags);
	set->leaves_named |= !flags;
	return irqkit_plan_add_skipped(plan, irq, "without a CPU in SET");
}

static int add_step(struct irqkit_request *request, struct irqkit_plan *plan,
	struct irqkit_irq *irq, bool is_named, struct set_cpus *set)
{
	const char *obstacle = irqkit_irq_find_obstacle(irq, is_named);
	unsigned int flags = is_named ? 0 : IRQKIT_STEP_OPTIONAL;
	int r;

	/* a pattern may match NMI too, which has no affinity */
	if (irq->row->irq < 0)
		return 0;
	r = obstacle ? irqkit_plan_add_skipped(plan, irq, obstacle)
		     : add_affinity(plan, irq, flags, set);
	if (r == -ENOENT && flags)
		r = request_add_gone(request, plan, irq);
	return r < 0 ? request_fail_unreadable(request, irq, r) : 0;
}

static int plan_interrupts(struct irqkit_request *request, struct irqkit_plan *plan,
	const struct irqkit_selection *chosen, struct set_cpus *set)
{
	int r = refuse_named(request, chosen);

	for (size_t i = 0; r == 0 && i < irqkit_selection_count(chosen); i++)
		r = add_step(request, plan, irqkit_selection_get(chosen, i),
			irqkit_selection_is_named(chosen, i), set);
	if (r == 0)
		r = current_check_left(&set->current,
			set->leaves_named ||
				irqkit_plan_count_results(plan, IRQKIT_SKIPPED) ==
					irqkit_plan_count(plan));
	return r == 0 ? request_check_any_movable(request, plan) : r;
}

/* After the TARGETs: `local` means the CPUs near them. */
static int read_cpus(struct irqkit_request *request, struct irqkit_machine *machine,
	const struct irqkit_selection *chosen, struct irqkit_cpuset **ret_cpus)
{
	_cleanup_free_ char *message = NULL;
	int r;

	if (request->mask || !chosen)
		return request_read_cpus(request, machine, NULL, ret_cpus);
	r = irqkit_selection_parse_set(
		chosen, request->cpus, strlen(request->cpus), ret_cpus, NULL, &message);
	return r < 0 ? request_fail_set(request, request->cpus_label, r, message) : 0;
}

/* Work of other devices moves too. */
static void remark_shared(
	struct irqkit_request *request, const struct irqkit_selection *chosen)
{
	for (size_t i = 0; i < irqkit_selection_count_devices(chosen); i++) {
		_cleanup_free_ char *text = NULL;

		if (irqkit_device_explain_shared(
			    irqkit_selection_get_device(chosen, i), &text) == 0)
			request_remark(request, "%s", text);
	}
}

/* The interrupts get the same CPUs. */
static int plan_same(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	struct set_cpus set = { 0 };
	int r = read_cpus(request, machine, request->selection, &cpus);

	set.all = cpus;
	return r == 0 ? plan_interrupts(request, plan, request->selection, &set) : r;
}

/* Each interrupt gets some of the CPUs where it is allowed now, or others. */
static int plan_current(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan)
{
	struct set_cpus set = { .current = { .request = request, .machine = machine } };
	const char *text = request->cpus;
	_cleanup_free_ char *message = NULL;
	int r = selection_find_local(request->selection, text, strlen(text),
		&set.current.local, NULL, &message);

	if (r < 0)
		return request_fail_set(request, request->cpus_label, r, message);
	r = current_check_words(&set.current);
	if (r == 0)
		r = plan_interrupts(request, plan, request->selection, &set);
	current_clear(&set.current);
	return r;
}

static int plan_targets(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan)
{
	int r = request_select(request, machine, (const char *const *)request->targets,
		request->n_targets, &request->selection);

	if (r == 0)
		r = request_uses_current(request) ? plan_current(request, machine, plan)
						  : plan_same(request, machine, plan);
	if (r == 0)
		remark_shared(request, request->selection);
	return r;
}

static int fail_default(
	struct irqkit_request *request, const struct irqkit_machine *machine, int error)
{
	const char *root = machine->ctx->root;
	int len = (int)strlen(root);

	if (is_failure(error)) /* the log function of the context knows it */
		return error;
	while (len > 0 && root[len - 1] == '/')
		len--;
	return request_fail_with(request, error,
		"cannot read the default affinity in "
		"%.*s/proc/irq/default_smp_affinity: %s",
		len, root, error_text(-error));
}

static int plan_default(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan)
{
	_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
	int r = read_cpus(request, machine, NULL, &cpus);

	if (r < 0)
		return r;
	r = irqkit_plan_add_default_affinity(plan, cpus, "requested");
	return r < 0 ? fail_default(request, machine, r) : 0;
}

int request_plan_set(struct irqkit_request *request, struct irqkit_machine *machine,
	struct irqkit_plan *plan)
{
	if (!request->cpus && !request->mask)
		return request_fail(request, IRQKIT_PROBLEM_WORDS, "no CPUs are given");
	return request->kind == REQUEST_DEFAULT ? plan_default(request, machine, plan)
						: plan_targets(request, machine, plan);
}
