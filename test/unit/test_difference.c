/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What came between two texts of /proc/interrupts. */
#include "unit.h"

#include <inttypes.h>
#include <irqkit.h>
#include <stdio.h>
#include <string.h>

#include "interrupts/snapshot.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct irqkit_snapshot *parse(const char *text)
{
	struct irqkit_snapshot *snapshot = NULL;
	const char *reason = NULL;
	size_t line = 0;

	if (irqkit_snapshot_parse(text, strlen(text), NULL, &snapshot, &line, &reason) <
		0)
		fail_msg("line %zu: %s in:\n%s", line, reason, text);
	return snapshot;
}

/* "24: 5 = 0:2 3:3;" a row: its total, and its count on each CPU that has one */
static void print(const struct irqkit_snapshot *snapshot, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < irqkit_snapshot_count(snapshot); i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(snapshot, i);

		len += (size_t)snprintf(text + len, size - len, "%s%s: %" PRIu64,
			i ? "; " : "", irqkit_interrupt_get_label(row),
			irqkit_interrupt_get_total(row));
		for (size_t k = 0; k < irqkit_interrupt_count_served(row); k++) {
			unsigned int cpu;
			uint64_t count = irqkit_interrupt_get_served(row, k, &cpu);

			len += (size_t)snprintf(text + len, size - len, "%s%u:%" PRIu64,
				k ? " " : " = ", cpu, count);
		}
		assert_true(len < size);
	}
}

#define TWO "           CPU0       CPU1\n"
#define GAP "           CPU0       CPU1       CPU3\n"

