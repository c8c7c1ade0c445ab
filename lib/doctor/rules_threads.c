/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads of the kernel that do packet work, or handle interrupts. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "devices/device.h"
#include "doctor/facts_kernel.h"
#include "doctor/facts_net.h"
#include "doctor/facts_threads.h"
#include "doctor/rule.h"
#include "doctor/thresholds.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------- */
/* ksoftirqd                                                                       */

static int report_ksoftirqd_time(struct look *look, const struct irqkit_thread *thread,
	unsigned int cpu, double share)
{
	struct irqkit_finding *finding = finding_add(look, NULL, "cpu%u", cpu);

	finding_say(finding, "ksoftirqd/%u has used %.0f%% of the CPU since boot", cpu,
		share * 100);
	finding_fact_read(
		finding, look->facts, "proc/%u/stat", irqkit_thread_get_pid(thread));
	finding_add_cpu(finding, cpu);
	finding_set_confidence(finding, IRQKIT_CONFIDENCE_MEAN);
	finding_weigh(finding, share, 0.5, true);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"move interrupts and real-time programs away from this CPU: 'irqkit show "
		"--cpus=%u' lists the interrupts",
		cpu);
	return 0;
}

/* It waits, because a program with a higher priority does not let it run. */
static int report_ksoftirqd_waits(struct look *look, const struct irqkit_thread *thread,
	unsigned int cpu, double share)
{
	struct realtime program CLEANUP(realtime_clear) = { 0 };
	struct irqkit_finding *finding;
	int r = facts_find_realtime(look->facts, cpu, &program);

	if (r < 0 || !program.pid)
		return r;
	finding = finding_add(look, NULL, "cpu%u", cpu);
	finding_say(finding,
		"ksoftirqd/%u has waited for %.0f%% of the time since boot, and %s (pid "
		"%u) runs there with real-time priority",
		cpu, share * 100, program.name, program.pid);
	finding_fact_read(
		finding, look->facts, "proc/%u/schedstat", irqkit_thread_get_pid(thread));
	finding_add_cpu(finding, cpu);
	finding_set_confidence(finding, IRQKIT_CONFIDENCE_MEAN);
	finding_weigh(finding, share, 0.5, true);
	finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
		"move this program to other CPUs ('taskset -cp CPUS %u'), or the "
		"interrupts of this CPU, which 'irqkit show --cpus=%u' lists",
		program.pid, cpu);
	return 0;
}

static int judge_ksoftirqd(struct look *look, const struct irqkit_thread *thread,
	unsigned int cpu, double seconds)
{
	double uptime = look->facts->uptime, waited = 0;

	if (seconds * 100 >= uptime * SHORT_CPU_PERCENT)
		return report_ksoftirqd_time(look, thread, cpu, seconds / uptime);
	if (facts_read_thread_wait(look->facts, thread, &waited) &&
		waited * 100 >= uptime * STARVED_PERCENT)
		return report_ksoftirqd_waits(look, thread, cpu, waited / uptime);
	return 0;
}

/* PREEMPT_RT does packet work in threads on purpose. */
static bool is_realtime_kernel(struct look *look)
{
	const char *version = facts_read(look->facts, NULL, "proc/version");

	return version && strstr(version, "PREEMPT_RT");
}

static int look_ksoftirqd(struct look *look)
{
	size_t n = 0, n_known = 0;
	int r;

	if (look->facts->uptime <= 0)
		return look_lacks(look, "no /proc/uptime");
	if (is_realtime_kernel(look))
		return look_lacks(look, "packet work has threads on a real-time kernel");
	r = irqkit_devices_count_kernel_threads(look->facts->devices, &n);
	for (size_t i = 0; i < n && r == 0; i++) {
		struct irqkit_thread *thread = irqkit_devices_get_kernel_thread(
			look->facts->devices, i);
		unsigned int cpu;
		double seconds;

		if (sscanf(irqkit_thread_get_name(thread), "ksoftirqd/%u", &cpu) != 1 ||
			!facts_read_thread_time(look->facts, thread, &seconds))
			continue;
		n_known++;
		r = judge_ksoftirqd(look, thread, cpu, seconds);
	}
	return r == 0 && !n_known ? look_lacks(look, "no time of ksoftirqd") : r;
}

/* ------------------------------------------------------------------------------- */
/* Threads beside their interrupts                                                 */

/* A thread of threaded NAPI that may not run where its interrupt is handled; or NULL. */
static struct irqkit_thread *find_napi_apart(struct irqkit_queue *queue, int cpu)
{
	size_t n = 0;

	if (cpu < 0 || irqkit_queue_count_threads(queue, &n) < 0)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		struct irqkit_thread *thread = irqkit_queue_get_thread(queue, i);
		_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;

		if (strncmp(irqkit_thread_get_name(thread), "napi/", 5) == 0 &&
			!irqkit_thread_is_fixed(thread) &&
			irqkit_thread_read_affinity(thread, &cpus) == 0 &&
			!irqkit_cpuset_has(cpus, (unsigned int)cpu))
			return thread;
	}
	return NULL;
}

