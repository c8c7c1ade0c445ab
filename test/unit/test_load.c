/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Samples and loads: every expected figure was computed by hand. */
#define TOP "/tmp/irqkit-load-XXXXXX"
#include "loads.h"
#include "made_root.h"

#include "load/load_text.h"

#include <errno.h>
#include <irqkit.h>
#include <stdlib.h>
#include <string.h>

static void clear(void)
{
	remove_tree(top);
	assert_int_equal(mkdir(top, 0700), 0);
}

#define TWO "           CPU0       CPU1\n"
#define ONLY_0 "           CPU0\n"

static struct irqkit_sample *sample_of(
	struct irqkit_ctx *ctx, const struct irqkit_sample *earlier)
{
	struct irqkit_sample *sample;

	assert_int_equal(irqkit_sample_new(ctx, earlier, &sample, NULL, NULL), 0);
	return sample;
}

static struct irqkit_load *load_of(struct machine *m, const struct irqkit_sample *before,
	const struct irqkit_sample *after)
{
	struct irqkit_load *load;

	assert_int_equal(irqkit_load_new(m->machine, before, after, &load), 0);
	return load;
}

static uint64_t count_of(
	const struct irqkit_load *load, unsigned int cpu, enum irqkit_counter counter)
{
	uint64_t count = 0;

	assert_int_equal(irqkit_load_cpu_get_count(
				 irqkit_load_find_cpu(load, cpu), counter, &count),
		0);
	return count;
}

/* The row with this label. */
static size_t row_of(const struct machine *m, const char *label)
{
	for (size_t i = 0; i < irqkit_snapshot_count(m->snapshot); i++)
		if (strcmp(irqkit_interrupt_get_label(
				   irqkit_snapshot_get(m->snapshot, i)),
			    label) == 0)
			return i;
	fail_msg("no row %s", label);
	return 0;
}

/* ------------------------------------------------------------------------------- */

static const char rows_before[] = TWO " 24: 1000 0 PCI-MSI 1-edge eth0\n"
				      " 25: 0 500 PCI-MSI 2-edge eth1\n"
				      "LOC: 10 10 Local timer interrupts\n";
static const char rows_after[] = TWO " 24: 3000 0 PCI-MSI 1-edge eth0\n"
				     " 25: 0 1500 PCI-MSI 2-edge eth1\n"
				     "LOC: 510 1010 Local timer interrupts\n";

/* CPU 0: 200 ticks, of these 20 irq, 20 softirq, 10 steal. CPU 1: 200, 6 softirq. */
static const char stat_before[] = "cpu  1 1 1 1 1 1 1 1 0 0\n"
				  "cpu0 100 0 100 1000 0 100 50 0 0 0\n"
				  "cpu1 100 0 100 1000 0 100 50 0 0 0\n"
				  "intr 200000 0 0\n";
static const char stat_after[] = "cpu  1 1 1 1 1 1 1 1 0 0\n"
				 "cpu0 100 0 100 1150 0 120 70 10 0 0\n"
				 "cpu1 100 0 100 1194 0 100 56 0 0 0\n"
				 "intr 206000 0 0\n";

static void put_two(void)
{
	clear();
	put("proc/interrupts", rows_before);
	put("proc.1/interrupts", rows_after);
	put("proc/stat", stat_before);
	put("proc.1/stat", stat_after);
	put("proc/uptime", "100.50 10.00\n");
	put("proc.1/uptime", "102.50 10.00\n");
	put("proc/sys/kernel/random/boot_id", "a\n");
	put("proc/softirqs",
		"           CPU0       CPU1\n"
		"     TIMER:         10         10\n"
		"    NET_RX:        100        100\n");
	put("proc.1/softirqs",
		"           CPU0       CPU1\n"
		"     TIMER:         12         10\n"
		"    NET_RX:       2100       1100\n");
}

static void close_two(struct machine *m, struct irqkit_load *load)
{
	irqkit_load_free(load);
	close_machine(m);
}

