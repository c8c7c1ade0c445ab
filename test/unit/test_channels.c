/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Channels and RSS tables: texts, and plans with a barrier on a root whose interrupts get
 * other numbers. Linked with --wrap=write.
 */
#define TOP "/tmp/irqkit-channels-XXXXXX"
#include "faulty_write.h"
#include "made_root.h"

#include <errno.h>
#include <irqkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "channels/counts.h"
#include "channels/rings.h"
#include "channels/rss.h"
#include "channels/xenstore.h"
#include "devices/ethtool.h"

/* ------------------------------------------------------------------------------- */
/* Texts                                                                           */

static void table_is(const char *given, size_t n, const char *expected)
{
	_cleanup_free_ char *text = NULL;
	struct rss_table table = { 0 };

	assert_true(rss_is_text(given));
	assert_int_equal(rss_parse(given, n, &table), 0);
	assert_int_equal(table.n, n);
	assert_int_equal(rss_format(&table, &text), 0);
	assert_string_equal(text, expected);
	rss_table_clear(&table);
}

static void rss_texts(void **state)
{
	static const char *const bad[] = { "", "equal", "equal ", "equal 0", "equal x",
		"equal 2 ", "0", "0*", "*4", "0*0", "0*4 ", " 0*4", "0*4  1*4", "0*4,1*4",
		"-1*4", "0*99999999", "4294967296*1", "equal 99999999" };
	struct rss_table table;

	(void)state;
	table_is("equal 4", 128, "equal 4");
	table_is("equal 1", 8, "equal 1");
	table_is("0*8", 8, "equal 1");
	table_is("0*1 1*1 0*1 1*1", 4, "equal 2");
	table_is("0*64 2*64", 128, "0*64 2*64");
	table_is("3*8", 8, "3*8"); /* one queue, but not the first */
	table_is("equal 9", 4, "equal 4"); /* more queues than entries */
	for (size_t i = 0; i < LENGTH(bad); i++) {
		assert_false(rss_is_text(bad[i]));
		assert_int_equal(rss_parse(bad[i], 8, &table), -EBADMSG);
	}
	assert_int_equal(rss_parse("0*64 2*64", 64, &table), -ERANGE);
	assert_int_equal(rss_parse("equal 4", 0, &table), -ERANGE);
}

static void counts_texts(void **state)
{
	static const char *const bad[] = { "", "combined", "combined ", "combined x",
		"combined 4 ", "other 1", "rx 4  tx 2", "combined 70000", "4 combined" };
	struct channels c = {
		.max = { [IRQKIT_CHANNEL_RX] = 8, [IRQKIT_CHANNEL_TX] = 8 }
	};
	_cleanup_free_ char *text = NULL;

	(void)state;
	assert_int_equal(counts_parse("rx 4 tx 2", &c), 0);
	assert_int_equal(counts_format(&c, &text), 0);
	assert_string_equal(text, "rx 4 tx 2");
	for (size_t i = 0; i < LENGTH(bad); i++)
		assert_int_equal(counts_parse(bad[i], &c), -EBADMSG);
	c = (struct channels){ .max = { [IRQKIT_CHANNEL_OTHER] = 1 } };
	assert_int_equal(counts_format(&c, &text), -EOPNOTSUPP);
}

/* ------------------------------------------------------------------------------- */
/* Plans                                                                           */

#define NET "sys/class/net/eth0/"

static void remove_below(const char *path)
{
	char command[512];

	snprintf(command, sizeof(command), "rm -rf %s/%s", top, path);
	assert_int_equal(system(command), 0);
}

/*
 * What a driver makes of @n queues: interrupts from @first on, its own affinity, and XPS.
 */
