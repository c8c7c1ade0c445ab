/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Plans for queues whose writes fail or are made into something else: which differences are
 * the kernel's right, and which are lies. Linked with --wrap=write.
 */
#define TOP "/tmp/irqkit-queue-XXXXXX"
#include "faulty_write.h"
#include "made_root.h"

#include <errno.h>
#include <irqkit.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/number.h"
#include "devices/device.h"
#include "devices/threads.h"
#include "kernel/process.h"
#include "plan/step.h"
#include "plan/thread_knob.h"

#define NET "sys/class/net/eth0/queues/"

static int fill_root(void **state)
{
	(void)state;
	put("proc/interrupts",
		"           CPU0       CPU1       CPU2       CPU3\n"
		" 24: 1 2 3 4 PCI-MSI 1-edge eth0\n");
	put("sys/devices/system/cpu/online", "0-2\n");
	put("sys/devices/system/cpu/isolated", "2\n");
	put("sys/class/net/eth0/ifindex", "2\n");
	put(NET "rx-0/rps_cpus", "0\n");
	put(NET "rx-0/rps_flow_cnt", "0\n");
	put(NET "rx-1/rps_cpus", "0\n");
	put(NET "rx-1/rps_flow_cnt", "0\n");
	put(NET "tx-0/xps_cpus", "f\n");
	put(NET "tx-0/xps_rxqs", "0\n");
	put(NET "tx-1/xps_cpus", "f\n");
	put("proc/sys/net/core/rps_sock_flow_entries", "0\n");
	fault.end = NULL;
	return 0;
}

struct work {
	struct irqkit_ctx *ctx;
	struct irqkit_machine *machine;
	struct irqkit_devices *devices;
	struct irqkit_device *device;
	struct irqkit_lock *lock;
	struct irqkit_plan *plan;
};

static struct work begin(void)
{
	struct work w = { 0 };
	char run[64];

	snprintf(run, sizeof(run), "rm -rf %s/run", top);
	assert_int_equal(system(run), 0);
	assert_int_equal(irqkit_ctx_new(top, &w.ctx), 0);
	assert_int_equal(irqkit_machine_new(w.ctx, &w.machine, NULL, NULL), 0);
	w.devices = irqkit_machine_get_devices(w.machine);
	assert_int_equal(irqkit_devices_find_net(w.devices, "eth0", &w.device), 0);
	assert_int_equal(irqkit_lock_new(w.ctx, 0, &w.lock), 0);
	assert_int_equal(irqkit_plan_new(w.machine, &w.plan), 0);
	return w;
}

static void end(struct work *w)
{
	irqkit_plan_free(w->plan);
	irqkit_lock_free(w->lock);
	irqkit_machine_free(w->machine);
	irqkit_ctx_free(w->ctx);
}

static struct irqkit_queue *queue(
	const struct work *w, enum irqkit_direction direction, unsigned int number)
{
	return irqkit_device_find_queue(w->device, direction, number);
}

static void add_rps(struct work *w, unsigned int number, const char *list)
{
	struct irqkit_cpuset *cpus;

	assert_int_equal(irqkit_cpuset_parse_list(list, strlen(list), &cpus, NULL), 0);
	assert_int_equal(irqkit_plan_add_rps_cpus(
				 w->plan, queue(w, IRQKIT_RX, number), cpus, "asked for"),
		0);
	irqkit_cpuset_free(cpus);
}

static enum irqkit_result result(const struct work *w, size_t i)
{
	return irqkit_step_get_result(irqkit_plan_get(w->plan, i));
}

/* Undoes the only change of the journal; the results, as a plan. */
static void undo(struct work *w)
{
	struct irqkit_journal *journal;

	irqkit_plan_free(w->plan);
	assert_int_equal(irqkit_plan_new(w->machine, &w->plan), 0);
	assert_int_equal(irqkit_journal_read(w->ctx, &journal), 0);
	assert_int_equal(irqkit_journal_count(journal), 1);
	assert_int_equal(
		irqkit_plan_add_undo(w->plan, irqkit_journal_get(journal, 0), false), 0);
	assert_int_equal(irqkit_plan_apply(w->plan, w->lock, "undo", 0), 0);
	irqkit_journal_free(journal);
}