static int judge_napi(struct look *look, struct irqkit_device *device)
{
	struct irqkit_finding *finding = NULL;
	size_t n = irqkit_device_count_queues(device);

	for (size_t i = 0; i < n && !finding; i++) {
		struct irqkit_queue *queue = irqkit_device_get_queue(device, i);
		int cpu = facts_find_queue_cpu(look->facts, queue);
		struct irqkit_thread *thread = find_napi_apart(queue, cpu);

		if (!thread)
			continue;
		finding = finding_add(look, device, NULL);
		finding_say(finding,
			"thread %s may not run on cpu%d, which handles the "
			"interrupt of its queue",
			irqkit_thread_get_name(thread), cpu);
		finding_fact_thread(finding, thread);
		finding_fix(finding, "pin-queue", irqkit_device_get_name(device), NULL);
		finding_fix_word(finding, "%u=%d", irqkit_queue_get_number(queue), cpu);
	}
	return 0;
}

static int look_napi(struct look *look)
{
	bool has_any = false;
	int r = 0;

	for (size_t i = 0; i < look->facts->n_owners && r == 0; i++) {
		struct irqkit_device *device = look->facts->owners[i].device;
		uint64_t threaded = 0;

		if (!look->facts->owners[i].is_net ||
			!facts_read_net_number(
				look->facts, device, "threaded", &threaded) ||
			!threaded || facts_is_down(look->facts, device))
			continue;
		has_any = true;
		r = judge_napi(look, device);
	}
	return r == 0 && !has_any ? look_lacks(look, "no threaded NAPI") : r;
}

/* A thread of the interrupt that may not run where the interrupt is handled; or NULL. */
static struct irqkit_thread *find_irq_apart(
	struct look *look, unsigned int irq, unsigned int cpu)
{
	size_t n = 0;

	if (irqkit_devices_count_irq_threads(look->facts->devices, irq, &n) < 0)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		struct irqkit_thread *thread = irqkit_devices_get_irq_thread(
			look->facts->devices, irq, i);
		_cleanup_cpuset_ struct irqkit_cpuset *cpus = NULL;

		if (irqkit_thread_read_affinity(thread, &cpus) == 0 &&
			!irqkit_cpuset_has(cpus, cpu))
			return thread;
	}
	return NULL;
}

static int look_irq_threads(struct look *look)
{
	struct facts *facts = look->facts;

	if (!facts_is_before(facts, 6, 13))
		return look_lacks(look, "the kernel moves threads with their interrupts");
	for (size_t i = 0; i < facts->n_units; i++) {
		struct unit *unit = &facts->units[i];
		unsigned int irq = (unsigned int)irqkit_irq_get_number(unit->irqs[0]);
		int cpu = facts_find_cpu(facts, unit->irqs[0]);
		struct irqkit_thread *thread = cpu < 0
			? NULL
			: find_irq_apart(look, irq, (unsigned int)cpu);
		struct irqkit_finding *finding;

		if (!thread)
			continue;
		finding = finding_add(look, unit->device ? unit->device->device : NULL,
			"interrupt %u", irq);
		finding_say(finding,
			"its thread %s may not run on cpu%d, which handles "
			"the interrupt",
			irqkit_thread_get_name(thread), cpu);
		finding_fact_thread(finding, thread);
		finding_by_hand(finding, IRQKIT_NEEDS_NOTHING,
			"echo %d >/proc/irq/%u/smp_affinity_list: the thread follows "
			"with "
			"the next interrupt, and taskset(1) does not last",
			cpu, irq);
	}
	return 0;
}

/* ------------------------------------------------------------------------------- */

static const struct irqkit_rule rules[] = {
	{
		.id = "ksoftirqd-starved",
		.class = IRQKIT_CLASS_MEDIUM,
		.title = "ksoftirqd does most of the packet work of a CPU",
		.why = "Packet work has fallen to a thread of normal priority, which "
		       "waits for other programs.",
		.explain = "Reported if ksoftirqd of a CPU has used half of the time "
			   "since boot or more, or if it has waited for a tenth of that "
			   "time and a program with real-time priority runs on the CPU. "
			   "Not reported on a kernel with PREEMPT_RT.",
		.look = look_ksoftirqd,
	},
	{
		.id = "napi-thread-apart",
		.class = IRQKIT_CLASS_LOW,
		.title = "a NAPI thread may not run where its interrupt is handled",
		.why = "The interrupt wakes a thread on another CPU for every batch of "
		       "packets.",
		.explain = "Reported with threaded NAPI if the CPUs of a thread do not "
			   "include the CPU that handles the interrupt of its queue.",
		.look = look_napi,
	},
	{
		.id = "irq-thread-apart",
		.class = IRQKIT_CLASS_LOW,
		.title = "the thread of an interrupt may not run where it is handled",
		.why = "Each interrupt wakes a thread on another CPU.",
		.explain = "Reported up to Linux 6.12 if the CPUs of an irq/N thread do "
			   "not include the CPU that handles the interrupt.",
		.look = look_irq_threads,
	},
};

const struct irqkit_rule *rules_threads(size_t *ret_count)
{
	*ret_count = LENGTH(rules);
	return rules;
}
