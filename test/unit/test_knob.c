/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files below a root: nothing leads out of it; text that is not an affinity is refused. */
#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <irqkit.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "kernel/ctx.h"
#include "kernel/knob.h"
#include "kernel/knob_path.h"
#include "kernel/openat2.h"
#include "kernel/root.h"

/* How often openat2() is still to answer that something was renamed meanwhile. */
static unsigned int n_disturbed;

long __real_syscall(long number, ...);
long __wrap_syscall(long number, long a, long b, long c, long d);

long __wrap_syscall(long number, long a, long b, long c, long d)
{
	if (number == CALL_OPENAT2 && n_disturbed > 0) {
		n_disturbed--;
		errno = EAGAIN;
		return -1;
	}
	return __real_syscall(number, a, b, c, d);
}

/* Either way of opening: by openat2(), and where there is none. */
static void links_stay_inside(void **state)
{
	char top[] = "/tmp/irqkit-knob-XXXXXX", link[64];

	(void)state;
	assert_non_null(mkdtemp(top));
	put_file(top, "proc/uptime", "");
	snprintf(link, sizeof(link), "%s/proc/interrupts", top);
	assert_int_equal(symlink("../../../../../../proc/interrupts", link), 0);
	for (int with_openat2 = 0; with_openat2 < 2; with_openat2++) {
		struct irqkit_ctx *out = open_root(top);
		struct irqkit_ctx *in = open_root(ROOTS "link-inside-the-root");
		char *text = NULL;
		size_t len = 0;

		if (!with_openat2)
			out->resolves_in_root = in->resolves_in_root = false;
		assert_true(knob_read(out, "proc/interrupts", &text, &len) < 0);
		assert_null(text);
		assert_true(knob_read(in, "../linux-7.3-4cpu/proc/interrupts", &text,
				    &len) < 0);
		assert_int_equal(knob_read(in, "proc/interrupts", &text, &len), 0);
		assert_memory_equal(text, "           CPU0", 15);
		free(text);
		irqkit_ctx_free(out);
		irqkit_ctx_free(in);
	}
	remove_tree(top);
}

/* What openat2() answers is answered without it too. */
static void links_lead_where_openat2_goes(void **state)
{
	static const char *const paths[] = {
		"sys/class/net/eth1/queues/rx-0/rps_cpus", /* a relative link */
		"sys/class/net/eth1/../eth1/queues/rx-0/rps_cpus",
		"sys/class/net/../../devices/vif-1/net/eth1/queues/rx-0/rps_cpus",
		"../../proc/./interrupts",
		"..",
		"sys/class/net/eth1",
		"sys/class/net/eth9/queues",
		"proc/interrupts/more",
		"proc/interrupts/..",
		"proc/interrupts/.",
		"proc/interrupts/",
	};
	struct irqkit_ctx *with = open_root(ROOTS "xen-4.9-domu-8cpu");
	struct irqkit_ctx *without = open_root(ROOTS "xen-4.9-domu-8cpu");

	(void)state;
	without->resolves_in_root = false;
	for (size_t i = 0; i < LENGTH(paths); i++) {
		static const int flags[] = { O_PATH, O_RDONLY, O_PATH | O_NOFOLLOW };

		for (size_t f = 0; f < LENGTH(flags) && with->resolves_in_root; f++) {
			int a = root_open(with, paths[i], flags[f]);
			int b = root_open(without, paths[i], flags[f]);
			struct stat is = { 0 }, was = { 0 };

			assert_int_equal(a < 0 ? a : 0, b < 0 ? b : 0);
			if (a < 0)
				continue;
			assert_int_equal(fstat(a, &was), 0);
			assert_int_equal(fstat(b, &is), 0);
			assert_int_equal(is.st_ino, was.st_ino);
			close(a);
			close(b);
		}
	}
	irqkit_ctx_free(with);
	irqkit_ctx_free(without);
}

/* Renaming, of anything anywhere, disturbs openat2() where a link leads by "..". */
static void opened_again(void **state)
{
	struct irqkit_ctx *ctx = open_root(ROOTS "linux-7.3-4cpu");
	char *text = NULL;
	size_t len;

	(void)state;
	n_disturbed = 20;
	assert_int_equal(knob_read(ctx, "proc/interrupts", &text, &len), 0);
	assert_int_equal(n_disturbed, 0);
	free(text);

	if (ctx->resolves_in_root) { /* not under valgrind, which doesn't know openat2() */
		n_disturbed = UINT_MAX; /* for ever */
		assert_int_equal(knob_read(ctx, "proc/interrupts", &text, &len), -EAGAIN);
		n_disturbed = 0;
	}
	irqkit_ctx_free(ctx);
}

static void roots_that_are_none(void **state)
{
	struct irqkit_ctx *ctx = NULL;

	(void)state;
	assert_int_equal(irqkit_ctx_new(ROOTS "no-such-root", &ctx), -ENOENT);
	assert_int_equal(irqkit_ctx_new("Makefile", &ctx), -ENOTDIR);
	assert_null(ctx);
	irqkit_ctx_free(NULL);
}