static void test_time_is_divided(void **state)
{
	struct irqkit_load *load;
	struct machine m;
	double share;

	(void)state;
	put_two();
	load = read_two(&m);
	assert_true(irqkit_ctx_has_second_sample(m.ctx));
	near(irqkit_load_get_seconds(load), 2);
	assert_false(irqkit_load_is_since_boot(load));
	assert_int_equal(irqkit_load_get_accounting(load), IRQKIT_ACCOUNTED);
	assert_int_equal(irqkit_load_get_ticks(load), 46);
	assert_int_equal(irqkit_load_get_weigh(load), IRQKIT_WEIGH_TIME);
	assert_null(irqkit_load_explain_weigh(load));

	assert_int_equal(count_of(load, 0, IRQKIT_COUNTER_INTERRUPTS), 2000);
	assert_int_equal(count_of(load, 0, IRQKIT_COUNTER_BACKGROUND), 500);
	assert_int_equal(count_of(load, 1, IRQKIT_COUNTER_BACKGROUND), 1000);
	near(irqkit_load_get_rate(load, row_of(&m, "25")), 500);

	/* CPU 0: 40 of 200 ticks for 2,500 interrupts; CPU 1: 6 of 200 for 2,000 */
	assert_int_equal(
		irqkit_load_cpu_get_time(irqkit_load_find_cpu(load, 0), &share), 0);
	near(share, 0.2);
	assert_int_equal(
		irqkit_load_cpu_get_steal(irqkit_load_find_cpu(load, 0), &share), 0);
	near(share, 0.05);
	assert_int_equal(irqkit_load_get_cost(load, row_of(&m, "24"), &share), 0);
	near(share, 0.2 * 2000 / 2500);
	assert_int_equal(irqkit_load_get_cost(load, row_of(&m, "25"), &share), 0);
	near(share, 0.03 * 1000 / 2000);
	/* nanoseconds of two seconds; background has no weight */
	assert_int_equal(irqkit_load_get_weight(load, row_of(&m, "24")), 320000000);
	assert_int_equal(irqkit_load_get_weight(load, row_of(&m, "25")), 30000000);
	assert_int_equal(irqkit_load_get_weight(load, row_of(&m, "LOC")), 0);
	assert_int_equal(
		irqkit_load_cpu_get_weight(irqkit_load_find_cpu(load, 0)), 320000000);

	assert_int_equal(irqkit_load_count_softirqs(load), 2);
	assert_string_equal(irqkit_load_get_softirq(load, 1), "NET_RX");
	assert_int_equal(
		irqkit_load_cpu_get_softirqs(irqkit_load_find_cpu(load, 1), 1), 1000);

	irqkit_load_weigh(load, IRQKIT_WEIGH_INTERRUPTS);
	assert_int_equal(irqkit_load_get_weight(load, row_of(&m, "24")), 2000);
	assert_null(irqkit_load_explain_weigh(load));
	irqkit_load_weigh(load, IRQKIT_WEIGH_PACKETS);
	assert_int_equal(irqkit_load_get_weigh(load), IRQKIT_WEIGH_INTERRUPTS);
	assert_non_null(irqkit_load_explain_weigh(load));
	close_two(&m, load);
}

/* ------------------------------------------------------------------------------- */
/* Is time accounted?                                                              */

static void accounting_is(const char *before, const char *after,
	enum irqkit_accounting expected, uint64_t ticks, enum irqkit_weigh weigh)
{
	struct irqkit_load *load;
	struct machine m;

	put_two();
	put("proc/stat", before);
	put("proc.1/stat", after);
	load = read_two(&m);
	assert_int_equal(irqkit_load_get_accounting(load), expected);
	assert_int_equal(irqkit_load_get_ticks(load), ticks);
	assert_int_equal(irqkit_load_get_weigh(load), weigh);
	assert_int_equal(
		irqkit_load_explain_weigh(load) == NULL, weigh == IRQKIT_WEIGH_TIME);
	/* whoever asks for time gets it, unless it is known to be wrong, or too little */
	irqkit_load_weigh(load, IRQKIT_WEIGH_TIME);
	assert_int_equal(irqkit_load_get_weigh(load),
		expected == IRQKIT_NOT_ACCOUNTED || ticks < 20 ? IRQKIT_WEIGH_INTERRUPTS
							       : IRQKIT_WEIGH_TIME);
	close_two(&m, load);
}

