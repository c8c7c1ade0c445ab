/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CPUs that should not be disturbed, on every saved root and with several SETs: after the
 * plan, nothing that can be moved may come there, and nothing else has changed.
 */
#include "root.h"

#include <dirent.h>
#include <errno.h>

#include "base/cpuset.h"
#include "base/macros.h"
#include "request/isolate.h"

static struct irqkit_cpuset *parse(const char *list)
{
	struct irqkit_cpuset *set;

	assert_int_equal(irqkit_cpuset_parse_list(list, strlen(list), &set, NULL), 0);
	return set;
}

/* Where something goes: what it has, what is taken away, what is online -> what it gets. */
static void choices(void **state)
{
	static const struct {
		const char *now, *away, *online, *expected;
		int result;
	} rows[] = {
		{ "0-7", "2-3", "0-7", "0-1,4-7", 0 },
		{ "2", "2-3", "0-7", "0", 1 },
		{ "2-3", "2-3", "0-7", "0", 1 },
		{ "4", "2-3", "0-7", "4", 0 },
		{ "", "2-3", "0-7", "", 0 },
		/* offline CPUs are kept, but are not enough */
		{ "2,8-15", "2-3", "0-7", "0", 1 },
		{ "2,5,8-15", "2-3", "0-7", "5,8-15", 0 },
		{ "8-15", "2-3", "0-7", "8-15", 0 },
		{ "511", "510", "0-511", "511", 0 },
	};
	_cleanup_cpuset_ struct irqkit_cpuset *instead = parse("0");

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		_cleanup_cpuset_ struct irqkit_cpuset *now = parse(rows[i].now);
		_cleanup_cpuset_ struct irqkit_cpuset *away = parse(rows[i].away);
		_cleanup_cpuset_ struct irqkit_cpuset *online = parse(rows[i].online);
		_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;
		_cleanup_free_ char *list = NULL;

		assert_int_equal(isolate_choose(now, away, online, instead, &cpus),
			rows[i].result);
		assert_int_equal(irqkit_cpuset_format_list(cpus, &list), 0);
		assert_string_equal(list, rows[i].expected);
	}
}

/* ------------------------------------------------------------------------------- */
/* Plans                                                                           */

struct plan {
	struct machine m;
	struct irqkit_request *request;
	struct irqkit_plan *plan;
	struct irqkit_cpuset *cpus; /* that are isolated */
	struct irqkit_cpuset *left; /* online, and not isolated in any way */
	int result;
};

static struct plan make_plan(const char *root, const char *set)
{
	struct plan p = { .m = open_machine(root) };
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		irqkit_machine_get_topology(p.m.machine), IRQKIT_CPUS_ONLINE);
	_cleanup_cpuset_ struct irqkit_cpuset *before = NULL;

	assert_int_equal(irqkit_request_new_isolate(&p.request), 0);
	assert_int_equal(irqkit_request_set_cpus(p.request, set, NULL), 0);
	assert_int_equal(irqkit_plan_new(p.m.machine, &p.plan), 0);
	p.result = irqkit_request_plan(p.request, p.m.machine, p.plan);
	if (p.result == 0) {
		assert_int_equal(
			irqkit_request_get_isolated(p.request, p.m.machine, &p.cpus), 0);
		assert_int_equal(irqkit_machine_read_isolated(p.m.machine, &before), 0);
		assert_int_equal(irqkit_cpuset_copy(online, &p.left), 0);
		irqkit_cpuset_remove_set(p.left, before);
		irqkit_cpuset_remove_set(p.left, p.cpus);
	}
	return p;
}

static void plan_clear(struct plan *p)
{
	irqkit_plan_free(p->plan);
	irqkit_request_free(p->request);
	irqkit_cpuset_free(p->cpus);
	irqkit_cpuset_free(p->left);
	close_machine(&p->m);
}

/* What was allowed before, without the isolated CPUs; or else some of those that are left. */
static void check_value(const struct plan *p, const struct irqkit_cpuset *old,
	const struct irqkit_cpuset *new)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		irqkit_machine_get_topology(p->m.machine), IRQKIT_CPUS_ONLINE);
	_cleanup_cpuset_ struct irqkit_cpuset *rest = NULL;

	assert_false(irqkit_cpuset_has_common(new, p->cpus));
	assert_int_equal(irqkit_cpuset_copy(old, &rest), 0);
	irqkit_cpuset_remove_set(rest, p->cpus);
	if (irqkit_cpuset_is_equal(rest, new))
		return;
	assert_false(irqkit_cpuset_has_common(rest, online));
	assert_true(irqkit_cpuset_has_common(old, p->cpus));
	assert_false(irqkit_cpuset_is_empty(new));
	assert_true(irqkit_cpuset_is_subset(new, p->left));
}

