/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policies by the library: CPUs that count as isolated, and lines that see each other.
 *
 * A plan is written step by step: "29=0-1" an interrupt and its CPUs, "rps@eth1:rx-0=4".
 */
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
			"failed | --cpus: '2-3' contains no CPU\n" },
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

/* The next write to a file whose path ends with this fails: no vector is left. */
static const char *full;

ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);

ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
	char link[32], path[4096];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	if (!full || !strstr(path, full))
		return __real_write(fd, bytes, len);
	full = NULL;
	errno = ENOSPC;
	return -1;
}

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

/* The next best CPU is used, kept, and what a check compares with. */
static void test_full(void **state)
{
	static const struct wish wish = { irqkit_request_new_spread, "eth2", "0-3",
		NULL };
	char root[] = "/tmp/test_policy.XXXXXX", command[256];
	struct irqkit_policies *policy = make_policy(&wish);
	struct irqkit_lock *lock;
	struct irqkit_plan *plan;
	struct machine m;

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(command, sizeof(command), "cp -R '%s/.' '%s' && chmod -R u+w '%s'", ROOT,
		root, root);
	assert_int_equal(system(command), 0);
	m = open_machine(root);
	assert_int_equal(irqkit_plan_new(m.machine, &plan), 0);
	assert_int_equal(irqkit_policies_plan(policy, m.machine, plan, 0, NULL, NULL), 0);
	assert_int_equal(irqkit_lock_new(m.ctx, 0, &lock), 0);
	full = "/irq/33/smp_affinity";
	assert_int_equal(irqkit_plan_apply(plan, lock, "test", 0), 0);
	assert_null(full);
	assert_int_equal(irqkit_policies_keep(policy, lock), 0);
	irqkit_lock_free(lock);
	irqkit_plan_free(plan);
	irqkit_policies_free(policy);
	close_machine(&m);
	assert_int_equal(count_differences(root, &wish), 0);
	assert_int_equal(remove_tree(root), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_isolated),
		cmocka_unit_test(test_isolated_default),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