static const struct {
	const char *name, *before, *after, *expected;
} table[] = {
	{ "nothing came", TWO "24: 1 2 PCI-MSI 5-edge eth0\n",
		TWO "24: 1 2 PCI-MSI 5-edge eth0\n", "24: 0" },
	{ "some on each CPU", TWO "24: 1 2 PCI-MSI 5-edge eth0\n",
		TWO "24: 11 22 PCI-MSI 5-edge eth0\n", "24: 30 = 0:10 1:20" },
	{ "on one of them", TWO "24: 1 0 PCI-MSI 5-edge eth0\n",
		TWO "24: 1 7 PCI-MSI 5-edge eth0\n", "24: 7 = 1:7" },
	{ "rows with one count, and none",
		TWO "ERR: 3\nNMI: 1 1 Non-maskable interrupts\n",
		TWO "ERR: 8\nNMI: 1 4 Non-maskable interrupts\n",
		"ERR: 5; NMI: 3 = 1:3" },

	/* 32 bits */
	{ "the last count before it wraps", TWO "24: 4294967295 0 PCI-MSI 5-edge eth0\n",
		TWO "24: 0 0 PCI-MSI 5-edge eth0\n", "24: 0" },
	{ "it wraps", TWO "24: 4294967290 4294967295 PCI-MSI 5-edge eth0\n",
		TWO "24: 10 1 PCI-MSI 5-edge eth0\n", "24: 18 = 0:16 1:2" },
	{ "it wraps to a thousand", TWO "24: 4294967290 0 PCI-MSI 5-edge eth0\n",
		TWO "24: 1000 0 PCI-MSI 5-edge eth0\n", "24: 1006 = 0:1006" },
	{ "too many for a wrap: it has begun anew",
		TWO "24: 3000000000 0 PCI-MSI 5-edge eth0\n",
		TWO "24: 10 0 PCI-MSI 5-edge eth0\n", "24: 10 = 0:10" },
	{ "and so has a single count", TWO "ERR: 2147483648\n", TWO "ERR: 5\n",
		"ERR: 5" },
	{ "one below the middle has begun anew",
		TWO "24: 2147483647 0 PCI-MSI 5-edge eth0\n",
		TWO "24: 5 0 PCI-MSI 5-edge eth0\n", "24: 5 = 0:5" },
	{ "above 32 bits it cannot wrap there", TWO "24: 4294967299 0 x eth0\n",
		TWO "24: 7 0 x eth0\n", "24: 7 = 0:7" },
	{ "above 32 bits it goes on", TWO "24: 4294967299 0 x eth0\n",
		TWO "24: 4294967309 0 x eth0\n", "24: 10 = 0:10" },

	/* it restarts: a backend that reconnects */
	{ "anew on all CPUs", TWO "24: 700 900 xen-dyn -event vif1.0\n",
		TWO "24: 3 0 xen-dyn -event vif1.0\n", "24: 3 = 0:3" },

	/* rows come and go */
	{ "one more in front", TWO "24: 5 5 PCI-MSI 5-edge eth0\n",
		TWO "23: 9 9 PCI-MSI 4-edge eth1\n24: 6 5 PCI-MSI 5-edge eth0\n",
		"23: 0; 24: 1 = 0:1" },
	{ "one less", TWO "23: 9 9 x eth1\n24: 5 5 x eth0\n25: 1 1 x eth2\n",
		TWO "23: 10 9 x eth1\n25: 1 3 x eth2\n", "23: 1 = 0:1; 25: 2 = 1:2" },
	{ "all are gone", TWO "23: 9 9 x eth1\n", TWO, "" },
	{ "all are new", TWO, TWO "23: 9 9 x eth1\n", "23: 0" },
	{ "another order", TWO "23: 9 9 x a\n24: 5 5 x b\n25: 1 1 x c\n",
		TWO "25: 2 1 x c\n24: 7 5 x b\n23: 12 9 x a\n",
		"25: 1 = 0:1; 24: 2 = 0:2; 23: 3 = 0:3" },
	{ "the number belongs to another now", TWO "24: 500 5 PCI-MSI 5-edge eth0\n",
		TWO "24: 600 5 PCI-MSI 5-edge nvme0q1\n", "24: 0" },
	{ "and another chip", TWO "24: 500 5 PCI-MSI 5-edge eth0\n",
		TWO "24: 600 5 xen-dyn -event eth0\n", "24: 0" },
	{ "one more handler", TWO "24: 500 5 IO-APIC 5-edge usb1\n",
		TWO "24: 600 5 IO-APIC 5-edge usb1, usb2\n", "24: 0" },
	{ "two of the same label", TWO "24: 1 1 x a\n24: 5 5 x b\n",
		TWO "24: 6 5 x b\n24: 3 1 x a\n", "24: 1 = 0:1; 24: 2 = 0:2" },

	/* CPUs come and go: a column is the CPU that the heading names */
	{ "a CPU has come", TWO "24: 5 5 x eth0\n", GAP "24: 6 7 800 x eth0\n",
		"24: 3 = 0:1 1:2" },
	{ "a CPU has gone", GAP "24: 6 7 800 x eth0\n", TWO "24: 7 7 x eth0\n",
		"24: 1 = 0:1" },
};

static void differences(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(table); i++) {
		struct irqkit_snapshot *before = parse(table[i].before);
		struct irqkit_snapshot *after = parse(table[i].after);
		struct irqkit_snapshot *difference = NULL;
		char text[512];

		assert_int_equal(irqkit_snapshot_subtract(after, before, &difference), 0);
		print(difference, text, sizeof(text));
		if (strcmp(text, table[i].expected) != 0)
			fail_msg("%s: '%s', not '%s'", table[i].name, text,
				table[i].expected);
		assert_true(irqkit_cpuset_is_equal(irqkit_snapshot_get_cpus(difference),
			irqkit_snapshot_get_cpus(after)));
		irqkit_snapshot_free(difference);
		irqkit_snapshot_free(before);
		irqkit_snapshot_free(after);
	}
}

