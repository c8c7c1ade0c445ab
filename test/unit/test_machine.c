/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine: what is read once, what is kept when it is looked at again, and what is not. */
#include "devices/queues.h"
#include "machine/machine.h"
#define TOP "/tmp/irqkit-machine-XXXXXX"
#include "made_root.h"

#include <errno.h>
#include <irqkit.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The PCI function of eth2, and its interface. */
#define FUNCTION "sys/devices/pci0000:00/0000:00:01.0"

#define HEADING "           CPU0       CPU1       CPU2       CPU3\n"
#define ETH0 " 24:          5          0          0          0  PCI-MSI 1-edge  eth0\n"
#define ETH1 " 25:          5          0          0          0  PCI-MSI 2-edge  eth1\n"

static void put_eth2(void)
{
	char full[128];

	put(FUNCTION "/net/eth2/queues/rx-0/rps_cpus", "0\n");
	put("sys/class/net/eth0/queues/rx-0/rps_cpus", "0\n");
	snprintf(full, sizeof(full), "%s/sys/class/net/eth2", top);
	assert_int_equal(symlink("../../../" FUNCTION "/net/eth2", full), 0);
}

/* A file that is too large to be read; put() mends it. */
static void put_too_large(const char *path)
{
	char full[128];

	put(path, "");
	snprintf(full, sizeof(full), "%s/%s", top, path);
	assert_int_equal(truncate(full, (off_t)3 << 30), 0);
}

static struct machine begin(void)
{
	put("proc/interrupts", HEADING ETH0 ETH1);
	put("proc/irq/24/smp_affinity", "f\n");
	put("proc/irq/24/effective_affinity", "1\n");
	put("proc/irq/25/smp_affinity", "f\n");
	put("proc/irq/25/effective_affinity", "1\n");
	put("proc/irq/26/smp_affinity", "2\n");
	put("sys/class/net/eth0/queues/rx-0/rps_cpus", "0\n");
	return open_machine(top);
}

static struct irqkit_irq *irq_of(const struct machine *m, unsigned int number)
{
	struct irqkit_irq *irq = irqkit_machine_find_irq(m->machine, number);

	assert_non_null(irq);
	return irq;
}

/* The affinity as a list, of a record that may have to read it. */
static void affinity_is(struct irqkit_irq *irq, const char *expected)
{
	const struct irqkit_cpuset *set;
	char *list;

	assert_int_equal(irqkit_irq_get_affinity(irq, &set), 0);
	assert_int_equal(irqkit_cpuset_format_list(set, &list), 0);
	assert_string_equal(list, expected);
	free(list);
}

static void refresh(struct machine *m, unsigned int flags)
{
	assert_int_equal(irqkit_machine_refresh(m->machine, flags, NULL, NULL), 0);
	m->snapshot = irqkit_machine_get_snapshot(m->machine);
	m->devices = irqkit_machine_get_devices(m->machine);
}

static void files_are_read_once(void **state)
{
	struct machine m = begin();

	(void)state;
	affinity_is(irq_of(&m, 24), "0-3");
	put("proc/irq/24/smp_affinity", "2\n");
	affinity_is(irq_of(&m, 24), "0-3");
	close_machine(&m);
}

static void refresh_reads_settings_again(void **state)
{
	struct machine m = begin();
	struct irqkit_devices *devices = m.devices;
	struct irqkit_topology *topology = irqkit_machine_get_topology(m.machine);
	struct irqkit_irq *irq = irq_of(&m, 24);
	struct irqkit_device *device;
	struct irqkit_cpuset *cpus;

	(void)state;
	affinity_is(irq, "0-3");
	assert_int_equal(irqkit_devices_find_net(devices, "eth0", &device), 0);
	assert_int_equal(
		irqkit_queue_read_rps_cpus(irqkit_device_get_queue(device, 0), &cpus), 0);
	assert_true(irqkit_cpuset_is_empty(cpus));
	irqkit_cpuset_free(cpus);

	put("proc/irq/24/smp_affinity", "2\n");
	put("sys/class/net/eth0/queues/rx-0/rps_cpus", "6\n");
	refresh(&m, 0);
	/* the same interrupts and CPUs: devices, topology and records stay */
	assert_ptr_equal(m.devices, devices);
	assert_ptr_equal(irqkit_machine_get_topology(m.machine), topology);
	assert_ptr_equal(irq_of(&m, 24), irq);
	affinity_is(irq, "1");
	assert_int_equal(
		irqkit_queue_read_rps_cpus(irqkit_device_get_queue(device, 0), &cpus), 0);
	assert_int_equal(irqkit_cpuset_count(cpus), 2);
	irqkit_cpuset_free(cpus);
	close_machine(&m);
}

