/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interrupts leave the isolated CPUs. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "interrupts/snapshot.h"
#include "kernel/ctx.h"
#include "request/isolate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Why an interrupt gets CPUs that it could not use before. */
static void explain_near(char *why, size_t size, int own, int near)
{
	if (near < 0)
		snprintf(why, size, "no CPU was left: all housekeeping CPUs");
	else if (near == own)
		snprintf(
			why, size, "no CPU was left: housekeeping CPUs of node %d", near);
	else
		snprintf(why, size,
			"no CPU was left: housekeeping CPUs of node %d, which is nearest",
			near);
}

static int add_movable(const struct isolate *isolate, struct irqkit_irq *irq,
	const struct irqkit_cpuset *now)
{
	const struct irqkit_cpuset *online = irqkit_topology_get_cpus(
		isolate->machine->topology, IRQKIT_CPUS_ONLINE);
	_cleanup_cpuset_ struct irqkit_cpuset *near = NULL, *cpus = NULL;
	char why[96] = "keeps its other CPUs";
	int own = -1, node = -1, r;

	r = irqkit_machine_find_node(isolate->machine, NULL, irq->row->irq, &own);
	if (is_failure(r))
		return r;
	r = isolate_find_near(isolate, r < 0 ? -1 : own, &near, &node);
	if (r == 0)
		r = isolate_choose(now, isolate->cpus, online, near, &cpus);
	if (r < 0)
		return r;
	if (r > 0)
		explain_near(why, sizeof(why), own, node);
	return irqkit_plan_add_affinity(
		isolate->plan, irq, cpus, why, IRQKIT_STEP_OPTIONAL);
}

/* An interrupt that only the kernel places is named where it may come. */
static int add_immovable(const struct isolate *isolate, struct irqkit_irq *irq,
	const struct irqkit_cpuset *now, const char *obstacle)
{
	return irqkit_cpuset_has_common(now, isolate->cpus)
		? irqkit_plan_add_skipped(isolate->plan, irq, obstacle)
		: 0;
}

static int add_irq(const struct isolate *isolate, struct irqkit_irq *irq)
{
	const char *obstacle = irqkit_irq_find_obstacle(irq, false);
	const struct irqkit_cpuset *now;
	int r;

	if (irq->row->irq < 0)
		return 0;
	r = irqkit_irq_get_planned(irq, &now);
	if (r == 0)
		r = obstacle ? add_immovable(isolate, irq, now, obstacle)
			     : add_movable(isolate, irq, now);
	if (r == -ENOENT)
		return request_add_gone(isolate->request, isolate->plan, irq);
	return r < 0 ? request_fail_unreadable(isolate->request, irq, r) : 0;
}

int isolate_add_irqs(const struct isolate *isolate)
{
	size_t n = irqkit_machine_count_irqs(isolate->machine);
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = add_irq(isolate, irqkit_machine_get_irq(isolate->machine, i));
	return r;
}
