/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Kernel threads leave the isolated CPUs: those of interrupts with their interrupt, all
 * others by themselves. Threads that the kernel has bound stay.
 */
#include "base/cpuset.h"
#include "base/error_text.h"
#include "base/macros.h"
#include "base/number.h"
#include "devices/device.h"
#include "kernel/ctx.h"
#include "plan/plan.h"
#include "plan/thread_steps.h"
#include "request/isolate.h"

#include <errno.h>
#include <string.h>

/* The record of the interrupt of irq/24-eth0; NULL: it is another thread. */
static struct irqkit_irq *find_irq(
	const struct isolate *isolate, const struct irqkit_thread *thread)
{
	const char *digits = thread->name + strlen("irq/");
	uint32_t number;

	if (strncmp(thread->name, "irq/", 4) != 0 ||
		parse_u32(digits, strcspn(digits, "-"), &number) < 0)
		return NULL;
	return irqkit_machine_find_irq(isolate->machine, number);
}

/* The node of the interface of napi/eth0-8193; -1: not known, or another thread. */
static int find_node(const struct isolate *isolate, const struct irqkit_thread *thread)
{
	const char *name = thread->name + strlen("napi/");
	const char *end = strrchr(thread->name, '-');
	_cleanup_free_ char *copy = NULL;
	struct irqkit_device *device;
	int node;

	if (strncmp(thread->name, "napi/", 5) != 0 || !end || end <= name)
		return -1;
	copy = strndup(name, (size_t)(end - name));
	if (!copy ||
		irqkit_devices_find_net(isolate->machine->devices, copy, &device) < 0 ||
		irqkit_machine_find_node(isolate->machine, device, -1, &node) < 0)
		return -1;
	return node;
}

/* What an earlier step of the plan gives the thread, or where it may run now. */
static int read_planned(const struct thread_steps *before, struct irqkit_thread *thread,
	struct irqkit_cpuset **ret_cpus)
{
	const struct irqkit_step *step = thread_steps_get_last(before, thread->pid);

	if (step && step->new_value.cpus)
		return irqkit_cpuset_copy(step->new_value.cpus, ret_cpus);
	return irqkit_thread_read_affinity(thread, ret_cpus);
}

static int add_step(const struct isolate *isolate, const struct irqkit_thread *thread,
	const struct irqkit_cpuset *cpus, const char *why)
{
	int r = plan_add_thread(isolate->plan, thread, cpus, why, IRQKIT_STEP_OPTIONAL);

	if (r == 0 || r == -ENOENT)
		return 0;
	return request_fail_with(isolate->request, r,
		"cannot read the affinity of thread %u (%s): %s", thread->pid,
		thread->name, error_text(-r));
}

/* The kernel takes it back to where its interrupt is handled. */
static int add_irq_thread(const struct isolate *isolate,
	const struct irqkit_thread *thread, struct irqkit_irq *irq,
	const struct irqkit_cpuset *now)
{
	const struct irqkit_cpuset *cpus;
	int r;

	if (!irqkit_cpuset_has_common(now, isolate->cpus) &&
		!isolate->request->all_isolated)
		return 0;
	r = irqkit_irq_get_planned(irq, &cpus);
	if (r < 0)
		return is_failure(r) ? r : 0;
	return irqkit_cpuset_has_common(cpus, isolate->cpus)
		? 0
		: add_step(isolate, thread, cpus, "goes with its interrupt");
}

static int add_other(const struct isolate *isolate, const struct irqkit_thread *thread,
	const struct irqkit_cpuset *now)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		isolate->machine->topology, IRQKIT_CPUS_ONLINE);
	_cleanup_cpuset_ struct irqkit_cpuset *near = NULL, *cpus = NULL;
	int node,
		r = isolate_find_near(isolate, find_node(isolate, thread), &near, &node);

	if (r == 0)
		r = isolate_choose(now, isolate->cpus, online, near, &cpus);
	if (r < 0)
		return r;
	return add_step(isolate, thread, cpus,
		r > 0 ? "no CPU was left: housekeeping CPUs" : "keeps its other CPUs");
}

static int add_thread(const struct isolate *isolate, const struct thread_steps *before,
	struct irqkit_thread *thread)
{
	_cleanup_cpuset_ struct irqkit_cpuset *now = NULL;
	struct irqkit_irq *irq = find_irq(isolate, thread);
	int r;

	/* there are many, and all of them stay: the report groups them */
	if (irqkit_thread_is_fixed(thread) && !irq)
		return 0;
	r = read_planned(before, thread, &now);
	if (r < 0)
		return is_failure(r) ? r : 0; /* it has ended */
	return irq ? add_irq_thread(isolate, thread, irq, now)
		   : add_other(isolate, thread, now);
}

int isolate_add_threads(const struct isolate *isolate)
{
	struct irqkit_devices *devices = isolate->machine->devices;
	struct thread_steps before = { 0 };
	size_t n = 0;
	int r = irqkit_devices_count_kernel_threads(devices, &n);

	if (r < 0)
		return is_failure(r) ? r : 0;
	r = thread_steps_find(isolate->plan, isolate->n_before, &before);
	for (size_t i = 0; i < n && r == 0; i++)
		r = add_thread(
			isolate, &before, irqkit_devices_get_kernel_thread(devices, i));
	thread_steps_clear(&before);
	return r;
}