/* Only the counts show that an interrupt has moved. */
static void moved_interrupts_are_read_again(void **state)
{
	struct machine m = begin();
	const struct irqkit_cpuset *set;

	(void)state;
	for (unsigned int number = 24; number < 26; number++) {
		affinity_is(irq_of(&m, number), "0-3");
		assert_int_equal(irqkit_irq_get_effective(irq_of(&m, number), &set), 0);
	}
	put("proc/irq/24/smp_affinity", "2\n");
	put("proc/irq/25/smp_affinity", "2\n");
	put("proc/interrupts",
		HEADING
		" 24:          5          7          0          0  PCI-MSI 1-edge  eth0\n"
		" 25:          9          0          0          0  PCI-MSI 2-edge  "
		"eth1\n");
	refresh(&m, IRQKIT_REFRESH_MOVED);
	affinity_is(irq_of(&m, 24), "1");
	affinity_is(irq_of(&m, 25), "0-3");
	assert_int_equal(
		irqkit_interrupt_get_total(irqkit_irq_get_row(irq_of(&m, 25))), 9);
	assert_int_equal(irqkit_interrupt_get_total(irqkit_snapshot_find_irq(
				 irqkit_machine_get_last_snapshot(m.machine), 25)),
		5);
	irqkit_machine_forget_settings(m.machine);
	affinity_is(irq_of(&m, 25), "1");
	close_machine(&m);
}

/* The CPUs that are isolated now, and not those that were when the machine was first read. */
static void isolated_is(const struct machine *m, const char *isolated, const char *others)
{
	struct irqkit_topology *topology = irqkit_machine_get_topology(m->machine);
	const struct irqkit_cpuset *set;
	char *list;

	set = irqkit_topology_get_cpus(topology, IRQKIT_CPUS_ISOLATED);
	assert_int_equal(irqkit_cpuset_format_list(set, &list), 0);
	assert_string_equal(list, isolated);
	free(list);
	set = irqkit_topology_get_cpus(topology, IRQKIT_CPUS_HOUSEKEEPING);
	assert_int_equal(irqkit_cpuset_format_list(set, &list), 0);
	assert_string_equal(list, others);
	free(list);
}

static void isolated_cpus_are_read_again(void **state)
{
	struct machine m;

	(void)state;
	put("sys/devices/system/cpu/online", "0-3\n");
	put("sys/devices/system/cpu/isolated", "1\n");
	put("proc/irq/default_smp_affinity", "f\n");
	put("sys/devices/virtual/workqueue/cpumask", "f\n");
	m = begin();
	isolated_is(&m, "1", "0,2-3");
	put("proc/irq/default_smp_affinity", "7\n");
	put("sys/devices/virtual/workqueue/cpumask", "7\n");
	isolated_is(&m, "1", "0,2-3");
	refresh(&m, IRQKIT_REFRESH_MOVED);
	isolated_is(&m, "1,3", "0,2");
	put("proc/irq/default_smp_affinity", "f\n");
	refresh(&m, 0);
	isolated_is(&m, "1", "0,2-3");
	close_machine(&m);
}