/* By the files alone, as somebody who does not know the plan would judge. */
static bool can_move(struct irqkit_irq *irq)
{
	enum irqkit_movable movable;
	const struct irqkit_cpuset *affinity;

	return irqkit_irq_get_number(irq) >= 0 &&
		irqkit_irq_get_movable(irq, &movable) == 0 && movable == IRQKIT_MOVABLE &&
		irqkit_irq_get_affinity(irq, &affinity) == 0;
}

static const struct irqkit_step *find_step(const struct plan *p, int number)
{
	for (size_t i = 0; i < irqkit_plan_count(p->plan); i++)
		if (irqkit_step_get_irq(irqkit_plan_get(p->plan, i)) == number)
			return irqkit_plan_get(p->plan, i);
	return NULL;
}

static size_t check_interrupts(const struct plan *p)
{
	size_t n = irqkit_machine_count_irqs(p->m.machine), n_moved = 0;

	for (size_t i = 0; i < n; i++) {
		struct irqkit_irq *irq = irqkit_machine_get_irq(p->m.machine, i);
		const struct irqkit_step *step = find_step(p, irqkit_irq_get_number(irq));
		const struct irqkit_cpuset *planned, *affinity;

		if (irqkit_irq_get_number(irq) < 0 ||
			irqkit_irq_get_affinity(irq, &affinity) < 0)
			continue;
		assert_int_equal(irqkit_irq_get_planned(irq, &planned), 0);
		if (!can_move(irq)) {
			assert_true(irqkit_cpuset_is_equal(planned, affinity));
			assert_true(
				!step || irqkit_step_get_result(step) == IRQKIT_SKIPPED);
			continue;
		}
		/* a list can be read, but not written */
		if (step && irqkit_step_get_result(step) == IRQKIT_SKIPPED)
			continue;
		assert_non_null(step);
		check_value(p, affinity, planned);
		n_moved += !irqkit_cpuset_is_equal(planned, affinity);
	}
	return n_moved;
}

/* Queues may lose their last CPU; for a thread of an interrupt, its interrupt counts. */
static void check_steps(const struct plan *p)
{
	for (size_t i = 0; i < irqkit_plan_count(p->plan); i++) {
		const struct irqkit_step *step = irqkit_plan_get(p->plan, i);
		enum irqkit_knob knob = irqkit_step_get_knob(step);
		const struct irqkit_cpuset *new = irqkit_step_get_new_cpus(step);

		if (irqkit_step_get_result(step) == IRQKIT_SKIPPED)
			continue;
		assert_false(irqkit_cpuset_has_common(new, p->cpus));
		if (knob == IRQKIT_KNOB_THREAD &&
			strncmp(irqkit_step_get_target(step), "irq/", 4) == 0)
			continue;
		if (irqkit_cpuset_is_empty(new))
			assert_true(knob == IRQKIT_KNOB_RPS_CPUS ||
				knob == IRQKIT_KNOB_XPS_CPUS ||
				knob == IRQKIT_KNOB_RPS_DEFAULT_MASK);
		else
			check_value(p, irqkit_step_get_old_cpus(step), new);
	}
}

static bool is_readable(const char *root)
{
	struct irqkit_machine *machine = NULL;
	struct irqkit_ctx *ctx;
	int r;

	assert_int_equal(irqkit_ctx_new(root, &ctx), 0);
	r = irqkit_machine_new(ctx, &machine, NULL, NULL);
	irqkit_machine_free(machine);
	irqkit_ctx_free(ctx);
	return r == 0;
}

static size_t n_plans, n_refused, n_moved;

static void check_root(const char *root)
{
	static const char *const sets[] = { "0", "1", "1-3", "2-3", "all,^0", "node:0",
		"node:1", "other-threads", "all" };

	for (size_t i = 0; i < LENGTH(sets); i++) {
		struct plan p = make_plan(root, sets[i]);

		if (p.result == 0) {
			n_moved += check_interrupts(&p);
			check_steps(&p);
			assert_string_not_equal(sets[i], "all");
		}
		n_plans += p.result == 0;
		n_refused += p.result < 0;
		plan_clear(&p);
	}
}

