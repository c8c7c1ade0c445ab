/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which CPUs and which interrupts a placement is about. */
#include "base/cpuset.h"
#include "base/macros.h"
#include "request/placement.h"
#include "request/request_cpus.h"
#include "request/request_current.h"
#include "request/request_select.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int refuse_node(struct irqkit_placement *p, unsigned int node)
{
	const struct irqkit_cpuset *nodes = irqkit_topology_get_nodes(
		p->machine->topology);
	_cleanup_free_ char *list = NULL;

	if (nodes && irqkit_cpuset_format_list(nodes, &list) < 0)
		return -ENOMEM;
	return request_fail(p->request, IRQKIT_PROBLEM_WORDS,
		"%s: there is no NUMA node %u%s%s%s", p->request->node_label, node,
		list && *list ? " (this system has " : "", list ? list : "",
		list && *list ? ")" : "");
}

static int keep_node(struct irqkit_placement *p)
{
	unsigned int node = p->request->node;
	const struct irqkit_cpuset *cpus = irqkit_topology_get_node_cpus(
		p->machine->topology, node);

	if (!cpus)
		return refuse_node(p, node);
	irqkit_cpuset_keep_set(p->cpus, cpus);
	if (!irqkit_cpuset_is_empty(p->cpus))
		return 0;
	return request_fail(p->request, IRQKIT_PROBLEM_WORDS,
		"%s: NUMA node %u has none of the CPUs to use", p->request->node_label,
		node);
}

/* Without CPUs in the request: housekeeping. */
static int choose_default_cpus(struct irqkit_placement *p)
{
	struct irqkit_topology *topology = p->machine->topology;
	const struct irqkit_cpuset *cpus = irqkit_topology_get_cpus(
		topology, IRQKIT_CPUS_HOUSEKEEPING);

	if (!cpus || irqkit_cpuset_is_empty(cpus))
		cpus = irqkit_topology_get_cpus(topology, IRQKIT_CPUS_ONLINE);
	return cpus ? irqkit_cpuset_copy(cpus, &p->cpus) : -ENOMEM;
}

/* `current` is narrowed for each interrupt, once these are known. */
static int read_cpus(struct irqkit_placement *p)
{
	const struct set_scope scope = {
		.current = request_uses_current(p->request)
			? irqkit_topology_get_cpus(
				  p->machine->topology, IRQKIT_CPUS_ONLINE)
			: NULL,
	};

	return request_read_scoped(p->request, p->machine, p->request->cpus_label,
		p->request->cpus, &scope, &p->order, &p->cpus);
}

int placement_choose_cpus(struct irqkit_placement *p)
{
	int r = p->request->cpus ? read_cpus(p) : choose_default_cpus(p);

	if (r == 0 && p->request->node_policy == IRQKIT_NODE_NUMBER)
		r = keep_node(p);
	return r;
}

/* ------------------------------------------------------------------------------- */

/* Makes room for @n interrupts. */
static int make_room(struct irqkit_placement *p, size_t n)
{
	p->irqs = calloc(n + 1, sizeof(struct irqkit_irq *));
	p->is_named = calloc(n + 1, sizeof(*p->is_named));
	p->skipped = calloc(n + 1, sizeof(struct irqkit_irq *));
	p->owners = calloc(n + 1, sizeof(*p->owners));
	return p->irqs && p->is_named && p->skipped && p->owners ? 0 : -ENOMEM;
}

/* Marks the records of a device's interrupts, if it has queues. */
static void mark_net(const struct irqkit_placement *p, const struct irqkit_device *device,
	bool *is_meant)
{
	size_t n = irqkit_device_count_queues(device) ? irqkit_device_count_irqs(device)
						      : 0;

	for (size_t i = 0; i < n; i++) {
		unsigned int number = irqkit_device_irq_get_number(
			irqkit_device_get_irq(device, i));
		const struct irqkit_irq *irq = irqkit_machine_find_irq(
			p->machine, number);

		if (irq)
			is_meant[irqkit_irq_get_index(irq)] = true;
	}
}

/* All interrupts of network devices that have queues. */
static int choose_net(struct irqkit_placement *p)
{
	struct irqkit_devices *devices = p->machine->devices;
	size_t n_devices = 0, n = irqkit_machine_count_irqs(p->machine);
	_cleanup_free_ bool *is_meant = calloc(n + 1, sizeof(*is_meant));
	int r = is_meant ? make_room(p, n) : -ENOMEM;

	if (r < 0)
		return r;
	if (irqkit_devices_count_net(devices, &n_devices) < 0)
		n_devices = 0;
	for (size_t i = 0; i < n_devices; i++)
		mark_net(p, irqkit_devices_get_net(devices, i), is_meant);
	for (size_t i = 0; i < n; i++)
		if (is_meant[i])
			p->irqs[p->n++] = irqkit_machine_get_irq(p->machine, i);
	if (p->n > 0)
		return 0;
	if (irqkit_devices_lack_sys(devices))
		return request_fail(p->request, IRQKIT_PROBLEM_NO_MATCH,
			"/sys is missing or not mounted: without it, no device or queue "
			"can be found");
	return request_fail(p->request, IRQKIT_PROBLEM_NO_MATCH,
		"no network device has interrupts: name the TARGETs to spread ('irqkit "
		"show' lists interrupts)");
}