static void act_as_driver(unsigned int n, unsigned int first, const char *mask)
{
	char rows[1024] = "           CPU0       CPU1       CPU2       CPU3\n", path[128];

	remove_below("proc/irq");
	for (unsigned int i = 0; i < n; i++) {
		snprintf(rows + strlen(rows), sizeof(rows) - strlen(rows),
			" %u: 1 2 3 4 PCI-MSI %u-edge eth0-TxRx-%u\n", first + i, i, i);
		snprintf(path, sizeof(path), "proc/irq/%u/smp_affinity", first + i);
		put(path, mask);
	}
	put("proc/interrupts", rows);
	remove_below(NET "queues");
	for (unsigned int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), NET "queues/rx-%u/rps_cpus", i);
		put(path, "0\n");
		snprintf(path, sizeof(path), NET "queues/tx-%u/xps_cpus", i);
		put(path, mask);
	}
}

static int fill_root(void **state)
{
	(void)state;
	remove_below("run");
	put("sys/devices/system/cpu/online", "0-3\n");
	put(NET "ifindex", "2\n");
	put(NET "channels", "combined 2 4\n");
	put(NET "rss", "128 equal 2\n");
	act_as_driver(2, 24, "f\n");
	fault.end = NULL;
	return 0;
}

struct work {
	struct irqkit_ctx *ctx;
	struct irqkit_machine *machine;
	struct irqkit_lock *lock;
	struct irqkit_plan *plan;
	struct irqkit_journal *journal;
};

static struct work begin(void)
{
	struct work w = { 0 };

	assert_int_equal(irqkit_ctx_new(top, &w.ctx), 0);
	assert_int_equal(irqkit_machine_new(w.ctx, &w.machine, NULL, NULL), 0);
	assert_int_equal(irqkit_lock_new(w.ctx, 0, &w.lock), 0);
	assert_int_equal(irqkit_plan_new(w.machine, &w.plan), 0);
	return w;
}

static void end(struct work *w)
{
	irqkit_journal_free(w->journal);
	irqkit_plan_free(w->plan);
	irqkit_lock_free(w->lock);
	irqkit_machine_free(w->machine);
	irqkit_ctx_free(w->ctx);
}

static struct irqkit_device *device(const struct work *w)
{
	struct irqkit_device *found;

	assert_int_equal(irqkit_devices_find_net(
				 irqkit_machine_get_devices(w->machine), "eth0", &found),
		0);
	return found;
}

static void add_affinity(struct work *w, unsigned int irq, const char *list)
{
	struct irqkit_cpuset *cpus;

	assert_int_equal(irqkit_cpuset_parse_list(list, strlen(list), &cpus, NULL), 0);
	assert_int_equal(irqkit_plan_add_affinity(w->plan,
				 irqkit_machine_find_irq(w->machine, irq), cpus, "x", 0),
		0);
	irqkit_cpuset_free(cpus);
}

static const struct irqkit_change *last_change(struct work *w, size_t n)
{
	irqkit_journal_free(w->journal);
	w->journal = NULL;
	assert_int_equal(irqkit_journal_read(w->ctx, &w->journal), 0);
	assert_int_equal(irqkit_journal_count(w->journal), n);
	return n ? irqkit_journal_get(w->journal, n - 1) : NULL;
}

/* The user's own settings; then 4 queues whose interrupts begin with 40. */
static void change_channels(struct work *w)
{
	put("proc/irq/24/smp_affinity", "1\n");
	put("proc/irq/25/smp_affinity", "2\n");
	put(NET "queues/rx-1/rps_cpus", "4\n");
	put(NET "queues/tx-0/xps_cpus", "8\n");
	*w = begin();
	assert_int_equal(
		irqkit_plan_add_channels(w->plan, device(w), "combined 4", "x"), 0);
	assert_true(irqkit_plan_has_barrier(w->plan));
	assert_int_equal(irqkit_plan_count(w->plan), 1); /* what is saved is no step */
	assert_int_equal(irqkit_plan_apply(w->plan, w->lock, "channels", 0), 0);
	holds(NET "channels", "combined 4 4");
	assert_false(irqkit_plan_has_barrier(w->plan));
	assert_true(irqkit_plan_needs_rest(w->plan));
	act_as_driver(4, 40, "f\n");
	assert_int_equal(irqkit_plan_pass_barrier(w->plan), 0);
	assert_false(irqkit_plan_needs_rest(w->plan));
	assert_int_equal(irqkit_device_count_direction(device(w), IRQKIT_RX), 4);
}