static void other_rows_are_another_machine(void **state)
{
	static const char *const texts[] = {
		HEADING ETH0,
		HEADING ETH1 ETH0,
		HEADING ETH0 " 25:          5          0          0          0  PCI-MSI "
			     "2-edge  eth2\n",
		"           CPU0       CPU1       CPU2\n"
		" 24:          5          0          0  PCI-MSI 1-edge  eth0\n"
		" 25:          5          0          0  PCI-MSI 2-edge  eth1\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct machine m = begin();
		struct irqkit_device *device;

		affinity_is(irq_of(&m, 24), "0-3");
		assert_int_equal(irqkit_devices_find_net(m.devices, "eth0", &device), 0);
		put("proc/irq/24/smp_affinity", "2\n");
		put("proc/interrupts", texts[i]);
		refresh(&m, IRQKIT_REFRESH_MOVED);
		affinity_is(irq_of(&m, 24), "1");
		assert_int_equal(irqkit_devices_find_net(m.devices, "eth0", &device), 0);
		close_machine(&m);
	}
}

/* A file that could not be parsed leaves the machine as it was. */
static void failed_refresh_changes_nothing(void **state)
{
	struct machine m = begin();

	(void)state;
	affinity_is(irq_of(&m, 24), "0-3");
	put("proc/interrupts", "");
	assert_int_equal(irqkit_machine_refresh(m.machine, 0, NULL, NULL), -ENODATA);
	assert_ptr_equal(irqkit_machine_get_snapshot(m.machine), m.snapshot);
	affinity_is(irq_of(&m, 24), "0-3");
	close_machine(&m);
}

/* What could not be read is read again, also if a refresh failed in between. */
static void earlier_failure_is_kept(void **state)
{
	struct machine m;
	struct irqkit_device *device;
	int node;

	(void)state;
	put_eth2();
	m = begin();
	put_too_large(FUNCTION "/numa_node");
	assert_int_equal(irqkit_devices_find_net(m.devices, "eth2", &device), 0);
	assert_int_equal(irqkit_device_read_node(device, &node), -EFBIG);
	assert_int_equal(irqkit_ctx_get_error(m.ctx), -EFBIG);
	put("proc/interrupts", "");
	assert_int_equal(irqkit_machine_refresh(m.machine, 0, NULL, NULL), -ENODATA);
	assert_int_equal(irqkit_ctx_get_error(m.ctx), -EFBIG);

	put(FUNCTION "/numa_node", "1\n");
	put("proc/interrupts", HEADING ETH0 ETH1);
	refresh(&m, 0);
	assert_int_equal(irqkit_ctx_get_error(m.ctx), 0);
	assert_int_equal(irqkit_devices_find_net(m.devices, "eth2", &device), 0);
	assert_int_equal(irqkit_device_read_node(device, &node), 0);
	assert_int_equal(node, 1);
	close_machine(&m);
}

/* An interface of the same name can be another one: an undo compares the indexes. */
static void index_of_interface_is_read_again(void **state)
{
	struct machine m;
	struct irqkit_device *device;
	const char *text;

	(void)state;
	put("sys/class/net/eth0/ifindex", "7\n");
	m = begin();
	assert_int_equal(irqkit_devices_find_net(m.devices, "eth0", &device), 0);
	assert_int_equal(device_get_ifindex_text(device, &text), 0);
	assert_string_equal(text, "7");
	put("sys/class/net/eth0/ifindex", "99\n");
	refresh(&m, 0);
	assert_int_equal(irqkit_devices_find_net(m.devices, "eth0", &device), 0);
	assert_int_equal(device_get_ifindex_text(device, &text), 0);
	assert_string_equal(text, "99");
	close_machine(&m);
}

static void interrupts_without_a_row(void **state)
{
	struct machine m = begin();
	struct irqkit_irq *irq, *again;
	const struct irqkit_cpuset *set;

	(void)state;
	assert_null(irqkit_machine_find_irq(m.machine, 26));
	assert_int_equal(irqkit_machine_need_irq(m.machine, 26, &irq), 0);
	affinity_is(irq, "1");
	assert_int_equal(irqkit_irq_get_number(irq), 26);
	assert_string_equal(irqkit_interrupt_get_label(irqkit_irq_get_row(irq)), "26");
	assert_int_equal(irqkit_machine_need_irq(m.machine, 26, &again), 0);
	assert_ptr_equal(irq, again);
	assert_int_equal(irqkit_machine_need_irq(m.machine, 24, &irq), 0);
	assert_ptr_equal(irq, irq_of(&m, 24));
	assert_int_equal(irqkit_machine_need_irq(m.machine, 9, &irq), 0);
	assert_int_equal(irqkit_irq_get_affinity(irq, &set), -ENOENT);
	assert_int_equal(irqkit_machine_need_irq(m.machine, 1u << 31, &irq), -ENOENT);
	close_machine(&m);
}