/* Keeps the TARGETs that match something now; returns how many, or an error. */
static int keep_present(struct irqkit_placement *p, const char **words)
{
	const struct irqkit_request *request = p->request;
	int n = 0;

	for (size_t i = 0; i < request->n_targets; i++) {
		const char *word = request->targets[i];
		struct irqkit_selection *one CLEANUP(free_selection) = NULL;
		int r = request_select(p->request, p->machine, &word, 1, &one);

		if (r == 0)
			words[n++] = word;
		else if (p->request->problem == IRQKIT_PROBLEM_FAILED)
			return r;
	}
	return n;
}

static int choose_targets(struct irqkit_placement *p)
{
	const struct irqkit_request *request = p->request;
	_cleanup_free_ const char **words = calloc(
		request->n_targets + 1, sizeof(*words));
	struct irqkit_selection *chosen CLEANUP(free_selection) = NULL;
	int n = (int)request->n_targets, r;

	if (!words)
		return -ENOMEM;
	memcpy(words, request->targets, request->n_targets * sizeof(*words));
	if (request->passes_absent)
		n = keep_present(p, words);
	if (n < 0)
		return n;
	p->n_absent = request->n_targets - (size_t)n;
	if (n == 0) /* what is wrong with each has been said */
		return -ESRCH;
	p->request->problem = IRQKIT_PROBLEM_NONE;
	r = request_select(p->request, p->machine, words, (size_t)n, &chosen);
	if (r == 0)
		r = make_room(p, irqkit_selection_count(chosen));
	for (size_t i = 0; r == 0 && i < irqkit_selection_count(chosen); i++) {
		struct irqkit_irq *irq = irqkit_selection_get(chosen, i);

		if (irqkit_irq_get_number(irq) < 0)
			continue;
		p->is_named[p->n] = irqkit_selection_is_named(chosen, i);
		p->irqs[p->n++] = irq;
	}
	return r;
}

static int fail_immovable(struct irqkit_placement *p, size_t n)
{
	enum irqkit_problem problem = IRQKIT_PROBLEM_IMMOVABLE;

	if (p->n_skipped < n)
		return request_fail(p->request, problem,
			"cannot move %zu interrupt%s: the kernel refused", n,
			n == 1 ? "" : "s");
	return request_fail_all_immovable(p->request, n);
}

/* Says which interrupts are named and cannot be moved; then nothing is done. */
static int refuse_named(const struct irqkit_placement *p)
{
	int r = 0;

	for (size_t i = 0; i < p->n; i++)
		if (p->is_named[i] && irqkit_irq_find_obstacle(p->irqs[i], true))
			r = request_fail_immovable(p->request, p->irqs[i]);
	return r < 0 ? request_end_immovable(p->request, r) : 0;
}

/*
 * Moves the interrupts that cannot be moved into a list of their own. If a function leaves
 * out what the kernel refuses (--every), a named one that turns out to be immovable is
 * left out too, and the others go on.
 */
static int set_immovable_aside(struct irqkit_placement *p)
{
	const struct irqkit_request *request = p->request;
	size_t n = p->n, kept = 0;
	int r = request->leave_out ? 0 : refuse_named(p);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		struct irqkit_irq *irq = p->irqs[i];

		if (request->leave_out &&
			request->leave_out(request->leave_out_data, irq))
			continue;
		if (irqkit_irq_find_obstacle(irq, p->is_named[i])) {
			p->skipped[p->n_skipped++] = irq;
			continue;
		}
		p->is_named[kept] = p->is_named[i] && !request->leave_out;
		p->irqs[kept++] = irq;
	}
	p->n = kept;
	return kept > 0 ? 0 : fail_immovable(p, n);
}

int placement_choose_irqs(struct irqkit_placement *p)
{
	int r = p->request->n_targets ? choose_targets(p) : choose_net(p);

	return r == 0 ? set_immovable_aside(p) : r;
}

/* ------------------------------------------------------------------------------- */

/* The CPUs of one interrupt; none: it stays where it is. */
static int allow_one(struct irqkit_placement *p, struct current *current, size_t i)
{
	const struct irqkit_cpuset *cpus = NULL;
	int r = current_read_cpus(current, p->irqs[i], &cpus);

	if (r < 0 && r != -ENOENT)
		return request_fail_unreadable(p->request, p->irqs[i], r);
	return cpus ? irqkit_cpuset_copy(cpus, &p->allowed[i])
		    : irqkit_cpuset_new(&p->allowed[i]);
}

static int allow_all(struct irqkit_placement *p, struct current *current)
{
	_cleanup_cpuset_ struct irqkit_cpuset *any = NULL;
	int r = irqkit_cpuset_new(&any);

	for (size_t i = 0; i < p->n && r == 0; i++) {
		r = allow_one(p, current, i);
		if (r == 0)
			r = irqkit_cpuset_add_set(any, p->allowed[i]);
	}
	if (r < 0)
		return r;
	irqkit_cpuset_keep_set(p->cpus, any);
	return irqkit_cpuset_is_empty(p->cpus) ? current_check_left(current, true) : 0;
}

int placement_allow_current(struct irqkit_placement *p)
{
	struct current current CLEANUP(current_clear) = {
		.request = p->request,
		.machine = p->machine,
	};

	p->allowed = calloc(p->n + 1, sizeof(struct irqkit_cpuset *));
	return p->allowed ? allow_all(p, &current) : -ENOMEM;
}
