/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which settings other commands have changed, so that `apply --stay` leaves them alone. */
#define TOP "/tmp/irqkit-by-hand-XXXXXX"
#include "made_root.h"

#include <irqkit.h>

#include "policy/stay_by_hand.h"

#define N 3
#define PATH(irq) "/proc/irq/" #irq "/smp_affinity"

/* A change of the interrupts from @first to @last. */
static unsigned int change(int first, int last, const char *mask)
{
	struct irqkit_plan *plan;
	struct irqkit_lock *lock;
	struct irqkit_cpuset *cpus;
	struct machine m = open_machine(top);
	unsigned int number;

	assert_int_equal(irqkit_cpuset_parse_mask(mask, strlen(mask), &cpus, NULL), 0);
	assert_int_equal(irqkit_lock_new(m.ctx, 0, &lock), 0);
	assert_int_equal(irqkit_plan_new(m.machine, &plan), 0);
	for (int irq = first; irq <= last; irq++)
		assert_int_equal(
			irqkit_plan_add_affinity(plan,
				irqkit_machine_find_irq(m.machine, (unsigned int)irq),
				cpus, NULL, 0),
			0);
	assert_int_equal(irqkit_plan_apply(plan, lock, "set", 0), 0);
	number = irqkit_plan_get_number(plan);
	irqkit_plan_free(plan);
	irqkit_lock_free(lock);
	irqkit_cpuset_free(cpus);
	close_machine(&m);
	return number;
}

static void finds_the_last_change(void **state)
{
	const unsigned int first = change(24, 26, "2"), own = change(24, 25, "4"),
			   last = change(24, 24, "8");
	struct irqkit_ctx *ctx = open_root(top);
	struct irqkit_journal *journal;
	struct by_hand by_hand;

	(void)state;
	assert_int_equal(irqkit_journal_read(ctx, &journal), 0);
	assert_true(by_hand_init(&by_hand, journal, 0, own));
	assert_int_equal(by_hand_find(&by_hand, PATH(24)), last);
	assert_int_equal(by_hand_find(&by_hand, PATH(25)), first);
	assert_int_equal(by_hand_find(&by_hand, PATH(26)), first);
	assert_int_equal(by_hand_find(&by_hand, PATH(27)), 0);
	by_hand_clear(&by_hand);
	/* what was released does not count */
	assert_true(by_hand_init(&by_hand, journal, first, own));
	assert_int_equal(by_hand_find(&by_hand, PATH(24)), last);
	assert_int_equal(by_hand_find(&by_hand, PATH(25)), 0);
	by_hand_clear(&by_hand);
	assert_true(by_hand_init(&by_hand, journal, last, own));
	assert_int_equal(by_hand_find(&by_hand, PATH(24)), 0);
	by_hand_clear(&by_hand);
	irqkit_journal_free(journal);
	irqkit_ctx_free(ctx);
}

static int fill(void **state)
{
	char text[512] = "  CPU0 CPU1 CPU2 CPU3\n", row[64];
	int r = make_top(state);

	for (int irq = 24; r == 0 && irq < 24 + N; irq++) {
		snprintf(row, sizeof(row), "%d: 1 0 0 0 PCI-MSI %d-edge x%d\n", irq, irq,
			irq);
		strcat(text, row);
		snprintf(row, sizeof(row), "proc/irq/%d/smp_affinity", irq);
		put(row, "1\n");
	}
	put("proc/interrupts", text);
	put("run/.keep", "");
	return r;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_last_change),
	};

	return cmocka_run_group_tests_name("by hand", tests, fill, remove_top);
}