/* test/roots/odd-affinity.root: what each of its interrupts holds */
static void odd_affinity(void **state)
{
	struct machine m = open_machine(ROOTS "odd-affinity");
	const struct irqkit_cpuset *set = NULL;
	struct irqkit_irq *irq[5];
	int node = 77;

	(void)state;
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(irqkit_machine_need_irq(m.machine, 24 + i, &irq[i]), 0);
	assert_int_equal(irqkit_irq_get_affinity(irq[1], &set), -EBADMSG); /* words */
	assert_int_equal(irqkit_irq_get_node(irq[1], &node), -EBADMSG);
	assert_int_equal(irqkit_irq_get_node(irq[2], &node), -ENODATA); /* -1 */
	assert_int_equal(irqkit_irq_get_effective(irq[2], &set), -ENOENT);
	assert_int_equal(irqkit_irq_get_affinity(irq[4], &set), -ENOENT); /* nothing */
	assert_null(set);
	assert_int_equal(node, 77);

	assert_int_equal(irqkit_irq_get_affinity(irq[3], &set), 0); /* a mask alone */
	assert_true(irqkit_cpuset_has(set, 1) && irqkit_cpuset_count(set) == 1);
	assert_int_equal(irqkit_irq_get_effective(irq[0], &set), 0); /* empty */
	assert_true(irqkit_cpuset_is_empty(set));
	close_machine(&m);
}

static int warnings;

static void count_warning(void *data, int priority, const char *message)
{
	(void)data;
	(void)priority;
	assert_non_null(strstr(message, "per_cpu_count")
			? message
			: strstr(message, "/sys/kernel/irq"));
	warnings++;
	errno = 12345;
}

/* Masked in a container: the counts come from sysfs, in the order of possible CPUs. */
static void masked_interrupts(void **state)
{
	struct irqkit_ctx *ctx = open_root(ROOTS "empty-in-container");
	struct irqkit_snapshot *s = NULL;

	(void)state;
	warnings = 0;
	irqkit_ctx_set_log_fn(ctx, count_warning, NULL);
	errno = 0;
	assert_int_equal(irqkit_snapshot_read(ctx, &s, NULL, NULL), 0);
	assert_int_not_equal(errno, 12345);
	assert_int_equal(warnings, 1);
	const struct irqkit_interrupt *row = irqkit_snapshot_find(s, "24");
	assert_non_null(row);
	assert_int_equal(irqkit_interrupt_get_total(row), 12);
	assert_int_equal(irqkit_interrupt_get_count(row, 3), 7);
	row = irqkit_snapshot_find(s, "27");
	assert_non_null(row);
	assert_int_equal(irqkit_interrupt_count_actions(row), 2);
	assert_string_equal(irqkit_interrupt_get_action(row, 1), "i801_smbus");
	assert_null(irqkit_snapshot_find(s, "2")); /* nobody handles it */
	irqkit_snapshot_free(s);
	irqkit_ctx_free(ctx);
}

/* By whatever name; only there are threads moved, and is netlink asked. */
static void running_machine(void **state)
{
	static const char *const names[] = { "/", "//", "/./", "/proc/self/root" };
	struct irqkit_ctx *saved = open_root(ROOTS "empty");

	(void)state;
	assert_false(saved->is_live);
	irqkit_ctx_free(saved);
	for (size_t i = 0; i < LENGTH(names); i++) {
		struct irqkit_ctx *ctx = open_root(names[i]);

		assert_true(ctx->is_live);
		irqkit_ctx_free(ctx);
	}
}

/* The path is formatted; what comes of it is what the plain reader gives. */
static void formatted_paths(void **state)
{
	struct irqkit_ctx *ctx = open_root(ROOTS "link-inside-the-root");
	_cleanup_free_ char *plain = NULL, *text = NULL;
	_cleanup_free_ char **names = NULL;
	char path[PATH_MAX] = "";
	size_t plain_len, len = 0, count = 0;
	mode_t mode = 0;

	(void)state;
	assert_int_equal(knob_read(ctx, "proc/interrupts", &plain, &plain_len), 0);
	assert_int_equal(knob_readf(ctx, &text, &len, "%s/%s", "proc", "interrupts"), 0);
	assert_int_equal(len, plain_len);
	assert_string_equal(text, plain);
	assert_int_equal(knob_readf_mode(ctx, &mode, "proc/%s", "interrupts"), 0);
	assert_true(S_ISREG(mode));
	assert_int_equal(
		knob_listf_names(ctx, "inter", &names, &count, "%.4s", "process"), 0);
	assert_true(count > 0);
	assert_string_equal(names[0], "interrupts");

	assert_int_equal(format_path(path, "proc/%u/%s", 77u, "comm"), 0);
	assert_string_equal(path, "proc/77/comm");
	irqkit_ctx_free(ctx);
}

/* A path is never cut: the beginning of a long one could be the path of another file. */
static void path_too_long(void **state)
{
	struct irqkit_ctx *ctx = open_root(ROOTS "link-inside-the-root");
	const char *file = "proc/interrupts";
	char *text = NULL, path[PATH_MAX];
	size_t len = 0;

	(void)state;
	assert_int_equal(
		knob_readf(ctx, &text, &len, "%*s%s", PATH_MAX, "", file), -ENAMETOOLONG);
	assert_int_equal(
		knob_readf_line(ctx, &text, &len, "%s%*s", file, PATH_MAX - 15, ""),
		-ENAMETOOLONG);
	assert_null(text);
	assert_int_equal(format_path(path, "%*s", PATH_MAX, ""), -ENAMETOOLONG);
	assert_int_equal(format_path(path, "%*s", PATH_MAX - 1, ""), 0);
	irqkit_ctx_free(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_stay_inside),
		cmocka_unit_test(links_lead_where_openat2_goes),
		cmocka_unit_test(opened_again),
		cmocka_unit_test(roots_that_are_none),
		cmocka_unit_test(running_machine),
		cmocka_unit_test(odd_affinity),
		cmocka_unit_test(masked_interrupts),
		cmocka_unit_test(formatted_paths),
		cmocka_unit_test(path_too_long),
	};

	return cmocka_run_group_tests_name("knob", tests, NULL, NULL);
}
