/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What interrupts use of each CPU is kept while records change. It is always what would be counted
 * anew, without the interrupts of the request that asks.
 */
#include "machine/cpu_use.h"
#define TOP "/tmp/irqkit-cpu-use-XXXXXX"
#include "made_root.h"

#include <errno.h>
#include <irqkit.h>
#include <stdlib.h>
#include <string.h>

#define HEADING "           CPU0       CPU1       CPU2       CPU3\n"
#define FIRST 24
#define N 9

static const char *const names[N] = { "eth0-rx-0", "eth0-tx-0", "eth0-rx-1", "eth0-tx-1",
	"eth1-rx-0", "eth1-tx-0", "eth2-TxRx-0", "eth2-TxRx-1", "timer" };

static struct machine begin(void)
{
	char text[2048] = HEADING, row[128], path[64];

	for (int i = 0; i < N; i++) {
		snprintf(row, sizeof(row), "%3d: %10d 0 %10d 0 PCI-MSI %d-edge %s\n",
			FIRST + i, i % 3 ? 5 + i : 0, i % 2 ? 7 : 0, i, names[i]);
		strcat(text, row);
		snprintf(path, sizeof(path), "proc/irq/%d/smp_affinity", FIRST + i);
		put(path, i % 4 == 3 ? "f\n" : i % 4 == 2 ? "4\n" : "1\n");
		snprintf(path, sizeof(path), "proc/irq/%d/effective_affinity", FIRST + i);
		put(path, i % 4 == 2 ? "4\n" : "1\n");
	}
	strcat(text, "LOC: 1 2 3 4 Local timer interrupts\n");
	put("proc/interrupts", text);
	return open_machine(top);
}

/* All answers for a request with the interrupts of @own, as text. */
static char *ask(struct machine *m, unsigned int own)
{
	struct irqkit_irq *irqs[N];
	unsigned int *fired, *handled, n_never;
	struct pinned_cpu *pinned;
	uint64_t *sums;
	size_t n_own = 0, n_fired, n_handled, n_pinned, n_sums, len = 0;
	char *text = calloc(1, 4096);

	for (unsigned int i = 0; i < N; i++)
		if (own >> i & 1)
			irqs[n_own++] = irqkit_machine_find_irq(m->machine, FIRST + i);
	assert_int_equal(machine_sum_others(m->machine, irqs, n_own, &sums, &n_sums), 0);
	assert_int_equal(
		machine_count_fired(m->machine, irqs, n_own, &fired, &n_fired, &n_never),
		0);
	assert_int_equal(
		machine_count_handled(m->machine, irqs, n_own, &handled, &n_handled), 0);
	assert_int_equal(
		machine_count_pinned(m->machine, irqs, n_own, &pinned, &n_pinned), 0);
	for (size_t cpu = 0; cpu < 4; cpu++) {
		struct pinned_cpu none = { 0 };
		const struct pinned_cpu *p = cpu < n_pinned ? &pinned[cpu] : &none;

		len += (size_t)snprintf(text + len, 4096 - len,
			"%llu %u %u, %u %u %u %u %u\n",
			cpu < n_sums ? (unsigned long long)sums[cpu] : 0,
			cpu < n_fired ? fired[cpu] : 0,
			cpu < n_handled ? handled[cpu] : 0, p->queues, p->first_queues,
			p->tx, p->serves_rx, p->serves_tx);
	}
	snprintf(text + len, 4096 - len, "%u", n_never);
	free(fired);
	free(handled);
	free(pinned);
	free(sums);
	return text;
}

static void answer_is(struct machine *m, unsigned int own, const char *expected)
{
	char *text = ask(m, own);

	assert_string_equal(text, expected);
	free(text);
}