/* ------------------------------------------------------------------------------- */

static void every_kind_is_written_and_undone(void **state)
{
	struct irqkit_cpuset *cpus;
	struct work w = begin();

	(void)state;
	assert_int_equal(irqkit_cpuset_parse_list("1", 1, &cpus, NULL), 0);
	assert_int_equal(irqkit_plan_add_rps_sock_flow_entries(w.plan, 100, "x"), 0);
	assert_int_equal(
		irqkit_plan_add_rps_flow_cnt(w.plan, queue(&w, IRQKIT_RX, 1), 100, "x"),
		0);
	add_rps(&w, 0, "0-1");
	assert_int_equal(
		irqkit_plan_add_xps_cpus(w.plan, queue(&w, IRQKIT_TX, 0), cpus, "x"), 0);
	assert_int_equal(
		irqkit_plan_add_xps_rxqs(w.plan, queue(&w, IRQKIT_TX, 0), cpus, "x"), 0);
	/* no such file, the other direction: no step */
	assert_int_equal(
		irqkit_plan_add_xps_rxqs(w.plan, queue(&w, IRQKIT_TX, 1), cpus, "x"),
		-ENOENT);
	assert_int_equal(
		irqkit_plan_add_xps_cpus(w.plan, queue(&w, IRQKIT_RX, 1), cpus, "x"),
		-EINVAL);
	assert_int_equal(irqkit_plan_count(w.plan), 5);
	assert_int_equal(irqkit_plan_apply(w.plan, w.lock, "test", 0), 0);
	holds("proc/sys/net/core/rps_sock_flow_entries", "128");
	holds(NET "rx-1/rps_flow_cnt", "128");
	holds(NET "rx-0/rps_cpus", "3");
	holds(NET "tx-0/xps_cpus", "2");
	holds(NET "tx-0/xps_rxqs", "2");
	assert_null(irqkit_step_get_new_cpus(irqkit_plan_get(w.plan, 4)));
	assert_string_equal(
		irqkit_step_get_target(irqkit_plan_get(w.plan, 4)), "eth0:tx-0");
	undo(&w);
	assert_int_equal(irqkit_plan_count_results(w.plan, IRQKIT_DONE), 5);
	holds("proc/sys/net/core/rps_sock_flow_entries", "0");
	holds(NET "rx-1/rps_flow_cnt", "0");
	holds(NET "rx-0/rps_cpus", "0");
	holds(NET "tx-0/xps_cpus", "f");
	holds(NET "tx-0/xps_rxqs", "0");
	irqkit_cpuset_free(cpus);
	end(&w);
}