static void test_accounting(void **state)
{
	(void)state;
	/* after many interrupts the irq column is still 0 */
	accounting_is("cpu0 0 0 0 0 0 0 5 0\nintr 99000\n",
		"cpu0 0 0 0 100 0 0 100 0\nintr 100000\n", IRQKIT_NOT_ACCOUNTED, 95,
		IRQKIT_WEIGH_INTERRUPTS);
	/* too few interrupts to tell */
	accounting_is("cpu0 0 0 0 0 0 0 5 0\nintr 90000\n",
		"cpu0 0 0 0 100 0 0 100 0\nintr 99999\n", IRQKIT_ACCOUNTING_UNKNOWN, 95,
		IRQKIT_WEIGH_INTERRUPTS);
	/* it is accounted, and there was no load */
	accounting_is("cpu0 0 0 0 0 0 1 1 0\nintr 100000\n",
		"cpu0 0 0 0 200 0 1 1 0\nintr 100010\n", IRQKIT_ACCOUNTED, 0,
		IRQKIT_WEIGH_INTERRUPTS);
	/* 19 and 20 ticks */
	accounting_is("cpu0 0 0 0 0 0 1 1 0\nintr 100000\n",
		"cpu0 0 0 0 181 0 11 10 0\nintr 100010\n", IRQKIT_ACCOUNTED, 19,
		IRQKIT_WEIGH_INTERRUPTS);
	accounting_is("cpu0 0 0 0 0 0 1 1 0\nintr 100000\n",
		"cpu0 0 0 0 180 0 11 11 0\nintr 100010\n", IRQKIT_ACCOUNTED, 20,
		IRQKIT_WEIGH_TIME);
	/* 3,000 softirqs for packets, and no time of them, but of hard interrupts */
	accounting_is("cpu0 0 0 0 0 0 1 1 0\nintr 100000\n",
		"cpu0 0 0 0 160 0 41 1 0\nintr 100010\n", IRQKIT_NOT_ACCOUNTED, 40,
		IRQKIT_WEIGH_INTERRUPTS);
	/* before the period, there were enough ticks of softirqs to tell */
	accounting_is("cpu0 0 0 0 0 0 1 19 0\nintr 100000\n",
		"cpu0 0 0 0 160 0 41 19 0\nintr 100010\n", IRQKIT_NOT_ACCOUNTED, 40,
		IRQKIT_WEIGH_INTERRUPTS);
	accounting_is("cpu0 0 0 0 0 0 1 20 0\nintr 100000\n",
		"cpu0 0 0 0 160 0 41 20 0\nintr 100010\n", IRQKIT_ACCOUNTED, 40,
		IRQKIT_WEIGH_TIME);
	/* no such file */
	accounting_is("", "", IRQKIT_ACCOUNTING_UNKNOWN, 0, IRQKIT_WEIGH_INTERRUPTS);
}

/* CPU 1 has no ticks, as with nohz_full: its interrupts cost what others do. */
static void test_cpu_without_ticks(void **state)
{
	struct irqkit_load *load;
	struct machine m;
	double share;

	(void)state;
	put_two();
	put("proc/stat", "cpu0 0 0 0 0 0 1 1 0\ncpu1 0 0 0 0 0 0 0 0\nintr 100000\n");
	put("proc.1/stat",
		"cpu0 0 0 0 150 0 26 26 0\ncpu1 0 0 0 0 0 0 0 0\nintr 100000\n");
	load = read_two(&m);
	assert_int_equal(irqkit_load_cpu_get_time(irqkit_load_find_cpu(load, 1), &share),
		-ENODATA);
	/* 0.25 for 2,500 interrupts of CPU 0: each of the 1,000 takes a ten-thousandth */
	assert_int_equal(irqkit_load_get_cost(load, row_of(&m, "25"), &share), 0);
	near(share, 0.1);
	close_two(&m, load);
}

/* ------------------------------------------------------------------------------- */
/* Hotplug, wrap and restart                                                       */