static void answers_are_right(void **state)
{
	struct machine m = begin();

	(void)state;
	/* on each CPU: load, fired, handled, and queues, first, tx, rx, tx */
	answer_is(&m, 0,
		"57 6 7, 2 2 0 2 2\n0 0 0, 0 0 0 0 0\n28 4 2, 2 1 0 1 0\n0 0 0, 0 0 0 0 "
		"0\n2");
	/* without rx of a queue, its tx is still counted: eth1 has no other queue */
	answer_is(&m, 1u << 0 | 1u << 4,
		"48 5 5, 1 0 1 0 2\n0 0 0, 0 0 0 0 0\n28 4 2, 2 1 0 1 0\n0 0 0, 0 0 0 0 "
		"0\n1");
	/* without all interrupts */
	answer_is(&m, (1u << N) - 1,
		"0 0 0, 0 0 0 0 0\n0 0 0, 0 0 0 0 0\n0 0 0, 0 0 0 0 0\n0 0 0, 0 0 0 0 "
		"0\n0");
	close_machine(&m);
}

static void pretend(struct irqkit_irq *irq, unsigned int cpu, bool is_effective)
{
	struct irqkit_cpuset *set;
	char mask[16];

	snprintf(mask, sizeof(mask), "%x", 1u << cpu);
	assert_int_equal(irqkit_cpuset_parse_mask(mask, strlen(mask), &set, NULL), 0);
	assert_int_equal(irq_pretend(irq, mask, set, is_effective ? set : NULL), 0);
	irqkit_cpuset_free(set);
}

static void change(struct machine *m, unsigned int by)
{
	struct irqkit_irq *irq = irqkit_machine_find_irq(m->machine, FIRST + by / 8 % N);

	switch (by % 8) {
	case 0:
		irq_end_pretending(irq);
		break;
	case 1:
		irq_forget_affinity(irq);
		break;
	case 2:
		irq_forget_effective(irq);
		break;
	case 3:
		irqkit_machine_forget_settings(m->machine);
		break;
	default:
		pretend(irq, by / 128 % 4, by % 2);
		break;
	}
}

static void changes_are_followed(void **state)
{
	struct machine m = begin();
	unsigned int seed = 1;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		unsigned int own;
		char *kept, *anew;

		for (int k = 0; k < i % 3; k++)
			change(&m, (unsigned int)rand_r(&seed));
		own = (unsigned int)rand_r(&seed) % (1u << N);
		kept = ask(&m, own);
		machine_drop_use(m.machine);
		anew = ask(&m, own);
		assert_string_equal(kept, anew);
		free(kept);
		free(anew);
		/* most of the time, what is asked next was counted without these */
		if (i % 5)
			machine_drop_use(m.machine);
		free(ask(&m, (unsigned int)rand_r(&seed) % (1u << N)));
	}
	close_machine(&m);
}

static void new_counts_are_counted(void **state)
{
	struct machine m = begin();

	(void)state;
	free(ask(&m, 0));
	put("proc/interrupts",
		HEADING " 24: 1 0 0 0 PCI-MSI 0-edge eth0-rx-0\n"
			" 25: 0 0 0 3 PCI-MSI 1-edge eth0-tx-0\n");
	assert_int_equal(irqkit_machine_refresh(m.machine, 0, NULL, NULL), 0);
	put("proc/interrupts",
		HEADING " 24: 2 0 0 0 PCI-MSI 0-edge eth0-rx-0\n"
			" 25: 0 0 0 3 PCI-MSI 1-edge eth0-tx-0\n");
	answer_is(&m, 0,
		"1 1 2, 1 1 0 1 1\n0 0 0, 0 0 0 0 0\n0 0 0, 0 0 0 0 0\n3 1 0, 0 0 0 0 "
		"0\n0");
	assert_int_equal(irqkit_machine_refresh(m.machine, 0, NULL, NULL), 0);
	answer_is(&m, 1,
		"0 0 1, 0 0 1 0 1\n0 0 0, 0 0 0 0 0\n0 0 0, 0 0 0 0 0\n3 1 0, 0 0 0 0 "
		"0\n0");
	close_machine(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_right),
		cmocka_unit_test(changes_are_followed),
		cmocka_unit_test(new_counts_are_counted),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}