/* CPU 3 is offline and CPU 2 isolated: the kernel may leave both out, and nothing else. */
static void what_the_kernel_keeps(void **state)
{
	static const struct {
		const char *asked, *kept;
		int expected;
	} cases[] = {
		{ "0-3", "3\n", 0 },
		{ "0-3", "7\n", 0 },
		{ "0-3", "b\n", 0 },
		{ "0-3", "1\n", -EPROTO }, /* CPU 1 is neither */
		{ "3", "0\n", -EPROTO }, /* nothing is left: RPS is off */
		{ "0-1", "7\n", -EPROTO }, /* more than was asked for */
		{ "0-1", "junk\n", -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct work w = begin();

		add_rps(&w, 1, "0");
		add_rps(&w, 0, cases[i].asked);
		fault.end = "rx-0/rps_cpus";
		fault.text = cases[i].kept;
		assert_int_equal(
			irqkit_plan_apply(w.plan, w.lock, "test", 0), cases[i].expected);
		if (cases[i].expected == 0) {
			assert_int_equal(result(&w, 1), IRQKIT_DONE);
			assert_non_null(
				irqkit_step_get_effective(irqkit_plan_get(w.plan, 1)));
			undo(&w);
			assert_int_equal(
				irqkit_plan_count_results(w.plan, IRQKIT_DONE), 2);
		} else {
			assert_int_equal(result(&w, 0), IRQKIT_ROLLED_BACK);
			assert_int_equal(result(&w, 1), IRQKIT_FAILED);
		}
		holds(NET "rx-0/rps_cpus", "0");
		holds(NET "rx-1/rps_cpus", "0");
		end(&w);
	}
}

/* Isolated CPUs may send; queues that receive are never offline. */
static void what_the_kernel_keeps_of_xps(void **state)
{
	static const struct {
		const char *file, *asked, *kept;
		int expected;
	} cases[] = {
		{ "xps_cpus", "0,3", "1\n", 0 },
		{ "xps_cpus", "0,2", "1\n", -EPROTO },
		{ "xps_rxqs", "0,3", "1\n", -EPROTO },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		bool is_rxqs = strcmp(cases[i].file, "xps_rxqs") == 0;
		struct irqkit_cpuset *set;
		struct work w = begin();

		assert_int_equal(irqkit_cpuset_parse_list(cases[i].asked,
					 strlen(cases[i].asked), &set, NULL),
			0);
		assert_int_equal(
			(is_rxqs ? irqkit_plan_add_xps_rxqs : irqkit_plan_add_xps_cpus)(
				w.plan, queue(&w, IRQKIT_TX, 0), set, "asked for"),
			0);
		irqkit_cpuset_free(set);
		fault.end = cases[i].file;
		fault.text = cases[i].kept;
		assert_int_equal(
			irqkit_plan_apply(w.plan, w.lock, "test", 0), cases[i].expected);
		if (cases[i].expected == 0)
			assert_int_equal(irqkit_plan_roll_back(w.plan, w.lock), 0);
		holds(NET "tx-0/xps_cpus", "f");
		holds(NET "tx-0/xps_rxqs", "0");
		end(&w);
	}
}

static void refused(void **state)
{
	static const int errors[] = { EPERM, EINVAL, EACCES, EROFS, ENODEV };

	(void)state;
	for (size_t i = 0; i < LENGTH(errors); i++) {
		struct work w = begin();

		add_rps(&w, 0, "0-1");
		add_rps(&w, 1, "0-1");
		fault.end = "rx-1/rps_cpus";
		fault.text = NULL;
		fault.error = errors[i];
		assert_int_equal(
			irqkit_plan_apply(w.plan, w.lock, "test", 0), -errors[i]);
		assert_int_equal(result(&w, 0), IRQKIT_ROLLED_BACK);
		holds(NET "rx-0/rps_cpus", "0");
		end(&w);
	}
}

static void numbers(void **state)
{
	struct work w = begin();

	(void)state;
	assert_int_equal(
		irqkit_plan_add_rps_flow_cnt(w.plan, queue(&w, IRQKIT_RX, 0), 64, "x"),
		0);
	fault.end = "rps_flow_cnt";
	fault.text = "32\n";
	assert_int_equal(irqkit_plan_apply(w.plan, w.lock, "test", 0), -EPROTO);
	holds(NET "rx-0/rps_flow_cnt", "0");
	end(&w);
	assert_int_equal(round_up_to_power(0), 0);
	assert_int_equal(round_up_to_power(1), 1);
	assert_int_equal(round_up_to_power(3), 4);
	assert_int_equal(round_up_to_power(4096), 4096);
	assert_true(round_up_to_power(UINT64_MAX) > UINT64_MAX / 2);
}

static void paths(void **state)
{
	static const char *const bad[] = {
		"",
		"/",
		"/proc/1/status/",
		"/proc/01/status",
		"/proc/self/status",
		"/proc/irq/1/smp_affinity_list",
		"/proc/irq/-1/smp_affinity",
		"/proc/irq/2147483648/smp_affinity",
		"/sys/class/net/../queues/rx-0/rps_cpus",
		"/sys/class/net/./queues/rx-0/rps_cpus",
		"/sys/class/net//queues/rx-0/rps_cpus",
		"/sys/class/net/a234567890123456/queues/rx-0/rps_cpus",
		"/sys/class/net/eth0/queues/rx-0/xps_cpus",
		"/sys/class/net/eth0/queues/tx-0/rps_cpus",
		"/sys/class/net/eth0/queues/rx-4294967296/rps_cpus",
		"/sys/class/net/eth0/queues/rx-/rps_cpus",
		"/sys/class/net/eth0/queues/rx-0/../rx-0/rps_cpus",
		"/sys/class/net/eth0/queues/queues/rx-0/rps_cpus",
		"/sys/class/net/eth0/queues/rx-0/rps_cpus\n",
		"/sys/class/net/eth0/mtu",
		"/sys/devices/virtual/workqueue/writeback/cpumask",
		"/sys/devices/virtual/workqueue/cpumask_requested",
		"sys/class/net/eth0/queues/rx-0/rps_cpus",
		"irqbalance:0812/banned_cpus",
		"irqbalance:/banned_cpus",
		"irqbalance:812/banned_irqs",
		"irqbalance:4294967295/banned_cpus",
	};
	enum irqkit_knob knob;
	uint32_t number;

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++)
		assert_false(knob_parse_path(bad[i], &knob, &number));
	assert_true(knob_parse_path(
		"/sys/class/net/..a/queues/tx-12/xps_rxqs", &knob, &number));
	assert_int_equal(knob, IRQKIT_KNOB_XPS_RXQS);
	assert_true(knob_parse_path(
		"/sys/devices/virtual/workqueue/cpumask", &knob, &number));
	assert_int_equal(knob, IRQKIT_KNOB_WORKQUEUE);
	assert_true(knob_parse_path("irqbalance:812/banned_cpus", &knob, &number));
	assert_int_equal(knob, IRQKIT_KNOB_BANNED_CPUS);
	assert_int_equal(number, 812);
	assert_true(knob_parse_path("/proc/77/status", &knob, &number));
	assert_int_equal(knob, IRQKIT_KNOB_THREAD);
	assert_int_equal(number, 77);
}

