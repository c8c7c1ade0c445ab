/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How counts fall on CPUs: sums, the busiest, the idle ones, and how uneven that is. */
#include "unit.h"

#include <irqkit.h>
#include <math.h>
#include <string.h>

#include "measure/load.h"

#define HEADING "           CPU0       CPU1       CPU2       CPU3\n"

static void add_numbered(struct load *load, const struct irqkit_snapshot *counts)
{
	for (size_t i = 0; i < irqkit_snapshot_count(counts); i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(counts, i);

		if (irqkit_interrupt_get_irq(row) >= 0)
			load_add(load, row);
	}
}

static const struct {
	const char *rows;
	uint64_t total;
	int busiest; /* -1: none */
	size_t n_idle;
	double imbalance;
	bool is_busy; /* the busiest has at least twice the mean */
} table[] = {
	{ "", 0, -1, 4, 0, false },
	{ " 24: 0 0 0 0 x a\n", 0, -1, 4, 0, false },
	{ " 24: 5 5 5 5 x a\n", 20, 0, 0, 1, false },
	{ " 24: 0 8 0 0 x a\n", 8, 1, 3, 4, true },
	{ " 24: 4 0 0 0 x a\n 25: 0 0 4 0 x b\n", 8, 0, 2, 2, true },
	{ " 24: 1 0 0 2 x a\n 25: 1 1 0 3 x b\n", 8, 3, 1, 2.5, true },
	{ " 24: 3 2 2 2 x a\n", 9, 0, 0, 4.0 / 3, false },
	/* rows with a name, and those of a CPU, are not load that can be placed */
	{ " 24: 1 1 1 1 x a\nLOC: 900 0 0 0 timer\nERR: 7\n", 4, 0, 0, 1, false },
	{ " 1: 900 0 0 0 xen-percpu -virq timer0\n 24: 0 8 0 0 x a\n", 8, 1, 3, 4, true },
	{ " 0: 900 0 0 0 IO-APIC 2-edge timer\n", 0, -1, 4, 0, false },
};

static void loads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct irqkit_snapshot *snapshot;
		const struct cpu_load *busiest;
		struct load load = { 0 };
		char text[512] = HEADING;

		strcat(text, table[i].rows);
		assert_int_equal(irqkit_snapshot_parse(
					 text, strlen(text), NULL, &snapshot, NULL, NULL),
			0);
		load_start(&load, irqkit_snapshot_get_cpus(snapshot));
		add_numbered(&load, snapshot);
		busiest = load_get_busiest(&load);
		assert_int_equal(load.total, table[i].total);
		assert_int_equal(busiest ? (int)busiest->cpu : -1, table[i].busiest);
		assert_int_equal(load_count_idle(&load), table[i].n_idle);
		assert_true(fabs(load_get_imbalance(&load) - table[i].imbalance) < 1e-9);
		if (busiest)
			assert_int_equal(load_is_busy(&load, busiest), table[i].is_busy);
		assert_null(load_get(&load, 4));
		load_free(&load);
		irqkit_snapshot_free(snapshot);
	}
}

/* CPUs that are not in the load are left out, and sums end at the largest number. */
static void parts_of_loads(void **state)
{
	static const char text[] = HEADING
		" 24: 18446744073709551615 0 0 0 x a\n 25: 9 9 1 1 x b\n";
	struct irqkit_snapshot *snapshot;
	struct irqkit_cpuset *cpus;
	struct load load = { 0 };

	(void)state;
	assert_int_equal(
		irqkit_snapshot_parse(text, strlen(text), NULL, &snapshot, NULL, NULL),
		0);
	assert_int_equal(irqkit_cpuset_parse_list("0,2", 3, &cpus, NULL), 0);
	load_start(&load, cpus);
	add_numbered(&load, snapshot);
	assert_int_equal(load.n_cpus, 2);
	assert_null(load_get(&load, 1));
	assert_true(load_get(&load, 0)->total == UINT64_MAX);
	assert_int_equal(load_get(&load, 0)->n_interrupts, 2);
	assert_string_equal(
		irqkit_interrupt_get_label(load_get(&load, 0)->busiest), "24");
	assert_int_equal(load_get(&load, 2)->total, 1);
	assert_true(load.total == UINT64_MAX);
	load_free(&load);
	irqkit_cpuset_free(cpus);
	irqkit_snapshot_free(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads),
		cmocka_unit_test(parts_of_loads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
