/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernel threads of queues and interrupts, named in full and cut to 15 bytes. */
#include "root.h"

#include <errno.h>
#include <irqkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "devices/queues.h"

/* "200@0 201@0-3 ": pid and where it may run */
static void write_thread(struct irqkit_thread *thread, char *text, size_t room)
{
	struct irqkit_cpuset *set = NULL;
	size_t len = strlen(text);
	char *cpus = NULL;

	assert_int_equal(irqkit_thread_read_affinity(thread, &set), 0);
	assert_int_equal(irqkit_cpuset_format_list(set, &cpus), 0);
	snprintf(text + len, room - len, "%u@%s ", irqkit_thread_get_pid(thread), cpus);
	free(cpus);
	irqkit_cpuset_free(set);
}

static void queues(void **state)
{
	static const struct {
		const char *device;
		enum irqkit_direction direction;
		unsigned int number;
		const char *threads;
	} rows[] = {
		{ "vif1.0", IRQKIT_RX, 0, "101@0 205@2 " },
		{ "vif1.0", IRQKIT_TX, 0, "100@0 " },
		{ "vif1.0", IRQKIT_RX, 1, "103@1 204@1 " },
		{ "vif1.0", IRQKIT_TX, 1, "102@1 " },
		{ "vif11.0", IRQKIT_RX, 0, "105@0 " },
		{ "vif11.0", IRQKIT_TX, 0, "104@0 " },
		{ "vif11.0", IRQKIT_RX, 1, "107@1 " },
		{ "eth0", IRQKIT_RX, 0, "200@0 201@0-3 206@3 " },
		{ "eth0", IRQKIT_TX, 0, "200@0 201@0-3 206@3 " },
	};
	static const char *const roots[] = {
		ROOTS "threads-xen-6.1-dom0",
		ROOTS "threads-xen-5.10-dom0",
	};

	(void)state;
	for (size_t i = 0; i < 2 * LENGTH(rows); i++) {
		struct machine m = open_machine(roots[i % 2]);
		struct irqkit_device *device;
		struct irqkit_queue *queue;
		char text[256] = "";
		size_t n;

		assert_int_equal(
			irqkit_devices_find_net(m.devices, rows[i / 2].device, &device),
			0);
		queue = irqkit_device_find_queue(
			device, rows[i / 2].direction, rows[i / 2].number);
		assert_int_equal(irqkit_queue_count_threads(queue, &n), 0);
		for (size_t k = 0; k < n; k++)
			write_thread(
				irqkit_queue_get_thread(queue, k), text, sizeof(text));
		assert_string_equal(text, rows[i / 2].threads);
		assert_int_equal(irqkit_queue_count_threads(queue, &n), 0);
		close_machine(&m);
	}
}