static void undo(struct work *w, const struct irqkit_change *change, size_t n_steps)
{
	irqkit_plan_free(w->plan);
	assert_int_equal(irqkit_plan_new(w->machine, &w->plan), 0);
	assert_int_equal(irqkit_plan_add_undo(w->plan, change, false), 0);
	assert_int_equal(irqkit_plan_count(w->plan), 1);
	assert_int_equal(irqkit_plan_apply(w->plan, w->lock, "undo", 0), 0);
	holds(NET "channels", "combined 2 4");
	act_as_driver(2, 60, "f\n"); /* and other numbers again */
	assert_int_equal(irqkit_plan_pass_barrier(w->plan), 0);
	assert_int_equal(irqkit_plan_add_undo_rest(w->plan, change, false), 0);
	assert_int_equal(irqkit_plan_count(w->plan), n_steps);
	assert_int_equal(irqkit_plan_apply(w->plan, w->lock, "undo", 0), 0);
	for (size_t i = 0; i < n_steps; i++)
		assert_int_equal(
			irqkit_step_get_result(irqkit_plan_get(w->plan, i)), IRQKIT_DONE);
	holds("proc/irq/60/smp_affinity", "1");
	holds("proc/irq/61/smp_affinity", "2");
	holds(NET "queues/rx-1/rps_cpus", "4");
	holds(NET "queues/tx-0/xps_cpus", "8");
	holds(NET "queues/tx-1/xps_cpus", "f");
}

/* A thread that polls a NAPI, on these CPUs. */
static void put_thread(unsigned int pid, const char *name, const char *cpus)
{
	char path[64], text[160];

	snprintf(path, sizeof(path), "proc/%u/comm", pid);
	snprintf(text, sizeof(text), "%s\n", name);
	put(path, text);
	snprintf(path, sizeof(path), "proc/%u/stat", pid);
	snprintf(text, sizeof(text),
		"%u (%s) S 2 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 %u 0 0\n", pid,
		name, pid);
	put(path, text);
	snprintf(path, sizeof(path), "proc/%u/status", pid);
	snprintf(text, sizeof(text), "Name:\t%s\nCpus_allowed_list:\t%s\n", name, cpus);
	put(path, text);
}

/* Changes the channels, with other rings and threads after it; @n_new threads. */
static void change_with_losses(struct work *w, const char *rings, unsigned int n_new)
{
	char name[32];

	put(NET "rings", "rx 512 tx 512\n");
	put_thread(70, "napi/eth0-11", "1");
	put_thread(71, "napi/eth0-12", "0-3");
	*w = begin();
	assert_int_equal(
		irqkit_plan_add_channels(w->plan, device(w), "combined 4", "x"), 0);
	assert_int_equal(irqkit_plan_apply(w->plan, w->lock, "channels", 0), 0);
	act_as_driver(4, 40, "f\n");
	put(NET "rings", rings);
	remove_below("proc/70");
	remove_below("proc/71");
	for (unsigned int i = 0; i < n_new; i++) {
		snprintf(name, sizeof(name), "napi/eth0-%u", 21 + i);
		put_thread(80 + i, name, "0-3");
	}
	assert_int_equal(irqkit_plan_pass_barrier(w->plan), 0);
	for (unsigned int i = 0; i < n_new; i++) {
		snprintf(name, sizeof(name), "proc/%u", 80 + i);
		remove_below(name);
	}
}

static void loses(const struct work *w, size_t index, const char *part)
{
	_cleanup_free_ char *text = NULL;

	if (!part) {
		assert_int_equal(
			irqkit_plan_explain_loss(w->plan, index, &text), -ENOENT);
		return;
	}
	assert_int_equal(irqkit_plan_explain_loss(w->plan, index, &text), 0);
	assert_non_null(strstr(text, part));
}

/*
 * A new thread of a queue is placed where the old one was; if the queue of a new thread is
 * not known, that is said, and so are other ring sizes.
 */