/* CPU 1 goes offline and comes back: what it handled meanwhile is in the sum. */
static void test_offline_cpu(void **state)
{
	static const char *const texts[] = {
		TWO "24: 100 1000 PCI-MSI 1-edge eth0\n25: 7 7 PCI-MSI 2-edge eth1\n",
		ONLY_0 "24: 200 PCI-MSI 1-edge eth0\n25: 8 PCI-MSI 2-edge eth1\n",
		ONLY_0 "24: 350 PCI-MSI 1-edge eth0\n26: 5 PCI-MSI 3-edge eth2\n",
		TWO "24: 400 1020 PCI-MSI 1-edge eth0\n26: 6 90 PCI-MSI 3-edge eth2\n",
	};
	/* of 24 and of the last row */
	static const uint64_t expected[][2] = { { 100, 1 }, { 150, 0 }, { 70, 91 } };
	struct irqkit_sample *sample[4] = { 0 };
	uint64_t sum = 0;

	(void)state;
	clear();
	put("proc/uptime", "1.00 1.00\n");
	for (size_t i = 0; i < 4; i++) {
		struct irqkit_load *load;
		struct machine m;
		size_t n;

		put("proc/interrupts", texts[i]);
		m = open_machine(top);
		assert_int_equal(irqkit_sample_new_of(
					 m.machine, i ? sample[i - 1] : NULL, &sample[i]),
			0);
		n = irqkit_machine_count_irqs(m.machine);
		if (i > 0) {
			load = load_of(&m, sample[i - 1], sample[i]);
			assert_int_equal(
				irqkit_load_get_count(load, 0), expected[i - 1][0]);
			assert_int_equal(
				irqkit_load_get_count(load, n - 1), expected[i - 1][1]);
			sum += irqkit_load_get_count(load, 0);
			irqkit_load_free(load);
			irqkit_sample_free(sample[i - 1]);
		}
		close_machine(&m);
	}
	assert_int_equal(sum, 400 + 1020 - 100 - 1000);
	irqkit_sample_free(sample[3]);
}

/* What is kept survives several CPUs that go one after the other. */
static void test_two_offline_cpus(void **state)
{
	static const char *const texts[] = {
		"CPU0 CPU1 CPU2\n24: 1 20 300 PCI-MSI 1-edge eth0\n",
		"CPU0 CPU2\n24: 2 310 PCI-MSI 1-edge eth0\n",
		"CPU0\n24: 3 PCI-MSI 1-edge eth0\n",
		"CPU0 CPU1\n24: 4 25 PCI-MSI 1-edge eth0\n",
		"CPU0 CPU1 CPU2\n24: 4 25 333 PCI-MSI 1-edge eth0\n",
	};
	static const uint64_t expected[] = { 11, 1, 6, 23 };
	struct irqkit_sample *before = NULL, *after;

	(void)state;
	clear();
	put("proc/uptime", "1.00 1.00\n");
	for (size_t i = 0; i < 5; i++) {
		struct machine m;

		put("proc/interrupts", texts[i]);
		m = open_machine(top);
		after = sample_of(m.ctx, before);
		if (i > 0) {
			struct irqkit_load *load = load_of(&m, before, after);

			assert_int_equal(irqkit_load_get_count(load, 0), expected[i - 1]);
			irqkit_load_free(load);
		}
		irqkit_sample_free(before);
		before = after;
		close_machine(&m);
	}
	irqkit_sample_free(before);
}

#define SOFTNET(a, b, c, rps, cpu)                                                       \
	a " " b " " c " 00000000 00000000 00000000 00000000 00000000 00000000 " rps      \
	  " 00000000 00000000 " cpu "\n"

static void test_softnet(void **state)
{
	struct irqkit_load *load;
	struct machine m;
	uint64_t count;

	(void)state;
	put_two();
	/* the lines name their CPUs, here the other way round */
	put("proc/net/softnet_stat",
		SOFTNET("fffffff0", "00000001", "00000002", "00000000", "00000001")
			SOFTNET("00000010", "00000000", "00000000", "00000000",
				"00000000"));
	put("proc.1/net/softnet_stat",
		SOFTNET("00000010", "00000003", "00000006", "00000000", "00000001")
			SOFTNET("00000004", "00000000", "00000000", "000000ff",
				"00000000"));
	load = read_two(&m);
	assert_int_equal(count_of(load, 1, IRQKIT_COUNTER_PROCESSED), 32); /* wrapped */
	assert_int_equal(count_of(load, 1, IRQKIT_COUNTER_DROPPED), 2);
	assert_int_equal(count_of(load, 1, IRQKIT_COUNTER_SQUEEZED), 4);
	assert_int_equal(count_of(load, 0, IRQKIT_COUNTER_PROCESSED), 4); /* restarted */
	assert_int_equal(count_of(load, 0, IRQKIT_COUNTER_RECEIVED_RPS), 255);
	close_two(&m, load);

	/* before Linux 5.10, the lines are those of the online CPUs */
	put("proc/net/softnet_stat",
		"00000001 00000000 00000000\n"
		"00000002 00000000 00000000\n");
	put("proc.1/net/softnet_stat",
		"0000000b 00000000 00000000\n"
		"00000016 00000000 00000000\n");
	load = read_two(&m);
	assert_int_equal(count_of(load, 0, IRQKIT_COUNTER_PROCESSED), 10);
	assert_int_equal(count_of(load, 1, IRQKIT_COUNTER_PROCESSED), 20);
	close_two(&m, load);

	put("proc.1/net/softnet_stat", "no hex\n");
	load = read_two(&m);
	assert_int_equal(irqkit_load_cpu_get_count(irqkit_load_find_cpu(load, 0),
				 IRQKIT_COUNTER_PROCESSED, &count),
		-ENODATA);
	close_two(&m, load);
}