/* A program that calls itself irq/24-fake is none. */
static void interrupts(void **state)
{
	struct machine m = open_machine(ROOTS "threads-xen-6.1-dom0");
	const struct irqkit_thread *thread;
	size_t n;

	(void)state;
	assert_int_equal(irqkit_devices_count_irq_threads(m.devices, 24, &n), 0);
	assert_int_equal(n, 2);
	thread = irqkit_devices_get_irq_thread(m.devices, 24, 1);
	assert_string_equal(irqkit_thread_get_name(thread), "irq/24-s-eth0");
	assert_true(irqkit_thread_is_fixed(thread));
	assert_int_equal(irqkit_devices_count_irq_threads(m.devices, 2, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(irqkit_devices_count_irq_threads(m.devices, 240, &n), 0);
	assert_int_equal(n, 1);
	close_machine(&m);
}

static void of_a_device(void **state)
{
	struct machine m = open_machine(ROOTS "threads-xen-6.1-dom0");
	struct irqkit_device *device;
	char text[256] = "";
	size_t n;

	(void)state;
	assert_int_equal(irqkit_devices_find_net(m.devices, "vif1.0", &device), 0);
	assert_int_equal(irqkit_device_count_threads(device, &n), 0);
	for (size_t k = 0; k < n; k++)
		write_thread(irqkit_device_get_thread(device, k), text, sizeof(text));
	assert_string_equal(text, "101@0 205@2 103@1 204@1 100@0 102@1 ");
	assert_int_equal(irqkit_device_count_threads(device, &n), 0);
	assert_int_equal(n, 6);
	close_machine(&m);
}

/* By its pid, which netlink tells; a name that is not renewed doesn't matter then. */
static void by_netlink(void **state)
{
	struct machine m = open_machine(ROOTS "threads-xen-6.1-dom0");
	struct netlink_napi napi = { .ifindex = 2, .id = 8300, .irq = 24, .pid = 204 };
	struct netlink_queue told = { .ifindex = 2, .number = 0, .napi_id = 8300 };
	struct netlink_answers answers = {
		.napis = &napi, .n_napis = 1, .queues = &told, .n_queues = 1
	};
	struct irqkit_device *device;
	struct irqkit_queue *queue;
	char text[256] = "";
	size_t n;

	(void)state;
	assert_int_equal(irqkit_devices_find_net(m.devices, "eth0", &device), 0);
	device->ifindex = 2;
	assert_int_equal(device_join_netlink(device, &answers), 0);
	queue = irqkit_device_find_queue(device, IRQKIT_RX, 0);
	assert_int_equal(irqkit_queue_get_source(queue), IRQKIT_SOURCE_NETLINK);
	assert_int_equal(irqkit_queue_get_napi_id(queue), 8300);
	assert_int_equal(irqkit_queue_count_threads(queue, &n), 0);
	for (size_t k = 0; k < n; k++)
		write_thread(irqkit_queue_get_thread(queue, k), text, sizeof(text));
	assert_string_equal(text, "200@0 201@0-3 204@1 ");
	close_machine(&m);
}

/* The least number of that name; the name is meant as a whole. */
static void processes(void **state)
{
	struct irqkit_ctx *ctx;

	(void)state;
	assert_int_equal(irqkit_ctx_new(ROOTS "queues-8cpu", &ctx), 0);
	assert_int_equal(irqkit_ctx_find_process(ctx, "napi/eth0-8194"), 212);
	assert_int_equal(irqkit_ctx_find_process(ctx, "napi/eth0-819"), -ESRCH);
	irqkit_ctx_free(ctx);
}

/* Of all processes, those of the kernel, by number; a name may have parentheses. */
static void of_the_kernel(void **state)
{
	static const char expected[] =
		"2@0-7 3@0-7 15@0! 16@0! 25@2! 26@2! 27@2! 28@2! 29@2! 35@3! 36@3! "
		"37@3! 38@3! 60@0-3 61@4-7 62@0-7 63@0-7! 70@1 71@6 72@0-7 73@3 74@6 "
		"80@2-3 ";
	struct machine m = open_machine(ROOTS "isolate-8cpu");
	char text[512] = "";
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 2; i++) { /* read, and read again */
		text[0] = '\0';
		assert_int_equal(irqkit_devices_count_kernel_threads(m.devices, &n), 0);
		for (size_t k = 0; k < n; k++) {
			struct irqkit_thread *thread = irqkit_devices_get_kernel_thread(
				m.devices, k);

			write_thread(thread, text, sizeof(text));
			if (irqkit_thread_is_fixed(thread))
				strcpy(text + strlen(text) - 1, "! ");
		}
		assert_string_equal(text, expected);
		if (i == 0)
			irqkit_machine_forget_settings(m.machine);
	}
	assert_string_equal(
		irqkit_thread_get_name(irqkit_devices_get_kernel_thread(m.devices, 16)),
		"kworker/u32:0-flush (8:0)");
	close_machine(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queues),
		cmocka_unit_test(interrupts),
		cmocka_unit_test(of_a_device),
		cmocka_unit_test(by_netlink),
		cmocka_unit_test(processes),
		cmocka_unit_test(of_the_kernel),
	};

	return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
