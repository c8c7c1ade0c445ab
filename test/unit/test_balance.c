/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Periods of a policy line with --every: when they end, and that no count is lost if the
 * plan at their end is put off.
 */
#define TOP "/tmp/irqkit-balance-XXXXXX"
#include "made_root.h"

#include "policy/balance.h"

#define LINE "spread 24 --every=10\n"

struct world {
	struct irqkit_ctx *ctx;
	struct irqkit_policies *policy;
	struct balance balance;
};

/* So many have come since boot. */
static void put_count(unsigned int count)
{
	char text[128];

	snprintf(text, sizeof(text),
		"           CPU0       CPU1\n 24: %10u          0   PCI-MSI eth0\n",
		count);
	put("proc/interrupts", text);
	put("proc/stat", "cpu0 0 0 0 0 0 0 0 0 0 0\ncpu1 0 0 0 0 0 0 0 0 0 0\n");
}

static struct world make_world(void)
{
	struct world w = { 0 };
	struct irqkit_request *request = NULL;

	put("sys/devices/system/cpu/online", "0-1\n");
	put_count(0);
	assert_int_equal(irqkit_ctx_new(top, &w.ctx), 0);
	assert_int_equal(irqkit_policies_new(&w.policy), 0);
	assert_int_equal(
		irqkit_policies_add_text(w.policy, "a.conf", LINE, strlen(LINE)), 0);
	assert_int_equal(irqkit_request_new_spread(&request), 0);
	irqkit_request_set_every(request, 10);
	irqkit_policies_set_request(w.policy, 0, request);
	assert_int_equal(balance_start(&w.balance, w.policy, 0), STATUS_DONE);
	assert_int_equal(balance_get_due(&w.balance), 0);
	/* the first period begins */
	assert_false(balance_begin(&w.balance, w.ctx, 0));
	assert_int_equal(balance_get_due(&w.balance), 10000);
	return w;
}

static void free_world(struct world *w)
{
	balance_free(&w->balance);
	irqkit_policies_free(w->policy);
	irqkit_ctx_free(w->ctx);
}

static uint64_t count_of_period(const struct world *w)
{
	const struct irqkit_snapshot *rows = irqkit_sample_get_rows(
		w->balance.lines[0].before);

	return irqkit_interrupt_get_total(irqkit_snapshot_get(rows, 0));
}

static void a_busy_period_ends_with_a_plan(void **state)
{
	struct world w = make_world();

	(void)state;
	put_count(5000);
	assert_true(balance_begin(&w.balance, w.ctx, 10000));
	assert_true(balance_is_due(&w.balance));
	balance_end(&w.balance, w.ctx, false, 10100);
	assert_false(balance_is_due(&w.balance));
	/* the next one begins with its own counts */
	assert_int_equal(count_of_period(&w), 5000);
	assert_int_equal(balance_get_due(&w.balance), 20000);
	assert_false(balance_begin(&w.balance, w.ctx, 20000));
	free_world(&w);
}

static void a_plan_that_is_put_off_loses_nothing(void **state)
{
	struct world w = make_world();

	(void)state;
	put_count(5000);
	assert_true(balance_begin(&w.balance, w.ctx, 10000));
	balance_end(&w.balance, w.ctx, true, 10100);
	assert_false(balance_is_due(&w.balance));
	/* soon again, though nothing has come since */
	assert_int_equal(count_of_period(&w), 0);
	assert_int_equal(balance_get_due(&w.balance), 11100);
	assert_true(balance_begin(&w.balance, w.ctx, 11100));
	balance_end(&w.balance, w.ctx, false, 11200);
	assert_int_equal(count_of_period(&w), 5000);
	assert_int_equal(balance_get_due(&w.balance), 21100);
	free_world(&w);
}

/* Few interrupts are few, however long the plan was put off. */
static void a_long_period_has_its_own_measure(void **state)
{
	struct world w = make_world();

	(void)state;
	put_count(1500);
	assert_true(balance_begin(&w.balance, w.ctx, 10000));
	balance_end(&w.balance, w.ctx, true, 19000);
	assert_false(balance_begin(&w.balance, w.ctx, 20000));
	assert_int_equal(count_of_period(&w), 1500);
	free_world(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_busy_period_ends_with_a_plan),
		cmocka_unit_test(a_plan_that_is_put_off_loses_nothing),
		cmocka_unit_test(a_long_period_has_its_own_measure),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}