/* A wrap is believed if there was time for it. */
static void wraps_take_time(void **state)
{
	static const struct {
		uint64_t before, after, total;
	} times[] = {
		{ 1000, 1001, 10 },
		{ 1000, 1010, 10 },
		{ 1000, 4600, 1294967306 }, /* an hour */
		{ 1000, 900, 10 }, /* a system started anew: as if unknown */
		{ 1, UINT64_MAX, 1294967306 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(times); i++) {
		struct irqkit_snapshot *before = parse(TWO "24: 3000000000 0 x eth0\n");
		struct irqkit_snapshot *after = parse(TWO "24: 10 0 x eth0\n");
		struct irqkit_snapshot *difference = NULL;

		before->read_at = times[i].before;
		after->read_at = times[i].after;
		assert_int_equal(irqkit_snapshot_subtract(after, before, &difference), 0);
		assert_int_equal(
			irqkit_interrupt_get_total(irqkit_snapshot_get(difference, 0)),
			times[i].total);
		irqkit_snapshot_free(difference);
		irqkit_snapshot_free(before);
		irqkit_snapshot_free(after);
	}
}

/* 4,000,000 a second are possible on each CPU, and not one more. */
static void wraps_have_a_rate(void **state)
{
	static const struct {
		uint64_t seconds, before, after, total;
	} rates[] = {
		/* the times are rounded: a second may have been almost two */
		{ 0, 4294967296 - 3999990, 10, 4000000 },
		{ 0, 4294967296 - 3999991, 10, 10 },
		{ 1, 4294967296 - 7999990, 10, 8000000 },
		{ 1, 4294967296 - 7999991, 10, 10 },
		{ 1, 4294967295, 7999999, 8000000 },
		{ 1, 4294967295, 8000001, 8000001 },
		{ 99, 4294967296 - 399999990, 10, 400000000 },
		{ 99, 4294967296 - 399999991, 10, 10 },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rates); i++) {
		struct irqkit_snapshot *before, *after, *difference = NULL;
		char text[2][128];

		/* the other CPU goes on: what one has done is not held against it */
		snprintf(text[0], sizeof(text[0]), TWO "24: %llu 7 x eth0\n",
			(unsigned long long)rates[i].before);
		snprintf(text[1], sizeof(text[1]), TWO "24: %llu 8 x eth0\n",
			(unsigned long long)rates[i].after);
		before = parse(text[0]);
		after = parse(text[1]);
		before->read_at = 1000;
		after->read_at = 1000 + rates[i].seconds;
		assert_int_equal(irqkit_snapshot_subtract(after, before, &difference), 0);
		assert_int_equal(
			irqkit_interrupt_get_total(irqkit_snapshot_get(difference, 0)),
			rates[i].total + 1);
		irqkit_snapshot_free(difference);
		irqkit_snapshot_free(before);
		irqkit_snapshot_free(after);
	}
}

/* Rows keep their texts and their order, so that they can be found by their place. */
static void rows_are_those_of_after(void **state)
{
	struct irqkit_snapshot *before = parse(TWO "24: 1 1 PCI-MSI 5-edge eth0\n");
	struct irqkit_snapshot *after = parse(
		TWO "NMI: 0 0 Non-maskable interrupts\n24: 1 2 PCI-MSI 5-edge eth0\n"
		    "25: 1 1 PCI-MSI 6-edge eth1, eth2\n");
	struct irqkit_snapshot *difference = NULL;

	(void)state;
	assert_int_equal(irqkit_snapshot_subtract(after, before, &difference), 0);
	assert_int_equal(irqkit_snapshot_count(difference), 3);
	for (size_t i = 0; i < 3; i++) {
		const struct irqkit_interrupt *row = irqkit_snapshot_get(difference, i);
		const struct irqkit_interrupt *like = irqkit_snapshot_get(after, i);

		assert_string_equal(irqkit_interrupt_get_label(row),
			irqkit_interrupt_get_label(like));
		assert_int_equal(
			irqkit_interrupt_get_irq(row), irqkit_interrupt_get_irq(like));
		assert_int_equal(irqkit_interrupt_count_actions(row),
			irqkit_interrupt_count_actions(like));
	}
	/* neither of the two has changed */
	assert_int_equal(irqkit_interrupt_get_total(irqkit_snapshot_get(after, 1)), 3);
	assert_int_equal(irqkit_interrupt_get_total(irqkit_snapshot_get(before, 0)), 2);
	irqkit_snapshot_free(difference);
	irqkit_snapshot_free(before);
	irqkit_snapshot_free(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences),
		cmocka_unit_test(wraps_take_time),
		cmocka_unit_test(wraps_have_a_rate),
		cmocka_unit_test(rows_are_those_of_after),
	};

	return cmocka_run_group_tests_name("difference", tests, NULL, NULL);
}
