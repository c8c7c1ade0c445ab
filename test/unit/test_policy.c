/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policies by the library: CPUs that count as isolated, and lines that see each other.
 *
 * A plan is written step by step: "29=0-1" an interrupt and its CPUs, "rps@eth1:rx-0=4".
 */
#include "faulty_write.h"
#include "root.h"

#include "base/buffer.h"
#include "base/macros.h"
#include "policy/policy.h"
#include "topology/topology.h"

#include <errno.h>
#include <unistd.h>

#define ROOT ROOTS "queues-8cpu"

/* What a line asks for. */
struct wish {
	int (*make)(struct irqkit_request **ret_request);
	const char *target; /* or NULL */
	const char *cpus; /* or NULL */
	const char *mask; /* or NULL */
};

static struct irqkit_request *make(const struct wish *wish)
{
	struct irqkit_request *request;

	assert_int_equal(wish->make(&request), 0);
	if (wish->target)
		assert_int_equal(irqkit_request_add_target(request, wish->target), 0);
	if (wish->cpus)
		assert_int_equal(
			irqkit_request_set_cpus(request, wish->cpus, "--cpus"), 0);
	if (wish->mask)
		assert_int_equal(
			irqkit_request_set_mask(request, wish->mask, "--mask"), 0);
	return request;
}

static void add_messages(void *data, const struct irqkit_policies *policy, size_t index)
{
	const struct irqkit_request *request = irqkit_policies_get_request(policy, index);

	for (size_t i = 0; i < irqkit_request_count_messages(request); i++) {
		enum irqkit_message_kind kind;
		const char *text = irqkit_request_get_message(request, i, &kind);

		if (kind != IRQKIT_MESSAGE_REMARK)
			buffer_add(data, "%s\n", text);
	}
}

static void add_step(struct buffer *text, const struct irqkit_step *step)
{
	const struct irqkit_cpuset *cpus = irqkit_step_get_new_cpus(step);
	char *list = NULL;

	if (irqkit_step_get_result(step) == IRQKIT_SKIPPED)
		return;
	if (cpus)
		assert_int_equal(irqkit_cpuset_format_list(cpus, &list), 0);
	buffer_add(text, "%s", text->len ? " " : "");
	if (irqkit_step_get_knob(step) == IRQKIT_KNOB_AFFINITY)
		buffer_add(text, "%d=%s", irqkit_step_get_irq(step), list);
	else
		buffer_add(text, "%s@%s=%s", strrchr(irqkit_step_get_path(step), '/') + 1,
			irqkit_step_get_target(step),
			list ? list : irqkit_step_get_new(step));
	free(list);
}

/*
 * The plan of @n wishes where @isolated count as isolated, and after it the warnings and
 * errors. The caller frees the result.
 */
