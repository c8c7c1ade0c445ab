/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which CPUs and which interrupts a placement is about. */
#include "base/basics.h"
#include "base/say.h"
#include "change/refusals.h"
#include "measure/open_machine.h"
#include "spread/placement.h"

#include <string.h>

static enum status keep_node(struct placement *p, unsigned int node)
{
	const struct irqkit_cpuset *cpus = irqkit_topology_get_node_cpus(
		p->topology, node);

	if (!cpus) {
		say_error("--node: there is no NUMA node %u", node);
		return STATUS_MISUSE;
	}
	irqkit_cpuset_keep_set(p->cpus, cpus);
	if (!irqkit_cpuset_is_empty(p->cpus))
		return STATUS_DONE;
	say_error("--node: NUMA node %u has none of the CPUs to use", node);
	return STATUS_MISUSE;
}

enum status placement_choose_cpus(struct placement *p, const struct placement_wish *wish)
{
	const struct irqkit_cpuset *cpus;
	enum status status = STATUS_DONE;

	if (wish->cpus) {
		status = machine_read_cpus(
			p->machine, "--cpus", wish->cpus, NULL, &p->cpus);
	} else {
		cpus = irqkit_topology_get_cpus(p->topology, IRQKIT_CPUS_HOUSEKEEPING);
		if (!cpus || irqkit_cpuset_is_empty(cpus))
			cpus = irqkit_topology_get_cpus(p->topology, IRQKIT_CPUS_ONLINE);
		if (!cpus || irqkit_cpuset_copy(cpus, &p->cpus) < 0)
			return say_no_memory();
	}
	if (status == STATUS_DONE && wish->node_policy == NODE_NUMBER)
		status = keep_node(p, wish->node);
	return status;
}

/* ------------------------------------------------------------------------------- */

/* Marks the records of a device's interrupts, if it has queues. */
static void mark_net(const struct placement *p, const struct irqkit_device *device)
{
	size_t n = irqkit_device_count_queues(device) ? irqkit_device_count_irqs(device)
						      : 0;

	for (size_t i = 0; i < n; i++) {
		unsigned int number = irqkit_device_irq_get_number(
			irqkit_device_get_irq(device, i));
		const struct irqkit_irq *irq = irqkit_machine_find_irq(
			p->machine, number);

		if (irq)
			p->place[irqkit_irq_get_index(irq)] = 1;
	}
}

/* All interrupts of network devices that have queues. */
static enum status choose_net(struct placement *p)
{
	size_t n_devices = 0, n = irqkit_machine_count_irqs(p->machine);

	if (irqkit_devices_count_net(p->devices, &n_devices) < 0)
		n_devices = 0;
	for (size_t i = 0; i < n_devices; i++)
		mark_net(p, irqkit_devices_get_net(p->devices, i));
	for (size_t i = 0; i < n; i++)
		if (p->place[i])
			p->irqs[p->n++] = irqkit_machine_get_irq(p->machine, i);
	if (p->n > 0)
		return STATUS_DONE;
	if (machine_say_no_sys(p->devices))
		return STATUS_NO_MATCH;
	say_error("no network device has interrupts: name the TARGETs to spread "
		  "('irqkit show' lists interrupts)");
	return STATUS_NO_MATCH;
}

/* Those of @change's words that match something now, to @words; how many. */
static size_t keep_present(const struct change *change, const char **words)
{
	const struct call *call = change->call;
	size_t n = 0;

	for (size_t i = 0; i < call->n_words; i++) {
		_cleanup_selection_ struct irqkit_selection *one = NULL;

		if (select_interrupts(change->machine, &call->words[i], 1, 0, &one) ==
			STATUS_DONE)
			words[n++] = call->words[i];
	}
	return n;
}

static enum status choose_words(
	struct placement *p, struct change *change, const struct placement_wish *wish)
{
	_cleanup_selection_ struct irqkit_selection *chosen = NULL;
	const struct call *call = change->call;
	const char **words = calloc(call->n_words, sizeof(*words));
	enum status status = STATUS_NO_MATCH;
	size_t n = call->n_words;

	if (!words)
		return say_no_memory();
	memcpy(words, call->words, n * sizeof(*words));
	if (wish->passes_absent)
		n = keep_present(change, words);
	p->n_absent = call->n_words - n;
	if (n > 0)
		status = select_interrupts(change->machine, words, n, 0, &chosen);
	free(words);
	for (size_t i = 0; chosen && i < irqkit_selection_count(chosen); i++) {
		struct irqkit_irq *irq = irqkit_selection_get(chosen, i);

		if (irqkit_irq_get_number(irq) >= 0)
			p->irqs[p->n++] = irq;
	}
	return status;
}

/* Moves the interrupts that cannot be moved into a list of their own. */
static enum status set_immovable_aside(
	struct placement *p, struct change *change, const struct placement_wish *wish)
{
	size_t n = p->n, kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct irqkit_irq *irq = p->irqs[i];

		if (wish->is_left_out &&
			wish->is_left_out(wish->data, irqkit_irq_get_row(irq)))
			continue;
		if (find_obstacle(irq))
			p->skipped[p->n_skipped++] = irq;
		else
			p->irqs[kept++] = irq;
	}
	p->n = kept;
	memset(p->place, 0, irqkit_machine_count_irqs(p->machine) * sizeof(*p->place));
	for (size_t i = 0; i < kept; i++)
		p->place[irqkit_irq_get_index(p->irqs[i])] = i + 1;
	if (kept > 0)
		return STATUS_DONE;
	if (p->n_skipped == n)
		return change_say_immovable(change, n);
	say_error(
		"cannot move %zu interrupt%s: the kernel refused", n, n == 1 ? "" : "s");
	return STATUS_IMMOVABLE;
}

enum status placement_choose_interrupts(
	struct placement *p, struct change *change, const struct placement_wish *wish)
{
	size_t n = irqkit_machine_count_irqs(p->machine);
	enum status status;

	p->irqs = calloc(n + 1, sizeof(*p->irqs));
	p->place = calloc(n + 1, sizeof(*p->place));
	p->skipped = calloc(n + 1, sizeof(*p->skipped));
	p->owners = calloc(n + 1, sizeof(*p->owners));
	if (!p->irqs || !p->place || !p->skipped || !p->owners)
		return say_no_memory();
	status = change->call->n_words ? choose_words(p, change, wish) : choose_net(p);
	return status == STATUS_DONE ? set_immovable_aside(p, change, wish) : status;
}