/* A process of our own stands for a thread: placed, and known again only as itself. */
static void threads(void **state)
{
	char *name, *start, *list;
	struct irqkit_cpuset *cpus, *one;
	struct irqkit_ctx *ctx;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		pause();
		_exit(0);
	}
	assert_int_equal(irqkit_ctx_new(NULL, &ctx), 0);
	assert_int_equal(thread_read_identity(ctx, (unsigned int)pid, &name, &start), 0);
	assert_string_not_equal(start, "");
	assert_true(thread_is_same(ctx, (unsigned int)pid, name, start));
	assert_false(thread_is_same(ctx, (unsigned int)pid, "napi/eth0-1", start));
	assert_false(thread_is_same(ctx, (unsigned int)pid, name, "1"));

	assert_int_equal(process_read_cpus(ctx, (unsigned int)pid, NULL, &list), 0);
	assert_int_equal(irqkit_cpuset_parse_list(list, strlen(list), &cpus, NULL), 0);
	free(list);
	assert_int_equal(irqkit_cpuset_new(&one), 0);
	assert_int_equal(
		irqkit_cpuset_add(one, (unsigned int)irqkit_cpuset_next(cpus, -1)), 0);
	assert_int_equal(thread_write_cpus((unsigned int)pid, one), 0);
	irqkit_cpuset_free(cpus);
	assert_int_equal(process_read_cpus(ctx, (unsigned int)pid, NULL, &list), 0);
	assert_int_equal(irqkit_cpuset_parse_list(list, strlen(list), &cpus, NULL), 0);
	assert_true(irqkit_cpuset_is_equal(cpus, one));

	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_false(thread_is_same(ctx, (unsigned int)pid, name, start));
	assert_int_equal(thread_write_cpus((unsigned int)pid, one), -ESRCH);
	free(list);
	free(name);
	free(start);
	irqkit_cpuset_free(one);
	irqkit_cpuset_free(cpus);
	irqkit_ctx_free(ctx);
}

/* ------------------------------------------------------------------------------- */
/* Steps of threads                                                                */

/* A process of that name that waits, with a plan of the running machine for it. */
struct stand_in {
	struct work work; /* ctx: the running machine; the lock is that of the root */
	struct irqkit_ctx *root;
	struct irqkit_machine *saved; /* that of the root */
	struct irqkit_thread thread;
	char *name, *start; /* owned */
	struct irqkit_cpuset *all, *first;
};