static char *plan(const char *isolated, const struct wish *wishes, size_t n)
{
	struct machine m = open_machine(ROOT);
	struct irqkit_policies *policy;
	struct irqkit_cpuset *cpus = NULL;
	struct irqkit_plan *steps;
	struct buffer text = { 0 }, messages = { 0 };
	char *result, *said = NULL;
	int r;

	assert_int_equal(irqkit_policies_new(&policy), 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(irqkit_policies_add_text(policy, "f", "line\n", 5), 0);
	for (size_t i = 0; i < n; i++)
		irqkit_policies_set_request(policy, i, make(&wishes[i]));
	assert_int_equal(
		irqkit_cpuset_parse_list(isolated, strlen(isolated), &cpus, NULL), 0);
	assert_int_equal(irqkit_policies_add_isolated(policy, cpus), 0);
	assert_int_equal(irqkit_plan_new(m.machine, &steps), 0);
	r = irqkit_policies_plan(policy, m.machine, steps, 0, add_messages, &messages);
	if (r < 0)
		buffer_add(&text, "failed");
	for (size_t i = 0; r == 0 && i < irqkit_plan_count(steps); i++)
		add_step(&text, irqkit_plan_get(steps, i));
	if (messages.len)
		buffer_take(&messages, &said);
	buffer_add(&text, "%s%s", said ? " | " : "", said ? said : "");
	assert_int_equal(buffer_take(&text, &result), 0);
	/* afterwards the machine is as it was */
	assert_false(irqkit_cpuset_has_common(
		irqkit_topology_get_cpus(
			irqkit_machine_get_topology(m.machine), IRQKIT_CPUS_ISOLATED),
		cpus));
	free(said);
	irqkit_cpuset_free(cpus);
	irqkit_plan_free(steps);
	irqkit_policies_free(policy);
	close_machine(&m);
	return result;
}

#define WARNING                                                                          \
	" | CPU 2 is named here by number and used, although an isolate line keeps "     \
	"work away from it\n"

static void test_isolated(void **state)
{
	static const struct {
		struct wish wish;
		const char *plan;
	} cases[] = {
		/* a range or a word loses the CPUs silently */
		{ { irqkit_request_new_set, "eth1", "0-3", NULL }, "28=0-1" },
		{ { irqkit_request_new_set, "eth1", "all", NULL }, "28=0-1,4-7" },
		{ { irqkit_request_new_set, "eth1", "0-6:2", NULL }, "28=0,4,6" },
		{ { irqkit_request_new_set, "eth1", "housekeeping", NULL },
			"28=0-1,4-7" },
		{ { irqkit_request_new_set, "eth1", NULL, "ff" }, "28=0-1,4-7" },
		/* a number wins, with a warning, also beside a range */
		{ { irqkit_request_new_set, "eth1", "2", NULL }, "28=2" WARNING },
		{ { irqkit_request_new_set, "eth1", "0-3,2", NULL }, "28=0-2" WARNING },
		{ { irqkit_request_new_set, "eth1", NULL, "04" }, "28=2" WARNING },
		{ { irqkit_request_new_set, "eth1", "all,^2", NULL }, "28=0-1,4-7" },
		/* the word that means them */
		{ { irqkit_request_new_set, "eth1", "isolated", NULL }, "28=2-3" },
		/* nothing is left */
		{ { irqkit_request_new_set, "eth1", "2-3", NULL },
			"failed | --cpus: an isolate line leaves no CPU of '2-3'; CPUs "
			"that are named one by one, as in 2,3, are used all the same\n" },
		{ { irqkit_request_new_spread, "eth1", "2-7", NULL }, "28=4" },
		/* the kernel takes such a CPU for RPS: it does not know that it is isolated */
		{ { irqkit_request_new_rps, "eth1", "2,4", NULL },
			"rps_cpus@eth1:rx-0=2,4" WARNING },
		{ { irqkit_request_new_rps, "eth1", "0-4", NULL },
			"rps_cpus@eth1:rx-0=0-1,4" },
		{ { irqkit_request_new_default, NULL, "0-3", NULL },
			"default_smp_affinity@default=0-1" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		char *text = plan("2-3", &cases[i].wish, 1);

		assert_string_equal(text, cases[i].plan);
		free(text);
	}
}

static void test_isolated_default(void **state)
{
	static const struct wish spread = { irqkit_request_new_spread, NULL, NULL, NULL };
	char *text = plan("2-3", &spread, 1);

	(void)state;
	assert_non_null(strstr(text, "28="));
	assert_null(strstr(text, "=2"));
	assert_null(strstr(text, "=3"));
	free(text);
}

static void test_lines(void **state)
{
	static const struct wish wishes[] = {
		{ irqkit_request_new_set, "eth1", "0-3", NULL },
		{ irqkit_request_new_set, "eth4", "irq:28", NULL },
		{ irqkit_request_new_set, "eth1", "current,^0", NULL },
		{ irqkit_request_new_set, "eth9", "0", NULL },
	};
	char *text = plan("7", wishes, LENGTH(wishes));

	(void)state;
	/* each line sees what the lines before it leave, and the third one wins */
	assert_string_equal(text, "39=0-3 28=1-3");
	free(text);
}

/* ------------------------------------------------------------------------------- */

static struct irqkit_policies *make_policy(const struct wish *wish)
{
	struct irqkit_policies *policy;

	assert_int_equal(irqkit_policies_new(&policy), 0);
	assert_int_equal(irqkit_policies_add_text(policy, "f", "line\n", 5), 0);
	irqkit_policies_set_request(policy, 0, make(wish));
	return policy;
}

/* How many settings differ from what was applied. */
static size_t count_differences(const char *root, const struct wish *wish)
{
	struct machine m = open_machine(root);
	struct irqkit_policies *policy = make_policy(wish);
	struct irqkit_plan *plan;
	size_t n = 0;

	assert_int_equal(irqkit_plan_new(m.machine, &plan), 0);
	assert_int_equal(irqkit_policies_plan(policy, m.machine, plan,
				 IRQKIT_POLICIES_CHECK, NULL, NULL),
		0);
	for (size_t i = 0; i < irqkit_plan_count(plan); i++) {
		bool is_undecided;

		n += irqkit_policies_differs(policy, plan, i, &is_undecided) == 1;
	}
	irqkit_plan_free(plan);
	irqkit_policies_free(policy);
	close_machine(&m);
	return n;
}

/* A writable copy of ROOT. */
static void copy_root(char *top)
{
	char command[256];

	assert_non_null(mkdtemp(top));
	snprintf(command, sizeof(command), "cp -R '%s/.' '%s' && chmod -R u+w '%s'", ROOT,
		top, top);
	assert_int_equal(system(command), 0);
}

/* The next best CPU is used, kept, and what a check compares with. */
static void test_full(void **state)
{
	static const struct wish wish = { irqkit_request_new_spread, "eth2", "0-3",
		NULL };
	char root[] = "/tmp/test_policy.XXXXXX";
	struct irqkit_policies *policy = make_policy(&wish);
	struct irqkit_lock *lock;
	struct irqkit_plan *plan;
	struct machine m;

	(void)state;
	copy_root(root);
	m = open_machine(root);
	assert_int_equal(irqkit_plan_new(m.machine, &plan), 0);
	assert_int_equal(irqkit_policies_plan(policy, m.machine, plan, 0, NULL, NULL), 0);
	assert_int_equal(irqkit_lock_new(m.ctx, 0, &lock), 0);
	fault.end = "/irq/33/smp_affinity"; /* no vector is left */
	fault.error = ENOSPC;
	assert_int_equal(irqkit_plan_apply(plan, lock, "test", 0), 0);
	assert_null(fault.end);
	assert_int_equal(irqkit_policies_keep(policy, lock), 0);
	irqkit_lock_free(lock);
	irqkit_plan_free(plan);
	irqkit_policies_free(policy);
	close_machine(&m);
	assert_int_equal(count_differences(root, &wish), 0);
	assert_int_equal(remove_tree(root), 0);
}

/* A line that is spread by load over CPUs 0 and 1, and one by queue. */
static struct irqkit_policies *make_balanced(void)
{
	static const struct wish wishes[] = {
		{ irqkit_request_new_spread, "eth2", "0-1", NULL },
		{ irqkit_request_new_spread, "eth1", NULL, NULL },
	};
	struct irqkit_policies *policy;

	assert_int_equal(irqkit_policies_new(&policy), 0);
	assert_int_equal(
		irqkit_policies_add_text(policy, "f", "by load\nother\n", 14), 0);
	for (size_t i = 0; i < LENGTH(wishes); i++) {
		struct irqkit_request *request = make(&wishes[i]);

		irqkit_request_set_policy(
			request, i == 0 ? IRQKIT_POLICY_LOAD : IRQKIT_POLICY_QUEUE);
		irqkit_policies_set_request(policy, i, request);
	}
	return policy;
}

/* Plans with @flags, applies and keeps that; how many settings were written? */
static size_t apply(struct irqkit_policies *policy, const char *root, unsigned int flags)
{
	struct machine m = open_machine(root);
	struct irqkit_lock *lock;
	struct irqkit_plan *plan;
	size_t n;

	assert_int_equal(irqkit_plan_new(m.machine, &plan), 0);
	assert_int_equal(
		irqkit_policies_plan(policy, m.machine, plan, flags, NULL, NULL), 0);
	assert_int_equal(irqkit_lock_new(m.ctx, 0, &lock), 0);
	n = irqkit_plan_count_results(plan, IRQKIT_PLANNED);
	assert_int_equal(irqkit_plan_apply(plan, lock, "test", 0), 0);
	assert_int_equal(irqkit_policies_settle(policy, m.ctx), 0);
	assert_int_equal(irqkit_policies_keep(policy, lock), 0);
	irqkit_lock_free(lock);
	irqkit_plan_free(plan);
	close_machine(&m);
	return n;
}

/* What is kept: settings of lines that decide by counts, and of the others. */
static void count_kept(const char *root, size_t *ret_decided, size_t *ret_others)
{
	struct kept kept = { 0 };
	struct irqkit_ctx *ctx;

	assert_int_equal(irqkit_ctx_new(root, &ctx), 0);
	assert_int_equal(kept_read(ctx, &kept), 0);
	*ret_decided = *ret_others = 0;
	for (size_t i = 0; i < kept.n; i++)
		*(kept.settings[i].field[KEPT_DECIDED][0] == '1' ? ret_decided
								 : ret_others) += 1;
	kept_clear(&kept);
	irqkit_ctx_free(ctx);
}

/*
 * What is decided by counts is compared with the decision, unless the line is due: then it
 * is decided again by what has fired, and that is what counts from then on.
 */
static void test_due(void **state)
{
	struct irqkit_policies *policy = make_balanced();
	char root[] = "/tmp/test_policy.XXXXXX";
	size_t n_decided, n_others, n_again, n_others_again;
	struct irqkit_snapshot *counts;
	struct machine m;
	char path[256];

	(void)state;
	copy_root(root);
	assert_int_not_equal(apply(policy, root, 0), 0);
	count_kept(root, &n_decided, &n_others);
	assert_int_equal(n_decided, 8);
	/* the loads are now those of interrupts that fire on one CPU: another decision */
	m = open_machine(root);
	assert_int_equal(irqkit_snapshot_subtract(irqkit_machine_get_snapshot(m.machine),
				 irqkit_machine_get_snapshot(m.machine), &counts),
		0);
	irqkit_request_set_counts(irqkit_policies_get_request(policy, 0), counts);
	assert_int_equal(apply(policy, root, IRQKIT_POLICIES_CHECK), 0);
	count_kept(root, &n_again, &n_others_again);
	assert_int_equal(n_again, n_decided);
	assert_int_equal(n_others_again, n_others);
	/* another program has moved one: it is put back, or it stays by the new decision */
	snprintf(path, sizeof(path),
		"cd '%s/proc/irq/29' && echo $(($(cat smp_affinity) %% 2 + 1)) "
		">smp_affinity",
		root);
	assert_int_equal(system(path), 0);
	assert_int_equal(apply(policy, root, IRQKIT_POLICIES_CHECK), 1);
	assert_int_equal(system(path), 0);
	irqkit_policies_set_due(policy, 0, true);
	assert_int_equal(apply(policy, root, IRQKIT_POLICIES_CHECK), 0);
	irqkit_policies_set_due(policy, 0, false);
	assert_int_equal(apply(policy, root, IRQKIT_POLICIES_CHECK), 0);
	count_kept(root, &n_again, &n_others_again);
	assert_int_equal(n_again, n_decided);
	assert_int_equal(n_others_again, n_others);
	irqkit_snapshot_free(counts);
	close_machine(&m);
	irqkit_policies_free(policy);
	assert_int_equal(remove_tree(root), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_isolated),
		cmocka_unit_test(test_isolated_default),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