/* The second reading has other rows: those of the machine are matched by name. */
static void test_rows_of_machine(void **state)
{
	struct irqkit_load *load;
	struct machine m;

	(void)state;
	put_two();
	put("proc.1/interrupts",
		TWO " 23: 99 0 PCI-MSI 9-edge new\n 24: 5000 1 PCI-MSI 3-edge eth1\n"
		    " 25: 0 400 PCI-MSI 2-edge eth1\nLOC: 9 9 Local timer interrupts\n");
	load = read_two(&m);
	/* 24 is another interrupt now; 25 and LOC began again */
	assert_int_equal(irqkit_load_get_count(load, row_of(&m, "24")), 0);
	assert_null(irqkit_load_get_counts(load, row_of(&m, "24")));
	assert_int_equal(irqkit_load_get_count(load, row_of(&m, "25")), 400);
	assert_int_equal(count_of(load, 0, IRQKIT_COUNTER_INTERRUPTS), 0);
	assert_int_equal(count_of(load, 0, IRQKIT_COUNTER_BACKGROUND), 9);
	close_two(&m, load);
}

static void test_since_boot(void **state)
{
	struct irqkit_sample *sample;
	struct irqkit_load *load;
	struct machine m;

	(void)state;
	put_two();
	m = open_machine(top);
	sample = sample_of(m.ctx, NULL);
	load = load_of(&m, NULL, sample);
	assert_true(irqkit_load_is_since_boot(load));
	near(irqkit_load_get_seconds(load), 100.5);
	assert_int_equal(irqkit_load_get_count(load, row_of(&m, "24")), 1000);
	assert_int_equal(irqkit_load_get_ticks(load), 300);
	irqkit_load_free(load);
	irqkit_sample_free(sample);
	close_machine(&m);

	/* when that was is not known */
	clear();
	put("proc/interrupts", rows_before);
	m = open_machine(top);
	assert_false(irqkit_ctx_has_second_sample(m.ctx));
	sample = sample_of(m.ctx, NULL);
	assert_int_equal(irqkit_load_new(m.machine, NULL, sample, &load), -ENODATA);
	assert_int_equal(
		irqkit_sample_new_second(m.ctx, sample, &sample, NULL, NULL), -ENOENT);
	irqkit_sample_free(sample);
	close_machine(&m);
}

/* ------------------------------------------------------------------------------- */
/* Texts                                                                           */

static void test_texts(void **state)
{
	static const char *const broken[] = { "", "\n", "cpu 1 2 3\n", "x\ny\n" };
	struct irqkit_cpuset *online;

	(void)state;
	assert_int_equal(irqkit_cpuset_parse_list("0-1", 3, &online, NULL), 0);
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		size_t len = strlen(broken[i]);
		struct times times = { 0 };
		struct softirqs softirqs = { 0 };
		struct softnet softnet = { 0 };

		assert_int_equal(times_parse(&times, broken[i], len), -EBADMSG);
		assert_int_equal(softirqs_parse(&softirqs, broken[i], len), -EBADMSG);
		assert_int_equal(
			softnet_parse(&softnet, broken[i], len, online), -EBADMSG);
		times_free(&times);
		softirqs_free(&softirqs);
		softnet_free(&softnet);
	}
	irqkit_cpuset_free(online);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time_is_divided),
		cmocka_unit_test(test_accounting),
		cmocka_unit_test(test_cpu_without_ticks),
		cmocka_unit_test(test_offline_cpu),
		cmocka_unit_test(test_two_offline_cpus),
		cmocka_unit_test(test_softnet),
		cmocka_unit_test(test_rows_of_machine),
		cmocka_unit_test(test_since_boot),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}