static void all_roots(void **state)
{
	DIR *dir = opendir(ROOTS);
	struct dirent *entry;
	char path[512];

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s%s", ROOTS, entry->d_name);
		if (entry->d_name[0] != '.' && is_readable(path))
			check_root(path);
	}
	closedir(dir);
	/* the test must not pass because nothing was planned */
	assert_true(n_plans > 100);
	assert_true(n_refused > 50);
	assert_true(n_moved > 1000);
}

/* ------------------------------------------------------------------------------- */

/* Only what is asked for. */
static void parts(void **state)
{
	static const struct {
		unsigned int part;
		enum irqkit_knob knobs[2];
	} rows[] = {
		{ IRQKIT_ISOLATE_IRQS, { IRQKIT_KNOB_AFFINITY, IRQKIT_KNOB_AFFINITY } },
		{ IRQKIT_ISOLATE_THREADS, { IRQKIT_KNOB_THREAD, IRQKIT_KNOB_THREAD } },
		{ IRQKIT_ISOLATE_RPS,
			{ IRQKIT_KNOB_RPS_CPUS, IRQKIT_KNOB_RPS_DEFAULT_MASK } },
		{ IRQKIT_ISOLATE_XPS, { IRQKIT_KNOB_XPS_CPUS, IRQKIT_KNOB_XPS_CPUS } },
		{ IRQKIT_ISOLATE_WORKQUEUES,
			{ IRQKIT_KNOB_WORKQUEUE, IRQKIT_KNOB_WORKQUEUE } },
		{ IRQKIT_ISOLATE_DEFAULT,
			{ IRQKIT_KNOB_DEFAULT_AFFINITY, IRQKIT_KNOB_DEFAULT_AFFINITY } },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct machine m = open_machine(ROOTS "isolate-8cpu");
		struct irqkit_request *request;
		struct irqkit_plan *plan;

		assert_int_equal(irqkit_request_new_isolate(&request), 0);
		assert_int_equal(irqkit_request_set_cpus(request, "2-3", NULL), 0);
		irqkit_request_set_only(request, rows[i].part);
		assert_int_equal(irqkit_plan_new(m.machine, &plan), 0);
		assert_int_equal(irqkit_request_plan(request, m.machine, plan), 0);
		assert_true(irqkit_plan_count_results(plan, IRQKIT_PLANNED) > 0);
		for (size_t k = 0; k < irqkit_plan_count(plan); k++) {
			enum irqkit_knob knob = irqkit_step_get_knob(
				irqkit_plan_get(plan, k));

			assert_true(knob == rows[i].knobs[0] || knob == rows[i].knobs[1]);
		}
		irqkit_plan_free(plan);
		irqkit_request_free(request);
		close_machine(&m);
	}
}

/* A plan sees its own earlier steps, as the lines of a policy file need. */
static void after_other_requests(void **state)
{
	struct machine m = open_machine(ROOTS "isolate-8cpu");
	struct irqkit_request *first, *second;
	struct irqkit_plan *plan;
	size_t n;

	(void)state;
	assert_int_equal(irqkit_plan_new(m.machine, &plan), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(irqkit_request_new_isolate(i ? &second : &first), 0);
		assert_int_equal(irqkit_request_set_cpus(
					 i ? second : first, i ? "4-7" : "2-3", NULL),
			0);
	}
	assert_int_equal(irqkit_request_plan(first, m.machine, plan), 0);
	n = irqkit_plan_count(plan);
	assert_int_equal(irqkit_request_plan(second, m.machine, plan), 0);
	assert_true(irqkit_plan_count(plan) > n);
	for (size_t i = n; i < irqkit_plan_count(plan); i++) {
		const struct irqkit_cpuset *given = irqkit_step_get_new_cpus(
			irqkit_plan_get(plan, i));

		for (unsigned int cpu = 2; cpu <= 7; cpu++)
			assert_false(given && irqkit_cpuset_has(given, cpu));
	}
	/* and no housekeeping CPU would be left */
	assert_int_equal(irqkit_request_set_cpus(second, "0-1", NULL), 0);
	assert_int_equal(irqkit_request_plan(second, m.machine, plan), -EINVAL);
	assert_int_equal(irqkit_request_get_problem(second), IRQKIT_PROBLEM_WORDS);
	irqkit_plan_free(plan);
	irqkit_request_free(first);
	irqkit_request_free(second);
	close_machine(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(choices),
		cmocka_unit_test(all_roots),
		cmocka_unit_test(parts),
		cmocka_unit_test(after_other_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