static struct stand_in stand_in_begin(const char *name)
{
	struct stand_in s = { .work = begin() };
	char *list;
	pid_t pid;

	irqkit_plan_free(s.work.plan);
	s.root = s.work.ctx;
	s.saved = s.work.machine;
	assert_int_equal(irqkit_ctx_new(NULL, &s.work.ctx), 0);
	assert_int_equal(irqkit_machine_new(s.work.ctx, &s.work.machine, NULL, NULL), 0);
	assert_int_equal(irqkit_plan_new(s.work.machine, &s.work.plan), 0);
	assert_int_equal(prctl(PR_SET_NAME, name), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG,
			SIGKILL); /* a test that fails leaves none behind */
		pause();
		_exit(0);
	}
	assert_int_equal(
		thread_read_identity(s.work.ctx, (unsigned int)pid, &s.name, &s.start),
		0);
	s.thread = (struct irqkit_thread){
		.pid = (unsigned int)pid,
		.name = s.name,
		.start = s.start,
	};
	assert_int_equal(process_read_cpus(s.work.ctx, s.thread.pid, NULL, &list), 0);
	assert_int_equal(irqkit_cpuset_parse_list(list, strlen(list), &s.all, NULL), 0);
	free(list);
	if (irqkit_cpuset_count(s.all) < 2) {
		kill(pid, SIGKILL);
		skip();
	}
	assert_int_equal(irqkit_cpuset_new(&s.first), 0);
	assert_int_equal(
		irqkit_cpuset_add(s.first, (unsigned int)irqkit_cpuset_next(s.all, -1)),
		0);
	return s;
}

static void kill_thread(struct stand_in *s)
{
	kill((pid_t)s->thread.pid, SIGKILL);
	waitpid((pid_t)s->thread.pid, NULL, 0);
}

static void stand_in_end(struct stand_in *s)
{
	irqkit_cpuset_free(s->all);
	irqkit_cpuset_free(s->first);
	free(s->name);
	free(s->start);
	end(&s->work);
	irqkit_machine_free(s->saved);
	irqkit_ctx_free(s->root);
}

static int add_thread(struct stand_in *s, const struct irqkit_cpuset *cpus)
{
	return irqkit_plan_add_thread_affinity(
		s->work.plan, &s->thread, cpus, "asked for");
}

static void runs_on(struct stand_in *s, const struct irqkit_cpuset *expected)
{
	struct irqkit_cpuset *cpus;
	char *list;

	assert_int_equal(process_read_cpus(s->work.ctx, s->thread.pid, NULL, &list), 0);
	assert_int_equal(irqkit_cpuset_parse_list(list, strlen(list), &cpus, NULL), 0);
	assert_true(irqkit_cpuset_is_equal(cpus, expected));
	irqkit_cpuset_free(cpus);
	free(list);
}

static void thread_is_placed_and_put_back(void **state)
{
	struct stand_in s = stand_in_begin("napi/eth0-1");
	struct work *w = &s.work;

	(void)state;
	assert_int_equal(add_thread(&s, s.first), 0);
	assert_int_equal(irqkit_plan_apply(w->plan, w->lock, "test", 0), 0);
	assert_int_equal(result(w, 0), IRQKIT_DONE);
	runs_on(&s, s.first);
	assert_int_equal(irqkit_plan_roll_back(w->plan, w->lock), 0);
	assert_int_equal(result(w, 0), IRQKIT_ROLLED_BACK);
	runs_on(&s, s.all);
	kill_thread(&s);
	stand_in_end(&s);
}

static void thread_that_ends(void **state)
{
	struct stand_in s = stand_in_begin("napi/eth0-1");
	struct work *w = &s.work;

	(void)state;
	/* after it was written */
	assert_int_equal(add_thread(&s, s.first), 0);
	assert_int_equal(irqkit_plan_apply(w->plan, w->lock, "test", 0), 0);
	assert_int_equal(result(w, 0), IRQKIT_DONE);
	irqkit_plan_free(w->plan);
	assert_int_equal(irqkit_plan_new(w->machine, &w->plan), 0);
	assert_int_equal(add_thread(&s, s.all), 0);
	assert_int_equal(irqkit_plan_apply(w->plan, w->lock, "test", 0), 0);
	kill_thread(&s);
	assert_int_equal(irqkit_plan_roll_back(w->plan, w->lock), 0);
	/* before a step is made */
	assert_int_equal(add_thread(&s, s.first), -ENOENT);
	stand_in_end(&s);
}