static void losses(void **state)
{
	const struct irqkit_step *step;
	struct work w;

	(void)state;
	change_with_losses(&w, "rx 512 tx 512\n", 4);
	loses(&w, 0, NULL);
	assert_int_equal(irqkit_plan_count(w.plan), 2);
	step = irqkit_plan_get(w.plan, 1);
	assert_string_equal(irqkit_step_get_path(step), "/proc/80/status");
	assert_string_equal(irqkit_step_get_old(step), "0-3");
	assert_string_equal(irqkit_step_get_new(step), "1");
	end(&w);

	fill_root(NULL);
	change_with_losses(&w, "rx 256 tx 512\n", 3);
	assert_int_equal(irqkit_plan_count(w.plan), 1);
	loses(&w, 0, "from 'rx 512 tx 512' to 'rx 256 tx 512'");
	loses(&w, 1, "1 kernel thread of eth0 had been placed and is gone");
	loses(&w, 2, NULL);
	end(&w);
}

/* Answers of xenstore: a value, an error, and what is neither. */
static void xenstore_answers(void **state)
{
	static const struct {
		uint32_t head[4]; /* type, request, transaction, length */
		const char *text;
		int result;
	} rows[] = {
		{ { 2, 5, 0, 1 }, "4", 0 },
		{ { 2, 5, 0, 0 }, "", 0 },
		{ { 16, 5, 0, 7 }, "ENOENT", -ENOENT }, /* with its NUL */
		{ { 16, 5, 0, 6 }, "EACCES", -EACCES },
		{ { 16, 5, 0, 6 }, "EAGAIN", -EIO },
		{ { 2, 4, 0, 1 }, "4", -EBADMSG }, /* of another request */
		{ { 3, 5, 0, 1 }, "4", -EBADMSG },
		{ { 2, 5, 0, 2 }, "4", -EBADMSG },
		{ { 2, 5, 0, UINT32_MAX }, "4", -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		size_t len = rows[i].head[0] == 16 ? rows[i].head[3]
						   : strlen(rows[i].text);
		uint8_t *bytes = malloc(sizeof(rows[i].head) + len);
		_cleanup_free_ char *text = NULL;

		memcpy(bytes, rows[i].head, sizeof(rows[i].head));
		memcpy(bytes + sizeof(rows[i].head), rows[i].text, len);
		assert_int_equal(
			xenstore_parse(bytes, sizeof(rows[i].head) + len, 5, &text),
			rows[i].result);
		if (rows[i].result == 0)
			assert_string_equal(text, rows[i].text);
		for (size_t cut = 0; cut < sizeof(rows[i].head); cut++)
			assert_int_equal(xenstore_parse(bytes, cut, 5, &text), -EBADMSG);
		free(bytes);
	}
}

/* Undo finds queues by their names, and asks for nothing that went with a queue. */
static void undone_by_queue(void **state)
{
	struct work w;

	(void)state;
	change_channels(&w);
	add_affinity(&w, 40, "3");
	add_affinity(&w, 43, "3");
	assert_int_equal(irqkit_plan_apply(w.plan, w.lock, "channels", 0), 0);
	holds("proc/irq/43/smp_affinity", "8");
	undo(&w, last_change(&w, 1), 5);
	assert_int_equal(irqkit_change_get_undoes(last_change(&w, 2)), 1);
	end(&w);
}

/* The same where nothing followed the change; new settings of the user on new queues. */
static void undone_without_rest(void **state)
{
	struct work w;

	(void)state;
	change_channels(&w);
	put("proc/irq/43/smp_affinity", "2\n");
	undo(&w, last_change(&w, 1), 5);
	end(&w);
}

/* The number was changed since then: neither it nor what it had reset is restored. */
static void changed_since(void **state)
{
	struct work w;

	(void)state;
	change_channels(&w);
	put(NET "channels", "combined 3 4\n");
	irqkit_plan_free(w.plan);
	assert_int_equal(irqkit_machine_refresh(w.machine, 0, NULL, NULL), 0);
	assert_int_equal(irqkit_plan_new(w.machine, &w.plan), 0);
	assert_int_equal(irqkit_plan_add_undo(w.plan, last_change(&w, 1), false), 0);
	assert_int_equal(irqkit_plan_count(w.plan), 1);
	assert_true(irqkit_step_was_changed_since(irqkit_plan_get(w.plan, 0)));
	assert_int_equal(irqkit_plan_apply(w.plan, w.lock, "undo", 0), 0);
	holds(NET "channels", "combined 3 4");
	end(&w);
}

/* What follows fails: all is as it was, also what the driver had reset. */
static void rolled_back(void **state)
{
	struct work w;

	(void)state;
	change_channels(&w);
	add_affinity(&w, 40, "3");
	add_affinity(&w, 41, "3");
	fault.end = "/irq/41/smp_affinity";
	fault.error = EBUSY;
	assert_int_equal(irqkit_plan_apply(w.plan, w.lock, "channels", 0), -EBUSY);
	holds(NET "channels", "combined 2 4");
	holds("proc/irq/40/smp_affinity", "1"); /* queue 0 */
	holds("proc/irq/41/smp_affinity", "2");
	holds(NET "queues/rx-1/rps_cpus", "4");
	holds(NET "queues/tx-0/xps_cpus", "8");
	last_change(&w, 0);
	end(&w);
}

static void refused(void **state)
{
	const struct irqkit_step *step;
	struct work w = begin();

	(void)state;
	assert_int_equal(
		irqkit_plan_add_channels(w.plan, device(&w), "combined 4", "x"), 0);
	fault.end = "/channels";
	fault.error = EINVAL;
	assert_int_equal(irqkit_plan_apply(w.plan, w.lock, "channels", 0), -EINVAL);
	step = irqkit_plan_get(w.plan, 0);
	assert_int_equal(irqkit_step_get_result(step), IRQKIT_FAILED);
	assert_int_equal(irqkit_step_get_error(step), EINVAL);
	assert_false(irqkit_step_was_written(step));
	assert_false(irqkit_plan_needs_rest(w.plan));
	holds(NET "channels", "combined 2 4");
	last_change(&w, 0);
	end(&w);
}

static void already_so(void **state)
{
	struct work w = begin();

	(void)state;
	assert_int_equal(
		irqkit_plan_add_channels(w.plan, device(&w), "combined 2", "x"), 0);
	assert_int_equal(irqkit_plan_add_rss(w.plan, device(&w), "equal 2", "x"), 0);
	assert_int_equal(irqkit_plan_count_results(w.plan, IRQKIT_UNCHANGED), 2);
	assert_false(irqkit_plan_has_barrier(w.plan));
	assert_int_equal(
		irqkit_plan_add_channels(w.plan, device(&w), "combined", "x"), -EBADMSG);
	assert_int_equal(irqkit_plan_add_rss(w.plan, device(&w), "2", "x"), -EBADMSG);
	assert_int_equal(irqkit_plan_count(w.plan), 2);
	/* behind a barrier the table of now is not the table of then */
	assert_int_equal(
		irqkit_plan_add_channels(w.plan, device(&w), "combined 4", "x"), 0);
	assert_int_equal(irqkit_plan_add_rss(w.plan, device(&w), "equal 2", "x"), 0);
	assert_int_equal(irqkit_plan_count_results(w.plan, IRQKIT_PLANNED), 2);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rss_texts),
		cmocka_unit_test(counts_texts),
		cmocka_unit_test(xenstore_answers),
		cmocka_unit_test_setup(losses, fill_root),
		cmocka_unit_test_setup(undone_by_queue, fill_root),
		cmocka_unit_test_setup(undone_without_rest, fill_root),
		cmocka_unit_test_setup(changed_since, fill_root),
		cmocka_unit_test_setup(rolled_back, fill_root),
		cmocka_unit_test_setup(refused, fill_root),
		cmocka_unit_test_setup(already_so, fill_root),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}