/* Later steps see what earlier steps will have done; without the plan, nothing is planned. */
static void planned_affinity(void **state)
{
	struct machine m = begin();
	struct irqkit_irq *irq = irq_of(&m, 24);
	const struct irqkit_cpuset *set;
	struct irqkit_cpuset *cpus;
	struct irqkit_plan *plan;

	(void)state;
	assert_int_equal(irqkit_cpuset_parse_list("2", 1, &cpus, NULL), 0);
	assert_int_equal(irqkit_plan_new(m.machine, &plan), 0);
	assert_int_equal(irqkit_irq_get_planned(irq, &set), 0);
	assert_int_equal(irqkit_cpuset_count(set), 4);
	assert_int_equal(irqkit_plan_add_affinity(plan, irq, cpus, "test", 0), 0);
	assert_int_equal(irqkit_irq_get_planned(irq, &set), 0);
	assert_true(irqkit_cpuset_is_equal(set, cpus));
	affinity_is(irq, "0-3");
	irqkit_plan_free(plan);
	assert_int_equal(irqkit_irq_get_planned(irq, &set), 0);
	assert_int_equal(irqkit_cpuset_count(set), 4);
	irqkit_cpuset_free(cpus);
	close_machine(&m);
}

static void totals_without_counts(void **state)
{
	struct machine m = begin();

	(void)state;
	irqkit_machine_free(m.machine);
	assert_int_equal(irqkit_machine_new_totals(m.ctx, &m.machine, NULL, NULL), 0);
	for (int round = 0; round < 2; round++) {
		const struct irqkit_interrupt *row = irqkit_irq_get_row(irq_of(&m, 24));

		assert_int_equal(irqkit_interrupt_get_total(row), 5 + round);
		assert_int_equal(irqkit_interrupt_count_served(row), 0);
		assert_int_equal(irqkit_interrupt_get_count(row, 0), 0);
		assert_int_equal(irqkit_interrupt_get_counts(row), IRQKIT_COUNTS_PER_CPU);
		put("proc/interrupts",
			HEADING
			" 24:          4          0          0          2  PCI-MSI "
			"1-edge  eth0\n" ETH1);
		assert_int_equal(irqkit_machine_refresh(m.machine, 0, NULL, NULL), 0);
	}
	close_machine(&m);
}

static void move_irqs(const char *from, const char *to)
{
	char old[512], new[512];

	snprintf(old, sizeof(old), "%s/proc/%s", top, from);
	snprintf(new, sizeof(new), "%s/proc/%s", top, to);
	assert_int_equal(rename(old, new), 0);
}

/* Whether /proc/irq has interrupts is looked up once between two refreshes. */
static void hidden_interrupts_are_looked_up_again(void **state)
{
	static const unsigned int flags[] = { 0, IRQKIT_REFRESH_MOVED,
		IRQKIT_REFRESH_ALL };
	struct machine m = begin();

	(void)state;
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		move_irqs("irq", "hidden");
		assert_non_null(machine_explain_absence(m.machine));
		move_irqs("hidden", "irq");
		assert_non_null(machine_explain_absence(m.machine));
		refresh(&m, flags[i]);
		assert_null(machine_explain_absence(m.machine));
		refresh(&m, flags[i]);
	}
	close_machine(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_read_once),
		cmocka_unit_test(refresh_reads_settings_again),
		cmocka_unit_test(moved_interrupts_are_read_again),
		cmocka_unit_test(isolated_cpus_are_read_again),
		cmocka_unit_test(other_rows_are_another_machine),
		cmocka_unit_test(failed_refresh_changes_nothing),
		cmocka_unit_test(earlier_failure_is_kept),
		cmocka_unit_test(index_of_interface_is_read_again),
		cmocka_unit_test(interrupts_without_a_row),
		cmocka_unit_test(planned_affinity),
		cmocka_unit_test(totals_without_counts),
		cmocka_unit_test(hidden_interrupts_are_looked_up_again),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}