/* Between the plan and the writing: it is left out, as is another that has its number now. */
static void thread_that_is_not_there(void **state)
{
	struct stand_in s = stand_in_begin("napi/eth0-1");
	struct work *w = &s.work;
	struct irqkit_step *step;

	(void)state;
	assert_int_equal(add_thread(&s, s.first), 0);
	assert_int_equal(add_thread(&s, s.first), 0);
	step = (struct irqkit_step *)irqkit_plan_get(w->plan, 0);
	free(step->identity);
	step->identity = strdup("1");
	assert_int_equal(irqkit_plan_apply(w->plan, w->lock, "test", 0), 0);
	assert_int_equal(result(w, 0), IRQKIT_SKIPPED);
	assert_int_equal(irqkit_step_get_error(step), ENOENT);
	assert_string_equal(irqkit_step_get_why(step), "ended in the meantime");
	assert_int_equal(result(w, 1), IRQKIT_DONE);

	irqkit_plan_free(w->plan);
	assert_int_equal(irqkit_plan_new(w->machine, &w->plan), 0);
	s.thread.name = "napi/eth0-2";
	assert_int_equal(add_thread(&s, s.all), 0);
	assert_int_equal(irqkit_plan_apply(w->plan, w->lock, "test", 0), 0);
	assert_int_equal(result(w, 0), IRQKIT_SKIPPED);
	assert_int_equal(irqkit_step_get_error(irqkit_plan_get(w->plan, 0)), ENOENT);
	kill_thread(&s);
	stand_in_end(&s);
}

/* Where its interrupt is served, within what was asked for, is the kernel's to say. */
static void thread_of_an_interrupt(void **state)
{
	struct stand_in s = stand_in_begin("irq/24-eth0");
	struct work *w = &s.work;
	struct irqkit_step *step;

	(void)state;
	assert_int_equal(thread_write_cpus(s.thread.pid, s.first), 0);
	assert_int_equal(add_thread(&s, s.all), 0);
	assert_int_equal(result(w, 0), IRQKIT_UNCHANGED);
	assert_int_equal(thread_write_cpus(s.thread.pid, s.all), 0);
	assert_int_equal(add_thread(&s, s.first), 0);
	assert_int_equal(result(w, 1), IRQKIT_PLANNED);

	/* written, and where its interrupt was served before, until that has come again */
	step = (struct irqkit_step *)irqkit_plan_get(w->plan, 1);
	step->result = IRQKIT_PENDING;
	assert_int_equal(irqkit_plan_refresh(w->plan), 1);
	assert_true(irqkit_cpuset_is_equal(irqkit_step_get_effective(step), s.all));
	assert_int_equal(thread_write_cpus(s.thread.pid, s.first), 0);
	assert_int_equal(irqkit_plan_refresh(w->plan), 0);
	assert_int_equal(result(w, 1), IRQKIT_DONE);
	kill_thread(&s);
	stand_in_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_kind_is_written_and_undone, fill_root),
		cmocka_unit_test_setup(what_the_kernel_keeps, fill_root),
		cmocka_unit_test_setup(what_the_kernel_keeps_of_xps, fill_root),
		cmocka_unit_test_setup(refused, fill_root),
		cmocka_unit_test_setup(numbers, fill_root),
		cmocka_unit_test(paths),
		cmocka_unit_test(threads),
		cmocka_unit_test_setup(thread_is_placed_and_put_back, fill_root),
		cmocka_unit_test_setup(thread_that_ends, fill_root),
		cmocka_unit_test_setup(thread_that_is_not_there, fill_root),
		cmocka_unit_test_setup(thread_of_an_interrupt, fill_root),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}
